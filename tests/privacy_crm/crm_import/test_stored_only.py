"""An import changes nobody whose details are only stored, as they asked (Art. 18 GDPR)."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from tests.support.factories import NOON, ONE_DAY, everything_about
from tests.support.import_files import AINO, Row, aino, bring, consent, event, person
from tests.support.objecting import suppressed

REASON = "the details of this person are only stored"
OTHER = "eino@fjordkraft.example"

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P22")]

KNOWN: dict[str, list[Row]] = {
    "events": [event(), event("day-two")],
    "contacts": [person(phone="1"), person(OTHER)],
    "registrations": [{"event": "cloud-day", "email": AINO, "registered_at": "2026-06-01"}],
    "activities": [{"email": AINO, "kind": "call", "occurred_at": "2026-06-01T10:00"}],
    "consents": [consent(channel="post")],
}

# One row each that would change her.
CHANGES: list[tuple[str, Row]] = [
    ("contacts", person(phone="2")),
    ("contacts", person(scenario="prospect")),
    ("contacts", person(collected_on="2026-01-01")),
    ("registrations", {"event": "day-two", "email": AINO}),
    (
        "registrations",
        {"event": "cloud-day", "email": AINO, "food_preference": "vegan", "food_consent_at": "2026-06-01"},
    ),
    ("activities", {"email": AINO, "kind": "call", "occurred_at": "2026-11-01T10:00"}),
    ("consents", consent()),
    ("consents", consent(channel="post", wording="Yes!")),
]


@pytest.fixture
def restricted(policy: PolicyVersion) -> Contact:
    bring(policy, **KNOWN)
    Contact.objects.filter(email=AINO).update(restricted_through=NOON.date())
    return aino()


@pytest.mark.parametrize(("file", "row"), CHANGES)
def test_a_row_that_would_change_them_is_refused_with_its_reason(
    policy: PolicyVersion, restricted: Contact, file: str, row: Row
) -> None:
    before = everything_about(restricted)
    outcome = bring(policy, **{file: [row]})
    assert outcome.refused == [(f"{file}.csv", 2, "email", REASON)]
    assert outcome.counts(file).refused == 1
    assert everything_about(restricted) == before


@pytest.mark.promise("L6")
@pytest.mark.parametrize("named", [False, True])
def test_they_are_held_for_what_they_were_where_their_event_changes_its_kind(
    policy: PolicyVersion, restricted: Contact, named: bool
) -> None:
    before = everything_about(restricted)
    outcome = bring(policy, events=[event(kind="webinar")], registrations=KNOWN["registrations"] if named else [])
    assert outcome.refused == []
    assert everything_about(restricted) == before


def test_the_rows_of_others_in_the_same_export_come_in(policy: PolicyVersion, restricted: Contact) -> None:
    outcome = bring(policy, contacts=[person(phone="2"), person(OTHER, phone="3"), person("new@fjordkraft.example")])
    assert [reject.line for reject in outcome.rejects] == [2]
    assert Contact.objects.get(email=OTHER).phone == "3"
    assert Contact.objects.filter(email="new@fjordkraft.example").exists()
    assert aino().phone == "1"


def test_what_says_nothing_new_of_them_is_not_refused(policy: PolicyVersion, restricted: Contact) -> None:
    assert bring(policy, **KNOWN).refused == []


def test_what_would_change_them_comes_in_once_the_restriction_has_ended(
    policy: PolicyVersion, restricted: Contact
) -> None:
    outcome = bring(policy, NOON + ONE_DAY, contacts=[person(phone="2")])
    assert outcome.refused == []
    assert aino().phone == "2"


@pytest.mark.promise("P12")
def test_their_objection_counts_all_the_same(policy: PolicyVersion, restricted: Contact) -> None:
    outcome = bring(policy, objections=[{"email": AINO, "channel": "phone"}])
    assert outcome.refused == []
    assert suppressed(AINO) == {"phone": NOON.date()}


def test_what_the_law_has_us_keep_of_them_is_noted(policy: PolicyVersion, restricted: Contact) -> None:
    duty = {"email": AINO, "kind": "duty", "reason": "bookkeeping", "until": "2033-12-31"}
    assert bring(policy, holds=[duty]).refused == []
    assert restricted.holds.get().until == dt.date(2033, 12, 31)
