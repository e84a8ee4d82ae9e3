"""May we write to this person on this channel? One answer, for one person or all of them, with the reason (P11, P12).

Lists, exports, pages and the moment of sending all ask here. Whoever is not refused may be written to. An objection
always wins: no consent counts beside one, whichever came first. Consent takes the place of a law that asks for it, and
of nothing else.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from contacts.models import Basis, ChannelPermission, Contact, Interest
from contacts.people import address_trust, suppressions
from contacts.permission import customers
from contacts.permission.consent_law import Law, country_missing, laws
from contacts.policy import purposes
from contacts.words.vocabulary import (
    ACTIVITY_SCENARIOS,
    AddressTrust,
    Channel,
    PermissionState,
    Use,
)


class Refusal(TextChoices):
    """Why somebody may not be written to, the weightiest first: who is refused for several reasons gets the first."""

    RESTRICTED = "restricted", _("their details are only stored, as they asked")
    FROZEN = "frozen", _("a request or a claim of theirs is open")
    OBJECTED = "objected", _("they objected")
    SUPPRESSED = "suppressed", _("this address objected earlier")
    NO_BASIS = "no_basis", _("no reason to hold them is left")
    LEFT = "left", _("they have left the organisation")
    UNREACHABLE = "unreachable", _("we have nothing to reach them by on this channel")
    UNCONFIRMED = "unconfirmed", _("nobody has confirmed the address")
    BOUNCING = "bouncing", _("the address bounces")
    NOT_TOLD = "not_told", _("they have not been told yet where we have their details from (Art. 14)")
    NO_PURPOSE = "no_purpose", _("the policy in force does not name marketing as a purpose")
    NEW_PURPOSE = "new_purpose", _("they have not been told yet that we use their details for marketing")
    NO_COUNTRY = "no_country", _("the country is missing: complete the country")
    NO_CONSENT = "no_consent", _("their country asks for consent, and they have given none")
    NO_INTEREST = "no_interest", _("they showed no interest in this topic")
    # Where a recipient gets their details: `contacts.disclosing` asks it, beside what is asked here.
    NOT_COVERED = "not_covered", _("they are not held for what the recipient would get their details for")
    NOT_SHARED = "not_shared", _("they have not been told of a purpose for which we share their details")


@dataclass(frozen=True)
class Reach:
    """How many people may be written to, and how many may not, by reason."""

    may: int = 0
    left_out: dict[Refusal, int] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return self.may + sum(self.left_out.values())


def judged(
    channel: Channel,
    *,
    day: dt.date,
    topics: Collection[int] | None = None,
    people: QuerySet[Contact] | None = None,
) -> QuerySet[Any]:
    """Return people (all who are held whole, unless told) with `refusal`: why not, empty where they may be written to.

    `topics` are the keys of what the mailing is about: those who are held for a whitepaper, webinar or event alone get
    what matches their interest, so that they get nothing that is about no topic at all. None leaves that question out.
    """
    asked: QuerySet[Any] = Contact.objects.whole() if people is None else people
    answered: QuerySet[Any] = asked.annotate(refusal=answer(laws(day)[channel], day, topics))
    return answered


def reach(
    channel: Channel,
    *,
    day: dt.date,
    topics: Collection[int] | None = None,
    people: QuerySet[Contact] | None = None,
) -> Reach:
    """Count who may be written to and who is left out, the largest number first, in one query however many they are."""
    asked = judged(channel, day=day, topics=topics, people=people).order_by()
    return _reach(Counter(dict(asked.values_list("refusal").annotate(number=Count("pk")))))


def reach_each(people: QuerySet[Contact], *, day: dt.date) -> dict[Channel, Reach]:
    """Count the same of these people for each channel, in one query, and one for the laws."""
    asked = people.order_by().annotate(**_answers(day, None)).values_list(*_ON.values())
    counts: dict[Channel, Counter[str]] = {channel: Counter() for channel in Channel}
    for *told, number in asked.annotate(number=Count("pk")):
        for channel, code in zip(Channel, told, strict=True):
            counts[channel][code] += number
    return {channel: _reach(counted) for channel, counted in counts.items()}


def of_one(contact: Contact, *, day: dt.date, topics: Collection[int] | None = None) -> dict[Channel, str]:
    """Return for each channel why this person may not be written to; empty where they may. Two queries."""
    found = of_each([contact.pk], day=day, topics=topics)
    return found.get(contact.pk, dict.fromkeys(Channel, Refusal.NO_BASIS))


def of_each(
    contact_ids: Collection[int], *, day: dt.date, topics: Collection[int] | None = None
) -> dict[int, dict[Channel, str]]:
    """Return the same for each of these people who is still held. Two queries, however many they are."""
    asked = (
        Contact.objects.filter(pk__in=contact_ids).annotate(**_answers(day, topics)).values_list("pk", *_ON.values())
    )
    return {pk: dict(zip(Channel, told, strict=True)) for pk, *told in asked}


def objected_to_all() -> Q:
    """Tell of contacts whether they objected to all marketing: on each channel they did, or their address did (P12)."""
    stopped = Q()
    for channel in Channel:
        stopped &= _said(channel, PermissionState.OBJECTED) | suppressions.holds(channel)
    return stopped


def objected_to_any() -> Q:
    """Tell of contacts whether they objected to marketing on any channel, or their address did."""
    stopped = Q()
    for channel in Channel:
        stopped |= _said(channel, PermissionState.OBJECTED) | suppressions.holds(channel)
    return stopped


def answer(law: Law, day: dt.date, topics: Collection[int] | None = None, told: Q | None = None) -> Case:
    """Return the expression that answers for each contact of a queryset: the reason, or nothing.

    `told` says which bases are a ground for marketing, where that has been read already.
    """
    told = purposes.ground(Use.MARKETING) if told is None else told
    conditions = sorted(_conditions(law, day, topics, told), key=lambda pair: _ORDER[pair[0]])
    whens = [When(condition, then=Value(code.value)) for code, condition in conditions]
    return Case(*whens, default=Value(""), output_field=CharField())


_ON = {channel: f"on_{channel}" for channel in Channel}


def _answers(day: dt.date, topics: Collection[int] | None) -> dict[str, Any]:
    in_force, told = laws(day), purposes.ground(Use.MARKETING)
    return {name: answer(in_force[channel], day, topics, told) for channel, name in _ON.items()}


def _reach(counted: Counter[str]) -> Reach:
    left_out = {Refusal(code): number for code, number in counted.most_common() if code}
    return Reach(counted[""], left_out)


_ORDER = {code: place for place, code in enumerate(Refusal)}


def _conditions(law: Law, day: dt.date, topics: Collection[int] | None, told: Q) -> list[tuple[Refusal, Q]]:
    conditions = [
        (Refusal.RESTRICTED, Q(restricted_through__gte=day)),
        (Refusal.FROZEN, Q(frozen_through__gte=day)),
        (Refusal.OBJECTED, _said(law.channel, PermissionState.OBJECTED)),
        (Refusal.SUPPRESSED, suppressions.holds(law.channel)),
        (Refusal.NO_BASIS, ~Q(Exists(_bases()))),
        (Refusal.LEFT, Q(left_on__isnull=False)),
        (Refusal.UNREACHABLE, _UNREACHABLE[law.channel]),
        (Refusal.UNCONFIRMED, _in_doubt(law.channel)),
        (Refusal.NOT_TOLD, Q(Exists(Basis.objects.untold().filter(contact=OuterRef("pk"))))),
        *_by_purpose(told),
        *_by_law(law, day),
    ]
    if law.channel == Channel.EMAIL:
        conditions.append((Refusal.BOUNCING, Q(bounced_on__isnull=False)))
    if topics is not None:
        conditions.append((Refusal.NO_INTEREST, _no_interest(topics, told)))
    return conditions


def _in_doubt(channel: Channel) -> Q:
    """Return whose address is doubted, as far as that concerns a channel: a doubt of mail is one of e-mail alone."""
    unwanted = Q(address_trust=AddressTrust.DOUBTED, bounced_on__isnull=True)
    return address_trust.IN_DOUBT | unwanted if channel == Channel.EMAIL else address_trust.IN_DOUBT


_UNREACHABLE = {
    Channel.EMAIL: Q(email__isnull=True),
    Channel.PHONE: Q(phone=""),
    Channel.POST: Q(address="") | Q(city="", postal_code=""),
}


def _by_purpose(told: Q) -> list[tuple[Refusal, Q]]:
    """Say who is held for nothing that is a ground for marketing; a policy that never knew another use asks nothing."""
    if not told:
        return []
    in_force = purposes.named(Use.MARKETING)
    unnamed = [(Refusal.NO_PURPOSE, ~Q(Exists(_bases().filter(in_force))))] if in_force else []
    return [*unnamed, (Refusal.NEW_PURPOSE, ~Q(Exists(_bases().filter(told))))]


def _by_law(law: Law, day: dt.date) -> list[tuple[Refusal, Q]]:
    """Say who lacks the consent that their law asks for; where the country is missing, that is said first."""
    unasked = ~_said(law.channel, PermissionState.CONSENTED)
    asked = law.asks(customers.is_customer(day))
    return [(Refusal.NO_COUNTRY, country_missing() & asked & unasked), (Refusal.NO_CONSENT, asked & unasked)]


def _no_interest(topics: Collection[int], told_of: Q) -> Q:
    """Say who said no to these topics, or may be written to for their interest alone and showed none in them."""
    told = Interest.objects.filter(contact=OuterRef("pk"), topic__in=list(topics))
    unwanted = Q(Exists(told.filter(wanted=False)))
    for_interest_alone = ~Q(Exists(_bases().filter(told_of).exclude(scenario__in=ACTIVITY_SCENARIOS)))
    return ~Q(Exists(told.filter(wanted=True))) & (unwanted | for_interest_alone)


def _bases() -> QuerySet[Basis]:
    return Basis.objects.filter(contact=OuterRef("pk"))


def _said(channel: Channel, state: PermissionState) -> Q:
    return Q(Exists(ChannelPermission.objects.filter(contact=OuterRef("pk"), channel=channel, state=state)))
