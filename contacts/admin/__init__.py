from contacts.admin import (
    audit,
    country_rules,
    keys,
    mail_faults,
    organisations,
    recipients,
    restorations,
    reviews,
    sign_ups,
    topics,
    whitepapers,
)
from contacts.admin.events import events, registrations

__all__ = [
    "audit",
    "country_rules",
    "events",
    "keys",
    "mail_faults",
    "organisations",
    "recipients",
    "registrations",
    "restorations",
    "reviews",
    "sign_ups",
    "topics",
    "whitepapers",
]
