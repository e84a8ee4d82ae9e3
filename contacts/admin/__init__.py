from contacts.admin import (
    audit,
    country_rules,
    events,
    keys,
    organisations,
    policy,
    recipients,
    registrations,
    reviews,
    sign_ups,
    topics,
    whitepapers,
)

__all__ = [
    "audit",
    "country_rules",
    "events",
    "keys",
    "organisations",
    "policy",
    "recipients",
    "registrations",
    "reviews",
    "sign_ups",
    "topics",
    "whitepapers",
]
