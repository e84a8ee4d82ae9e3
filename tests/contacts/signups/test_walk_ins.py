import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.events import check_in, dietary
from contacts.events.check_in import Arrival, AttendingError, FullError
from contacts.models import Activity, Basis, Contact, Event, Message, PolicyVersion, SignUp
from contacts.people.restriction_guard import StoredOnlyError
from contacts.permission import objections, permission
from contacts.signups.sign_ups import Typed
from contacts.words.vocabulary import Channel
from tests.support.admin_pages import contents
from tests.support.doors import AN_HOUR, arrive, event_on, guest, url, waiting
from tests.support.factories import NOON, everything_about
from tests.support.visitors import AINO, on_file

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

WALK_IN = {name: AINO[name] for name in ("email", "first_name", "last_name", "company")}
TODAY = NOON.date()

# What our staff read on the list, by whose address was typed.
SAID = {
    AINO["email"]: "Let this guest in. Nothing is noted about them",
    "in@fjordkraft.example": "Already in at 13:00.",
    "new@fjordkraft.example": "The guest is in since 13:00.",
}


def walk_in(event: Event, policy: PolicyVersion, anyway: bool = False, **typed: str) -> Arrival:
    told = Typed(**(WALK_IN | typed))
    return check_in.walk_in(event, told, anyway=anyway, policy=policy, at=NOON, by="test")


@pytest.mark.promise("P1")
def test_a_stranger_is_held_as_a_guest_with_the_version_that_they_were_shown(policy: PolicyVersion) -> None:
    event = event_on()
    arrival = walk_in(event, policy)
    person = Contact.objects.get()
    assert {name: getattr(person, name) for name in WALK_IN} == WALK_IN
    basis = person.bases.get()
    told = (basis.scenario, basis.source, basis.source_kind, basis.collected_on, basis.policy_shown)
    assert told == ("event", "check-in", "person", TODAY, policy)
    assert basis.policy_shown_on == TODAY
    place = person.registrations.get()
    assert (place.pk, place.attended_at) == (arrival.registration_id, NOON)
    assert sorted(person.activities.values_list("kind", flat=True)) == ["attendance", "registration"]


def test_whoever_owns_the_address_learns_of_it_by_mail(policy: PolicyVersion) -> None:
    walk_in(event_on(), policy)
    assert list(Message.objects.values_list("template", flat=True)) == ["registered"]


def test_nothing_on_file_is_overwritten(policy: PolicyVersion) -> None:
    person = on_file(policy, language="sv")
    before = Contact.objects.filter(pk=person.pk).values().get()
    walk_in(event_on(), policy)
    after = Contact.objects.filter(pk=person.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"last_activity_on"}
    assert sorted(Basis.objects.values_list("scenario", flat=True)) == ["event", "prospect"]


def test_whoever_has_a_place_already_is_checked_in_to_it(policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy, email=AINO["email"])
    assert walk_in(event, policy) == Arrival(place.pk, NOON)
    place.refresh_from_db()
    assert place.registered_at < NOON
    assert not SignUp.objects.exists()
    assert not Message.objects.exists()


def test_whoever_has_not_proven_their_address_yet_leaves_one_row(policy: PolicyVersion) -> None:
    event = event_on()
    waiting(event, policy)
    walk_in(event, policy)
    assert Contact.objects.count() == event.registrations.count() == 1


@pytest.mark.promise("P12")
def test_somebody_who_objected_comes_in_and_gets_no_news(policy: PolicyVersion) -> None:
    person = on_file(policy, country="SE")
    objections.record(
        str(person.address_hash),
        public_id=person.public_id,
        channels=list(Channel),
        reason="phone",
        day=TODAY,
        at=NOON,
        by="test",
    )
    walk_in(event_on(), policy)
    marks = permission.of_one(Contact.objects.get(), day=TODAY)
    assert person.registrations.exists()
    assert set(marks.values()) == {permission.Refusal.OBJECTED}


def test_whose_details_are_only_stored_is_not_put_on_record(policy: PolicyVersion) -> None:
    person = on_file(policy, restricted_through=TODAY)
    event = event_on()
    before = contents()
    with pytest.raises(StoredOnlyError):
        walk_in(event, policy)
    assert contents() == before
    assert not everything_about(person)["Registration"]


def test_a_full_event_says_so_and_is_overbooked_knowingly_alone(policy: PolicyVersion) -> None:
    event = event_on(capacity=1)
    guest(event, policy)
    before = contents()
    with pytest.raises(FullError):
        walk_in(event, policy)
    assert contents() == before
    walk_in(event, policy, anyway=True)
    assert event.registrations.count() == 2


def test_nobody_walks_into_an_event_that_is_over(policy: PolicyVersion) -> None:
    event = event_on(ends_at=NOON - AN_HOUR / 2)
    before = contents()
    with pytest.raises(AttendingError):
        walk_in(event, policy)
    assert contents() == before


def test_a_walk_in_is_not_asked_what_they_eat(policy: PolicyVersion) -> None:
    event = event_on()
    walk_in(event, policy)
    assert dietary.counted(event, at=NOON) == []


# The page


@pytest.mark.promise("P14")
@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Welcome! Tell us who you are."), ("sv", "Välkommen! Berätta vem du är.")]
)
def test_the_guest_reads_the_note_in_their_language_with_its_version(
    language: str, heading: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    page = log_in("events").get(url(event_on(), "walk-in") + f"?lang={language}").content.decode()
    assert heading in page
    note = policy.rule("event").note[language].replace("{period}", "18 months" if language == "en" else "18 månader")
    assert note in page
    assert f'href="/privacy/?lang={language}#event"' in page
    assert f"version {policy.number}" in page.lower()


def test_the_page_asks_for_a_name_an_address_and_a_company_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    page = log_in("events").get(url(event_on(), "walk-in")).content.decode()
    names = {part.split('"')[0] for part in page.split(' name="')[1:]}
    assert names == {"viewport", "color-scheme", "csrfmiddlewaretoken", "policy", *WALK_IN}


def test_a_walk_in_is_sent_from_the_page(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    answer = log_in("events").post(url(event, "walk-in"), WALK_IN | {"policy": policy.number}, follow=True)
    assert "Please hand the phone back to our staff." in answer.content.decode()
    assert Contact.objects.get().email == AINO["email"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Enter your e-mail address"),
        ({"last_name": ""}, "Enter your last name."),
        ({"policy": "0"}, "Our privacy policy has changed"),
    ],
)
def test_what_is_missing_is_said_and_nothing_stored(
    typed: dict[str, str], said: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    event, client = event_on(), log_in("events")
    before = contents()
    answer = client.post(url(event, "walk-in"), WALK_IN | {"policy": policy.number} | typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert contents() == before


def test_a_full_event_keeps_what_was_typed_and_offers_to_let_them_in_anyway(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    event, client = event_on(capacity=1), log_in("events")
    guest(event, policy)
    typed = WALK_IN | {"policy": policy.number}
    answer = client.post(url(event, "walk-in"), typed)
    assert answer.status_code == 409
    assert "All places are taken." in answer.content.decode()
    assert AINO["email"] in answer.content.decode()
    client.post(url(event, "walk-in"), typed | {"anyway": "1"})
    assert Activity.objects.filter(kind="attendance").count() == 1


def test_a_guest_who_holds_the_phone_is_led_to_no_list_and_told_of_nobody(log_in: LogIn, policy: PolicyVersion) -> None:
    """Whatever came of what they typed, they read the same: it may be somebody else's address."""
    event, client = event_on(), log_in("events")
    arrive(guest(event, policy, email="in@fjordkraft.example", first_name="Qq", last_name="Other"), policy)
    on_file(policy, restricted_through=TODAY + dt.timedelta(days=9))
    told = []
    for address in (AINO["email"], "in@fjordkraft.example", "new@fjordkraft.example"):
        typed = WALK_IN | {"policy": policy.number, "email": address}
        answer = client.post(url(event, "walk-in") + "?lang=sv", typed, follow=True)
        page = answer.content.decode()
        assert "Välkommen in!" in page
        assert "Other" not in page
        told.append(re.sub(r"#g\d+", "", page))
        assert SAID[address] in client.get(url(event, "check-in")).content.decode()
    assert len(set(told)) == 1
    form = client.get(url(event, "walk-in")).content.decode()
    assert url(event, "hand-back") in form
    assert f'href="{url(event, "check-in")}' not in form.replace(
        '<a href="' + url(event, "check-in") + '">Log in</a>', ""
    )


def test_before_the_day_before_the_page_says_when_it_opens(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on(starts_at=NOON + 72 * AN_HOUR, ends_at=None)
    page = log_in("events").get(url(event, "walk-in")).content.decode()
    assert "It is open from 26 November 2026 00:00 to 29 November 2026 00:00." in page
