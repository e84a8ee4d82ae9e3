"""May we write to this person on this channel? One answer, for one person or all of them, with the reason (P11, P12).

Lists, exports, pages and the moment of sending all ask here. Whoever is not refused may be written to.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from contacts.models import Basis, ChannelPermission, Contact, CountryRule, Interest, Suppression
from contacts.vocabulary import (
    ACTIVITY_SCENARIOS,
    AgreementState,
    Channel,
    MarketingGround,
    PermissionState,
    Scenario,
    SourceKind,
)


class Refusal(TextChoices):
    """Why somebody may not be written to, the weightiest first."""

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
    NO_COUNTRY = "no_country", _("the country is missing: complete the country")
    NO_CONSENT = "no_consent", _("their country asks for consent, and they have given none")
    NO_INTEREST = "no_interest", _("they showed no interest in this topic")


@dataclass(frozen=True)
class Law:
    """What the table of countries says of one channel on one day. Without a row, email and phone need consent."""

    channel: Channel
    default: MarketingGround
    by_country: dict[str, MarketingGround] = field(default_factory=dict)
    for_customers: dict[str, MarketingGround] = field(default_factory=dict)


def law(channel: Channel, day: dt.date) -> Law:
    """Read the rules in force on a day for a channel."""
    rules = [rule for rule in CountryRule.objects.in_force(day) if rule.channel == channel]
    general = {rule.country: MarketingGround(rule.ground) for rule in rules if not rule.existing_customers}
    special = {rule.country: MarketingGround(rule.ground) for rule in rules if rule.existing_customers}
    fallback = MarketingGround.INTEREST if channel == Channel.POST else MarketingGround.CONSENT
    return Law(channel, general.pop("", fallback), general, special)


def judged(
    channel: Channel, *, day: dt.date, topics: Collection[int] | None = None, people: QuerySet[Contact] | None = None
) -> QuerySet[Any]:
    """Return people (all who are held whole, unless told) with `refusal`: why not, empty where they may be written to.

    `topics` are the keys of what the mailing is about: those who are held for a whitepaper, webinar or event alone get
    what matches their interest. None leaves that question out.
    """
    asked: QuerySet[Any] = Contact.objects.whole() if people is None else people
    cases = [When(condition, then=Value(code.value)) for code, condition in _conditions(law(channel, day), day, topics)]
    answered: QuerySet[Any] = asked.annotate(refusal=Case(*cases, default=Value(""), output_field=CharField()))
    return answered


def marketable(channel: Channel, *, day: dt.date, topics: Collection[int] | None = None) -> QuerySet[Any]:
    """Return those who may be written to on a channel."""
    return judged(channel, day=day, topics=topics).filter(refusal="")


def of_one(contact: Contact, *, day: dt.date, topics: Collection[int] | None = None) -> dict[Channel, str]:
    """Return for each channel why this person may not be written to; empty where they may."""
    people = Contact.objects.filter(pk=contact.pk)
    found = {
        channel: judged(channel, day=day, topics=topics, people=people).values_list("refusal", flat=True).first()
        for channel in Channel
    }
    return {channel: Refusal.NO_BASIS if refusal is None else refusal for channel, refusal in found.items()}


def _conditions(law: Law, day: dt.date, topics: Collection[int] | None) -> list[tuple[Refusal, Q]]:
    conditions: list[tuple[Refusal, Q]] = [
        (Refusal.RESTRICTED, Q(restricted_through__gte=day)),
        (Refusal.FROZEN, Q(frozen_through__gte=day)),
        (Refusal.OBJECTED, _said(law.channel, PermissionState.OBJECTED)),
        (Refusal.SUPPRESSED, Q(Exists(_suppressions(law.channel)))),
        (Refusal.NO_BASIS, ~Q(Exists(_bases()))),
        (Refusal.LEFT, Q(left_on__isnull=False)),
        (Refusal.UNREACHABLE, _UNREACHABLE[law.channel]),
        (Refusal.NOT_TOLD, Q(Exists(_untold()))),
        *_by_country(law),
    ]
    if law.channel == Channel.EMAIL:
        conditions += [
            (Refusal.UNCONFIRMED, Q(unconfirmed_since__isnull=False)),
            (Refusal.BOUNCING, Q(bounced_on__isnull=False)),
        ]
    if topics is not None:
        conditions.append((Refusal.NO_INTEREST, _no_interest(topics)))
    return sorted(conditions, key=lambda pair: list(Refusal).index(pair[0]))


_UNREACHABLE = {
    Channel.EMAIL: Q(email__isnull=True),
    Channel.PHONE: Q(phone=""),
    Channel.POST: Q(address="") | Q(city="", postal_code=""),
}


def _by_country(law: Law) -> list[tuple[Refusal, Q]]:
    asking = _needs_consent(law)
    unasked = ~_said(law.channel, PermissionState.CONSENTED)
    return [(Refusal.NO_COUNTRY, Q(country="") & asking & unasked), (Refusal.NO_CONSENT, asking & unasked)]


def _needs_consent(law: Law) -> Q:
    """Say whose country asks for consent. A missing country is whatever the default says."""
    general = _consent_by(law.by_country, law.default)
    if not law.for_customers:
        return general
    told_apart = Q(country__in=list(law.for_customers))
    consent = [country for country, ground in law.for_customers.items() if ground == MarketingGround.CONSENT]
    customers = Q(_is_customer())
    return (customers & told_apart & Q(country__in=consent)) | (~(customers & told_apart) & general)


def _consent_by(by_country: dict[str, MarketingGround], default: MarketingGround) -> Q:
    if default == MarketingGround.CONSENT:
        return ~Q(country__in=[name for name, ground in by_country.items() if ground == MarketingGround.INTEREST])
    return Q(country__in=[name for name, ground in by_country.items() if ground == MarketingGround.CONSENT])


def _is_customer() -> Exists:
    return Exists(
        _bases().filter(scenario=Scenario.CUSTOMER, contact__organisation__agreement_state=AgreementState.OPEN)
    )


def _no_interest(topics: Collection[int]) -> Q:
    wanted = Interest.objects.filter(contact=OuterRef("pk"), topic__in=list(topics))
    unwanted = Q(Exists(wanted.filter(wanted=False))) & ~Q(Exists(wanted.filter(wanted=True)))
    only_for_their_interest = ~Q(Exists(_bases().exclude(scenario__in=ACTIVITY_SCENARIOS)))
    return unwanted | (only_for_their_interest & ~Q(Exists(wanted.filter(wanted=True))))


def _bases() -> QuerySet[Basis]:
    return Basis.objects.filter(contact=OuterRef("pk"))


def _untold() -> QuerySet[Basis]:
    return _bases().filter(informed_on__isnull=True).exclude(source_kind=SourceKind.PERSON)


def _said(channel: Channel, state: PermissionState) -> Q:
    return Q(Exists(ChannelPermission.objects.filter(contact=OuterRef("pk"), channel=channel, state=state)))


def _suppressions(channel: Channel) -> QuerySet[Suppression]:
    return Suppression.objects.filter(address_hash=OuterRef("address_hash"), channel=channel)
