"""What the form of an event asks for: on its page, in the API, and in the form that staff fill in."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import ApiKey, Event, FoodPreference, PolicyVersion, SignUp
from contacts.signups import keys
from contacts.words.categories import OPTIONAL_FIELDS
from tests.support import visitors
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, EventFactory, RegistrationFactory, TopicFactory
from tests.support.visitors import filled, send

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NAMES = ["first_name", "last_name"]
PAGE = {"policy", "lang", "website", "email", "consent_email", "consent_phone", *NAMES}

NEW = {
    "title": "Cloud Day",
    "kind": "physical",
    "starts_at_0": "2027-05-24",
    "starts_at_1": "09:00",
    "time_zone": "Europe/Helsinki",
    "place": "Esplanadi 1",
}


def asked(client: Client, event: Event) -> set[str]:
    page = client.get(f"/events/{event.slug}/").content.decode()
    return set(re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_]+)"', page))


def post(policy: PolicyVersion, event: Event, **typed: Any) -> Any:
    _, key = keys.issue(f"website-{ApiKey.objects.count()}", at=NOON, by="test")
    body = {"policy_version": policy.number, "email": "aino@fjordkraft.example", "first_name": "Aino"}
    return Client().post(
        f"/api/v1/events/{event.slug}/sign-ups",
        json.dumps(body | {"last_name": "Lindqvist"} | typed),
        content_type="application/json",
        headers={"authorization": f"Bearer {key}"},
    )


def test_an_event_is_put_on_with_all_that_its_form_needs(log_in: LogIn) -> None:
    topic = TopicFactory.create()
    told = {"capacity": "40", "topics": [topic.pk], "summary_en": "Come!", "asked": ["company", "phone"]}
    log_in("events").post("/admin/contacts/event/add/", NEW | told)
    event = Event.objects.get()
    assert (event.capacity, list(event.topics.all()), event.summary) == (40, [topic], {"en": "Come!"})
    assert (event.asked, event.asks_food) == ([*NAMES, "phone", "company"], False)
    assert event.starts_at.isoformat() == "2027-05-24T06:00:00+00:00"


def test_the_form_of_a_new_event_asks_for_little_unless_staff_want_more(log_in: LogIn) -> None:
    page = log_in("events").get("/admin/contacts/event/add/").content.decode()
    ticked = re.findall(r'name="asked" value="([a-z_]+)"[^>]*\schecked[\s>]', page)
    assert ticked == ["company", "job_title", "country"]
    assert re.search(r'name="asks_food"[^>]*\schecked[\s>]', page)


def test_what_cannot_be_puts_no_event_on(log_in: LogIn) -> None:
    client = log_in("events")
    before = contents()
    answer = client.post("/admin/contacts/event/add/", NEW | {"ends_at_0": "2027-05-24", "ends_at_1": "08:00"})
    assert "The event cannot end before it starts." in answer.content.decode()
    client.post("/admin/contacts/event/add/", NEW | {"asked": ["birthday"]})
    client.post("/admin/contacts/event/add/", NEW | {"capacity": "0"})
    assert contents() == before


@pytest.mark.promise("P2")
@pytest.mark.parametrize("fields", [[], ["company"], ["phone", "country"], list(OPTIONAL_FIELDS)])
def test_the_page_asks_for_what_was_chosen_and_always_for_a_name(
    fields: list[str], policy: PolicyVersion, client: Client
) -> None:
    event = visitors.event(asked=fields, asks_food=False)
    assert asked(client, event) - {"altcha"} == PAGE | set(fields)


def test_the_form_is_changed_with_the_invitation(log_in: LogIn, policy: PolicyVersion, client: Client) -> None:
    event = visitors.event()
    assert {"phone", "food"} <= asked(client, event)
    log_in("events").post(f"/admin/contacts/event/{event.pk}/invite/", {"asked": ["company"]})
    assert asked(client, event) - {"altcha"} == PAGE | {"company"}


@pytest.mark.promise("P8")
def test_food_that_is_not_asked_for_is_never_stored(policy: PolicyVersion, client: Client) -> None:
    event = visitors.event(asks_food=False)
    assert not {"food", "food_consent"} & asked(client, event)
    send(client, f"/events/{event.slug}/", filled(policy, food="no nuts", food_consent="on"))
    assert SignUp.objects.count() == 1
    assert not FoodPreference.objects.exists()


@pytest.mark.promise("P8")
def test_guests_who_have_told_are_still_cooked_for_once_nobody_is_asked_any_more(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    event = visitors.event()
    place = RegistrationFactory.create(event=event)
    FoodPreference.objects.create(registration=place, preference="vegan", consented_at=NOON)
    log_in("events").post(f"/admin/contacts/event/{event.pk}/invite/", {"asked": []})
    event.refresh_from_db()
    assert (event.asks_food, FoodPreference.objects.count()) == (False, 1)


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    "typed",
    [{"phone": "+46 8 465 00 00"}, {"food": "no nuts", "food_consent": True}, {"food_consent": True}],
)
def test_the_api_refuses_what_the_event_does_not_ask_for(typed: dict[str, Any], policy: PolicyVersion) -> None:
    event = visitors.event(asked=["company"], asks_food=False)
    answer = post(policy, event, **typed)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        next(iter(typed)).replace("_consent", ""): ["We do not ask for this. Leave it out."]
    }
    assert not SignUp.objects.exists()


def test_the_api_takes_what_the_event_asks_for_and_fields_left_empty(policy: PolicyVersion) -> None:
    event = visitors.event(asked=["company"], asks_food=False)
    assert post(policy, event, company="Fjordkraft AB", phone="", food="").status_code == 202
    assert SignUp.objects.get().company == "Fjordkraft AB"


def test_the_api_says_what_each_event_asks_for(policy: PolicyVersion) -> None:
    visitors.event(slug="one", asked=["company", *NAMES], asks_food=False)
    visitors.event("webinar", slug="two")
    listed = {event["slug"]: (event["asked"], event["asks_food"]) for event in Client().get("/api/v1/events").json()}
    assert listed == {"one": ([*NAMES, "company"], False), "two": (list(OPTIONAL_FIELDS), False)}


def test_one_form_does_not_show_the_fields_of_another(policy: PolicyVersion) -> None:
    open_to_all, short = visitors.event(), visitors.event(asked=NAMES, asks_food=False)
    for event, status in ((open_to_all, 202), (short, 422), (open_to_all, 202)):
        assert post(policy, event, city="Stockholm").status_code == status


def test_the_page_of_an_event_says_what_its_form_asks_for(log_in: LogIn) -> None:
    event = EventFactory.create(asked=[*NAMES, "company", "phone"])
    page = " ".join(log_in("sales").get(f"/admin/contacts/event/{event.pk}/change/").content.decode().split())
    assert "name, e-mail, company, phone, food" in page


def of(client: Client, event: Event, page: str) -> str:
    return " ".join(client.get(f"/admin/contacts/event/{event.pk}/{page}/").content.decode().split())


@pytest.mark.parametrize("act", ["describe", "move", "cancel"])
def test_staff_read_beforehand_how_many_are_told_by_mail(act: str, log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = visitors.event(), log_in("events")
    assert "told by e-mail" not in of(client, event, act)
    RegistrationFactory.create_batch(2, event=event)
    RegistrationFactory.create(event=event, cancelled_at=NOON)
    assert "2 guests have a place, and are told by e-mail." in of(client, event, act)
    Event.objects.update(starts_at=NOON - 3 * ONE_DAY)
    assert "told by e-mail" not in of(client, event, act)


def test_the_page_of_an_event_leads_to_what_visitors_see_once_they_may(log_in: LogIn) -> None:
    event, client = EventFactory.create(), log_in("marketing")
    assert "visitors do not find its page" in of(client, event, "change")
    Event.objects.update(was_open=True)
    assert f'href="/events/{event.slug}/"' in of(client, event, "change")


def test_an_event_that_is_on_says_so(log_in: LogIn) -> None:
    event, client = EventFactory.create(starts_at=NOON - ONE_DAY / 24), log_in("marketing")
    assert "Tuesday 24 November 2026, from 12:00 (Stockholm time), on now" in of(client, event, "change")
    assert "on now" in client.get("/admin/contacts/event/").content.decode()
