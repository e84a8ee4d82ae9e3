from contacts.admin import (
    audit,
    country_rules,
    keys,
    mail_faults,
    organisations,
    policy,
    recipients,
    restorations,
    reviews,
    sign_ups,
    systems,
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
    "policy",
    "recipients",
    "registrations",
    "restorations",
    "reviews",
    "sign_ups",
    "systems",
    "topics",
    "whitepapers",
]
