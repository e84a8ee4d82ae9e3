"""In whatever order three records of one person are merged, and whatever is taken over from each, the most restrictive
word of any stands (L14, L15).
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.merging.merging import CHOSEN
from contacts.models import Basis, Contact, Organisation, PolicyVersion
from contacts.permission import consents, country_rules, objections, permission
from contacts.words.vocabulary import Channel
from privacy_crm.merging import merge
from tests.support.examples import examples
from tests.support.factories import NOON, ONE_DAY, OrganisationFactory, contact_of, customer

TODAY = NOON.date()
WORDS = st.sampled_from(["", "given", "withdrawn", "objected"])
RECORD = st.fixed_dictionaries(dict.fromkeys(Channel, WORDS))


def give(contact: Contact, channel: Channel, day: dt.date) -> None:
    wording = f"Yes of {contact.pk}."
    consents.give(contact, channel, wording, source="form", day=day, at=NOON, by="visitor")


def said(record: dict[Channel, str], policy: PolicyVersion) -> Contact:
    contact = customer(policy, country="GB", phone="+44 1", address="1 Road", city="Leeds")
    Organisation.objects.update(legal_form="company")
    told: dict[str, Any] = {"reason": "said so", "day": TODAY, "at": NOON, "by": "visitor"}
    for channel, word in record.items():
        if word in {"given", "withdrawn"}:
            give(contact, channel, TODAY - ONE_DAY)
        if word == "withdrawn":
            consents.withdraw(contact, channel, **told)
        if word == "objected":
            objections.record(str(contact.address_hash), public_id=contact.public_id, channels=[channel], **told)
    return contact


def each_way(people: list[Contact], policy: PolicyVersion, taken: Any = ([], [])) -> Iterator[Contact]:
    """Yield what is left of three once one has gone into another, and that and the third are one, whichever of these
    stays; all is undone again.
    """
    for first, second, third in permutations(people):
        with undone():
            merge(first.pk, second.pk, taken[0], policy=policy, at=NOON, by="test")
            for keep, gone in ((first, third), (third, first)):
                with undone():
                    merge(keep.pk, gone.pk, taken[1], policy=policy, at=NOON, by="test")
                    yield Contact.objects.get(pk=keep.pk)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def recorded(*people: Contact) -> Counter[Any]:
    names = ("public_id", "channel", "state", "wording")
    return Counter(row for person in people for row in person.consent_records.values_list(*names))


@pytest.mark.django_db
@pytest.mark.promise("L14")
@pytest.mark.promise("P12")
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORD, min_size=3, max_size=3))
def test_the_most_restrictive_word_stands_whatever_the_order(
    policy: PolicyVersion, records: list[dict[Channel, str]]
) -> None:
    country_rules.adopt(at=NOON, by="test")
    people = [said(record, policy) for record in records]
    Contact.objects.update(organisation=people[0].organisation)  # of one employer: the test below has several
    ledger = recorded(*people)
    for left in each_way(people, policy):
        assert recorded(left) == ledger
        for channel, answer in permission.of_one(left, day=TODAY).items():
            stopped = {record[channel] for record in records} & {"withdrawn", "objected"}
            assert (answer == permission.Refusal.OBJECTED) == bool(stopped)
            assert stopped or answer == _by_law(channel, {record[channel] for record in records})


def _by_law(channel: Channel, words: set[str]) -> str:
    """In Britain a phone call needs a consent, and mail and post to companies do not (tests' country rules)."""
    return permission.Refusal.NO_CONSENT if channel == Channel.PHONE and "given" not in words else ""


PLACED = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["SE", "GB", "FR", ""]),
        "legal_form": st.sampled_from(["company", "sole_trader", "", None]),
        "left_on": st.sampled_from([None, TODAY, TODAY - ONE_DAY]),
        "told": st.booleans(),
        "right": st.booleans(),  # they put their phone right
    }
)
TAKEN = st.sets(st.sampled_from(sorted(CHOSEN))).map(sorted)


@pytest.mark.django_db
@pytest.mark.promise("L15")
@pytest.mark.promise("L5")
@pytest.mark.promise("P4")
@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(PLACED, min_size=3, max_size=3), taken=st.tuples(TAKEN, TAKEN), one_employer=st.booleans())
def test_place_leaving_and_what_is_owed_stand_whatever_the_order_and_whatever_is_taken(
    policy: PolicyVersion, records: list[dict[str, Any]], taken: Any, one_employer: bool
) -> None:
    country_rules.adopt(at=NOON, by="test")
    employer = OrganisationFactory.create(legal_form="company") if one_employer else None
    people = [placed(record, employer, policy) for record in records]
    for left in each_way(people, policy, taken):
        _is_no_looser(left, people)
        _is_owed_what_any_was(left, records)
        if employer:
            assert left.left_on == min(filter(None, (each["left_on"] for each in records)), default=None)


@pytest.mark.django_db
@pytest.mark.promise("L15")
@pytest.mark.parametrize(
    "places",
    [
        pytest.param([("GB", "company"), ("", "company"), ("", "sole_trader")], id="no country in two"),
        pytest.param([("GB", None), ("SE", None), ("", "company")], id="no organisation in two"),
    ],
)
def test_what_is_a_blank_in_two_of_three_decides_for_the_stricter_of_these_whatever_fills_it(
    policy: PolicyVersion, places: list[tuple[str, str | None]]
) -> None:
    country_rules.adopt(at=NOON, by="test")
    rest = {"left_on": None, "told": True, "right": False}
    people = [placed({"country": country, "legal_form": form, **rest}, None, policy) for country, form in places]
    for left in each_way(people, policy):
        assert _asks(left.country, left.organisation)


def placed(record: dict[str, Any], employer: Organisation | None, policy: PolicyVersion) -> Contact:
    form = record["legal_form"]
    own = OrganisationFactory.create(legal_form=form) if form is not None else None
    said: dict[str, Any] = {"left_on": record["left_on"], "country": record["country"]}
    if record["right"]:
        said |= {"phone": "+44 1", "corrected": ["phone"]}
    person = contact_of(employer or own, "prospect", policy, **said)
    told = {"source_kind": "public", "informed_on": TODAY if record["told"] else None}
    Basis.objects.filter(contact=person).update(source=f"list {person.pk}", **told)
    return person


def _is_no_looser(left: Contact, people: list[Contact]) -> None:
    """By the rules of the default table: each record asked no more than the one that is left.

    A blank counts as what any of the others says: the one that fills it first is the person's, and what is chosen
    between two places later is held to it.
    """
    for person in people:
        countries = {person.country} if person.country else {each.country for each in people}
        employers = {person.organisation} if person.organisation else {each.organisation for each in people}
        asked = min(_asks(country, employer) for country in countries for employer in employers)
        assert _asks(left.country, left.organisation) >= asked


def _asks(country: str, employer: Organisation | None) -> bool:
    return country != "FR" and not (country == "GB" and employer is not None and employer.legal_form == "company")


def _is_owed_what_any_was(left: Contact, records: list[dict[str, Any]]) -> None:
    owed = Basis.objects.untold().filter(contact=left)
    assert owed.exists() == any(not each["told"] for each in records)
    if any(each["right"] for each in records):
        assert (left.phone, left.corrected) == ("+44 1", ["phone"])
