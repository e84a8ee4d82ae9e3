"""A use waits for everybody who was not told of it: all doors' one rule, against a plain model of L13."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.disclosure import disclosing
from contacts.models import Basis, Contact, PolicyVersion
from contacts.people import tellings
from contacts.permission import permission
from contacts.policy import policies, purposes
from contacts.words.vocabulary import Channel, TellingWay, Use
from retention.due import new_purposes
from tests.support.examples import examples
from tests.support.factories import ContactFactory, hold
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L13")]

TODAY = dt.date(2026, 11, 24)
KINDS = ("customer", "prospect")
HELD_BACK = {"service", "marketing", "sharing"}

# The model: a rule is a list of purposes, each with its words, its use (None: nobody said) and its earlier words.


def uses_of(rule: list[Any]) -> set[str]:
    return {use for _text, use, _earlier in rule} if rule[0][1] else HELD_BACK


def promised(versions: list[Any], basis: dict[str, Any]) -> dict[str, Any]:
    """The rules told last, by what did not bounce; else those shown, in force at collection, or the first."""
    if basis["told"] is not None and not basis["bounced"]:
        return versions[basis["told"] % len(versions)][1]
    if basis["shown"] is not None:
        return versions[basis["shown"] % len(versions)][1]
    before = [rules for day, rules in versions if day <= basis["collected_on"]]
    return before[-1] if before else versions[0][1]


def is_ground(use: str, versions: list[Any], kind: str, basis: dict[str, Any]) -> bool:
    return use in uses_of(versions[-1][1][kind]) & uses_of(promised(versions, basis)[kind])


def is_owed_word(versions: list[Any], kind: str, basis: dict[str, Any]) -> bool:
    old, new = promised(versions, basis)[kind], versions[-1][1][kind]
    known = {text for text, _use, _earlier in old}
    asked = [({text, *earlier}, {use} & HELD_BACK if use else HELD_BACK) for text, use, earlier in new]
    return any(not words & known or uses - uses_of(old) for words, uses in asked)


# The world

WORDS = ["Answer", "Tell", "Ask", "Hand on"]


@st.composite
def rules(draw: st.DrawFn) -> list[Any]:
    texts = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True))
    said = draw(st.booleans() | st.just(True))
    earlier = st.lists(st.sampled_from(WORDS), max_size=1)
    return [(text, draw(st.sampled_from(Use.values)) if said else None, draw(earlier)) for text in texts]


DAYS = st.dates(dt.date(2025, 1, 1), TODAY)
VERSIONS = st.lists(st.tuples(DAYS, st.fixed_dictionaries(dict.fromkeys(KINDS, rules()))), min_size=1, max_size=4)
BASIS = st.fixed_dictionaries(
    {
        "collected_on": DAYS,
        "shown": st.none() | st.integers(0, 3),
        "told": st.none() | st.integers(0, 3),
        "bounced": st.booleans(),
    }
)
PEOPLE = st.lists(st.dictionaries(st.sampled_from(KINDS), BASIS, min_size=1), min_size=1, max_size=5)


def publish(versions: list[Any], source: dict[str, Any]) -> list[PolicyVersion]:
    made = []
    for day, said in versions:
        changed = [rule | _spoken(said[rule["scenario"]]) if rule["scenario"] in said else rule
                   for rule in source["rule"]]  # fmt: skip
        version = policies.draft(source | {"rule": changed})
        policies.publish(version, at=dt.datetime.combine(day, dt.time(9), dt.UTC), by="test")
        made.append(version)
    return made


def _spoken(rule: list[Any]) -> dict[str, Any]:
    texts = [text for text, _use, _earlier in rule]
    uses = [use for _text, use, _earlier in rule if use]
    return {"purposes": {"en": texts}, "uses": uses, "rewords": {text: earlier for text, _use, earlier in rule}}


def held(person: dict[str, Any], versions: list[PolicyVersion]) -> Contact:
    contact: Contact = ContactFactory.create(address="Storgatan 1", city="Stockholm", country="SE")
    for scenario, basis in person.items():
        shown = versions[basis["shown"] % len(versions)] if basis["shown"] is not None else None
        row = hold(contact, scenario, basis["collected_on"], policy=versions[-1], policy_shown=shown,
                   policy_shown_on=shown and TODAY - dt.timedelta(days=9))  # fmt: skip
        if basis["told"] is not None:
            mail, version = uuid.uuid4(), versions[basis["told"] % len(versions)]
            tellings.record([row.pk], version, TellingWay.MAIL, on=TODAY, mail=mail)
            if basis["bounced"]:
                assert tellings.came_back(contact.pk, mail, day=TODAY)
    return contact


@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=VERSIONS, people=PEOPLE)
def test_a_use_waits_until_told_at_every_door(
    versions: list[Any], people: list[dict[str, Any]], policy_source: dict[str, Any]
) -> None:
    versions = sorted(versions, key=lambda version: version[0])
    with transaction.atomic():
        made = publish(versions, policy_source)
        _check(versions, [(held(person, made), person) for person in people], made[-1])
        transaction.set_rollback(True)


def _check(versions: list[Any], people: list[tuple[Contact, dict[str, Any]]], policy: PolicyVersion) -> None:
    each = [(contact.pk, kind, basis) for contact, person in people for kind, basis in person.items()]
    for use in Use:
        if use != Use.OTHER:
            expected = {(pk, kind) for pk, kind, basis in each if is_ground(use, versions, kind, basis)}
            assert set(Basis.objects.filter(purposes.ground(use)).values_list("contact", "scenario")) == expected
    by_post = permission.judged(Channel.POST, day=TODAY).values_list("pk", "refusal")
    assert dict(by_post) == {contact.pk: _refusal(versions, person) for contact, person in people}
    reseller = RecipientFactory.create(kind="reseller", purposes=list(KINDS))
    for kind in KINDS:
        sharing = {pk for pk, held_as, basis in each if held_as == kind and is_ground("sharing", versions, kind, basis)}
        known = Contact.objects.filter(disclosing.knowing(reseller, kind), bases__scenario=kind)
        assert set(known.values_list("pk", flat=True)) == sharing
    _check_telling(versions, each, policy)


def _check_telling(versions: list[Any], each: list[Any], policy: PolicyVersion) -> None:
    """Who waits is owed word, or they would wait for ever."""
    with connection.cursor() as cursor:
        cursor.execute(*new_purposes.used_for_more(policy))
        owed = set(cursor.fetchall())
    assert owed == {(pk, kind) for pk, kind, basis in each if is_owed_word(versions, kind, basis)}
    waiting: dict[str, set[int]] = {use: set() for use in HELD_BACK}
    for pk, kind, basis in each:
        for use in (uses_of(versions[-1][1][kind]) - uses_of(promised(versions, basis)[kind])) & HELD_BACK:
            waiting[use].add(pk)
            assert (pk, kind) in owed
    assert new_purposes.waits_for(policy) == {use: len(found) for use, found in waiting.items() if found}


def _refusal(versions: list[Any], person: dict[str, Any]) -> str:
    if not any("marketing" in uses_of(versions[-1][1][kind]) for kind in person):
        return "no_purpose"
    told = any(is_ground("marketing", versions, kind, basis) for kind, basis in person.items())
    return "" if told else "new_purpose"
