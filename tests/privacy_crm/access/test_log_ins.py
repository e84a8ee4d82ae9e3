"""Log-ins end after twelve hours or an hour without use; the door of an event keeps its pages until it is over."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from contacts.models import Event, PolicyVersion
from privacy_crm.access import logins
from privacy_crm.models import OpenLogin
from tests.support.accounts import by, colleague, told, trail
from tests.support.deleting import dump
from tests.support.factories import NOON, EventFactory
from tests.support.factoring import PASSWORD, entered, newcomer, with_app

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def move(event: Event, ends_at: dt.datetime) -> None:
    Event.objects.filter(pk=event.pk).update(ends_at=ends_at)


def is_out(client: Client, page: str = "/admin/search/") -> bool:
    answer = client.get(page)
    return answer.status_code == 302 and "/log" in answer["Location"]


def test_a_log_in_that_is_used_ends_after_twelve_hours(clock: Any) -> None:
    client = entered(colleague("sales"))
    for _ in range(14):
        clock.shift(50 * MINUTE)
        assert not is_out(client)
    clock.shift(20 * MINUTE)
    assert is_out(client)
    assert not OpenLogin.objects.exists()
    assert "_auth_user_id" not in client.session


def test_a_log_in_ends_after_an_hour_without_use_and_leads_back(clock: Any) -> None:
    client = entered(colleague("sales"))
    clock.shift(59 * MINUTE)
    assert not is_out(client)
    clock.shift(60 * MINUTE)
    answer = client.get("/admin/contacts/contact/")
    assert answer["Location"] == "/account/log-in/?next=%2Fadmin%2Fcontacts%2Fcontact%2F"
    assert is_out(client)


def test_a_dialog_leads_its_page_to_the_log_in(clock: Any) -> None:
    client = entered(colleague("sales"))
    clock.shift(HOUR)
    answer = client.get("/admin/search/", {"s": "x"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/log-in/"


def test_a_new_key_of_the_session_makes_the_log_in_no_younger(clock: Any) -> None:
    user = colleague("sales")
    client = entered(user)
    clock.shift(4 * MINUTE)
    new = {"oldpassword": PASSWORD, "password1": "otter meadow nine", "password2": "otter meadow nine"}
    assert client.post("/account/password/", new)["Location"] == "/account/"
    assert not is_out(client)
    assert OpenLogin.objects.get(user=user).began_at == NOON


def test_the_door_of_an_event_stays_open_until_the_event_is_over_and_opens_nothing_else(
    clock: Any, policy: PolicyVersion
) -> None:
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 30 * HOUR)
    other = EventFactory.create(starts_at=NOON, ends_at=NOON + 30 * HOUR)
    client, door = entered(colleague("events")), f"/admin/contacts/event/{event.pk}/check-in/"
    assert client.get(door).status_code == 200
    clock.shift(29 * HOUR)
    assert client.get(door).status_code == 200
    assert client.get(f"/admin/contacts/event/{event.pk}/who-is-in/").status_code == 200
    spare = Client()
    spare.cookies = client.cookies.copy()
    assert is_out(spare, f"/admin/contacts/event/{other.pk}/check-in/")
    assert is_out(client, door)


def test_a_door_ends_with_its_event(clock: Any, policy: PolicyVersion) -> None:
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 3 * HOUR)
    client, door = entered(colleague("events")), f"/admin/contacts/event/{event.pk}/check-in/"
    client.get(door)
    logins.sweep(NOON + 2 * HOUR)
    clock.shift(3 * HOUR)
    assert is_out(client, door)


def test_an_end_that_is_moved_later_keeps_no_door_open_longer(clock: Any, policy: PolicyVersion) -> None:
    """*Found*: a log-in of thirteen days ago opened the check-in of an event that was moved by half a year."""
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 30 * HOUR)
    client, door = entered(colleague("events")), f"/admin/contacts/event/{event.pk}/check-in/"
    client.get(door)
    move(event, NOON + 300 * HOUR)
    logins.sweep(NOON + 29 * HOUR)
    clock.shift(29 * HOUR)
    assert client.get(door).status_code == 200
    clock.shift(HOUR)
    assert logins.sweep(NOON + 30 * HOUR) == 1
    assert is_out(client, door)


def test_whoever_opens_the_door_again_before_their_log_in_is_over_has_it_until_the_new_end(
    clock: Any, policy: PolicyVersion
) -> None:
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 20 * HOUR)
    client, door = entered(colleague("events")), f"/admin/contacts/event/{event.pk}/check-in/"
    client.get(door)
    move(event, NOON + 25 * HOUR)
    clock.shift(50 * MINUTE)
    client.get(door)
    clock.move_to(NOON + 24 * HOUR)
    assert client.get(door).status_code == 200
    move(event, NOON + 23 * HOUR)
    assert is_out(client, door)


def test_a_cancelled_event_has_no_door(clock: Any, policy: PolicyVersion) -> None:
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 30 * HOUR)
    client, door = entered(colleague("events")), f"/admin/contacts/event/{event.pk}/check-in/"
    client.get(door)
    Event.objects.filter(pk=event.pk).update(cancelled_at=NOON + HOUR)
    clock.shift(20 * HOUR)
    assert not logins.of(OpenLogin.objects.get().user_id, at=NOON + 20 * HOUR).exists()
    assert is_out(client, door)


def test_a_page_that_asks_by_itself_is_no_use(clock: Any, policy: PolicyVersion) -> None:
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 30 * HOUR)
    client = entered(colleague("events"))
    clock.shift(59 * MINUTE)
    assert client.get(f"/admin/contacts/event/{event.pk}/who-is-in/").status_code == 200
    clock.shift(MINUTE)
    assert is_out(client)


def test_a_home_page_that_is_left_open_is_no_use(clock: Any, policy: PolicyVersion) -> None:
    """*Found*: a card that waits for its figure asks every two seconds, and kept the log-in open."""
    client = entered(colleague("sales"))
    clock.shift(59 * MINUTE)
    assert client.get("/admin/figures/new/").status_code == 200
    clock.shift(MINUTE)
    assert is_out(client)


def test_somebody_without_the_permission_keeps_no_door_open(clock: Any, policy: PolicyVersion) -> None:
    event = EventFactory.create(starts_at=NOON, ends_at=NOON + 30 * HOUR)
    client = entered(colleague("sales"))
    assert client.get(f"/admin/contacts/event/{event.pk}/check-in/").status_code == 403
    assert OpenLogin.objects.get().door is None


def test_staff_see_their_log_ins_and_end_one_or_all_others(clock: Any) -> None:
    user, stranger = colleague("sales"), colleague("sales")
    secret = with_app(user)
    here = entered(user, secret)
    there, third, theirs = newcomer(), newcomer(), entered(stranger)
    there.defaults["HTTP_USER_AGENT"] = FIREFOX
    for client in (there, third):
        client.force_login(user)
        client.get("/account/")
    OpenLogin.objects.filter(pk=there.session.session_key).update(browser="Firefox, Linux", network="192.0.2.x")
    page = here.get("/account/log-ins/").content.decode()
    assert (page.count("End this log-in"), page.count("this device"), "192.0.2.x" in page) == (2, 1, True)
    assert "Firefox, Linux" in page
    assert not [key for key in Session.objects.values_list("pk", flat=True) if key in page]
    handle = logins.handle(OpenLogin.objects.get(pk=there.session.session_key))
    theirs.post("/account/log-ins/end/", {"login": handle})
    assert not is_out(there, "/account/")
    here.post("/account/log-ins/end/", {"login": handle})
    assert (is_out(there, "/account/"), is_out(third, "/account/")) == (True, False)
    here.post("/account/log-ins/end/", {"login": "others"})
    assert (is_out(third, "/account/"), is_out(here), is_out(theirs)) == (True, False, False)


def test_ended_log_ins_are_in_the_trail_and_told_to_their_owner_and_nothing_is_where_none_ended(clock: Any) -> None:
    """*Found*: an intruder could end the owner's log-ins, and nobody heard of it."""
    user = colleague("sales")
    here, there, third = entered(user, with_app(user)), newcomer(), newcomer()
    for client in (there, third):
        client.force_login(user)
        client.get("/account/")
    handle = logins.handle(OpenLogin.objects.get(pk=there.session.session_key))
    for named in ("nowhere", handle, "others", "others", handle):
        here.post("/account/log-ins/end/", {"login": named})
    assert trail() == [("account.own_logins_ended", by(user), by(user))] * 2
    assert told() == [(user.email, "Your log-ins on other devices were ended")] * 2


def test_what_is_kept_of_a_log_in_is_a_network_and_two_words(clock: Any) -> None:
    client = newcomer()
    client.defaults |= {"REMOTE_ADDR": "198.51.100.77", "HTTP_USER_AGENT": FIREFOX}
    user = colleague("sales")
    client.force_login(user)
    OpenLogin.objects.all().delete()
    client.get("/account/")
    login = OpenLogin.objects.get()
    assert (login.network, login.browser) == ("198.51.100.x", "Firefox, Linux")
    assert "198.51.100.77" not in dump() + str(dict(client.session))


def test_a_new_password_ends_the_other_log_ins_at_once(clock: Any) -> None:
    user = colleague("sales")
    secret = with_app(user)
    here, there = entered(user, secret), newcomer()
    there.force_login(user)
    new = {"oldpassword": PASSWORD, "password1": "otter meadow nine", "password2": "otter meadow nine"}
    here.post("/account/password/", new)
    assert OpenLogin.objects.get(user=user).pk == here.session.session_key
    assert Session.objects.count() == 1
    assert is_out(there, "/account/")
    assert trail() == [("account.password_changed", by(user), by(user))]


def test_the_sweep_ends_what_is_over_and_leaves_what_is_open(clock: Any) -> None:
    old, new = entered(colleague("sales")), newcomer()
    clock.shift(30 * MINUTE)
    new.force_login(colleague("sales"))
    assert logins.sweep(NOON + HOUR) == 1
    assert OpenLogin.objects.get().pk == new.session.session_key
    assert is_out(old)
