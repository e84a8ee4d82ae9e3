"""What the tables and columns of a package are called, for people: in the language that is active.

What has no name here yet is shown under the name that its model gives it, rather than left out.
"""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# In the order in which people read them.
TITLES: dict[str, Any] = {
    "contacts.Contact": _("Your details"),
    "contacts.Basis": _("Reasons why we hold them"),
    "contacts.Registration": _("Your places at events"),
    "contacts.FoodPreference": _("Dietary needs"),
    "contacts.Activity": _("What you did with us"),
    "contacts.Interest": _("Topics that interest you"),
    "contacts.PolicyTelling": _("How we told you of a later privacy policy"),
    "contacts.ChannelPermission": _("Your consents and objections, as they stand now"),
    "contacts.ConsentRecord": _("What you said about marketing, from the first time"),
    "contacts.Suppression": _("Your address in coded form, so that we do not write again"),
    "contacts.Tombstone": _("Your address in coded form, so that nobody enters you again"),
    "contacts.SignUp": _("Forms that were sent in"),
    "contacts.ProposedDetail": _("Details that wait for your answer"),
    "contacts.UploadedDifference": _("What a list of ours says otherwise"),
    "contacts.Message": _("Our messages to you"),
    "contacts.Bounce": _("Why our mail does not reach you"),
    "contacts.Disclosure": _("Who was given your details"),
    "contacts.RecipientNotice": _("What we told them about you later"),
    "contacts.Strike": _("Lists that you were removed from"),
    "contacts.AffectedPerson": _("Breaches of data that affected you"),
    "retention.Hold": _("What keeps your details longer"),
    "dsr.Request": _("Your requests"),
    "dsr.Paper": _("What was written about requests that concern you"),
    "dsr.Attachment": _("Files that came for your requests"),
    "dsr.Representative": _("Who acted for you"),
    "dsr.Handover": _("Copies made ready for you"),
    "dsr.SystemTask": _("Other systems of ours that we asked about you"),
    "dsr.Enclosure": _("Files that our other systems sent for you"),
    "dsr.Evidence": _("Sealed proof of our answers"),
    "contacts.JournalLine": _("What no backup undoes"),
    "contacts.AuditEvent": _("Who looked at your details or changed them"),
}

COLUMNS: dict[str, Any] = {
    "act": _("What was done"),
    "address": _("Address"),
    "address_trust": _("Is the e-mail address known to be yours?"),
    "address_trust_reason": _("How that is known, or why not"),
    "address_trust_since": _("Known, or not, since"),
    "agreed_by": _("Promised by"),
    "acknowledged_at": _("Acknowledged"),
    "active_before": _("Last activity before that"),
    "answer": _("What it answered"),
    "answered_at": _("Answered"),
    "arrived_at": _("Came in"),
    "at": _("When"),
    "bounced_on": _("E-mail came back on"),
    "breach": _("What happened"),
    "by": _("Done by"),
    "attended_at": _("Came to the event"),
    "called_off_at": _("No answer needed since"),
    "cancelled_at": _("Given up on"),
    "channel": _("Channel"),
    "city": _("City"),
    "clock_from": _("Period counted from"),
    "closed_on": _("Closed on"),
    "code": _("What"),
    "collected_on": _("Collected on"),
    "company": _("Company"),
    "confirmed_at": _("Address confirmed"),
    "controller": _("Who asked"),
    "corrected": _("Put right on your word"),
    "consented_at": _("Consent given"),
    "consents": _("Consents ticked"),
    "country": _("Country"),
    "created_at": _("Made on"),
    "data": _("Details"),
    "detail": _("Detail"),
    "details": _("Details"),
    "email": _("E-mail"),
    "end": _("Why it was not sent"),
    "ends_on": _("Until"),
    "due_on": _("To answer by"),
    "ended_at": _("Given up on"),
    "event": _("Event"),
    "erased_on": _("Deleted on"),
    "expires_at": _("Valid until"),
    "extended_on": _("Extended on"),
    "fate": _("Our letter to you"),
    "fetched": _("Number of downloads"),
    "first_name": _("First name"),
    "frozen_through": _("Nothing is deleted through"),
    "given_on": _("Given on"),
    "ground": _("Ground"),
    "informed_on": _("You were told on"),
    "job_title": _("Job title"),
    "keeps": _("What is kept"),
    "kind": _("Kind"),
    "language": _("Language"),
    "last_activity_on": _("Last activity"),
    "last_name": _("Last name"),
    "left_on": _("Left the organisation"),
    "legal_basis": _("Legal basis"),
    "legal_on": _("Last day by law"),
    "legal_reference": _("Law or agreement"),
    "message_digest": _("Digest of that mail (SHA-256)"),
    "message_id": _("Message-ID of the mail that asked you"),
    "method": _("In which way"),
    "minimised_on": _("Reduced on"),
    "new": _("In the list"),
    "occurred_at": _("When"),
    "opened_at": _("Asked"),
    "old": _("On file before"),
    "organisation": _("Organisation"),
    "outcome": _("Outcome"),
    "paused_since": _("Waits for you since"),
    "phone": _("Phone"),
    "placed_at": _("Since"),
    "policy_shown": _("Policy shown"),
    "policy_shown_on": _("Policy shown on"),
    "policy_version": _("Policy version"),
    "portable": _("For download (Art. 20)"),
    "postal_code": _("Postal code"),
    "preference": _("Preference"),
    "proposed_at": _("Typed on"),
    "public_id": _("Reference"),
    "purpose": _("Purpose"),
    "reason": _("Reason"),
    "received_on": _("Received on"),
    "reply": _("What the mail server said"),
    "recipient": _("Recipient"),
    "recorded_at": _("Noted or confirmed at"),
    "reference": _("About"),
    "refusal": _("Why not"),
    "registered_at": _("Registered"),
    "reminded_on": _("Reminded on"),
    "request": _("Request"),
    "restricted_through": _("Restricted through"),
    "said_on": _("Said on"),
    "safe_on": _("We answer by"),
    "scenario": _("Held as"),
    "sent_at": _("Sent"),
    "since": _("Since"),
    "source": _("How it came in"),
    "source_kind": _("Came from"),
    "state": _("State"),
    "system": _("System"),
    "template": _("Message"),
    "told_on": _("Told on"),
    "typed": _("What was typed"),
    "text": _("Text"),
    "ticked_at": _("Box ticked at"),
    "told_at": _("We told you"),
    "topic": _("Topic"),
    "until": _("Until"),
    "financial_year_ended_on": _("Financial year ended on"),
    "version": _("Version"),
    "wanted": _("Wanted"),
    "way": _("In which way"),
    "whitepaper": _("Whitepaper"),
    "withdraw_at": _("Where you can withdraw it"),
    "wording": _("Wording shown"),
    "written": _("Letter"),
    # Where the same word means something else.
    "contacts.ChannelPermission.state": _("Your word"),
    "contacts.ConsentRecord.policy_version": _("Policy version of the wording"),
    "contacts.ConsentRecord.state": _("What you said"),
    "contacts.Message.address": _("Sent to"),
    "contacts.Message.breach_letter": _("About the breach"),
    "contacts.Message.event": _("About"),
    "contacts.Message.mailing": _("Subject of the mailing"),
    "contacts.Message.whitepaper": _("Whitepaper sent"),
    "dsr.Enclosure.name": _("File"),
    "dsr.Representative.agreed_on": _("You said yes on"),
    "dsr.Representative.end": _("Why it ended"),
    "dsr.Representative.ended_at": _("Ended on"),
    "dsr.Representative.ends_on": _("Proof ends on"),
    "dsr.Representative.issued_by": _("Issued by"),
    "dsr.Representative.issued_on": _("Issued on"),
    "dsr.Representative.kind": _("Acts as"),
    "dsr.Representative.name": _("Name"),
    "dsr.Representative.post": _("Postal address"),
    "dsr.Representative.proof": _("Proof"),
    "dsr.Representative.scope": _("May ask for"),
    "dsr.Representative.seen_on": _("Seen on"),
    "dsr.Representative.untold": _("Why you were not told"),
    "dsr.Evidence.number": pgettext_lazy("of a request", "Number"),
    "dsr.Evidence.sealed_at": _("Sealed on"),
    "dsr.Attachment.id": pgettext_lazy("of a file", "Number"),
    "dsr.Attachment.name": pgettext_lazy("of a file", "Name"),
    "dsr.Attachment.size": _("Size in bytes"),
    "dsr.Request.id": pgettext_lazy("of a request", "Number"),
    "dsr.Request.kind": _("What you asked for"),
    "retention.Hold.reason": _("Why"),
}

# Codes and numbers that mean nothing to a person: they are in the files for machines.
FOR_MACHINES = frozenset(
    {
        "contacts.AuditEvent.public_id",
        "contacts.AuditEvent.rule",
        "contacts.ConsentRecord.public_id",
        "contacts.Message.digest",
        "contacts.Message.reason",
        "contacts.RecipientNotice.reference",
        "contacts.Strike.reference",
        "contacts.Suppression.address_hash",
        "contacts.Suppression.mailbox_hash",
        "contacts.Suppression.reason",
        "contacts.Tombstone.address_hash",
        "contacts.Tombstone.mailbox_hash",
        "dsr.Request.extended_late",
        "dsr.Request.paused_days",
    }
)

# Where the words of a closed list speak of the person, and not to them.
CHOICES: dict[str, dict[str, Any]] = {
    "contacts.Contact.address_trust": {"doubted": _("we doubt it"), "unproven": _("not known"), "proven": _("yes")},
    "contacts.Basis.source_kind": {
        "person": _("you"),
        "organisation": _("your organisation"),
        "public": _("a public source"),
        "third_party": _("somebody else"),
        "unknown": _("not known"),
    },
    "retention.Hold.reason": {
        "request": _("a request of yours that is being answered"),
        "restriction": _("your wish that we only store them (Art. 18 GDPR)"),
        "legal_claim": _("a legal claim"),
        "bookkeeping": _("bookkeeping"),
        "tax": _("tax law"),
        "other_law": _("another law"),
    },
    "contacts.ConsentRecord.state": {
        "given": _("you gave your consent"),
        "refused": _("you objected"),
        "withdrawn": _("you withdrew your consent"),
        "expired": _("your consent expired"),
    },
    "contacts.ConsentRecord.method": {
        "double_opt_in": _("you ticked a box, then confirmed it by e-mail"),
        "staff": _("you told our staff"),
        "address": _("you said it earlier under the same address"),
    },
    "contacts.Message.end": {
        "skipped": _("not sent: you may not be written to, or what it was about is over"),
        "refused": _("refused by the mail server for good"),
        "gave_up": _("not accepted after many attempts"),
        "broken_off": _("broken off while it was being sent: perhaps it arrived, so it was not sent again"),
    },
    "contacts.AffectedPerson.fate": {
        "told": _("sent to you"),
        "unreachable": _("not sent: we have no e-mail address"),
        "bouncing": _("not sent: mail to your address comes back"),
        "unconfirmed": _("not sent: we doubt that the address is yours"),
        "refused": _("refused by the mail server for good"),
        "gave_up": _("not accepted after many attempts"),
        "skipped": _("not sent: your address changed meanwhile"),
    },
    "dsr.Request.state": {"asked": _("waits for your answer")},
    "dsr.Request.outcome": {"withdrawn": _("withdrawn by you")},
    "dsr.Request.kind": {
        "portability": _("a download of your data"),
        "access": _("access to your details"),
        "leaver": _("you have left the organisation"),
    },
}

# What documents call the things they are made of.
WORDS: dict[str, Any] = {
    "email": _("e-mail"),
    "phone": pgettext_lazy("channel", "phone"),
    "post": _("post"),
}


def title(label: str) -> str:
    """Return what a table is called."""
    return str(TITLES.get(label) or apps.get_model(label)._meta.verbose_name_plural)


def place(label: str) -> tuple[int, str]:
    """Return where a table stands among the others; those without a place come last."""
    order = list(TITLES)
    return (order.index(label) if label in order else len(order), label)


def column(label: str, name: str) -> str:
    """Return what a column is called; empty where it says something to machines alone."""
    if f"{label}.{name}" in FOR_MACHINES:
        return ""
    field: Any = apps.get_model(label)._meta.get_field(name)
    return str(COLUMNS.get(f"{label}.{name}") or COLUMNS.get(name) or field.verbose_name)


def choices(label: str, name: str) -> dict[str, str]:
    """Return the words for codes of a closed list that are other words here than among staff."""
    return {code: str(text) for code, text in CHOICES.get(f"{label}.{name}", {}).items()}


def word(code: str) -> str:
    return str(WORDS.get(code) or COLUMNS.get(code) or code)
