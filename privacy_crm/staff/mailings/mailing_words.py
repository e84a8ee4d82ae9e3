"""How a mailing stands and what became of it, in words and numbers."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from contacts.admin.shared.acts import who
from contacts.admin.shared.people import visible_to
from contacts.mailings import permission_words
from contacts.models import Contact, Mailing, Message
from contacts.models.outbox import MessageEnd
from contacts.words.vocabulary import MailingKind, MailingState
from privacy_crm import segments

ENDED = (MailingState.SENT, MailingState.STOPPED)
MOST_NAMED = 100
BEGUN = (MailingState.SENDING, MailingState.PAUSED, *ENDED)

_OUTCOMES: dict[str, Any] = {
    MailingState.SUBMITTED: gettext_lazy("Waits for the privacy officer to approve it"),
    MailingState.SCHEDULED: gettext_lazy("Leaves on %(scheduled)s"),
    MailingState.SENDING: gettext_lazy("Being sent since %(started)s: %(sent)s of %(people)s have left"),
    MailingState.PAUSED: gettext_lazy("Paused: %(sent)s of %(people)s have left, and nobody else gets it meanwhile"),
    MailingState.SENT: gettext_lazy("Sent to %(sent)s of %(people)s people by %(ended)s"),
    MailingState.STOPPED: gettext_lazy("Stopped on %(ended)s: %(sent)s of %(people)s had got it"),
}


def outcome(mailing: Mailing) -> str:
    """Return how the mailing stands, as a headline."""
    return str(_OUTCOMES.get(mailing.state) or _draft(mailing)) % {
        "scheduled": moment(mailing.scheduled_for),
        "started": moment(mailing.started_at),
        "ended": moment(mailing.ended_at),
        "sent": number(mailing.sent),
        "people": number(mailing.people),
    }


def report(mailing: Mailing) -> list[tuple[str, Any]]:
    """Return what became of the mails so far: numbers, and what each counts."""
    return [
        (number(mailing.sent), _("sent")),
        (number(mailing.bounced), _("came back: the address takes no mail")),
        (number(mailing.objected), _("objections to our news, or to its topic, in the 30 days after the mail")),
        (number(mailing.signed_up), _("sign-ups for its topics in the 30 days after the mail")),
    ]


def not_sent(mailing: Mailing) -> list[str]:
    """Return why not everybody who was found at the start has got it; nothing where they have, or may yet."""
    if mailing.state not in ENDED:
        return []
    doubtful = _in_doubt(mailing).count()
    others = mailing.people - mailing.sent - mailing.withheld - doubtful
    withheld = ngettext(
        "%s person could not be written to any more when their turn came.",
        "%s people could not be written to any more when their turn came.",
        mailing.withheld,
    )
    unknown = ngettext(
        "%s mail was being sent when the sender broke off. Perhaps it arrived, so it is not sent again.",
        "%s mails were being sent when the sender broke off. Perhaps they arrived, so they are not sent again.",
        doubtful,
    )
    rest = ngettext(
        "%s person did not get it because the mail was called back or did not go through, or because they had been"
        " deleted.",
        "%s people did not get it because the mail was called back or did not go through, or because they had been"
        " deleted.",
        others,
    )
    told = ((withheld, mailing.withheld), (unknown, doubtful), (rest, others))
    return [words % number(count) for words, count in told if count]


def in_doubt(mailing: Mailing, user: Any) -> list[Contact]:
    """Return the first people of whom nobody knows whether they got it, as far as this user may see them."""
    if not user.has_perm("contacts.view_contact"):
        return []
    people = Contact.objects.filter(pk__in=_in_doubt(mailing).values("contact"))
    return list(visible_to(user, people).order_by("last_name", "first_name", "pk")[:MOST_NAMED])


def left_out(mailing: Mailing) -> str:
    """Return who was left out when the mailing started, and why."""
    return permission_words.sentence(mailing.people + sum(mailing.left_out.values()), mailing.left_out)


def facts(mailing: Mailing) -> list[tuple[str, str]]:
    """Return whom it goes to, what it is about, who wrote it and who approved it."""
    names = who(filter(None, [mailing.made_by, mailing.approved_by]))
    told = [
        (_("What"), str(capfirst(MailingKind(mailing.kind).label))),
        (_("Goes to"), whom(mailing)),
        (_("About"), ", ".join(topic.named(get_language() or "en") for topic in mailing.topics.all()) or "–"),
        (_("Written by"), names[mailing.made_by]),
    ]
    if mailing.approved_at:
        on = {"who": names[mailing.approved_by], "when": moment(mailing.approved_at)}
        told.append((_("Approved by"), _("%(who)s on %(when)s") % on))
    return told


def whom(mailing: Mailing) -> str:
    """Return which segment it goes to, and what that asks for."""
    if mailing.segment:
        return segments.named(mailing.segment)
    if mailing.state in ENDED:  # a segment can be deleted once nothing is sent to it any more
        return _("Everyone we hold, or a segment that has been deleted since")
    return _("Everyone we hold")


def number(count: int) -> str:
    return number_format(count, force_grouping=True)


def moment(at: dt.datetime | None) -> str:
    """Return a day and a time on the company's wall."""
    if at is None:
        return ""
    here = localtime(at)
    return _("%(day)s at %(time)s") % {"day": date_format(here, "DATE_FORMAT"), "time": date_format(here, "H:i")}


def _in_doubt(mailing: Mailing) -> QuerySet[Message]:
    return mailing.messages.filter(sent_at__isnull=True, end=MessageEnd.BROKEN_OFF)


def _draft(mailing: Mailing) -> str:
    if mailing.kind == MailingKind.MARKETING:
        return _("A draft: nobody has got it")
    if mailing.approved_at:
        return _("Approved on %s, and not scheduled yet") % date_format(localtime(mailing.approved_at), "DATE_FORMAT")
    return _("A draft: the privacy officer has to approve it before it can leave")
