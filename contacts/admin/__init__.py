from contacts.admin import audit, events, organisations, policy

__all__ = ["audit", "events", "organisations", "policy"]
