import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from contacts.models import Activity, AuditEvent, Contact, PolicyVersion
from retention.models import Hold
from tests.support.admin_pages import contents
from tests.support.factories import ContactFactory, HoldFactory, hold

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(first_name="Aino", last_name="Lindqvist")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    return contact


def of(contact: Contact, act: str) -> str:
    return f"/admin/contacts/contact/{contact.public_id}/{act}/"


CALL = {"kind": "call", "occurred_at_0": "2026-11-20", "occurred_at_1": "09:30", "reference": "Renewal"}


def test_an_activity_is_recorded_on_the_wall_clock_of_the_company(log_in: LogIn, person: Contact) -> None:
    answer = log_in("sales").post(of(person, "record-activity"), CALL, follow=True)
    assert "The activity of Aino Lindqvist is recorded." in answer.content.decode()
    assert Activity.objects.get().occurred_at == dt.datetime(2026, 11, 20, 8, 30, tzinfo=dt.UTC)
    person.refresh_from_db()
    assert person.last_activity_on == dt.date(2026, 11, 20)


def test_the_name_in_a_message_is_read_when_it_is_shown_and_waits_nowhere(log_in: LogIn, person: Contact) -> None:
    client = log_in("sales")
    answer = client.post(of(person, "record-activity"), CALL)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["The activity of {name} is recorded."]
    assert "Lindqvist" not in str(client.cookies) + str(answer.headers) + str(dict(client.session))


def test_the_form_for_an_activity_stands_at_this_moment_and_chooses_no_kind(log_in: LogIn, person: Contact) -> None:
    client = log_in("sales")
    shown = client.get(of(person, "record-activity")).content.decode()
    assert 'value="2026-11-24"' in shown
    assert 'value="13:00"' in shown  # in Stockholm
    assert '<option value="" selected>–</option>' in shown
    before = contents()
    assert client.post(of(person, "record-activity"), CALL | {"kind": ""}).status_code == 200
    assert contents() == before


def test_an_activity_to_come_is_refused_with_a_reason(log_in: LogIn, person: Contact) -> None:
    client = log_in("sales")
    before = contents()
    answer = client.post(of(person, "record-activity"), CALL | {"occurred_at_0": "2026-11-25"})
    assert "An activity cannot lie in the future." in answer.content.decode()
    assert contents() == before


def test_the_officer_places_a_freeze(log_in: LogIn, person: Contact) -> None:
    form = {"reason": "legal_claim", "until": "2027-01-31", "legal_reference": "Case 7"}
    answer = log_in("privacy officer").post(of(person, "place-hold"), form, follow=True)
    assert "Nothing about Aino Lindqvist is reduced or deleted through 31 January 2027." in answer.content.decode()
    placed = Hold.objects.get()
    assert (placed.kind, placed.reason, placed.until) == ("freeze", "legal_claim", dt.date(2027, 1, 31))


@pytest.mark.promise("P5")
def test_the_officer_places_a_duty_that_never_keeps_the_address(log_in: LogIn, person: Contact) -> None:
    form = {"reason": "bookkeeping", "year_ended_on": "2026-04-30", "keeps": ["name", "city"]}
    log_in("privacy officer").post(of(person, "place-hold"), form)
    placed = Hold.objects.get()
    assert (placed.kind, sorted(placed.keeps)) == ("duty", ["city", "name"])


@pytest.mark.parametrize("form", [{"reason": "boredom"}, {"reason": "legal_claim", "until": "2026-11-23"}, {}])
def test_a_hold_without_a_known_reason_or_that_is_over_is_not_placed(
    log_in: LogIn, person: Contact, form: dict[str, str]
) -> None:
    assert log_in("privacy officer").post(of(person, "place-hold"), form).status_code == 200
    assert not Hold.objects.exists()


def test_nobody_but_the_officer_places_a_hold(log_in: LogIn, person: Contact) -> None:
    assert log_in("sales").post(of(person, "place-hold"), {"reason": "legal_claim"}).status_code == 403
    assert not Hold.objects.exists()


def test_a_hold_is_ended_once(log_in: LogIn, person: Contact) -> None:
    held = HoldFactory.create(contact=person, reason="legal_claim")
    client = log_in("privacy officer")
    url = f"/admin/retention/hold/{held.pk}/end/"
    client.post(url, {"day": "2026-11-24"})
    held.refresh_from_db()
    assert held.until == dt.date(2026, 11, 24)
    assert "This hold has ended already." in client.post(url, {"day": "2026-12-24"}).content.decode()


def test_an_act_needs_the_token_of_its_own_form(log_in: LogIn, person: Contact) -> None:
    client = log_in("sales")
    client.handler.enforce_csrf_checks = True
    assert client.post(of(person, "record-activity"), CALL).status_code == 403
    assert not Activity.objects.exists()


def test_a_dialog_is_answered_with_the_way_on(log_in: LogIn, person: Contact) -> None:
    answer = log_in("sales").post(of(person, "record-activity"), CALL, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/admin/contacts/contact/{person.public_id}/change/"


NEW_EVENT = {
    "title": "Cloud Day",
    "kind": "physical",
    "starts_at_0": "2027-05-24",
    "starts_at_1": "09:00",
    "time_zone": "America/New_York",
}


def test_djangos_own_log_never_hears_of_anybody(log_in: LogIn, person: Contact) -> None:
    client = log_in("superuser")
    client.post(of(person, "record-activity"), CALL)
    client.post(of(person, "place-hold"), {"reason": "legal_claim"})
    client.post("/admin/contacts/organisation/add/", {"name": "Fjordkraft AB"})
    client.post("/admin/contacts/event/add/", NEW_EVENT)
    new = {"username": "eva", "email": "eva@nordvik.example", "language": "en", "role": "sales"}
    client.post("/admin/auth/user/add/", new)
    added = User.objects.get(username="eva")
    client.post(f"/admin/auth/user/{added.pk}/details/", new | {"first_name": "Eva"})
    assert not LogEntry.objects.exists()
    codes = list(AuditEvent.objects.order_by("pk").values_list("code", flat=True))[1:]
    assert codes == [
        "activity.recorded",
        "hold.placed",
        "organisation.entered",
        "event.created",
        "event.invitation_changed",
        "account.added",
        "account.role_given",
        "account.renamed",
    ]


def test_the_audit_trail_holds_ids_and_no_names(log_in: LogIn, person: Contact) -> None:
    client = log_in("superuser")
    client.post(of(person, "record-activity"), CALL)
    client.post(of(person, "place-hold"), {"reason": "legal_claim", "legal_reference": "Case 7"})
    trail = str(list(AuditEvent.objects.values_list()))
    assert str(person.public_id) in trail
    for value in ("Aino", "Lindqvist", person.email, "Renewal", "Case 7"):
        assert value not in trail


def test_the_audit_trail_says_who_acted_by_log_in_name(log_in: LogIn, person: Contact) -> None:
    log_in("sales").post(of(person, "record-activity"), CALL)
    event = AuditEvent.objects.get(code="activity.recorded")
    name = User.objects.get(pk=event.by.removeprefix("user:")).username
    client = log_in("auditor")
    for url in ("/admin/contacts/auditevent/", f"/admin/contacts/auditevent/{event.pk}/change/"):
        assert name in client.get(url).content.decode()
