"""What a person may get on each channel, and why, in the words that they read themselves."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import ConsentRecord, Contact, PolicyVersion
from contacts.people import suppressions
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.signups.forms import wording
from contacts.words.vocabulary import AddressTrust, Channel, ConsentState, PermissionState

# Where a yes of the person's own is what is missing, or the mail that asks for it would prove the address.
_A_YES_HELPS = (
    Refusal.OBJECTED,
    Refusal.SUPPRESSED,
    Refusal.NO_COUNTRY,
    Refusal.NO_CONSENT,
    Refusal.UNCONFIRMED,
    Refusal.BOUNCING,
)


@dataclass(frozen=True)
class Line:
    """One channel: whether it is on and why; what its button says, empty where it is stopped; what a yes would say.

    `agreed_on` is the day on which the person said yes, if they did.
    """

    channel: Channel
    on: bool
    why: str
    stop: str
    asks: str
    agreed_on: dt.date | None


def of_person(contact: Contact, *, policy: PolicyVersion, day: dt.date) -> list[Line]:
    """Return a line for each channel. Call it with the visitor's language active."""
    answers, stopped, agreed = permission.of_one(contact, day=day), _stopped(contact), _agreed(contact)
    withdrawn = _withdrawn(contact)
    return [
        Line(
            channel=channel,
            on=not refusal,
            why=_why_off(Refusal(refusal), channel, withdrawn) if refusal else _why_on(agreed.get(channel)),
            stop="" if channel in stopped else _stop(channel, on=not refusal),
            asks=wording(channel, policy) if refusal in _A_YES_HELPS and _reaches(channel, contact) else "",
            agreed_on=agreed.get(channel),
        )
        for channel, refusal in answers.items()
    ]


def _stopped(contact: Contact) -> set[str]:
    objected = contact.permissions.filter(state=PermissionState.OBJECTED).values_list("channel", flat=True)
    suppressed = suppressions.of_people(contact).values_list("channel", flat=True)
    return {*objected, *suppressed}


def _agreed(contact: Contact) -> dict[str, dt.date]:
    return dict(contact.permissions.filter(state=PermissionState.CONSENTED).values_list("channel", "given_on"))


def _withdrawn(contact: Contact) -> dict[str, dt.date | None]:
    """Return on which channels the person's last no was to withdraw a consent, and on which day."""
    last = ConsentRecord.objects.filter(contact=contact).last_stops()
    return {record.channel: record.said_on for record in last if record.state == ConsentState.WITHDRAWN}


def _reaches(channel: Channel, contact: Contact) -> bool:
    """Tell whether a yes of the reader's would count: to calls and post where the record is known to be theirs."""
    if channel != Channel.EMAIL and contact.address_trust != AddressTrust.PROVEN:
        return False
    return bool({Channel.EMAIL: contact.email, Channel.PHONE: contact.phone, Channel.POST: contact.address}[channel])


def _stop(channel: Channel, *, on: bool) -> str:
    return {
        Channel.EMAIL: _("Stop e-mail") if on else _("Never e-mail me"),
        Channel.PHONE: _("Stop calls") if on else _("Never call me"),
        Channel.POST: _("Stop post") if on else _("Never send me post"),
    }[channel]


def _why_on(agreed_on: dt.date | None) -> str:
    if agreed_on:
        return _("You said yes on %s.") % date_format(agreed_on)
    return _("You have not said no, and the law where you are does not ask for more.")


def _why_off(refusal: Refusal, channel: Channel, withdrawn: dict[str, dt.date | None]) -> str:
    if refusal == Refusal.OBJECTED and (day := withdrawn.get(channel)):
        return _("You withdrew your consent on %s.") % date_format(day)
    return _why(refusal, channel)


def _why(refusal: Refusal, channel: Channel) -> str:
    missing = {
        Channel.EMAIL: _("We have no e-mail address of yours."),
        Channel.PHONE: _("We have no phone number of yours."),
        Channel.POST: _("We have no postal address of yours."),
    }
    return {
        Refusal.RESTRICTED: _("Your details are only stored, as you asked."),
        Refusal.FROZEN: _("We pause as long as a request or a claim of yours is open."),
        Refusal.OBJECTED: _("You said no."),
        Refusal.SUPPRESSED: _("Somebody with this address said no earlier."),
        Refusal.NO_BASIS: _("We have no reason left to write to you."),
        Refusal.LEFT: _("We heard that you have left your organisation."),
        Refusal.UNREACHABLE: missing[channel],
        Refusal.UNCONFIRMED: _("Nobody has confirmed yet that this address is yours."),
        Refusal.BOUNCING: _("Mail to your address came back."),
        Refusal.NOT_TOLD: _("First we have to tell you where we have your details from."),
        Refusal.NO_PURPOSE: _("Our privacy policy does not say that we use your details for this."),
        Refusal.NEW_PURPOSE: _("First we have to tell you that we use your details for this."),
        Refusal.NO_COUNTRY: _("We do not know your country, so we would need a yes from you."),
        Refusal.NO_CONSENT: _("The law where you are asks for a yes from you, and you have not given it."),
        Refusal.NO_INTEREST: _("You showed no interest in this."),
    }[refusal]
