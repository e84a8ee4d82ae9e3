"""The act of the admin that deletes: what goes is shown before anything happens; the number of the request does it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Activity, Contact, PolicyVersion
from dsr.models import Request
from dsr.traces import proposal
from tests.support.deleting import counted, full, text_of, wish
from tests.support.factories import NOON, place
from tests.support.requesting import fresh

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21"), pytest.mark.usefixtures("made")]

type LogIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def made(policy_of_module: PolicyVersion) -> Request:
    return wish(full(policy_of_module), policy_of_module)


@pytest.fixture
def request_of(made: Request) -> Request:
    return copy.deepcopy(made)


def _erase(client: Client, request: Request, ground: str = "not_needed", **typed: str) -> Any:
    """Send the form: first for the letter, then as it came back, with what is typed."""
    url = reverse("admin:dsr_request_erase", args=[request.public_id])
    mark = client.get(url).context["form"]["mark"].value()
    form = client.post(url, {"ground": ground, "mark": mark, "show": "1"}).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    return client.post(url, {**sent, "number": request.number, **typed})


def test_the_form_shows_what_goes_and_the_letter_before_anything_happens(
    log_in: LogIn, request_of: Request, at_noon: None
) -> None:
    officer, before = log_in("privacy officer"), counted()
    url = reverse("admin:dsr_request_erase", args=[request_of.public_id])
    page = text_of(officer.get(url).content.decode())
    planned = proposal.of(request_of, NOON.date())
    assert f"Words and letters about requests {planned.rows['dsr_paper']}" in page
    assert f"In all {sum(planned.rows.values())}" in page
    assert "Nothing of the person." in page
    shown = officer.post(url, {"ground": "unlawful", "show": "1"})
    assert "Vi borde inte ha haft det" in shown.context["form"].preview
    assert {**counted(), "django_session": 0} == {**before, "django_session": 0}


def test_the_form_counts_with_separators(log_in: LogIn, request_of: Request, at_noon: None) -> None:
    person = Contact.objects.get(requests__request=request_of)
    Activity.objects.filter(contact=person).delete()
    Activity.objects.bulk_create(
        Activity(contact=person, kind="call", occurred_at=NOON, reference=str(each)) for each in range(1_200)
    )
    total = sum(proposal.of(request_of, NOON.date()).rows.values())
    url = reverse("admin:dsr_request_erase", args=[request_of.public_id])
    page = text_of(log_in("privacy officer").get(url).content.decode())
    assert "Activities 1,200" in page
    assert f"{total:,} entries will be deleted for good." in page
    assert f"In all {total:,}" in page


def test_the_number_of_the_request_deletes(log_in: LogIn, request_of: Request, at_noon: None) -> None:
    answer = _erase(log_in("privacy officer"), request_of, ground="unlawful")
    assert answer.status_code == 302
    assert not Contact.objects.exists()
    assert fresh(request_of).ground == "unlawful"


def test_a_duty_that_came_in_between_is_shown_before_anything_happens(
    log_in: LogIn, request_of: Request, at_noon: None
) -> None:
    officer = log_in("privacy officer")
    mark = proposal.of(request_of, NOON.date()).mark
    place(Contact.objects.get(requests__request=request_of), "duty", "tax")
    answer = _erase(officer, request_of, mark=mark)
    assert "What stays, or who is told, has changed meanwhile. Nothing was deleted" in answer.content.decode()
    assert Contact.objects.get().email
    assert answer.context["form"]["mark"].value() == proposal.of(request_of, NOON.date()).mark


def test_a_wrong_number_deletes_nobody(log_in: LogIn, request_of: Request, at_noon: None) -> None:
    officer, before = log_in("privacy officer"), counted()
    answer = _erase(officer, request_of, number="2026-9999")
    assert "This is not the number of this request." in answer.content.decode()
    assert {**counted(), "django_session": 0} == {**before, "django_session": 0}


def test_what_stands_in_the_way_is_told_and_nothing_is_done(
    log_in: LogIn, policy: PolicyVersion, request_of: Request, at_noon: None
) -> None:
    place(Contact.objects.get(requests__request=request_of), "freeze", "legal_claim")
    officer, before = log_in("privacy officer"), counted()
    url = reverse("admin:dsr_request_erase", args=[request_of.public_id])
    assert "This person cannot be deleted yet." in officer.get(url).content.decode()
    answer = officer.post(url, {"ground": "not_needed", "number": request_of.number, "show": "1"})
    assert "A legal claim stands in the way" in answer.content.decode()
    assert {**counted(), "django_session": 0} == {**before, "django_session": 0}


@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor", "administrator"])
def test_nobody_else_deletes(log_in: LogIn, request_of: Request, role: str) -> None:
    client, before = log_in(role), counted()
    assert client.post(reverse("admin:dsr_request_erase", args=[request_of.public_id])).status_code == 403
    assert counted() == before
