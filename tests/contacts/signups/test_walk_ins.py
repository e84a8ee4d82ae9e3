import datetime as dt
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.events import check_in, dietary
from contacts.events.check_in import Arrival, AttendingError, FullError
from contacts.models import Activity, Basis, Contact, Event, Message, PolicyVersion, SignUp
from contacts.outbox import links
from contacts.permission import objections, permission
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import Typed
from contacts.words.vocabulary import Channel
from tests.support.admin_pages import contents
from tests.support.doors import AN_HOUR, arrive, event_on, guest, tap, url, waiting
from tests.support.factories import DOUBTED, NOON, ONE_DAY, UNPROVEN
from tests.support.visitors import AINO, on_file, send

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

WALK_IN = {name: AINO[name] for name in ("email", "first_name", "last_name", "company")}
TODAY = NOON.date()


def walk_in(event: Event, policy: PolicyVersion, anyway: bool = False, **typed: str) -> Arrival:
    told = Typed(**(WALK_IN | typed))
    return check_in.walk_in(event, told, anyway=anyway, policy=policy, at=NOON, by="test")


def made_by(arrival: Arrival) -> SignUp:
    return SignUp.objects.get(public_id=arrival.key)


def press(arrival: Arrival, policy: PolicyVersion, at: dt.datetime = NOON + 2 * ONE_DAY, **answers: Any) -> Contact:
    """The owner of the address presses the button in our mail, two days later: the event is over."""
    return proof.confirm(made_by(arrival).public_id, consent=False, policy=policy, at=at, by="visitor").contact


KINDS = ["nobody", "on file", "a guest", "restricted", "frozen", "doubted", "unproven", "bouncing"]


def held_as(kind: str, event: Event, policy: PolicyVersion) -> None:
    later = TODAY + 9 * ONE_DAY
    if kind == "a guest":
        guest(event, policy, email=AINO["email"])
    elif kind != "nobody":
        known = {
            "on file": {},
            "restricted": {"restricted_through": later},
            "frozen": {"frozen_through": later},
            "doubted": DOUBTED,
            "unproven": UNPROVEN,
            "bouncing": {"bounced_on": TODAY},
        }
        on_file(policy, language="sv", **known[kind])


@pytest.mark.promise("L15")
@pytest.mark.parametrize("kind", KINDS)
def test_typing_an_address_touches_nobody(policy: PolicyVersion, kind: str) -> None:
    """Found: it moved the clock of whoever owns the address, and cleared what was doubtful about it."""
    event = event_on()
    held_as(kind, event, policy)
    before = contents()
    arrival = walk_in(event, policy)
    after = contents()
    assert {name for name in after if after[name] != before.get(name)} == {
        "contacts_signup", "contacts_message", "contacts_auditevent",
    }  # fmt: skip
    assert arrival.since == made_by(arrival).arrived_at == NOON
    assert Message.objects.filter(sign_up=made_by(arrival)).values_list("template", flat=True).get() == "confirm"


@pytest.mark.promise("P1")
def test_once_the_address_is_proven_they_are_held_as_a_guest_who_came_that_day(policy: PolicyVersion) -> None:
    event = event_on()
    person = press(walk_in(event, policy), policy)
    assert {name: getattr(person, name) for name in WALK_IN} == WALK_IN
    basis = person.bases.get()
    told = (basis.scenario, basis.source, basis.source_kind, basis.policy_shown, basis.policy_shown_on)
    assert told == ("event", "check-in", "person", policy, TODAY)
    place = person.registrations.get()
    assert (place.registered_at, place.attended_at, place.cancelled_at) == (NOON, NOON, None)
    assert set(person.activities.values_list("kind", "occurred_at")) == {("attendance", NOON), ("registration", NOON)}
    person.refresh_from_db()
    assert person.last_activity_on == TODAY
    assert not Message.objects.filter(template="registered").exists()


@pytest.mark.promise("L15")
def test_nothing_on_file_is_overwritten_even_then(policy: PolicyVersion) -> None:
    person = on_file(policy, language="sv")
    before = Contact.objects.filter(pk=person.pk).values().get()
    press(walk_in(event_on(), policy), policy)
    after = Contact.objects.filter(pk=person.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"last_name", "last_activity_on"} - (
        {"last_name"} if before["last_name"] else set()
    )
    assert sorted(Basis.objects.values_list("scenario", flat=True)) == ["event", "prospect"]


def test_who_had_a_place_and_typed_their_address_is_in_once_they_prove_it(policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy, email=AINO["email"])
    arrival = walk_in(event, policy)
    place.refresh_from_db()
    assert place.attended_at is None
    press(arrival, policy)
    assert event.registrations.get().attended_at == NOON


def test_who_was_tapped_in_already_stays_in_since_then(policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy, email=AINO["email"])
    arrival = walk_in(event, policy)
    arrive(place, policy, NOON - AN_HOUR / 2)
    press(arrival, policy)
    place.refresh_from_db()
    assert place.attended_at == NOON - AN_HOUR / 2
    assert Activity.objects.filter(kind="attendance").count() == 1


def test_whoever_signed_up_and_had_not_proven_it_has_one_place(policy: PolicyVersion) -> None:
    event = event_on()
    earlier = waiting(event, policy)
    press(walk_in(event, policy), policy)
    proof.confirm(earlier.public_id, consent=False, policy=policy, at=NOON, by="visitor")
    assert Contact.objects.count() == event.registrations.count() == 1


def test_a_walk_in_is_taken_back_with_its_mail(policy: PolicyVersion) -> None:
    event = event_on()
    arrival = walk_in(event, policy)
    assert isinstance(arrival.key, uuid.UUID)
    check_in.undo_walk_in(event, arrival.key, at=NOON, by="user:7")
    assert not SignUp.objects.exists()
    assert not Message.objects.exists()
    with pytest.raises(AttendingError):
        check_in.undo_walk_in(event, arrival.key, at=NOON, by="user:7")


def test_what_is_proven_is_not_taken_back_as_a_walk_in(policy: PolicyVersion) -> None:
    event = event_on()
    arrival = walk_in(event, policy)
    press(arrival, policy, at=NOON)
    assert isinstance(arrival.key, uuid.UUID)
    with pytest.raises(AttendingError):
        check_in.undo_walk_in(event, arrival.key, at=NOON, by="user:7")
    assert event.registrations.count() == 1


def test_what_nobody_proves_goes_after_thirty_days(policy: PolicyVersion) -> None:
    walk_in(event_on(), policy)
    assert sign_ups.sweep(NOON + 30 * ONE_DAY) == 1
    assert not Contact.objects.exists()


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
    press(walk_in(event_on(), policy), policy)
    marks = permission.of_one(Contact.objects.get(), day=TODAY)
    assert person.registrations.exists()
    assert set(marks.values()) == {permission.Refusal.OBJECTED}


def test_a_full_event_says_so_and_is_overbooked_knowingly_alone(policy: PolicyVersion) -> None:
    event = event_on(capacity=1)
    guest(event, policy)
    before = contents()
    with pytest.raises(FullError):
        walk_in(event, policy)
    assert contents() == before
    walk_in(event, policy, anyway=True)
    assert SignUp.objects.came().count() == 1


def test_who_came_without_a_place_takes_one(policy: PolicyVersion) -> None:
    event = event_on(capacity=2)
    guest(event, policy)
    first = walk_in(event, policy)
    with pytest.raises(FullError):
        walk_in(event, policy, email="other@fjordkraft.example")
    press(first, policy, at=NOON)  # and proves it in a full event
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


def guests_phone(log_in: LogIn, event: Event, role: str = "events") -> Client:
    """A phone that staff have locked to the page for guests."""
    client = log_in(role)
    assert client.post(url(event, "hand-over"), follow=True).redirect_chain == [(url(event, "walk-in"), 302)]
    return client


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


@pytest.mark.parametrize(
    ("locked", "said"), [(True, "Please hand the phone back to our staff."), (False, "The guest is in since 13:00.")]
)
def test_a_walk_in_is_sent_from_the_page(log_in: LogIn, policy: PolicyVersion, locked: bool, said: str) -> None:
    event = event_on()
    client = guests_phone(log_in, event) if locked else log_in("events")
    answer = client.post(url(event, "walk-in"), WALK_IN | {"policy": policy.number}, follow=True)
    assert said in answer.content.decode()
    assert SignUp.objects.came().get().email == AINO["email"]


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
    assert SignUp.objects.came().count() == 1


def test_a_guest_who_holds_the_phone_is_led_to_no_list_and_told_of_nobody(log_in: LogIn, policy: PolicyVersion) -> None:
    """Whatever came of what they typed, they read the same: it may be somebody else's address."""
    event = event_on()
    client = guests_phone(log_in, event)
    arrive(guest(event, policy, email="in@fjordkraft.example", first_name="Qq", last_name="Other"), policy)
    on_file(policy, restricted_through=TODAY + dt.timedelta(days=9))
    told = []
    for address in (AINO["email"], "in@fjordkraft.example", "new@fjordkraft.example"):
        typed = WALK_IN | {"policy": policy.number, "email": address}
        answer = client.post(url(event, "walk-in") + "?lang=sv", typed, follow=True)
        page = answer.content.decode()
        assert "Välkommen in!" in page
        assert "Other" not in page
        told.append(re.sub(r"#g[\w-]+", "", page))
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


@pytest.mark.promise("L15")
def test_the_list_shows_who_came_unproven_and_takes_them_back(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    arrival = walk_in(event, policy)
    page = client.get(url(event, "check-in")).content.decode()
    assert "1 of 1 are in" in page
    assert "address not confirmed" in page
    assert json.loads(client.get(url(event, "who-is-in")).content)["in"] == {str(arrival.key): "13:00"}
    assert tap(client, event, "undo-arrival", arrival.key) == (200, {"since": "", "counter": "0 of 0 are in"})
    assert tap(client, event, "undo-arrival", arrival.key)[0] == 409


def test_a_mailbox_that_has_had_its_mails_lets_the_guest_in_without_a_record(
    log_in: LogIn, policy: PolicyVersion, settings: Any
) -> None:
    settings.MAILS_AN_HOUR = 1
    event, client = event_on(), log_in("events")
    typed = WALK_IN | {"policy": policy.number, "email": f"{uuid.uuid4().hex}@fjordkraft.example"}
    client.post(url(event, "walk-in"), typed)
    answer = client.post(url(event, "walk-in"), typed)
    assert (answer.status_code, SignUp.objects.count()) == (503, 1)
    assert "Just come in." in answer.content.decode()


def test_the_mail_and_its_page_ask_whether_they_were_there(client: Client, policy: PolicyVersion) -> None:
    made = made_by(walk_in(event_on(), policy))
    page = f"/confirm/{links.confirm(made)}/"
    assert "typed your address at the door. If it was you" in client.get(page).content.decode()
    send(client, page, {})
    assert "We have noted that you were there." in client.get(page).content.decode()


@pytest.mark.promise("L15")
@pytest.mark.promise("P17")
def test_a_phone_that_guests_type_on_opens_their_page_and_no_other(log_in: LogIn, policy: PolicyVersion) -> None:
    event, other = event_on(), event_on(slug="other")
    place = guest(event, policy, last_name="Hemlig")
    client = guests_phone(log_in, event)
    before = contents()
    for page in ("walk-in", "hand-back"):
        assert client.get(url(event, page)).status_code == 200
    assert client.get(url(event, "who-is-in")).json() == {}
    closed = [url(event, page) for page in ("check-in", "change", "arrive", "undo-arrival", "hand-over")]
    closed += [url(other, "walk-in"), "/admin/", "/admin/contacts/contact/", "/account/", "/account/password/"]
    for page in closed:
        for answer in (client.get(page), client.post(page, {"guest": place.pk})):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/again/")
    assert contents() == before


def test_a_guest_does_not_say_that_there_is_room(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on(capacity=1)
    guest(event, policy)
    client = guests_phone(log_in, event)
    answer = client.post(url(event, "walk-in"), WALK_IN | {"policy": policy.number, "anyway": "1"})
    assert (answer.status_code, SignUp.objects.count()) == (409, 0)
    assert 'name="anyway"' not in answer.content.decode()


@pytest.mark.promise("P17")
def test_staff_take_the_phone_back_by_showing_who_they_are(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    client = guests_phone(log_in, event)
    page = url(event, "check-in")
    assert client.get(page).status_code == 302
    session = client.session
    user = session["_auth_user_id"]
    record = {"method": "password", "at": time.time() + 1}
    session.update({"account_authentication_methods": [record], "account_authentication_methods_user": user})
    session.save()
    assert client.get(page).status_code == 200
    assert "guest_phone_event" not in client.session
