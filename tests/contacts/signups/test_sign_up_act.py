import datetime as dt
from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.events import dietary
from contacts.models import AuditEvent, Contact, Event, FoodPreference, Message, PolicyVersion, SignUp
from contacts.signups import sign_ups
from contacts.signups.sign_ups import SignUpRefusedError, Typed, Wish
from tests.support import visitors
from tests.support.admin_pages import contents
from tests.support.examples import examples
from tests.support.factories import (
    NOON,
    ONE_DAY,
    EventFactory,
    RegistrationFactory,
    WhitepaperFactory,
    everything_about,
)
from tests.support.visitors import AINO, asked

pytestmark = pytest.mark.django_db

ALONE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40), deadline=None)

# What a form lets through: text without control characters.
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)


@pytest.mark.promise("P1")
def test_the_version_shown_and_the_wish_are_written_down_and_a_mail_is_owed(policy: PolicyVersion) -> None:
    whitepaper = WhitepaperFactory.create()
    made = asked(Wish.of_whitepaper(whitepaper), policy)
    owed = Message.objects.get()
    assert (made.policy_version, made.scenario, made.whitepaper, made.created_at) == (
        policy,
        "whitepaper",
        whitepaper,
        NOON,
    )
    assert (owed.template, owed.purpose, owed.sign_up, owed.contact) == ("confirm", "service", made, None)


@pytest.mark.promise("P2")
@ALONE
@given(typed=st.fixed_dictionaries(dict.fromkeys((*AINO, "phone", "address", "postal_code", "city"), texts)))
def test_whatever_is_typed_is_stored_as_it_is_in_the_policys_categories_alone(
    policy: PolicyVersion, typed: dict[str, str]
) -> None:
    words = Typed(**typed | {"email": AINO["email"]})
    made = sign_ups.sign_up(Wish.of_register("customer"), words, policy=policy, source="form", at=NOON, by="visitor")
    made.refresh_from_db()
    assert {name: getattr(made, name) for name in asdict(words)} == asdict(words)


def test_the_audit_names_the_sign_up_and_nothing_that_was_typed(policy: PolicyVersion) -> None:
    made = asked(Wish.of_register("partner"), policy)
    noted = AuditEvent.objects.get(code="sign_up.received")
    assert (noted.public_id, noted.rule, noted.by) == (made.public_id, "partner", "visitor")


def test_nobody_becomes_a_contact_by_typing_an_address(policy: PolicyVersion) -> None:
    asked(Wish.of_register("customer"), policy)
    assert not Contact.objects.exists()


def test_for_an_address_on_file_nothing_changes_before_the_proof(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    before = everything_about(person)
    asked(Wish.of_event(visitors.event()), policy, food="no nuts", consents={"email": "Yes"}, first_name="Mallory")
    assert everything_about(person) == before


def test_the_act_never_asks_who_is_on_file(policy: PolicyVersion) -> None:
    wish = Wish.of_event(visitors.event(capacity=9))
    with CaptureQueriesContext(connection) as queries:
        asked(wish, policy, food="no nuts")
    statements = " ".join(query["sql"] for query in queries)
    assert '"contacts_signup"' in statements
    assert '"contacts_contact"' not in statements


@pytest.mark.promise("P8")
def test_food_is_noted_for_physical_events_alone(policy: PolicyVersion) -> None:
    asked(Wish.of_event(visitors.event("webinar")), policy, food="no nuts")
    asked(Wish.of_register("customer"), policy, food="no nuts")
    assert not FoodPreference.objects.exists()
    made = asked(Wish.of_event(visitors.event()), policy, food="no nuts")
    assert FoodPreference.objects.get().sign_up == made


@pytest.mark.promise("P8")
@pytest.mark.parametrize("over", ["ended", "cancelled"])
def test_food_that_waits_is_swept_when_the_event_is_over_or_cancelled(policy: PolicyVersion, over: str) -> None:
    event = visitors.event(ends_at=dt.datetime(2027, 5, 24, 15, tzinfo=dt.UTC))
    asked(Wish.of_event(event), policy, food="no nuts")
    dietary.sweep(event.ends_at - dt.timedelta(seconds=1))
    assert FoodPreference.objects.exists()
    if over == "cancelled":
        Event.objects.filter(pk=event.pk).update(cancelled_at=NOON)
    dietary.sweep(NOON if over == "cancelled" else event.ends_at)
    assert not FoodPreference.objects.exists()


CLOSED = {
    "closed": {"signup_open": False},
    "past": {"starts_at": NOON - 3 * ONE_DAY},
    "cancelled": {"cancelled_at": NOON - ONE_DAY},
    "full": {"capacity": 0},
}


@pytest.mark.parametrize("code", CLOSED)
def test_what_is_not_to_be_had_is_refused_and_nothing_is_stored(policy: PolicyVersion, code: str) -> None:
    event = EventFactory.create(**{"signup_open": True} | CLOSED[code])
    event.refresh_from_db()
    before = contents()
    with pytest.raises(SignUpRefusedError) as refusal:
        asked(Wish.of_event(event), policy, food="no nuts")
    assert refusal.value.code == code
    assert contents() == before


@pytest.mark.parametrize("dates", [{"published_at": None}, {"withdrawn_at": NOON}, {"published_at": NOON + ONE_DAY}])
def test_a_whitepaper_that_is_not_published_is_refused(policy: PolicyVersion, dates: dict[str, Any]) -> None:
    whitepaper = WhitepaperFactory.create(**dates)
    before = contents()
    with pytest.raises(SignUpRefusedError):
        asked(Wish.of_whitepaper(whitepaper), policy)
    assert contents() == before


def test_places_are_taken_by_those_whose_address_is_proven_alone(policy: PolicyVersion) -> None:
    event = visitors.event(capacity=1)
    for number in range(3):
        asked(Wish.of_event(event), policy, email=f"somebody{number}@fjordkraft.example")
    assert not sign_ups.is_full(event)
    place = RegistrationFactory.create(event=event)
    assert sign_ups.is_full(event)
    place.cancelled_at = NOON
    place.save()
    assert not sign_ups.is_full(event)


@ALONE
@given(seconds=st.integers(-3 * 86_400, 3 * 86_400))
def test_a_sign_up_is_gone_thirty_days_after_it_came_in_and_not_before(policy: PolicyVersion, seconds: int) -> None:
    made = asked(Wish.of_register("customer"), policy)
    sign_ups.sweep(NOON + dt.timedelta(days=30, seconds=seconds))
    assert SignUp.objects.filter(pk=made.pk).exists() == (seconds < 0)
    assert Message.objects.filter(sign_up=made.pk).exists() == (seconds < 0)
