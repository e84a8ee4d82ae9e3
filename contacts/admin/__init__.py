from contacts.admin import (
    country_rules,
    keys,
    look,
    mail_faults,
    maintenance,
    organisations,
    recipients,
    restorations,
    sign_ups,
    systems,
    topics,
    whitepapers,
)
from contacts.admin.events import events, registrations

__all__ = [
    "country_rules",
    "events",
    "keys",
    "look",
    "mail_faults",
    "maintenance",
    "organisations",
    "recipients",
    "registrations",
    "restorations",
    "sign_ups",
    "systems",
    "topics",
    "whitepapers",
]
