"""Tell people whose data did not come from them where it came from, within a month (Art. 14 GDPR, L5).

A letter is owed each morning to those who have waited longest, some at a time, so that a big import does not leave as
one burst. Nobody waits beyond the month for that: from the twentieth day on a person is told whatever the number.
Whoever is written to about something else before that is told at once.
A freeze does not stop it, since it is a duty and changes nothing; a restriction does (Art. 18).
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.days import add_months, day_of
from contacts.models import Basis, Contact, Message, PolicyVersion
from contacts.models.outbox import MessageEnd
from contacts.outbox import outbox
from contacts.people import tellings
from contacts.people.activities import ContactGoneError
from contacts.words.vocabulary import AddressTrust, MailPurpose, MailTemplate, TellingWay

HOUR = 6  # in the company's time zone
PRESSING = dt.timedelta(days=20)
A_MONTH = dt.timedelta(days=28)  # the shortest there is
PAUSE = dt.timedelta(days=7)  # after a letter that did not arrive

_FAILED = (MessageEnd.REFUSED, MessageEnd.GAVE_UP)
_UNDER_WAY = Q(sent_at__isnull=True, ended_at__isnull=True)
_UNWRITTEN = Q(bounced_on__isnull=False) | Q(address_trust=AddressTrust.DOUBTED)


class InformingError(ValueError):
    """They cannot have been told like that; the message says why."""


def tick(*, most: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Owe the day's letters if it is six o'clock, and return how many are owed."""
    return enqueue_due(most=most, policy=policy, at=at) if at.astimezone(policy.zone).hour == HOUR else 0


def enqueue_due(*, most: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Owe the letter to `most` people who wait for it, or to more where more are pressing; return how many are owed.

    Whom somebody holds waits for the next morning.
    """
    waiting = _waiting(day_of(at, policy.zone), at)
    pressing = waiting.filter(since__lte=day_of(at, policy.zone) - PRESSING).count()
    number = max(most, pressing)
    return _enqueue(waiting.order_by("since", "contact")[:number], at, skip_held=True) if number else 0


def last_day(collected_on: dt.date) -> dt.date:
    """Return the day by which somebody is to be told of what was collected on another (Art. 14(3)(a) GDPR)."""
    return add_months(collected_on, 1)


def enqueue_beside(message: Message, *, policy: PolicyVersion, at: dt.datetime) -> None:
    """Owe the letter to somebody whom another mail has reached before it: the first message informs (Art. 14(3)(b))."""
    if message.contact_id is not None and message.template != MailTemplate.INFORM:
        _enqueue(_waiting(day_of(at, policy.zone), at).filter(contact=message.contact_id), at)


def enqueue_before(people: QuerySet[Contact], *, policy: PolicyVersion, at: dt.datetime) -> None:
    """Owe the letter to those of these people who wait for it, before a message that is no marketing is owed to them.

    What informs leaves first (`sending`).
    """
    _enqueue(_waiting(day_of(at, policy.zone), at).filter(contact__in=people.values("pk")), at)


def _enqueue(waiting: QuerySet[Any, Any], at: dt.datetime, *, skip_held: bool = False) -> int:
    found, columns = waiting.values_list("contact", "once"), ("contact_id", "once")
    how: dict[str, Any] = {"purpose": MailPurpose.INFORMATION, "skip_held": skip_held}
    return outbox.enqueue_each(MailTemplate.INFORM, found, columns, at=at, **how)


def _waiting(day: dt.date, at: dt.datetime) -> QuerySet[Any, Any]:
    """Whoever can be told by e-mail and has no letter under way: `contact`, `since` when, and `once` for the outbox.

    `once` names the latest of what they are to be told, so that what is collected later is told in a letter of its own.
    """
    reachable = (
        Basis.objects.untold()
        .filter(
            Q(contact__restricted_through__isnull=True) | Q(contact__restricted_through__lt=day),
            contact__email__isnull=False,
            contact__bounced_on__isnull=True,
        )
        .exclude(contact__address_trust=AddressTrust.DOUBTED)
    )
    once = Concat(Cast(Max("pk"), CharField()), Value(f":{day}"))
    return reachable.exclude(Exists(_tried(at))).values("contact").annotate(since=Min("collected_on"), once=once)


def _tried(at: dt.datetime) -> QuerySet[Message]:
    return _letters("contact").filter(_UNDER_WAY | Q(end__in=_FAILED, ended_at__gt=at - PAUSE))


def _letters(contact: str) -> QuerySet[Message]:
    return Message.objects.filter(contact=OuterRef(contact), template=MailTemplate.INFORM)


def to_tell(message: Message) -> list[int]:
    """Return the keys of the bases that a letter is to name, at the moment of writing it; none for other messages."""
    if message.template != MailTemplate.INFORM:
        return []
    return list(Basis.objects.untold().filter(contact=message.contact_id).order_by("pk").values_list("pk", flat=True))


def told(bases: Collection[int], *, policy: PolicyVersion, day: dt.date, mail: uuid.UUID | None = None) -> None:
    """Note that the letter which names these bases has left, and that it showed this version of the policy (P1, L13).

    Call it in the transaction that marks it as sent.
    """
    if not bases:
        return
    people = Basis.objects.filter(pk__in=list(bases)).values("contact")
    # Before their bases, as everybody does who changes these.
    list(Contact.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    untold = list(Basis.objects.untold().filter(pk__in=list(bases)).values_list("pk", flat=True))
    Basis.objects.filter(pk__in=untold).update(informed_on=day)
    tellings.record(untold, policy, TellingWay.MAIL, on=day, mail=mail)


@transaction.atomic
def told_by_letter(contact_id: int, *, on: dt.date, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Note that a letter by post told a person on a day of everything that we had collected by then.

    Raises InformingError for a day to come, and where nothing was left to tell by that day; ContactGoneError.
    """
    if on > day_of(at, policy.zone):
        raise InformingError(_("A letter that has not been sent yet has told nobody."))
    people = Contact.objects.whole().select_for_update(no_key=True).filter(pk=contact_id)
    public_id = people.values_list("public_id", flat=True).first()
    if public_id is None:
        raise ContactGoneError(_("This person is no longer held."))
    if not Basis.objects.untold().filter(contact=contact_id, collected_on__lte=on).update(informed_on=on):
        raise InformingError(_("By that day there was nothing to tell: it came in later, or they know it already."))
    audit.record("contact.informed", at=at, by=by, public_id=public_id, rule="letter")


def unreached(people: QuerySet[Contact], *, day: dt.date) -> QuerySet[Contact]:
    """Return those of these people whom somebody has to tell by other means than e-mail.

    Their address bounces or is doubted, the letter was refused or given up, or it has not left although a month has
    passed. Whom the next morning's mail will tell is not among them, nor the restricted, who are told once their
    restriction has ended.
    """
    untold = Basis.objects.untold()
    overdue = Q(pk__in=untold.filter(collected_on__lt=day - A_MONTH).values("contact"))
    return people.filter(
        Q(restricted_through__isnull=True) | Q(restricted_through__lt=day),
        _UNWRITTEN | Exists(_undelivered()) | (overdue & Exists(_letters("pk").filter(_UNDER_WAY))),
        pk__in=untold.values("contact"),
    )


def unshown(people: QuerySet[Contact]) -> QuerySet[Contact]:
    """Return those of these people who gave us their details, with no notice to them on record (Art. 13 GDPR)."""
    return people.filter(pk__in=Basis.objects.unshown().values("contact"))


def _undelivered() -> QuerySet[Message]:
    """Letters that failed, with none that arrived since."""
    later = _letters("contact").filter(sent_at__gt=OuterRef("ended_at"))
    return _letters("pk").filter(end__in=_FAILED).exclude(Exists(later))
