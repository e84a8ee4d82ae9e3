"""What was between a person and us, newest first: what they did and said, what we sent, and who was told about them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.disclosure import notice_words
from contacts.models import ConsentRecord, Contact, Event, Message, RecipientNotice, Registration, Whitepaper
from contacts.models.outbox import MessageEnd
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import ActivityKind, MailTemplate
from dsr.models import Request
from dsr.words.vocabulary import State
from privacy_crm.staff.people import source_words

LATEST = 20
MOST = 500  # where somebody asks for all of them

_SEES_REQUESTS = "dsr.view_request"


@dataclass(frozen=True)
class Entry:
    """A line: when, an icon that says whose doing it was, what, and about what."""

    at: dt.datetime
    icon: str
    what: str
    about: str = ""
    url: str = ""


def of(contact: Contact, user: Any, *, zone: ZoneInfo, everything: bool) -> tuple[list[Entry], bool]:
    """Return the latest entries that this user may see, and whether there are more. One query for each kind of them."""
    most = MOST if everything else LATEST
    found = [entry for read in _READERS for entry in read(contact, user, zone, most + 1)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    return found[:most], len(found) > most


def _did(contact: Contact, user: Any, _zone: ZoneInfo, most: int) -> Iterator[Entry]:
    """Yield activities and places at events; where both tell of one registration, the place does."""
    places = []
    if user.has_perm("contacts.view_registration"):
        places = list(contact.registrations.select_related("event").order_by("-registered_at", "-pk")[:most])
        for place in places:
            yield Entry(place.registered_at, "person", _("Registered"), _of_place(place))
    if user.has_perm("contacts.view_activity"):
        told = {place.event.slug for place in places}
        activities = list(contact.activities.order_by("-occurred_at", "-pk")[:most])
        titles = _titles({activity.reference for activity in activities} - {""})
        for activity in activities:
            if activity.kind != ActivityKind.REGISTRATION or activity.reference not in told:
                about = titles.get(activity.reference, activity.reference)
                yield Entry(activity.occurred_at, "person", capfirst(activity.get_kind_display()), about)


def _of_place(place: Registration) -> str:
    if place.cancelled_at:
        return _("%s, place given up") % place.event.title
    return _("%s, called off") % place.event.title if place.event.cancelled_at else place.event.title


def _titles(slugs: set[str]) -> dict[str, str]:
    """Return what events and whitepapers are called to which activities refer."""
    if not slugs:
        return {}
    papers = Whitepaper.objects.filter(slug__in=slugs).values_list("slug", "title")
    return {**dict(papers), **dict(Event.objects.filter(slug__in=slugs).values_list("slug", "title"))}


def _sent(contact: Contact, user: Any, _zone: ZoneInfo, most: int) -> Iterator[Entry]:
    """Yield what we sent or did not. A letter written for one occasion tells of a request: for the officer alone."""
    if not user.has_perm("contacts.view_activity"):
        return
    mails = contact.messages.select_related("event", "whitepaper", "mailing")
    if not user.has_perm(_SEES_REQUESTS):
        mails = mails.exclude(template=MailTemplate.WRITTEN)
    for mail in mails.order_by(Coalesce("sent_at", "ended_at", "created_at").desc(), "-pk")[:most]:
        yield Entry(mail.sent_at or mail.ended_at or mail.created_at, "mail", _fate(mail), _subject(mail))


def _fate(mail: Message) -> str:
    if mail.sent_at:
        return _("Sent")
    return _("Not sent") if mail.ended_at else _("Waits to be sent")


def _subject(mail: Message) -> str:
    about = mail.event or mail.whitepaper
    named = mail.mailing.name if mail.mailing else about.title if about else ""
    subject = f"{MailTemplate(mail.template).label}: {named}" if named else str(MailTemplate(mail.template).label)
    return f"{subject} ({_why_not(mail)})" if mail.ended_at else subject


def _why_not(mail: Message) -> str:
    if mail.reason in Refusal.values:
        return str(Refusal(mail.reason).label)
    return str(_ENDS[MessageEnd(mail.end)])


_ENDS = {
    MessageEnd.SKIPPED: gettext_lazy("what it was about was over"),
    MessageEnd.REFUSED: gettext_lazy("their mail server refused it"),
    MessageEnd.GAVE_UP: gettext_lazy("given up after many attempts"),
    MessageEnd.BROKEN_OFF: gettext_lazy("broken off while it was being sent: perhaps it arrived"),
}


def _said(contact: Contact, user: Any, zone: ZoneInfo, most: int) -> Iterator[Entry]:
    """Yield the ledger of consents: each yes and no, with the words that were said yes to."""
    if user.has_perm("contacts.view_consentrecord"):
        for record in contact.consent_records.order_by("-pk")[:most]:
            state, channel = capfirst(record.get_state_display()), record.get_channel_display()
            yield Entry(_when(record, zone), "record_voice_over", f"{state}:", f"{channel}, {_said_how(record)}")


def _when(record: ConsentRecord, zone: ZoneInfo) -> dt.datetime:
    """Return the moment of what was noted on the day that it was said; of anything else, that day is known alone."""
    at, day = record.recorded_at, record.said_on
    if at and day in {None, at.astimezone(zone).date()}:
        return at
    return _begin(day or dt.date.min, zone)


def _said_how(record: ConsentRecord) -> str:
    how = source_words.told(record.source) or str(record.get_method_display())
    return f"{how}, “{record.wording}”" if record.wording else how


def _asked(contact: Contact, user: Any, zone: ZoneInfo, most: int) -> Iterator[Entry]:
    if user.has_perm(_SEES_REQUESTS):
        asked = Request.objects.of_people([contact.pk]).exclude(state=State.UNPROVEN)
        for request in asked.order_by("-received_on", "-pk")[:most]:
            about = _("%(kind)s, request %(number)s") % {"kind": request.get_kind_display(), "number": request.number}
            url = reverse("admin:dsr_request_change", args=[request.public_id])
            yield Entry(_begin(request.received_on, zone), "inbox", _("Asked for"), about, url)


def _told(contact: Contact, user: Any, _zone: ZoneInfo, most: int) -> Iterator[Entry]:
    if user.has_perm("contacts.view_recipientnotice"):
        notices = RecipientNotice.objects.filter(reference=contact.public_id).select_related("recipient")
        for notice in notices.order_by(Coalesce("sent_at", "created_at").desc(), "-pk")[:most]:
            what = _("Recipient told") if notice.sent_at else _("Recipient to be told")
            about = f"{notice.recipient.name}: {notice_words.heading(notice)}"
            url = reverse("admin:contacts_recipientnotice_change", args=[notice.pk])
            yield Entry(notice.sent_at or notice.created_at, "campaign", what, about, url)


_READERS = (_did, _sent, _said, _asked, _told)


def _begin(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the beginning of a day: what has no hour stands below what has one."""
    return dt.datetime.combine(day, dt.time(), zone)
