"""What the table of countries says on one day: on which channel whose law asks for consent before marketing (P11)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from django.db.models import BooleanField, CharField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.expressions import Combinable

from contacts.models import CountryRule, Organisation
from contacts.words.country_codes import codes
from contacts.words.mail_providers import public_domains
from contacts.words.vocabulary import CORPORATE_FORMS, Channel, MarketingGround

type Grounds = dict[str, MarketingGround]

# What holds where the table has no rule at all (P11).
_WITHOUT_RULES = {
    Channel.EMAIL: MarketingGround.CONSENT,
    Channel.PHONE: MarketingGround.CONSENT,
    Channel.POST: MarketingGround.INTEREST,
}


@dataclass(frozen=True)
class Law:
    """The rules of one channel. A country's own rules go before those for all others, and among a country's rules, or
    among those for all others, the one for existing customers goes before the general one.
    """

    channel: Channel
    default: MarketingGround
    by_country: Grounds = field(default_factory=dict)
    customers_default: MarketingGround | None = None
    for_customers: Grounds = field(default_factory=dict)

    def asks(self, customer: Q) -> Q:
        """Say of which contacts the law asks for consent; `customer` tells those who are existing customers.

        A country that is missing could be any: it asks where the law of any country does.
        """
        of_all = _asks(self.default, self.by_country)
        if self.customers_default is None and not self.for_customers:
            return of_all
        of_customers = _asks(self.customers_default or self.default, {**self.by_country, **self.for_customers})
        return (of_all & of_customers) | (of_all & ~customer) | (of_customers & customer)


def laws(day: dt.date) -> dict[Channel, Law]:
    """Read the rules in force on a day, for all channels, in one query."""
    return of_rules(CountryRule.objects.in_force(day))


def of_rules(rules: Iterable[CountryRule]) -> dict[Channel, Law]:
    """Return what these rules say, of which there is one for each country, channel and kind of reader."""
    listed = list(rules)
    return {channel: _of_channel(channel, [rule for rule in listed if rule.channel == channel]) for channel in Channel}


def countries(of: Mapping[Channel, Law]) -> list[str]:
    """Return the countries that have rules of their own on a channel, and one of those that have none."""
    named = {country for law in of.values() for country in (*law.by_country, *law.for_customers)}
    return sorted(named) + sorted(codes() - named)[:1]


def country_missing() -> Q:
    """Say which contacts have no country on record: what is no code of ISO 3166-1 names none that has a rule."""
    return ~Q(_is_one_of(F("country"), _all_codes()))


def _of_channel(channel: Channel, rules: list[CountryRule]) -> Law:
    general = {rule.country: MarketingGround(rule.ground) for rule in rules if not rule.existing_customers}
    special = {rule.country: MarketingGround(rule.ground) for rule in rules if rule.existing_customers}
    default = general.pop("", _WITHOUT_RULES[channel])
    return Law(channel, default, general, special.pop("", None), special)


def _asks(default: MarketingGround, by_country: Grounds) -> Q:
    asked = _under(MarketingGround.CONSENT, default, by_country)
    if MarketingGround.CORPORATE not in (default, *by_country.values()):
        return asked
    return asked | (_under(MarketingGround.CORPORATE, default, by_country) & ~_is_corporate())


def _under(ground: MarketingGround, default: MarketingGround, by_country: Grounds) -> Q:
    """Say in which countries marketing rests on a ground. A country that is missing could be any."""
    if ground == default:
        return ~Q(country__in=sorted(country for country, said in by_country.items() if said != ground))
    there = sorted(country for country, said in by_country.items() if said == ground)
    return Q(country__in=there) | country_missing() if there else Q(country__in=[])


def _is_corporate() -> Q:
    """Tell who is written to as a company or a public body: by the organisation's legal form, and the address."""
    marked = Organisation.objects.filter(pk=OuterRef("organisation"), legal_form__in=CORPORATE_FORMS)
    return Q(Exists(marked)) & Q(email__isnull=False) & ~Q(_at_public_provider())


def _at_public_provider() -> Func:
    """Tell whether the address is at a domain where anybody gets a mailbox."""
    domain = Func(F("email"), Value("@"), Value(2), function="split_part", output_field=CharField())
    return _is_one_of(domain, _all_public_domains())


def _is_one_of(expression: Combinable, literal: str) -> Func:
    """Tell whether a text is one of a list.

    The list is one literal, since hundreds of parameters would cost more than the search itself. PostgreSQL hashes
    it: 20 ms for a million people and thousands of domains.
    """
    listed = Value(literal)
    return Func(
        expression, listed, template="(%(expressions)s::text[]))", arg_joiner=" = ANY (", output_field=BooleanField()
    )


@cache
def _all_codes() -> str:
    return _literal(codes())


@cache
def _all_public_domains() -> str:
    return _literal(public_domains())


def _literal(words: Iterable[str]) -> str:
    return f"{{{','.join(sorted(words))}}}"
