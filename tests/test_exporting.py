"""An audience for a recipient of the register: exactly those in the file are on record as given, or nothing is."""

import csv
import datetime as dt
import io
import itertools
import tracemalloc
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import exporting
from contacts.audience import Wanted
from contacts.disclosing import DisclosureError
from contacts.models import AuditEvent, Contact, Disclosure, PolicyVersion, Recipient
from contacts.permission import Reach, Refusal
from contacts.vocabulary import Channel, Scenario
from tests.admin_pages import contents
from tests.factories import NOON, ContactFactory, CountryRuleFactory, crowd, hold
from tests.sharing import RecipientFactory

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
REFUSALS = [
    ({"agreement_from": None, "agreement_reference": ""}, "no agreement"),
    ({"agreement_until": dt.date(2026, 11, 23)}, "no agreement"),
    ({"purposes": ["webinar"]}, "does not cover this purpose"),
    ({"country": "US"}, "outside the EEA, and no safeguard"),
]


@pytest.fixture(autouse=True)
def free_country() -> None:
    for channel in Channel:
        CountryRuleFactory.create(
            country="GB", channel=channel, ground="legitimate_interest", valid_from=dt.date(2020, 1, 1)
        )


def prospect(policy: PolicyVersion, scenario: str = "prospect", **fields: Any) -> Contact:
    contact = ContactFactory.create(**{"country": "GB", **fields})
    hold(contact, scenario, TODAY, policy=policy)
    return contact


def export(recipient: Recipient, purpose: Scenario = Scenario.PROSPECT) -> tuple[list[dict[str, str]], Reach]:
    out = io.BytesIO()
    found = exporting.write(out, Wanted(Channel.EMAIL, purpose, recipient), day=TODAY, at=NOON, by="test")
    return list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline=""))), found


def on_record() -> set[str]:
    return {str(number) for number in Disclosure.objects.values_list("contact__public_id", flat=True)}


@pytest.mark.promise("P15")
def test_whoever_is_in_the_file_is_on_record_under_the_number_that_stands_beside_them(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), prospect(policy)
    (row,), found = export(recipient)
    disclosure = Disclosure.objects.get()
    assert (disclosure.contact, disclosure.recipient, disclosure.at) == (person, recipient, NOON)
    assert (disclosure.kind, disclosure.purpose) == ("export", "prospect")
    assert row["public_id"] == str(disclosure.reference) == str(person.public_id)
    assert found == Reach(1)
    event = AuditEvent.objects.get(code="contact.disclosed")
    assert (event.public_id, event.rule, event.by) == (person.public_id, f"recipient:{recipient.pk}", "test")
    assert AuditEvent.objects.get(code="audience.exported").rule == "channel:email:1"


@pytest.mark.promise("P15")
def test_of_all_kinds_of_people_the_file_and_the_record_have_the_same(policy: PolicyVersion) -> None:
    """Every mixture of what may be held of a person, and each again with what forbids it."""
    scenarios = [held for size in (1, 2) for held in itertools.combinations(("prospect", "customer", "event"), size)]
    states: list[dict[str, Any]] = [
        {},
        {"country": "SE"},
        {"left_on": TODAY},
        {"bounced_on": TODAY},
        {"unconfirmed_since": TODAY},
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
    rows, found = export(RecipientFactory.create())
    assert may
    assert {row["public_id"] for row in rows} == on_record() == may
    assert len(rows) == found.may == len(may)
    assert found.asked == len(scenarios) * len(states) * 4


@pytest.mark.promise("P15")
def test_who_is_not_held_for_the_purpose_is_left_out_and_counted(policy: PolicyVersion) -> None:
    one, _ = prospect(policy), prospect(policy, "customer")
    rows, found = export(RecipientFactory.create())
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
    before, out = contents(), io.BytesIO()
    with pytest.raises(DisclosureError, match=why):
        exporting.write(out, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient), day=TODAY, at=NOON, by="test")
    assert out.getvalue() == b""
    assert contents() == before


def test_the_file_is_the_one_that_is_written_for_our_own_use(policy: PolicyVersion) -> None:
    crowd(20, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB", first_name="=1+1")
    ours = io.BytesIO()
    exporting.write(ours, Wanted(Channel.EMAIL), day=TODAY, at=NOON, by="test")
    given = io.BytesIO()
    recipient = RecipientFactory.create()
    exporting.write(given, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient), day=TODAY, at=NOON, by="test")
    assert sorted(given.getvalue().splitlines()) == sorted(ours.getvalue().splitlines())
    assert given.getvalue().splitlines()[0] == ours.getvalue().splitlines()[0]


def test_for_our_own_use_nothing_is_put_on_record(policy: PolicyVersion) -> None:
    prospect(policy)
    exporting.write(io.BytesIO(), Wanted(Channel.EMAIL), day=TODAY, at=NOON, by="test")
    assert not Disclosure.objects.exists()


def test_statements_do_not_grow_with_people(policy: PolicyVersion) -> None:
    recipient, counts = RecipientFactory.create(), []
    for size in (1, 200):
        crowd(size, "prospect", TODAY, policy=policy)
        Contact.objects.update(country="GB")
        with CaptureQueriesContext(connection) as asked:
            export(recipient)
        counts.append(len(asked))
    assert counts[0] == counts[1]


class Broken(io.BytesIO):
    def write(self, row: Any) -> int:
        if self.tell() > 200:
            raise BrokenPipeError
        return super().write(row)


@pytest.mark.promise("P15")
def test_a_reader_that_breaks_off_has_nobody_who_is_not_on_record(policy: PolicyVersion) -> None:
    crowd(2_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB")
    recipient, out = RecipientFactory.create(), Broken()
    with pytest.raises(BrokenPipeError):
        exporting.write(out, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient), day=TODAY, at=NOON, by="test")
    left = {line.split(",")[0] for line in out.getvalue().decode().splitlines()[1:]}
    assert 0 < len(left) < 2_000
    assert left < on_record()
    assert Disclosure.objects.count() == 2_000
    assert len(export(recipient)[0]) == 2_000  # and the next is not in its way


@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_people(policy: PolicyVersion) -> None:
    crowd(3_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB", first_name="Aino " * 40)
    recipient, out = RecipientFactory.create(), Counted()
    tracemalloc.start()
    try:
        exporting.write(out, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient), day=TODAY, at=NOON, by="test")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert out.size > 800_000
    assert peak < 400_000


class Counted:
    size = 0

    def write(self, row: bytes) -> None:
        self.size += len(row)


# The command


def test_the_command_gives_a_list_to_a_recipient_by_name_or_number(policy: PolicyVersion, capfdbinary: Any) -> None:
    recipient, person = RecipientFactory.create(name="Tryckhuset"), prospect(policy)
    prospect(policy, "customer")
    for named in ("Tryckhuset", str(recipient.public_id)):
        call_command("audience", "email", recipient=named, purpose="prospect")
        printed = capfdbinary.readouterr()
        assert str(person.public_id).encode() in printed.out
        assert printed.err.startswith(b"1 of 2 is left out: 1 is not held for this purpose")
    assert set(Disclosure.objects.values_list("recipient__name", "contact")) == {("Tryckhuset", person.pk)}
    assert Disclosure.objects.count() == 2


@pytest.mark.promise("P15")
@pytest.mark.parametrize(("fields", "why"), REFUSALS)
def test_the_command_says_why_the_register_refuses_and_prints_nothing(
    fields: dict[str, Any], why: str, policy: PolicyVersion, capfdbinary: Any
) -> None:
    recipient = RecipientFactory.create(**fields)
    prospect(policy)
    before = contents()
    with pytest.raises(CommandError, match=why):
        call_command("audience", "email", recipient=recipient.name, purpose="prospect")
    assert capfdbinary.readouterr().out == b""
    assert contents() == before


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"recipient": "Nobody AB", "purpose": "prospect"}, "no such recipient"),
        ({"recipient": "Tryckhuset"}, "go together"),
        ({"purpose": "prospect"}, "go together"),
    ],
)
def test_half_a_recipient_is_refused_before_anything_leaves(
    options: dict[str, str], why: str, policy: PolicyVersion, capfdbinary: Any
) -> None:
    RecipientFactory.create(name="Tryckhuset")
    prospect(policy)
    before = contents()
    with pytest.raises(CommandError, match=why):
        call_command("audience", "email", **options)
    assert capfdbinary.readouterr().out == b""
    assert contents() == before
