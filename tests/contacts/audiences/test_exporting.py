"""An audience for a recipient of the register: exactly those in the file are on record as given, or nothing is."""

import datetime as dt
import itertools
import tracemalloc
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.audiences.audience import Wanted
from contacts.disclosure.disclosing import DisclosureError
from contacts.models import Audience, AuditEvent, Contact, Disclosure, PolicyVersion, Recipient
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import Channel, Scenario
from tests.support import listing
from tests.support.admin_pages import contents
from tests.support.factories import DOUBTED, NOON, ContactFactory, crowd, hold
from tests.support.listing import content, custody, free_country, from_csv, prospect, taker
from tests.support.sharing import RecipientFactory

__all__ = ["free_country"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("free_country")]

TODAY = NOON.date()
REFUSALS = [
    ({"agreement_from": None, "agreement_reference": ""}, "no agreement"),
    ({"agreement_until": dt.date(2026, 11, 23)}, "no agreement"),
    ({"purposes": ["webinar"]}, "does not cover this purpose"),
    ({"country": "US"}, "outside the EEA, and no safeguard"),
]


def export(policy: PolicyVersion, recipient: Recipient) -> tuple[list[dict[str, str]], Reach]:
    file = listing.export(policy, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient))
    return from_csv(content(file)), file.draft.reach


def on_record() -> set[str]:
    return {str(number) for number in Disclosure.objects.values_list("contact__public_id", flat=True)}


@pytest.mark.promise("P15")
def test_whoever_is_in_the_file_is_on_record_under_the_number_that_stands_beside_them(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), prospect(policy)
    (row,), found = export(policy, recipient)
    disclosure = Disclosure.objects.get()
    assert (disclosure.contact, disclosure.recipient, disclosure.at) == (person, recipient, NOON)
    assert (disclosure.kind, disclosure.purpose) == ("export", "prospect")
    assert row["public_id"] == str(disclosure.reference) == str(person.public_id)
    assert found == Reach(1)
    event = AuditEvent.objects.get(code="contact.disclosed")
    assert (event.public_id, event.rule, event.by) == (person.public_id, f"recipient:{recipient.pk}", "test")
    assert AuditEvent.objects.get(code="audience.exported").rule == f"audience:{Audience.objects.get().pk}:1"


@pytest.mark.promise("P15")
def test_of_all_kinds_of_people_the_file_and_the_record_have_the_same(policy: PolicyVersion) -> None:
    """Every mixture of what may be held of a person, and each again with what forbids it."""
    scenarios = [held for size in (1, 2) for held in itertools.combinations(("prospect", "customer", "event"), size)]
    states: list[dict[str, Any]] = [
        {},
        {"country": "SE"},
        {"left_on": TODAY},
        {"bounced_on": TODAY},
        {**DOUBTED},
        {"frozen_through": TODAY},
        {"restricted_through": dt.date.max},
    ]
    may = set()
    for held, state, objects, told in itertools.product(scenarios, states, (False, True), (False, True)):
        person = ContactFactory.create(**{"country": "GB", **state})
        for scenario in held:
            source = "person" if told else "public"
            hold(person, scenario, TODAY, policy=policy, source_kind=source)
        if objects:
            person.permissions.create(channel="email", state="objected", given_on=TODAY)
        if "prospect" in held and state == {} and not objects and told:
            may.add(str(person.public_id))
    rows, found = export(policy, RecipientFactory.create())
    assert may
    assert {row["public_id"] for row in rows} == on_record() == may
    assert len(rows) == found.may == len(may)
    assert found.asked == len(scenarios) * len(states) * 4


@pytest.mark.promise("P15")
def test_who_is_not_held_for_the_purpose_is_left_out_and_counted(policy: PolicyVersion) -> None:
    one, _ = prospect(policy), prospect(policy, "customer")
    rows, found = export(policy, RecipientFactory.create())
    assert [row["public_id"] for row in rows] == [str(one.public_id)]
    assert found == Reach(1, {Refusal.NOT_COVERED: 1})
    assert on_record() == {str(one.public_id)}


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
@pytest.mark.parametrize(("fields", "why"), REFUSALS)
def test_what_the_register_refuses_leaves_no_row_and_no_record(
    fields: dict[str, Any], why: str, policy: PolicyVersion
) -> None:
    recipient = RecipientFactory.create(**fields)
    prospect(policy)
    held, before = custody(), contents()
    with pytest.raises(DisclosureError, match=why):
        listing.export(policy, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient), held)
    assert contents() == before


def test_the_file_is_the_one_that_is_written_for_our_own_use(policy: PolicyVersion) -> None:
    crowd(20, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB", first_name="=1+1")
    ours = content(listing.export(policy))
    given = content(listing.export(policy, Wanted(Channel.EMAIL, Scenario.PROSPECT, RecipientFactory.create())))
    assert sorted(given.splitlines()) == sorted(ours.splitlines())
    assert given.splitlines()[0] == ours.splitlines()[0]


def test_for_our_own_use_nobody_is_on_record_as_given(policy: PolicyVersion) -> None:
    prospect(policy)
    content(listing.export(policy))
    assert not Disclosure.objects.exists()


def test_statements_do_not_grow_with_people(policy: PolicyVersion) -> None:
    recipient, counts, _ = RecipientFactory.create(), [], listing.holder()
    for size in (1, 200):
        crowd(size, "prospect", TODAY, policy=policy)
        Contact.objects.update(country="GB")
        with CaptureQueriesContext(connection) as asked:
            export(policy, recipient)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.promise("P15")
def test_a_reader_that_breaks_off_has_nobody_who_is_not_on_record(policy: PolicyVersion) -> None:
    crowd(2_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB")
    recipient = RecipientFactory.create()
    file = listing.export(policy, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient))
    with closing(file):
        read = b"".join(itertools.islice(file, 2))  # the first line, and the first rows
    left = {line.split(",")[0] for line in read.decode().splitlines()[1:]}
    assert 0 < len(left) < 2_000
    assert left < on_record()
    assert Disclosure.objects.count() == 2_000
    assert len(export(policy, recipient)[0]) == 2_000  # and the next is not in its way


@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_people(policy: PolicyVersion) -> None:
    wanted = Wanted(Channel.EMAIL, Scenario.PROSPECT, RecipientFactory.create())
    took = []
    for more in (10, 2_500, 4_000):  # the first for what a process loads and composes once
        crowd(more, "prospect", TODAY, policy=policy)
        Contact.objects.update(country="GB", first_name="Aino " * 40)
        took.append(_taken(policy, wanted))
    (_, _), (small, peak), (large, higher) = took
    assert large > small + 800_000
    assert higher < peak + 100_000


def _taken(policy: PolicyVersion, wanted: Wanted) -> tuple[int, int]:
    """Return how large a list is and what it took of memory at the most, in bytes."""
    tracemalloc.start()
    try:
        with closing(listing.export(policy, wanted, custody())) as file:
            size = sum(map(len, file))
        return size, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# The command


@pytest.fixture
def kim() -> User:
    return taker("kim")


@pytest.mark.promise("P15")
def test_the_command_gives_a_list_to_a_recipient_by_name_or_number(
    policy: PolicyVersion, kim: User, capfdbinary: Any
) -> None:
    recipient, person = RecipientFactory.create(name="Tryckhuset"), prospect(policy)
    prospect(policy, "customer")
    for named in ("Tryckhuset", str(recipient.public_id)):
        call_command("audience", "email", holder="kim", recipient=named, purpose="prospect")
        printed = capfdbinary.readouterr()
        assert str(person.public_id).encode() in printed.out
        assert printed.err.startswith(b"1 of 2 is left out: 1 is not held for this purpose")
    assert set(Disclosure.objects.values_list("recipient__name", "contact")) == {("Tryckhuset", person.pk)}
    assert Disclosure.objects.count() == 2
    given = Audience.objects.values_list("holder", "recipient", "purpose", "people")
    assert list(given) == [(kim.pk, recipient.pk, "prospect", 1)] * 2


@pytest.mark.promise("P15")
@pytest.mark.parametrize(("fields", "why"), REFUSALS)
def test_the_command_says_why_the_register_refuses_and_prints_nothing(
    fields: dict[str, Any], why: str, policy: PolicyVersion, kim: User, capfdbinary: Any
) -> None:
    recipient = RecipientFactory.create(**fields)
    prospect(policy)
    before = contents()
    with pytest.raises(CommandError, match=why):
        call_command("audience", "email", holder="kim", recipient=recipient.name, purpose="prospect")
    assert capfdbinary.readouterr().out == b""
    assert contents() == before


def test_a_recipient_that_there_is_not_is_refused_before_anything_leaves(
    policy: PolicyVersion, kim: User, capfdbinary: Any
) -> None:
    prospect(policy)
    before = contents()
    with pytest.raises(CommandError, match="no such recipient"):
        call_command("audience", "email", holder="kim", recipient="Nobody AB", purpose="prospect")
    assert capfdbinary.readouterr().out == b""
    assert contents() == before
