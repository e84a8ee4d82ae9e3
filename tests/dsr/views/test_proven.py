"""What was asked for by the form of "My data" comes about once the address is proven."""

from typing import Any

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from contacts.words.addresses import keyed_hash
from dsr.words.vocabulary import State
from tests.support.factories import NOON, customer, everything_about
from tests.support.preferring import reader, refusals, suppressed
from tests.support.requesting import fresh, press
from tests.support.visiting import ADDRESS, ask, only_request
from tests.support.visitors import on_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "unhurried")]


@pytest.fixture
def unhurried(settings: Any) -> None:
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000


def test_who_lost_their_address_waits_for_the_officer(policy: PolicyVersion, client: Client) -> None:
    person, other = on_file(policy, email="old@fjordkraft.example"), customer(policy, email=ADDRESS)
    before = everything_about(person)
    ask(client, kind="marketing_objection", old_address="Old@fjordkraft.example", name="Aino Lindqvist")
    request = press(only_request(), policy)
    assert request.state == State.NEW
    assert everything_about(person) == before
    assert not request.subjects.exists()
    assert suppressed(person.address_hash) == set()
    assert suppressed(other.address_hash) == {"email", "phone", "post"}  # whose owner it was that objected
    said = request.papers.get().data
    assert (said["address"], said["old_address"], said["name"]) == (ADDRESS, "old@fjordkraft.example", "Aino Lindqvist")


@pytest.mark.promise("P12")
def test_an_objection_by_form_is_kept_for_an_address_that_nobody_has(policy: PolicyVersion, client: Client) -> None:
    ask(client, kind="marketing_objection")
    request = press(only_request(), policy)
    assert (request.state, request.outcome) == (State.CLOSED, "fulfilled")
    assert suppressed(keyed_hash(ADDRESS)) == {"email", "phone", "post"}


@pytest.mark.promise("P4")
def test_who_has_left_their_company_says_so_and_marketing_stops(policy: PolicyVersion, client: Client) -> None:
    person = customer(policy, email=ADDRESS)
    ask(client, kind="leaver")
    request = press(only_request(), policy)
    person.refresh_from_db()
    assert (request.state, person.left_on) == (State.OPEN, NOON.date())
    assert request.subjects.get().contact == person


@pytest.mark.promise("P19")
def test_a_proven_request_to_delete_stops_marketing_at_once_and_freezes(policy: PolicyVersion, client: Client) -> None:
    person = reader(policy, email=ADDRESS)
    assert refusals(person)["email"] == ""
    ask(client, kind="erasure")
    request = press(only_request(), policy)
    assert fresh(request).state == State.OPEN
    person.refresh_from_db()
    assert set(refusals(person).values()) == {"frozen"}
