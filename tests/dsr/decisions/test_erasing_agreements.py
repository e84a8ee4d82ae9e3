"""Who is a contact under an agreement in force: the officer sees so, and no letter denies it by itself (P21)."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Contact, Organisation, PolicyVersion
from dsr.models import Request
from dsr.traces import proposal
from dsr.words.vocabulary import Kind
from tests.support.admin_pages import contents
from tests.support.deciding import TODAY, TOMORROW, Desk, ada, url
from tests.support.deleting import wish
from tests.support.factories import OrganisationFactory, agree, contact_of, customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P21")]

IN_FORCE = "They are a contact of Fjordkraft, whose agreement is in force."


@pytest.fixture
def officer(log_in: Callable[[str], Client]) -> Client:
    return log_in("privacy officer")


def under_an_agreement(policy: PolicyVersion) -> Contact:
    person = customer(policy)
    Organisation.objects.filter(pk=person.organisation_id).update(name="Fjordkraft")
    return person


def preset(officer: Client, request: Request) -> str:
    found = re.search(r'<option value="(\w*)" selected', Desk(officer, request, "erase").html)
    assert found
    return found[1]


def test_the_page_and_the_form_say_whose_agreement_is_in_force(officer: Client, policy: PolicyVersion) -> None:
    request = wish(under_an_agreement(policy), policy)
    assert IN_FORCE in officer.get(url(request, "change")).content.decode()
    assert IN_FORCE in Desk(officer, request, "erase").html


def test_no_ground_is_chosen_for_the_officer_and_none_is_no_ground(officer: Client, policy: PolicyVersion) -> None:
    request = wish(under_an_agreement(policy), policy)
    desk, before = Desk(officer, request, "erase"), contents()
    assert preset(officer, request) == ""
    desk.fill(ground="")
    assert "This field is required." in desk.html
    assert "We no longer needed it" not in desk.letter
    assert contents() == before


def test_who_has_left_goes_by_our_own_promise_all_the_same(officer: Client, policy: PolicyVersion) -> None:
    assert preset(officer, wish(under_an_agreement(policy), policy, Kind.LEAVER)) == "left"


def test_anybody_else_has_the_usual_ground(officer: Client, policy: PolicyVersion) -> None:
    request = wish(ada(policy), policy)
    assert preset(officer, request) == "not_needed"
    assert "in force" not in Desk(officer, request, "erase").html


@pytest.mark.parametrize(("ended_on", "named"), [(None, True), (TOMORROW, True), (TODAY, False)])
def test_an_agreement_is_in_force_until_the_day_it_ends(
    policy: PolicyVersion, ended_on: dt.date | None, named: bool
) -> None:
    organisation = OrganisationFactory.create()
    agree(organisation, ended_on, "partner")
    request = wish(contact_of(organisation, "partner", policy), policy)
    assert proposal.of(request, TODAY).agreements == ((organisation.name,) if named else ())
