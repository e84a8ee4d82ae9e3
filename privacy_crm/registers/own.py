"""What the product processes for itself: accounts, audit trail, journal and so on, each a processing of its own.

Which tables belong to each, and what it is for, stands here; how it goes is read from settings and `personal_data.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.personal_data import Table
from contacts.policy import remains


@dataclass(frozen=True)
class Own:
    """A processing of the product's own. One without tables lies outside the database."""

    key: str
    title: Any
    purpose: Any
    people: Any
    tables: tuple[str, ...] = ()


_STAFF = _("members of our staff")
_EVERYBODY = _("the people we hold, and those we held")
_BOTH = _("the people we hold, and members of our staff")

OWN = (
    Own(
        "accounts",
        _("Accounts of staff"),
        _("let staff log in, and know who did what (Art. 32 GDPR)"),
        _STAFF,
        (
            *("auth.User", "account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator"),
            *("privacy_crm.StaffLanguage", "privacy_crm.AccountLink", "privacy_crm.RoleRequest"),
            *("privacy_crm.AccountMail", "privacy_crm.OpenLogin", "sessions.Session", "admin.LogEntry"),
            *("contacts.ListLayout", "contacts.Segment"),
        ),
    ),
    Own(
        "audit",
        _("Audit trail: who looked at and changed what"),
        _("prove what was done with personal data, and find misuse (Art. 5(2) and 32 GDPR)"),
        _BOTH,
        ("contacts.AuditEvent",),
    ),
    Own(
        "breaches",
        _("Register of breaches"),
        _("report breaches, tell people of them, and learn from them (Art. 33 and 34 GDPR)"),
        _EVERYBODY,
        (
            *("contacts.AffectedGroup", "contacts.AffectedPerson", "contacts.BreachLetter", "contacts.BreachNotice"),
            *("contacts.BreachReport", "contacts.NoticeWithdrawal"),
        ),
    ),
    Own(
        "server_log",
        _("Access log of the servers"),
        _("find faults and attacks (Art. 32 GDPR)"),
        _BOTH,
    ),
    Own(
        "requests",
        _("Request files"),
        _("answer people’s requests and prove that it was done (Art. 12 to 22 and 5(2) GDPR)"),
        _("people who made a request about their data"),
        (
            *("dsr.Request", "dsr.Subject", "dsr.Paper", "dsr.Attachment", "dsr.Entry", "dsr.Proof", "dsr.Handover"),
            *("dsr.SystemTask", "dsr.Enclosure", "dsr.Representative"),
            "dsr.PendingSearch",
        ),
    ),
    Own(
        "evidence",
        _("Evidence of consents and answers"),
        _("prove what people agreed to and what we answered them (Art. 7(1) and 17(3)(e) GDPR)"),
        _EVERYBODY,
        ("contacts.ConsentRecord", "dsr.Evidence", "dsr.EvidenceOpening"),
    ),
    Own(
        "suppressions",
        _("List of objections"),
        _("not write again to people who objected (Art. 21(3) GDPR)"),
        _("people who objected to marketing"),
        ("contacts.Suppression", "contacts.MergedAddress", "contacts.EarlierHash"),
    ),
    Own(
        "tombstones",
        _("List of people who were deleted"),
        _("keep people who were deleted on request from being brought back (Art. 17 GDPR)"),
        _("people who were deleted"),
        ("contacts.Tombstone",),
    ),
    Own(
        "journal",
        _("Journal that no restore undoes"),
        _("repeat deletions and objections after a restore (Art. 17 and 32 GDPR)"),
        _EVERYBODY,
        ("contacts.JournalLine", "contacts.Restoration", "contacts.LookAgain"),
    ),
    Own("backups", _("Backups"), _("bring everything back after a loss (Art. 32 GDPR)"), _BOTH),
    Own(
        "mail",
        _("Mail"),
        _("send each mail once, and answer questions about it"),
        _("the people we write to"),
        ("contacts.Message", "contacts.LeftMail", "contacts.Bounce", "contacts.BounceUndoing"),
    ),
    Own(
        "lists",
        _("Lists that come in and go out"),
        _("import and export lists, and know who holds each copy (Art. 19 GDPR)"),
        _BOTH,
        (
            *("contacts.Upload", "contacts.UploadedPerson", "contacts.UploadedDifference", "contacts.Audience"),
            *("contacts.Strike", "contacts.Disclosure", "contacts.RecipientNotice", "contacts.ListedPerson"),
        ),
    ),
    Own(
        "registers",
        _("Registers and reviews"),
        _("keep agreements, reviews and drills in order (Art. 28 and 32 GDPR)"),
        _STAFF,
        (
            *("contacts.ReviewOutcome", "contacts.Maintenance", "contacts.RecipientDocument"),
            *("contacts.TransferAssessment", "contacts.ImpactAssessment", "contacts.InterestAssessment"),
            *("contacts.PolicyVersion", "contacts.PolicyNotice"),
        ),
    ),
)

# What is held of people for the reasons that the policy names: the processings of its rules.
OF_PEOPLE = frozenset(
    {
        *("contacts.Contact", "contacts.Basis", "contacts.Activity", "contacts.ChannelPermission"),
        *("contacts.Interest", "contacts.Registration", "contacts.FoodPreference", "contacts.SignUp"),
        *("contacts.ProposedDetail", "contacts.Addressee", "contacts.Mailing", "contacts.DuplicatePair"),
        *("contacts.DuplicateSearch", "contacts.MergedNumber", "contacts.PolicyTelling"),
        *("retention.Hold", "retention.PurgeCandidate"),
    }
)

# Of these, the words that the policy's page and answers use for how long they are kept.
PERIODS = {label: remain for label, remain in remains.REMAINS.items() if label != "dsr.Request"}


def all_of(said: Mapping[str, Table]) -> tuple[Own, ...]:
    """Return these processings, and one more for tables with personal data that nobody has put anywhere yet."""
    placed = OF_PEOPLE.union(*(own.tables for own in OWN))
    left = tuple(sorted(label for label in personal(said) if label not in placed))
    return (
        (*OWN, Own("others", _("Other records"), _("as the data map says of each field"), _BOTH, left)) if left else OWN
    )


def personal(said: Mapping[str, Table]) -> Collection[str]:
    """Return the tables that hold something personal."""
    return {label for label, table in said.items() if any(field.personal for field in table.values())}
