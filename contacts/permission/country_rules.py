"""Whose law asks for consent before marketing: rules are added with the day from which they hold, and never edited.

Who was written to on a day was judged by the rules of that day; a rule that has begun therefore stays on record.
"""

import datetime as dt
from copy import copy
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django_countries import countries

from contacts.base import audit
from contacts.models import Contact, CountryRule
from contacts.permission import consent_law
from contacts.permission.permission import answer
from contacts.policy import purposes
from contacts.words.vocabulary import Channel, MarketingGround, Use

_GDPR = dt.date(2018, 5, 25)
_ASKS, _RESTS = MarketingGround.CONSENT, MarketingGround.INTEREST


class CountryRuleError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class Effect:
    """How many people nobody may reach any more on a channel through a rule, and how many one may reach from then on.

    Counted for `day`: the rule's first, or today where it has begun.
    """

    day: dt.date
    lost: int
    gained: int


def _default(
    country: str, ground: MarketingGround, source: str, note: str = "", channel: Channel = Channel.EMAIL, **more: bool
) -> CountryRule:
    about = {"country": country, "channel": channel, "ground": ground, "valid_from": _GDPR}
    return CountryRule(**about, source=source, note=note, **more)


# Facts of law as public sources have them, for e-mail to people at companies. No legal advice: the officer decides.
_PRIVACY = "Directive 2002/58/EC, Article 13, and Regulation (EU) 2016/679, Article 6(1)(f)"
DEFAULTS = (
    _default("", _ASKS, _PRIVACY, "The careful answer where no rule of the country's own is on record."),
    _default("", _ASKS, _PRIVACY, "The careful answer where no rule is on record.", Channel.PHONE),
    _default("", _RESTS, "Regulation (EU) 2016/679, Article 6(1)(f) and recital 47", channel=Channel.POST),
    _default("DE", _ASKS, "UWG § 7", "Readers at companies count as well."),
    _default(
        "DE",
        _RESTS,
        "UWG § 7(3)",
        "Own goods or services like those bought, an address that the customer gave, a way out in each mail.",
        existing_customers=True,
    ),
    _default("SE", _ASKS, "MFL § 19", "Legal persons are free; whether a named work address is one is unclear."),
    _default(
        "GB",
        MarketingGround.CORPORATE,
        "PECR, regulations 2 and 22",
        "Sole traders and other partnerships must consent, and everybody with an address at a public mail provider.",
    ),
    _default("FR", _RESTS, "CNIL, 2005", "Named work address, and an offer that relates to the person's function."),
    _default("NL", _ASKS, "Telecommunicatiewet, article 11.7", "Except addresses that were published for the purpose."),
    _default("IT", _ASKS, "Codice privacy, article 130"),
    _default("DK", _ASKS, "Markedsføringsloven § 10"),
    _default("FI", _RESTS, "Act 917/2014, sections 200 and 202", "Where it is about the job: all else needs consent."),
    _default("IE", _RESTS, "S.I. 336/2011, regulation 13", "Where it is about the job: all else needs consent."),
)


@transaction.atomic
def adopt(*, at: dt.datetime, by: str) -> int:
    """Put the default rules on record, and return how many were not there yet. All others stay as they are."""
    before = CountryRule.objects.count()
    CountryRule.objects.bulk_create(map(copy, DEFAULTS), ignore_conflicts=True)
    added = CountryRule.objects.count() - before
    if added:
        audit.record("country_rules.adopted", at=at, by=by, rule=f"rules:{added}")
    return added


@transaction.atomic
def add(rule: CountryRule, *, at: dt.datetime, by: str) -> None:
    """Put a rule on record, which holds from its day on until a later one of its kind does.

    Raises CountryRuleError where it names no country or no source, or one of its kind begins that day already.
    """
    _check(rule)
    fields = {name: getattr(rule, name) for name in ("ground", "source", "note")}
    made, fresh = CountryRule.objects.get_or_create(**_kind(rule), valid_from=rule.valid_from, defaults=fields)
    if not fresh:
        raise CountryRuleError("A rule like this begins on that day already, and rules are never changed.")
    rule.pk = made.pk
    audit.record("country_rule.added", at=at, by=by, rule=f"country_rule:{made.pk}")


@transaction.atomic
def withdraw(rule: CountryRule, *, today: dt.date, at: dt.datetime, by: str) -> None:
    """Take a rule back that has not begun. Raises CountryRuleError where it has, or is not on record."""
    gone, _ = CountryRule.objects.filter(pk=rule.pk, valid_from__gt=today).delete()
    if not gone:
        raise CountryRuleError("This rule has begun, and stays on record. A new one can take its place.")
    audit.record("country_rule.withdrawn", at=at, by=by, rule=f"country_rule:{rule.pk}")


def effect(rule: CountryRule, *, today: dt.date) -> Effect:
    """Count whom a rule that is not on record would concern, by what is known of people today. Writes nothing.

    Raises CountryRuleError as `add` does.
    """
    _check(rule)
    day = max(rule.valid_from, today)
    in_force, told = list(CountryRule.objects.in_force(day)), purposes.ground(Use.MARKETING)
    before, after = (
        answer(consent_law.of_rules(rules)[Channel(rule.channel)], day, told=told)
        for rules in (in_force, _with(rule, in_force))
    )
    counted = (
        _concerned(rule)
        .annotate(before=before, after=after)
        .aggregate(
            lost=Count("pk", filter=Q(before="") & ~Q(after="")), gained=Count("pk", filter=~Q(before="") & Q(after=""))
        )
    )
    return Effect(day, **counted)


def _with(rule: CountryRule, in_force: list[CountryRule]) -> list[CountryRule]:
    """Return the rules in force with one more, which stands back where a later one of its kind is in force already."""
    like = [other for other in in_force if _kind(other) == _kind(rule)]
    if any(other.valid_from >= rule.valid_from for other in like):
        return in_force
    return [*(other for other in in_force if other not in like), rule]


def _concerned(rule: CountryRule) -> QuerySet[Contact]:
    people = Contact.objects.whole()
    return people.filter(Q(country=rule.country) | consent_law.country_missing()) if rule.country else people


def _kind(rule: CountryRule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in ("country", "channel", "existing_customers")}


def _check(rule: CountryRule) -> None:
    if rule.country and rule.country not in dict(countries):
        raise CountryRuleError("No country has this code (ISO 3166-1, two letters).")
    if not rule.source.strip():
        raise CountryRuleError("Name the law, or the authority's word on it.")
