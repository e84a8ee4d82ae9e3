"""Tell people at high risk about a breach (Art. 34 GDPR): one letter each, approved once, and what became of it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from contacts.base.limits import limits
from contacts.base.rows import insert
from contacts.breaches import affected, register
from contacts.breaches.register import BreachError
from contacts.models import AffectedPerson, Breach, BreachLetter, LetterCount, Message
from contacts.models.outbox import MessageEnd
from contacts.outbox import outbox
from contacts.words.breaches import STANDING, LetterFate, Risk
from contacts.words.vocabulary import AddressTrust, MailTemplate

PARTS = ("nature", "consequences", "measures")  # Art. 34(2), beside the contact point

_FATES = {
    MessageEnd.REFUSED: LetterFate.REFUSED,
    MessageEnd.GAVE_UP: LetterFate.GAVE_UP,
}

# Why a letter to somebody cannot leave, as `delivery.send_guard` would say.
_REACH = Case(
    When(Q(contact__email__isnull=True) | Q(contact__email=""), then=Value(LetterFate.UNREACHABLE.value)),
    When(contact__bounced_on__isnull=False, then=Value(LetterFate.BOUNCING.value)),
    When(contact__address_trust=AddressTrust.DOUBTED, then=Value(LetterFate.UNCONFIRMED.value)),
    default=Value(""),
    output_field=CharField(),
)


_UNREACHED = (LetterFate.UNREACHABLE, LetterFate.BOUNCING, LetterFate.UNCONFIRMED)


@transaction.atomic
def approve(breach: Breach, texts: Mapping[str, Mapping[str, str]], *, at: dt.datetime, by: str) -> int:
    """Owe a letter to everybody affected who has none and can be reached, and return how many.

    `texts` is language → PARTS, and `breach` as it was seen. Those who cannot be reached are counted by reason. Raises
    BreachError where it is no high risk, a text is missing, nobody is left, or the breach was changed meanwhile.
    """
    if breach.risk != Risk.HIGH:
        raise BreachError(_("People are told where there is a high risk (Art. 34). Assess the risk first."))
    if any(not texts.get(language, {}).get(part) for language, _name in settings.LANGUAGES for part in PARTS):
        raise BreachError(_("The letter needs all its texts in each language."))
    register.settle(breach, {}, *STANDING)
    with limits(statement="10min"):
        _take_back(breach)
        people = _to_tell(breach)
        if not people.exists():
            raise BreachError(_("Nobody is left to tell. Find the people affected first."))
        return _approved(breach, people, texts, at, by)


def _approved(breach: Breach, people: Any, texts: Mapping[str, Mapping[str, str]], at: dt.datetime, by: str) -> int:
    told = {"texts": dict(texts), "contact_point": breach.contact_point, "approved_at": at, "approved_by": by}
    letter = insert(BreachLetter(breach=breach, **told))
    _count_unreached(breach, people)
    owed = _enqueue(breach, letter, people.filter(reach=""), at)
    register.note("letters_approved", breach, at=at, by=by)
    return owed


def reachable(breach: Breach) -> tuple[int, dict[LetterFate, int]]:
    """Return how many would get a letter now, and how many not, by reason."""
    found = dict(_to_tell(breach).order_by().values_list("reach").annotate(number=Count("pk")))
    return found.pop("", 0) + _reachable_again(breach).count(), {
        LetterFate(code): number for code, number in found.items()
    }


@transaction.atomic
def left(message: Message, at: dt.datetime) -> None:
    """Note that somebody's letter has left, and count it. Call it in the transaction that marks the message."""
    _settle(message, fate=LetterFate.TOLD, told_at=at)


def failed(message: Message, end: MessageEnd, reason: str) -> None:
    """Note why somebody's letter did not leave, and count it, in the transaction that ends the message."""
    fate = LetterFate(reason) if reason in LetterFate.values else _FATES.get(end, LetterFate.SKIPPED)
    _settle(message, fate=fate, told_at=None)


def _settle(message: Message, *, fate: LetterFate, told_at: dt.datetime | None) -> None:
    breach = Breach.objects.filter(letters=message.breach_letter_id).get()
    if affected.unsettled(breach).filter(contact=message.contact_id).update(fate=fate, told_at=told_at):
        _count(breach.pk, fate, 1)


def _to_tell(breach: Breach) -> QuerySet[Any]:
    """Return those without a letter, with how each can be reached: empty, or why not.

    A letter that ended unseen, as after a restore, may have arrived: nobody gets two.
    """
    return _without_message(breach, affected.without_letter(breach))


def _reachable_again(breach: Breach) -> QuerySet[Any]:
    """Return those who could not be reached when others were told, and can by now: a bounce was a mistake, say."""
    those = AffectedPerson.objects.filter(breach=breach, fate__in=_UNREACHED)
    return _without_message(breach, those).filter(reach="")


def _without_message(breach: Breach, people: QuerySet[AffectedPerson]) -> QuerySet[Any]:
    once = Message.objects.filter(template=MailTemplate.BREACH, once=_once(breach), contact=OuterRef("contact"))
    return people.filter(~Exists(once)).annotate(reach=_REACH)


def _take_back(breach: Breach) -> None:
    """Count those who can be reached again as not told yet, so that they are."""
    for fate in _UNREACHED:
        those = AffectedPerson.objects.filter(pk__in=_reachable_again(breach).filter(fate=fate).values("pk"))
        if number := those.update(fate=""):
            LetterCount.objects.filter(breach=breach, fate=fate).update(number=F("number") - number)


def _count_unreached(breach: Breach, people: QuerySet[Any]) -> None:
    for fate in _UNREACHED:
        those = AffectedPerson.objects.filter(pk__in=people.filter(reach=fate).values("pk"))
        if number := those.update(fate=fate):
            _count(breach.pk, fate, number)


def _enqueue(breach: Breach, letter: BreachLetter, people: QuerySet[Any], at: dt.datetime) -> int:
    found = people.annotate(about=Value(letter.pk), said_once=Value(_once(breach)))
    return outbox.enqueue_each(
        MailTemplate.BREACH,
        found.values_list("contact_id", "about", "said_once"),
        ("contact_id", "breach_letter_id", "once"),
        at=at,
    )


def _once(breach: Breach) -> str:
    return f"breach:{breach.pk}"


_COUNT = """
    INSERT INTO contacts_lettercount AS counted (breach_id, fate, number) VALUES (%(breach)s, %(fate)s, %(number)s)
    ON CONFLICT (breach_id, fate) DO UPDATE SET number = counted.number + excluded.number"""


def _count(breach_id: int, fate: LetterFate, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"breach": breach_id, "fate": fate.value, "number": number})
