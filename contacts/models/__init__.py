from contacts.models.audit import AuditEvent
from contacts.models.events import Event, FoodPreference, Registration
from contacts.models.marketing import ChannelPermission, Suppression
from contacts.models.organisations import Agreement, Organisation
from contacts.models.people import Activity, Basis, Contact
from contacts.models.policy import PolicyVersion, ScenarioRule

__all__ = [
    "Activity",
    "Agreement",
    "AuditEvent",
    "Basis",
    "ChannelPermission",
    "Contact",
    "Event",
    "FoodPreference",
    "Organisation",
    "PolicyVersion",
    "Registration",
    "ScenarioRule",
    "Suppression",
]
