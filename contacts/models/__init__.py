from contacts.models.audit import AuditEvent
from contacts.models.countries import CountryRule
from contacts.models.events import Event, FoodPreference, Registration
from contacts.models.keys import ApiKey
from contacts.models.marketing import ChannelPermission, Suppression
from contacts.models.organisations import Agreement, Organisation
from contacts.models.outbox import Message
from contacts.models.people import Activity, Basis, Contact
from contacts.models.policy import PolicyVersion, ScenarioRule
from contacts.models.recipients import Disclosure, Recipient, RecipientNotice
from contacts.models.sign_ups import SignUp
from contacts.models.topics import Interest, Topic
from contacts.models.whitepapers import Whitepaper

__all__ = [
    "Activity",
    "Agreement",
    "ApiKey",
    "AuditEvent",
    "Basis",
    "ChannelPermission",
    "Contact",
    "CountryRule",
    "Disclosure",
    "Event",
    "FoodPreference",
    "Interest",
    "Message",
    "Organisation",
    "PolicyVersion",
    "Recipient",
    "RecipientNotice",
    "Registration",
    "ScenarioRule",
    "SignUp",
    "Suppression",
    "Topic",
    "Whitepaper",
]
