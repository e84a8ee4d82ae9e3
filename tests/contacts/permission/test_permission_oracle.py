"""The answer of the queryset against one worked out by hand, in plain Python, for people nobody thought of."""

import datetime as dt
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import (
    Agreement,
    Basis,
    ChannelPermission,
    Contact,
    CountryRule,
    Interest,
    Organisation,
    PolicyVersion,
    Suppression,
    Topic,
)
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import Channel, Scenario
from tests.support.examples import examples
from tests.support.factories import DOUBTED, ContactFactory, OrganisationFactory, TopicFactory
from tests.support.preferring import reachable

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
DAYS = st.sampled_from([TODAY - dt.timedelta(days=1), TODAY, TODAY + dt.timedelta(days=1)])
CONDITIONS = st.sampled_from(["consent", "legitimate_interest", "corporate"])
CORPORATE = {"company", "llp", "scottish_partnership", "public_body"}
FORMS = [None, "", "sole_trader", "partnership", *sorted(CORPORATE)]
COUNTRIES = ["DE", "SE", "GB", ""]
SELDOM = st.sampled_from([None] * 6 + [TODAY])

PEOPLE = st.fixed_dictionaries(
    {
        "restricted_through": SELDOM,
        "frozen_through": st.sampled_from([None] * 6 + [TODAY, TODAY - dt.timedelta(days=1)]),
        "left_on": SELDOM,
        "doubted": SELDOM,
        "bounced_on": SELDOM,
        "phone": st.sampled_from(["", "+46 8 465 00 00", "08-465 00 00"]),
        "address": st.sampled_from(["", "Storgatan 1", "Storgatan 2"]),
        "city": st.sampled_from(["", "Stockholm"]),
        "country": st.sampled_from([*COUNTRIES, "Sweden"]),
        "domain": st.sampled_from(["fjordkraft.example", "fjordkraft.example", "gmail.com", "mail.gmail.com"]),
        "legal_form": st.sampled_from(FORMS),
        "bases": st.dictionaries(
            st.sampled_from(Scenario.values),
            st.tuples(st.sampled_from(["person", "person", "organisation", "public"]), st.booleans()),
            max_size=3,
        ),
        "said": st.sets(
            st.tuples(st.sampled_from(Channel.values), st.sampled_from(["consented", "consented", "objected"])),
            max_size=4,
        ),
        "suppressed": st.sampled_from([None] * 4 + Channel.values),
        "agreement": st.sampled_from([None, ("customer", None), ("customer", TODAY), ("partner", None)]),
        "interests": st.dictionaries(st.sampled_from([0, 1]), st.booleans()),
    }
)
RULES = st.dictionaries(
    st.tuples(
        st.sampled_from(COUNTRIES),
        st.sampled_from(Channel.values),
        st.booleans(),
        DAYS,
    ),
    CONDITIONS,
    max_size=12,
)
TOPICS = st.sampled_from([None, [], [0], [1], [0, 1]])


def expected(person: dict[str, Any], channel: str, rules: dict[Any, str], topics: list[int] | None) -> str:
    """Return the reason as the promises have it, read from top to bottom."""
    scenarios = set(person["bases"])
    objected, consented = ((channel, state) in person["said"] for state in ("objected", "consented"))
    known = {
        Refusal.RESTRICTED: person["restricted_through"] == TODAY,
        Refusal.FROZEN: person["frozen_through"] == TODAY,
        Refusal.OBJECTED: objected,
        Refusal.SUPPRESSED: person["suppressed"] == channel,
        Refusal.NO_BASIS: not scenarios,
        Refusal.LEFT: person["left_on"] is not None,
        Refusal.UNREACHABLE: unreachable(person, channel),
        Refusal.UNCONFIRMED: person["doubted"] is not None,
        Refusal.BOUNCING: channel == "email" and person["bounced_on"] is not None,
        Refusal.NOT_TOLD: any(kind != "person" and not told for kind, told in person["bases"].values()),
        Refusal.NO_COUNTRY: not consented and len(person["country"]) != 2 and asks(person, channel, rules),
        Refusal.NO_CONSENT: not consented and asks(person, channel, rules),
        Refusal.NO_INTEREST: topics is not None and uninterested(person, topics),
    }
    return next((reason.value for reason, holds in known.items() if holds), "")


def unreachable(person: dict[str, Any], channel: str) -> bool:
    if channel == "post":
        return not person["address"] or not person["city"]
    return channel == "phone" and not person["phone"]


def asks(person: dict[str, Any], channel: str, rules: dict[Any, str]) -> bool:
    """Ask the law of the country, or of each that there is where it is missing."""
    asking = {"consent"} if is_corporate(person) else {"consent", "corporate"}
    known, elsewhere = [person["country"]], ["XX", *(country for country in COUNTRIES if country)]
    countries = known if len(person["country"]) == 2 else elsewhere
    return any(ground(each, channel, rules, customer=is_customer(person)) in asking for each in countries)


def ground(country: str, channel: str, rules: dict[Any, str], *, customer: bool) -> str:
    for place in (country, ""):
        for special in (True, False) if customer else (False,):
            days = [day for (c, ch, s, day) in rules if (c, ch, s) == (place, channel, special) and day <= TODAY]
            if days:
                return rules[place, channel, special, max(days)]
    return "legitimate_interest" if channel == "post" else "consent"


def is_customer(person: dict[str, Any]) -> bool:
    given_by, _ = person["bases"].get("customer", ("", False))
    return given_by in {"person", "organisation"} and person["agreement"] == ("customer", None)


def is_corporate(person: dict[str, Any]) -> bool:
    return person["legal_form"] in CORPORATE and person["domain"] != "gmail.com"


def uninterested(person: dict[str, Any], topics: list[int]) -> bool:
    told = {person["interests"][topic] for topic in topics if topic in person["interests"]}
    if True in told:
        return False
    return False in told or set(person["bases"]) <= {"whitepaper", "webinar", "event"}


def make(person: dict[str, Any], policy: PolicyVersion, topics: list[Topic]) -> Contact:
    own = {name: value for name, value in person.items() if name in _FIELDS} | (DOUBTED if person["doubted"] else {})
    form = person["legal_form"]
    belongs = person["agreement"] or form is not None
    organisation = OrganisationFactory.create(legal_form=form or "") if belongs else None
    contact: Contact = ContactFactory.create(
        organisation=organisation, email=f"person{next(_numbers)}@{person['domain']}", **own
    )
    for scenario, (kind, told) in person["bases"].items():
        Basis.objects.create(
            contact=contact,
            scenario=scenario,
            legal_basis="legitimate_interest",
            collected_on=TODAY,
            source_kind=kind,
            informed_on=TODAY if told else None,
        )
    if person["agreement"]:
        kind, ended_on = person["agreement"]
        Agreement.objects.create(organisation=organisation, kind=kind, ended_on=ended_on)
    for channel, state in person["said"]:
        ChannelPermission.objects.create(contact=contact, channel=channel, state=state, given_on=TODAY)
    if person["suppressed"]:
        Suppression.objects.create(
            address_hash=contact.address_hash,
            mailbox_hash=contact.mailbox_hash,
            channel=person["suppressed"],
            since=TODAY,
        )
    for topic, wanted in person["interests"].items():
        Interest.objects.create(contact=contact, topic=topics[topic], wanted=wanted, since=TODAY)
    return contact


_numbers = count()
_FIELDS = {field.name for field in Contact._meta.get_fields()} - {"bases", "interests"}


@pytest.mark.promise("P11")
@pytest.mark.promise("P12")
@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PEOPLE, min_size=1, max_size=6), rules=RULES, asked=TOPICS)
def test_everybody_gets_the_answer_worked_out_by_hand(
    policy: PolicyVersion, people: list[dict[str, Any]], rules: dict[Any, str], asked: list[int] | None
) -> None:
    _start_anew()
    topics = TopicFactory.create_batch(2)
    CountryRule.objects.bulk_create(
        CountryRule(
            country=country, channel=channel, existing_customers=special, valid_from=day, ground=said, source="An Act"
        )
        for (country, channel, special, day), said in rules.items()
    )
    held = [(make(person, policy, topics), person) for person in people]
    keys = None if asked is None else [topics[number].pk for number in asked]
    alone = {contact.pk: permission.of_one(contact, day=TODAY, topics=keys) for contact, _ in held}
    for channel in Channel:
        worked_out = {contact.pk: expected(person, channel, rules, asked) for contact, person in held}
        judged = permission.judged(channel, day=TODAY, topics=keys)
        assert dict(judged.values_list("pk", "refusal")) == worked_out
        marketable = reachable(channel, day=TODAY, topics=keys)
        assert set(marketable.values_list("pk", flat=True)) == {pk for pk, reason in worked_out.items() if not reason}
        assert {key: answers[channel] for key, answers in alone.items()} == worked_out
        assert permission.reach(channel, day=TODAY, topics=keys).may == list(worked_out.values()).count("")


def _start_anew() -> None:
    for model in (Suppression, CountryRule, Contact, Topic, Agreement, Organisation):
        model._base_manager.all().delete()
