"""Whose details are only stored is seen by the officer alone, and changed on their request alone (Art. 18 GDPR, L6)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion
from contacts.people import matching, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.people.matching import MatchError
from contacts.people.restriction_guard import StoredOnlyError
from privacy_crm.staff.people.contact_acts import ActivityForm
from tests.support.admin_pages import contents
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    RegistrationFactory,
    SignUpFactory,
    hold,
    place,
)

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P22"), pytest.mark.promise("L6")]

MARKER = "Zebradottir"
LIST = "/admin/contacts/contact/"
OTHERS = ["marketing", "sales", "events", "auditor", "administrator"]

# Each would change her, were she not restricted.
CHANGES: dict[str, dict[str, str]] = {
    "record-activity": {"kind": "call", "occurred_at_0": "2026-11-20", "occurred_at_1": "09:30"},
    "change-address": {"email": "new@fjordkraft.example", "evidence": "met"},
    "complete-country": {"country": "SE"},
    "has-left": {"on": "2026-11-20", "source": "phone"},
    "told-by-letter": {"on": "2026-11-20"},
}


def of(contact: Contact, act: str = "change") -> str:
    return f"{LIST}{contact.public_id}/{act}/"


def restricted(policy: PolicyVersion, **fields: Any) -> Contact:
    contact = ContactFactory.create(last_name=MARKER, email="zebra@fjordkraft.example", **fields)
    hold(contact, "prospect", dt.date(2026, 11, 1), policy=policy, source_kind="public")
    place(contact, "freeze", "restriction")
    contact.refresh_from_db()
    return contact


@pytest.mark.walk
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_the_officer_finds_them_on_any_page(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    organisation, event = OrganisationFactory.create(), EventFactory.create()
    contact, client = restricted(policy, organisation=organisation), log_in(role)
    RegistrationFactory.create(contact=contact, event=event)
    SignUpFactory.create(email=contact.email, last_name=MARKER, policy_version=policy)
    pages = [
        "/admin/",
        LIST,
        f"{LIST}?q={contact.public_id}",
        f"{LIST}?q={contact.email}",
        f"{LIST}?organisation={organisation.pk}",
        f"{LIST}?scenario=prospect",
        f"/admin/contacts/organisation/{organisation.pk}/change/",
        f"/admin/contacts/event/{event.pk}/change/",
        "/admin/contacts/signup/",
        "/admin/retention/hold/",
    ]
    for url in pages:
        shown = client.get(url).content.decode()
        assert MARKER not in shown, url
    for act in ("change", "pass-on", "objection-heard", *CHANGES):
        assert client.get(of(contact, act)).status_code in {403, 404}


@pytest.mark.parametrize("role", ["marketing", "sales", "events"])
def test_nobody_but_the_officer_acts_on_them(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    contact, client = restricted(policy), log_in(role)
    before = contents()
    for act, told in CHANGES.items():
        assert client.post(of(contact, act), told).status_code in {403, 404}
    assert contents() == before


def test_the_organisation_counts_those_alone_whom_one_may_see(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    restricted(policy, organisation=organisation)
    url = f"/admin/contacts/organisation/{organisation.pk}/change/"
    assert log_in("sales").get(url).context["people"] == 0
    assert log_in("privacy officer").get(url).context["people"] == 1


def test_the_officer_sees_them_and_that_their_details_are_only_stored(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = restricted(policy), log_in("privacy officer")
    assert MARKER in client.get(LIST).content.decode()
    shown = client.get(of(contact)).content.decode()
    assert "These details are only stored, as the person asked." in shown
    for label in ("Record an activity", "Change the address", "Has left the organisation"):
        assert label not in shown
    assert "Pass on a request" in shown


@pytest.mark.parametrize("act", CHANGES)
def test_the_officer_changes_nothing_of_them_either_but_on_a_request(
    log_in: LogIn, policy: PolicyVersion, act: str
) -> None:
    contact, client = restricted(policy), log_in("privacy officer")
    before = contents()
    answer = client.post(of(contact, act), CHANGES[act])
    assert contents() == before
    told = answer.status_code == 403 or client.get(answer["Location"]).content.decode()
    assert told is True or "This is not possible any more." in told


def test_a_change_is_refused_also_where_the_restriction_came_in_between(policy: PolicyVersion) -> None:
    contact = restricted(policy)
    told = {"kind": "call", "occurred_at_0": "2026-11-20", "occurred_at_1": "09:30"}
    form = ActivityForm(contact, data=told)
    assert form.is_valid()
    before = contents()
    assert form.attempt(at=NOON, by="user:1") is None
    assert form.non_field_errors() == ["Their details are only stored, as they asked."]
    assert contents() == before


def test_they_are_matched_to_no_organisation(policy: PolicyVersion) -> None:
    contact, organisation = restricted(policy), OrganisationFactory.create()
    before = contents()
    with pytest.raises(MatchError, match="only stored"):
        matching.match(contact.pk, organisation.pk, at=NOON, by="test")
    assert contents() == before


def test_the_refusal_is_one_that_every_form_shows() -> None:
    assert issubclass(StoredOnlyError, ContactGoneError)


def test_once_the_restriction_has_ended_they_are_there_for_everybody_again(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    contact = restricted(policy)
    Contact.objects.filter(pk=contact.pk).update(restricted_through=NOON.date() - ONE_DAY)
    assert MARKER in log_in("sales").get(LIST).content.decode()
    with restriction_guard.changing(contact.pk, at=NOON):
        pass
