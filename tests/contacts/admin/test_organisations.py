import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Agreement, AuditEvent, Event, FoodPreference, Organisation, PolicyVersion
from tests.support.factories import (
    NOON,
    AgreementFactory,
    EventFactory,
    OrganisationFactory,
    RegistrationFactory,
    agree,
)

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")


def test_an_organisation_is_entered_today(log_in: LogIn, policy: PolicyVersion) -> None:
    answer = log_in("marketing").post("/admin/contacts/organisation/add/", {"name": "Fjordkraft AB", "country": "SE"})
    entered = Organisation.objects.get()
    assert (entered.name, entered.country, entered.entered_on) == ("Fjordkraft AB", "SE", dt.date(2026, 11, 24))
    assert answer["Location"] == f"/admin/contacts/organisation/{entered.pk}/change/"


def test_the_country_of_an_organisation_is_chosen_and_shown_by_its_name(log_in: LogIn) -> None:
    client = log_in("sales")
    refused = client.post("/admin/contacts/organisation/add/", {"name": "Fjordkraft AB", "country": "Sweeden"})
    assert "Select a valid choice" in refused.content.decode()
    assert not Organisation.objects.exists()
    imported = OrganisationFactory.create(name="Havglimt AS", country="Norge")
    OrganisationFactory.create(name="Skovtorp ApS", country="DK")
    page = f"/admin/contacts/organisation/{imported.pk}"
    client.post(f"{page}/change-details/", {"name": "Havglimt Teknikk AS", "country": "Norge"})
    assert "<dd>Norge</dd>" in client.get(f"{page}/change/").content.decode()
    client.post(f"{page}/change-details/", {"name": "Havglimt Teknikk AS", "country": "NO"})
    assert "<dd>Norway</dd>" in client.get(f"{page}/change/").content.decode()
    assert "Denmark" in client.get("/admin/contacts/organisation/").content.decode()


@pytest.mark.promise("P11")
def test_the_legal_form_is_chosen_shown_and_listed(log_in: LogIn) -> None:
    client = log_in("sales")
    client.post("/admin/contacts/organisation/add/", {"name": "Harrowgate", "country": "GB", "legal_form": "llp"})
    entered = Organisation.objects.get()
    page = f"/admin/contacts/organisation/{entered.pk}"
    assert "<dd>Limited liability partnership (LLP)</dd>" in client.get(f"{page}/change/").content.decode()
    other = OrganisationFactory.create(name="Other")
    narrowed = client.get("/admin/contacts/organisation/?legal_form__exact=llp").content.decode()
    assert ("Harrowgate" in narrowed, "Other" in narrowed) == (True, False)
    client.post(f"{page}/change-details/", {"name": "Harrowgate", "legal_form": ""})
    assert "<dd>Not known</dd>" in client.get(f"{page}/change/").content.decode()
    assert client.post(f"{page}/change-details/", {"name": "Harrowgate", "legal_form": "gmbh"}).status_code == 200
    assert set(Organisation.objects.values_list("pk", "legal_form")) == {(entered.pk, ""), (other.pk, "")}


MARK = "/admin/contacts/organisation/legal-forms/"


@pytest.mark.promise("P11")
def test_legal_forms_are_filled_in_from_a_list_of_names(log_in: LogIn) -> None:
    one, two, had, other = (OrganisationFactory.create(name=name) for name in ("One Ltd", "Two", "Had", "Other"))
    Organisation.objects.filter(pk__in=[had.pk, two.pk]).update(legal_form="company")
    Organisation.objects.filter(pk=two.pk).update(legal_form="sole_trader")
    names = " One Ltd \r\nTwo\r\n\r\nHad\r\nTwo\r\nNobody <Ltd>\r\none ltd"
    answer = log_in("marketing").post(MARK, {"names": names, "legal_form": "company"}).content.decode()
    assert "2 organisations are now marked as company." in answer
    assert "1 organisation was marked like this already." in answer
    assert "2 names are on record of no organisation:" in answer
    assert "Nobody &lt;Ltd&gt;\none ltd\n</textarea>" in answer
    found = dict(Organisation.objects.values_list("name", "legal_form"))
    assert found == {"One Ltd": "company", "Two": "company", "Had": "company", "Other": ""}
    noted = AuditEvent.objects.filter(code="organisation.marked").values_list("rule", flat=True)
    assert set(noted) == {f"organisation:{one.pk}", f"organisation:{two.pk}"}
    assert other.name not in answer


@pytest.mark.promise("P11")
@pytest.mark.parametrize("form", [{"names": "One Ltd", "legal_form": ""}, {"names": " ", "legal_form": "company"}])
def test_without_names_or_a_form_nothing_is_marked(form: dict[str, str], log_in: LogIn) -> None:
    OrganisationFactory.create(name="One Ltd")
    assert "This field is required." in log_in("sales").post(MARK, form).content.decode()
    assert Organisation.objects.get().legal_form == ""


def test_an_organisation_is_not_entered_under_a_name_that_is_taken(log_in: LogIn) -> None:
    OrganisationFactory.create(name="Fjordkraft AB")
    answer = log_in("sales").post("/admin/contacts/organisation/add/", {"name": "Fjordkraft AB"})
    assert "An organisation of this name is on record already." in answer.content.decode()
    assert Organisation.objects.count() == 1


def test_an_organisation_does_not_take_the_name_of_another(log_in: LogIn) -> None:
    taken, other = OrganisationFactory.create(name="Fjordkraft AB"), OrganisationFactory.create()
    answer = log_in("sales").post(f"/admin/contacts/organisation/{other.pk}/change-details/", {"name": taken.name})
    assert "on record already" in answer.content.decode()
    other.refresh_from_db()
    assert other.name != taken.name


@pytest.mark.promise("P3")
def test_the_list_calls_no_agreement_ended_before_its_last_day_is_over(log_in: LogIn) -> None:
    agree(OrganisationFactory.create(name="Ends today AB"), dt.date(2026, 11, 24))
    agree(OrganisationFactory.create(name="Was AB"), dt.date(2026, 11, 23))
    shown = log_in("sales").get("/admin/contacts/organisation/").content.decode()
    states = [" ".join(row.split()) for row in shown.split("field-state")[1:]]
    assert ["all agreements have a last day" in state for state in states] == [True, False]
    assert "all agreements ended" in states[1]


@pytest.mark.promise("P3")
def test_an_agreement_is_added_ended_and_reopened(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    client = log_in("sales")
    client.post(f"/admin/contacts/organisation/{organisation.pk}/add-agreement/", {"kind": "customer"})
    agreement = Agreement.objects.get()
    states = [_state(organisation)]
    client.post(f"/admin/contacts/agreement/{agreement.pk}/end/", {"ended_on": "2026-11-30"})
    states.append(_state(organisation))
    client.post(f"/admin/contacts/agreement/{agreement.pk}/reopen/")
    assert [*states, _state(organisation)] == [("open", None), ("ended", dt.date(2026, 11, 30)), ("open", None)]


def _state(organisation: Organisation) -> tuple[str, dt.date | None]:
    organisation.refresh_from_db()
    return organisation.agreement_state, organisation.agreements_ended_on


def test_an_agreement_does_not_end_before_it_started(log_in: LogIn) -> None:
    agreement = AgreementFactory.create(started_on=dt.date(2026, 1, 1))
    answer = log_in("sales").post(f"/admin/contacts/agreement/{agreement.pk}/end/", {"ended_on": "2025-12-31"})
    assert "cannot end before it started" in answer.content.decode()
    agreement.refresh_from_db()
    assert agreement.ended_on is None


NEW_EVENT = {
    "title": "Cloud Day",
    "kind": "physical",
    "starts_at_0": "2027-05-24",
    "starts_at_1": "09:00",
    "time_zone": "America/New_York",
}


def test_an_event_begins_on_the_wall_clock_of_its_own_time_zone(log_in: LogIn) -> None:
    log_in("events").post("/admin/contacts/event/add/", NEW_EVENT)
    event = Event.objects.get()
    assert (event.slug, event.starts_at) == ("cloud-day", dt.datetime(2027, 5, 24, 13, 0, tzinfo=dt.UTC))


def test_an_event_is_not_put_on_where_it_ends_before_it_starts(log_in: LogIn) -> None:
    form = NEW_EVENT | {"ends_at_0": "2027-05-24", "ends_at_1": "08:00"}
    answer = log_in("events").post("/admin/contacts/event/add/", form)
    assert "cannot end before it starts" in answer.content.decode()
    assert not Event.objects.exists()


def test_the_form_to_move_an_event_shows_its_wall_clock_and_sends_it_back_unchanged(log_in: LogIn) -> None:
    event = EventFactory.create(time_zone="Asia/Tokyo")
    client = log_in("events")
    url = f"/admin/contacts/event/{event.pk}/move/"
    form = client.get(url).context["form"]
    starts = form["starts_at"].initial
    assert (starts.hour, starts.tzinfo) == (18, None)
    sent = {"starts_at_0": str(starts.date()), "starts_at_1": str(starts.time()), "time_zone": "Asia/Tokyo"}
    assert client.post(url, sent).status_code == 302
    before = event.starts_at
    event.refresh_from_db()
    assert event.starts_at == before


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("cancel", {}),
        ("describe", {"title": "Cloud Day", "kind": "webinar"}),
        ("move", {"starts_at_0": "2026-11-23", "starts_at_1": "09:00", "time_zone": "Europe/Stockholm"}),
    ],
)
def test_what_makes_food_preferences_needless_deletes_them_at_once(
    log_in: LogIn, policy: PolicyVersion, act: str, form: dict[str, str]
) -> None:
    registration = RegistrationFactory.create()
    FoodPreference.objects.create(registration=registration, preference="vegan", consented_at=NOON)
    answer = log_in("events").post(f"/admin/contacts/event/{registration.event_id}/{act}/", form, follow=True)
    assert "The dietary needs of 1 guest were deleted." in answer.content.decode()
    assert not FoodPreference.objects.exists()


def test_a_cancelled_event_takes_no_act_any_more(log_in: LogIn) -> None:
    event = EventFactory.create(cancelled_at=NOON)
    answer = log_in("events").post(f"/admin/contacts/event/{event.pk}/describe/", {"title": "X"}, follow=True)
    assert "This is not possible any more." in answer.content.decode()
    event.refresh_from_db()
    assert event.title == "Cloud Day"
