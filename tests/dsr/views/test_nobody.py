"""The page “My data” for whoever is not held: nothing is made up, nothing is hidden, and no is still no."""

import datetime as dt

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion, Tombstone
from contacts.words.addresses import hashes
from dsr import package
from dsr.words.vocabulary import Kind, State
from tests.support import requesting
from tests.support.admin_pages import contents
from tests.support.factories import NOON, SignUpFactory, customer
from tests.support.packaged import data_of
from tests.support.visiting import ADDRESS, MINE, only_request, path_of, posted, press, visiting, words
from tests.support.visitors import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.mark.promise("P12")
def test_nobody_held_is_told_so_and_can_object_all_the_same(policy: PolicyVersion) -> None:
    client = visiting("nobody@fjordkraft.example")
    assert "We hold nothing under this address" in words(client.get(MINE))
    answer = press(client, stop="all")
    shown = words(client.get(answer["Location"]))
    assert "Since 24 November 2026 we keep a coded form of your address" in shown
    assert not Contact.objects.exists()


def test_nobody_held_sees_what_they_asked_for(policy: PolicyVersion) -> None:
    client = Client()
    answer = send(client, path_of(posted(policy, "nobody@fjordkraft.example")), {"lang": "en"})
    shown = words(client.get(answer["Location"]))
    request = only_request()
    assert f"Its number is {request.number}. We answer by 24 December 2026." in shown
    assert request.state == State.NEW


@pytest.mark.promise("P19")
def test_who_was_deleted_finds_what_is_left_of_their_requests(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    request = requesting.close(requesting.asked_by(person, policy, Kind.ERASURE), policy)
    waiting = posted(policy, ADDRESS, Kind.COMPLAINT).request
    person.delete()
    shown = words(visiting(ADDRESS).get(MINE))
    assert f"Done as you asked, on 24 November 2026. Its number is {request.number}." in shown
    assert waiting
    assert waiting.number not in shown


@pytest.mark.promise("L20")
def test_whoever_has_the_address_after_them_is_shown_no_closed_request_of_theirs(policy: PolicyVersion) -> None:
    before = customer(policy, email=ADDRESS)
    theirs = requesting.close(requesting.asked_by(before, policy, Kind.ERASURE), policy)
    before.delete()
    after = customer(policy, email=ADDRESS)
    own = requesting.close(requesting.asked_by(after, policy, Kind.ACCESS), policy)
    shown = words(visiting(after).get(MINE))
    assert (own.number in shown, theirs.number in shown) == (True, False)
    made = data_of(package.write([after.pk], address="", policy=policy, language="en", at=NOON))
    assert (own.number in str(made), theirs.number in str(made)) == (True, False)


def test_what_was_typed_under_an_address_and_not_confirmed_is_named(policy: PolicyVersion) -> None:
    SignUpFactory.create(email=ADDRESS, policy_version=policy)
    shown = words(visiting(ADDRESS).get(MINE))
    assert "You are not among our contacts" in shown
    assert "we delete that 30 days after it came in" in shown


@pytest.mark.parametrize("said", [{"ask": "erasure"}, {"withdraw": "food"}])
def test_nobody_held_has_nothing_to_act_on(policy: PolicyVersion, said: dict[str, str]) -> None:
    client = visiting("nobody@fjordkraft.example")
    before = contents()
    assert press(client, **said).status_code == 410
    assert client.get(f"{MINE}correct/").status_code == 410
    assert contents() == before


@pytest.mark.promise("L12")
def test_who_was_erased_reads_since_and_until_when_nobody_brings_them_back(policy: PolicyVersion) -> None:
    Tombstone.objects.create(**hashes(ADDRESS), erased_on=dt.date(2026, 5, 3), ends_on=dt.date(2029, 5, 3))
    shown = words(visiting(ADDRESS).get(MINE))
    assert "On 3 May 2026 we deleted your details at your request." in shown
    assert "Until 3 May 2029" in shown


@pytest.mark.promise("P5")
def test_who_was_reduced_to_what_a_duty_names_is_found_under_no_address(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    client = visiting(person)
    Contact.objects.filter(pk=person.pk).update(
        minimised_on=NOON.date(), email=None, address_hash=None, mailbox_hash=None
    )
    assert "We hold nothing under this address" in words(client.get(MINE))


@pytest.mark.promise("P19")
def test_a_visit_ends_with_its_person(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    client = visiting(person)
    person.delete()
    assert client.get(MINE).status_code == 403
