from contacts.models.assessments import AssessedPurpose, ImpactAssessment, InterestAssessment
from contacts.models.audiences import Audience, ListedPerson, Strike
from contacts.models.audit import AuditEvent, AuditSeal, AuditStamp
from contacts.models.bounces import Bounce, BounceUndoing
from contacts.models.breaches import (
    AffectedGroup,
    AffectedPerson,
    Breach,
    BreachLetter,
    BreachNotice,
    BreachReport,
    LetterCount,
    NoticeWithdrawal,
)
from contacts.models.countries import CountryRule
from contacts.models.duplicates import DuplicatePair, DuplicateSearch, MergedAddress, MergedNumber
from contacts.models.earlier_hashes import EarlierHash
from contacts.models.events import Event, FoodPreference, Registration
from contacts.models.jobs import JobRun
from contacts.models.journal import JournalLine, JournalNumber, LookAgain, Restoration
from contacts.models.keys import ApiKey
from contacts.models.look import Look
from contacts.models.mailings import Addressee, Mailing
from contacts.models.marketing import ChannelPermission, ConsentRecord, Suppression
from contacts.models.organisations import Agreement, Organisation
from contacts.models.outbox import LeftMail, MailStandstill, Message
from contacts.models.people import Activity, Basis, Contact, PolicyTelling
from contacts.models.policy import PolicyNotice, PolicyVersion, ScenarioRule
from contacts.models.proposals import ProposedDetail
from contacts.models.recipient_papers import (
    DocumentKind,
    RecipientDocument,
    SubProcessor,
    TransferAssessment,
)
from contacts.models.recipients import Disclosure, Recipient, RecipientNotice
from contacts.models.registers import Maintenance, MaintenanceKind, ProcessingSnapshot, SnapshotReason
from contacts.models.reviews import Review, ReviewOutcome
from contacts.models.segments import ListLayout, Segment
from contacts.models.sign_ups import SignUp
from contacts.models.systems import System
from contacts.models.tombstones import Tombstone
from contacts.models.topics import Interest, Topic
from contacts.models.uploads import Upload, UploadedDifference, UploadedPerson
from contacts.models.whitepapers import Whitepaper

__all__ = [
    "Activity",
    "Addressee",
    "AffectedGroup",
    "AffectedPerson",
    "Agreement",
    "ApiKey",
    "AssessedPurpose",
    "Audience",
    "AuditEvent",
    "AuditSeal",
    "AuditStamp",
    "Basis",
    "Bounce",
    "BounceUndoing",
    "Breach",
    "BreachLetter",
    "BreachNotice",
    "BreachReport",
    "ChannelPermission",
    "ConsentRecord",
    "Contact",
    "CountryRule",
    "Disclosure",
    "DocumentKind",
    "DuplicatePair",
    "DuplicateSearch",
    "EarlierHash",
    "Event",
    "FoodPreference",
    "ImpactAssessment",
    "Interest",
    "InterestAssessment",
    "JobRun",
    "JournalLine",
    "JournalNumber",
    "LeftMail",
    "LetterCount",
    "ListLayout",
    "ListedPerson",
    "Look",
    "LookAgain",
    "MailStandstill",
    "Mailing",
    "Maintenance",
    "MaintenanceKind",
    "MergedAddress",
    "MergedNumber",
    "Message",
    "NoticeWithdrawal",
    "Organisation",
    "PolicyNotice",
    "PolicyTelling",
    "PolicyVersion",
    "ProcessingSnapshot",
    "ProposedDetail",
    "Recipient",
    "RecipientDocument",
    "RecipientNotice",
    "Registration",
    "Restoration",
    "Review",
    "ReviewOutcome",
    "ScenarioRule",
    "Segment",
    "SignUp",
    "SnapshotReason",
    "Strike",
    "SubProcessor",
    "Suppression",
    "System",
    "Tombstone",
    "Topic",
    "TransferAssessment",
    "Upload",
    "UploadedDifference",
    "UploadedPerson",
    "Whitepaper",
]
