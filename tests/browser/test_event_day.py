"""A day on which an event is on, as those who run it have it on their phones: from the kitchen to the timeline."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import Activity, Event, FoodPreference, PolicyVersion, Registration, SignUp
from contacts.signups import proof
from contacts.tasks import sweep_food_preferences
from tests.browser.test_admin import enter
from tests.browser.test_check_in import came, complaints, phone, row, tap
from tests.support.accessible import violations
from tests.support.clocks import database_at
from tests.support.doors import AN_HOUR, event_on
from tests.support.factories import ContactFactory, OrganisationFactory, register

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["complaints", "phone"]

type LogIn = Callable[[str], Client]
type Phones = Callable[[], "Page"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENT = 20_000  # milliseconds: phones look at what the others did every few seconds


@pytest.fixture
def event(policy: PolicyVersion) -> Event:
    """An event that is on for another hour; three guests have signed up, two of whom told what they eat."""
    now = timezone.now()
    made = event_on(starts_at=now - AN_HOUR, ends_at=now + AN_HOUR, title="Cloud Day")
    fjordkraft = OrganisationFactory.create(name="Fjordkraft AB")
    for first, last, food in (("Aino", "Lindqvist", "Vegan"), ("Väinö", "Ek", "vegan"), ("Siv", "Berg", "")):
        person = ContactFactory.create(first_name=first, last_name=last, organisation=fjordkraft)
        register(person, made, now - dt.timedelta(days=9), policy=policy, food=food)
    return made


@pytest.mark.promise("P8")
def test_an_event_day(
    phone: Phones,
    event: Event,
    live_server: LiveServer,
    log_in: LogIn,
    policy: PolicyVersion,
    complaints: list[str],
) -> None:
    one, other = phone(), phone()
    for page in (one, other):
        _go_to_the_event(page, live_server)
    _tell_the_caterer(one)
    for page in (one, other):
        _open_the_door(page)
    _let_guests_in(one, other)
    _lose_the_connection(other)
    _take_somebody_without_a_place(one, other)
    _press_the_button_in_our_mail(policy)
    there = one.url
    for page in (one, other):
        page.goto("about:blank")  # what they ask for by themselves would end the new log-in along with the old one
    later = timezone.now() + 2 * AN_HOUR
    with time_machine.travel(later), database_at(later):
        sweep_food_preferences()
        enter(one, log_in("events"), live_server)  # the event is over, and with it the log-in of its door
        one.goto(there)
        _see_that_the_food_is_gone(one)
        _find_who_came(one)
        enter(one, log_in("marketing"), live_server)
        _read_it_in_the_timeline(one)
    assert complaints == []


def _go_to_the_event(page: "Page", server: LiveServer) -> None:
    page.goto(f"{server.url}/admin/")
    page.get_by_role("heading", level=1).first.wait_for()
    page.goto(f"{server.url}/admin/contacts/event/")
    page.get_by_role("link", name="Cloud Day").tap()
    page.get_by_role("link", name="For the caterer").wait_for()
    assert violations(page, ".pc-stack") == []


def _tell_the_caterer(page: "Page") -> None:
    page.get_by_role("link", name="For the caterer").tap()
    page.get_by_text("2 guests told what they eat.").wait_for()
    page.get_by_role("row", name="Vegan 2").wait_for()
    assert "Lindqvist" not in page.content()
    assert violations(page, ".pc-stack") == []
    page.get_by_role("link", name="Back to the event").tap()


def _open_the_door(page: "Page") -> None:
    page.get_by_role("link", name="Check-in").tap()
    page.get_by_text("0 of 3 are in").wait_for()
    assert violations(page) == []


def _let_guests_in(one: "Page", other: "Page") -> None:
    """Aino comes in by one phone, is known to the other, and goes out again, since it was somebody else."""
    one.get_by_role("searchbox").fill("lindq")
    row(one, "Väinö").wait_for(state="hidden")
    tap(one, "Aino")
    row(one, "Aino").get_by_text("in since").wait_for()
    row(other, "Aino").get_by_text("in since").wait_for(timeout=PATIENT)
    tap(other, "Aino")
    row(other, "Aino").get_by_text("already in at").wait_for()
    assert violations(other) == []
    row(other, "Aino").get_by_role("button", name="Undo Aino Lindqvist").tap()
    row(other, "Aino").get_by_text("Check in").wait_for()
    assert not Activity.objects.filter(kind="attendance").exists()
    row(one, "Aino").get_by_text("Check in").wait_for(timeout=PATIENT)
    tap(one, "Aino")
    one.get_by_text("1 of 3 are in").wait_for()
    one.get_by_role("searchbox").fill("")


def _lose_the_connection(page: "Page") -> None:
    page.context.set_offline(True)
    tap(page, "Väinö")
    row(page, "Väinö").get_by_text("Not stored. Tap to try again.").wait_for()
    page.get_by_text("No connection: nothing is stored until it is back.").wait_for()
    assert came() == 1
    page.context.set_offline(False)
    page.get_by_text("No connection").wait_for(state="hidden", timeout=PATIENT)
    tap(page, "Väinö")
    page.get_by_text("2 of 3 are in").wait_for()
    assert came() == 2


def _take_somebody_without_a_place(one: "Page", other: "Page") -> None:
    one.get_by_role("link", name="Walk-in").tap()
    for label, typed in {"First name": "Bo", "Last name": "Ny", "Work e-mail": "bo@fjordkraft.example"}.items():
        one.get_by_label(label).fill(typed)
    assert violations(one) == []
    one.get_by_role("button", name="Come in").tap()
    row(one, "Bo Ny").get_by_text("in since").wait_for()
    for page in (one, other):
        page.get_by_text("3 of 4 are in").wait_for(timeout=PATIENT)
    row(other, "Bo Ny").get_by_text("in since").wait_for(timeout=PATIENT)
    assert came() == 2


def _press_the_button_in_our_mail(policy: PolicyVersion) -> None:
    made = SignUp.objects.came().get()
    proof.confirm(made.public_id, consent=False, policy=policy, at=timezone.now(), by="visitor")
    assert came() == 3


def _see_that_the_food_is_gone(page: "Page") -> None:
    page.get_by_role("link", name="Back to the event").tap()
    page.get_by_role("link", name="For the caterer").tap()
    page.get_by_text("The event is over, so that everything about food is deleted.").wait_for()
    assert not FoodPreference.objects.exists()
    page.get_by_role("link", name="Back to the event").tap()


def _find_who_came(page: "Page") -> None:
    page.get_by_role("link", name="Guests").first.tap()
    page.get_by_role("link", name="Bo Ny").tap()
    page.get_by_text("Came to Cloud Day on").wait_for()
    assert violations(page, ".pc-stack") == []
    assert Registration.objects.filter(attended_at=None).get().contact.last_name == "Berg"


def _read_it_in_the_timeline(page: "Page") -> None:
    """Marketing reads what a guest did, and nothing of what they eat."""
    page.get_by_role("link", name="Bo Ny").tap()
    page.locator("#timeline li", has_text="Attendance").get_by_text("Cloud Day").wait_for()
    assert violations(page, ".pc-stack") == []
    came = Activity.objects.filter(kind="attendance").values_list("contact__last_name", flat=True)
    assert sorted(came) == ["Ek", "Lindqvist", "Ny"]
