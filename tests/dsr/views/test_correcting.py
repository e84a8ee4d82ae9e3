"""People put right what we have of them: at once, on record, and against every import that follows."""

from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, Disclosure, PolicyVersion, RecipientNotice
from contacts.people import correcting
from contacts.people.activities import ContactGoneError
from dsr.intake import own_words
from dsr.models import Request
from dsr.words.vocabulary import State
from retention.models import Hold
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, everything_about, place
from tests.support.import_files import bring, person
from tests.support.preferring import reader
from tests.support.sharing import RecipientFactory
from tests.support.visiting import ADDRESS, CORRECT, MINE, press, visiting, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def aino(policy: PolicyVersion) -> Contact:
    return reader(policy, email=ADDRESS, first_name="Ainoo", last_name="Lindqvist", job_title="Intern", phone="1")


def put_right(client: Client, **said: str) -> Any:
    shown = {"first_name": "Aino", "last_name": "Lindqvist", "job_title": "Head of IT", "phone": ""}
    return press(client, CORRECT, **shown | said)


@pytest.mark.promise("P19")
def test_name_role_and_phone_are_corrected_at_once_and_old_and_new_go_with_the_person(aino: Contact) -> None:
    client = visiting(aino)
    answer = put_right(client)
    aino.refresh_from_db()
    assert (aino.first_name, aino.last_name, aino.job_title, aino.phone) == ("Aino", "Lindqvist", "Head of IT", "")
    assert aino.corrected == ["first_name", "job_title", "phone"]
    request = Request.objects.get()
    assert (request.kind, request.state, request.outcome) == ("rectification", State.CLOSED, "fulfilled")
    (paper,) = request.papers.all()
    assert paper.contact == aino
    assert paper.data == {
        "first_name": {"old": "Ainoo", "new": "Aino"},
        "job_title": {"old": "Intern", "new": "Head of IT"},
        "phone": {"old": "1", "new": ""},
    }
    assert not Hold.objects.exists()
    assert "Your details are corrected." in words(client.get(answer["Location"]))
    aino.delete()
    assert not Request.objects.get().papers.exists()


@pytest.mark.promise("P19")
def test_no_import_overwrites_it_afterwards(aino: Contact, policy: PolicyVersion) -> None:
    put_right(visiting(aino))
    row = person(ADDRESS, first_name="Ainoo", last_name="Lindgren", job_title="Intern", phone="1", city="Luleå")
    outcome = bring(policy, contacts=[row])
    aino.refresh_from_db()
    assert (aino.first_name, aino.job_title, aino.phone) == ("Aino", "Head of IT", "")
    assert (aino.last_name, aino.city) == ("Lindgren", "Luleå")
    assert outcome.counts("contacts").updated == 1
    again = bring(policy, contacts=[row])
    assert again.counts("contacts").updated == 0


def test_an_import_still_brings_new_people_whole(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(ADDRESS, first_name="Aino", phone="1")])
    made = Contact.objects.get()
    assert (made.first_name, made.phone, made.corrected) == ("Aino", "1", [])


def test_recipients_who_got_the_wrong_details_are_told(aino: Contact) -> None:
    Disclosure.objects.create(
        contact=aino,
        recipient=RecipientFactory.create(),
        at=NOON,
        kind="export",
        purpose="whitepaper",
        batch=aino.public_id,
    )
    put_right(visiting(aino))
    notice = RecipientNotice.objects.get()
    assert (notice.kind, notice.details) == ("rectified", ["first_name", "job_title", "phone"])


def test_what_is_the_same_is_no_correction(aino: Contact) -> None:
    client = visiting(aino)
    before = everything_about(aino)
    answer = put_right(client, first_name="Ainoo", job_title="Intern", phone="1")
    assert everything_about(aino) == before
    assert "Nothing was different" in words(client.get(answer["Location"]))


def test_what_an_import_brought_in_longer_than_the_form_takes_stays_where_they_leave_it(aino: Contact) -> None:
    long = "Head of\neverything " + "x" * 300
    Contact.objects.update(job_title=long)
    put_right(visiting(aino), job_title=long.replace("\n", ""))  # as a browser sends it
    aino.refresh_from_db()
    assert (aino.first_name, aino.job_title, aino.corrected) == ("Aino", long, ["first_name", "phone"])


def test_a_field_that_was_not_sent_stays(aino: Contact) -> None:
    press(visiting(aino), CORRECT, phone="2")
    aino.refresh_from_db()
    assert (aino.first_name, aino.phone, aino.corrected) == ("Ainoo", "2", ["phone"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_name": "A\r\nB"}, "Write this on one line"),
        ({"first_name": "A\0"}, "Write this on one line"),
        ({"last_name": "x" * 201}, "Shorten this to 200 characters"),
        ({"phone": "1" * 51}, "Shorten this to 50 characters"),
    ],
)
def test_what_cannot_be_a_name_is_refused(aino: Contact, wrong: dict[str, str], said: str) -> None:
    client = visiting(aino)
    before = contents()
    answer = put_right(client, **wrong)
    assert answer.status_code == 422
    assert words(answer).count(said) == 2
    assert contents() == before


def test_no_other_field_can_be_smuggled_in(aino: Contact) -> None:
    put_right(visiting(aino), email="mine@elsewhere.example", minimised_on="2026-01-01", country="NO")
    aino.refresh_from_db()
    assert (aino.email, aino.minimised_on, aino.country) == (ADDRESS, None, "SE")


def test_what_is_only_stored_is_left_to_the_officer(aino: Contact) -> None:
    place(aino, "freeze", "restriction")
    client = visiting(aino)
    answer = put_right(client)
    aino.refresh_from_db()
    assert (aino.first_name, aino.corrected) == ("Ainoo", [])
    request = Request.objects.get()
    assert (request.kind, request.state) == ("rectification", State.OPEN)
    assert request.papers.get().data["first_name"] == "Aino"
    assert answer["Location"] == f"{MINE}?lang=en&done=rectification"
    assert put_right(client).status_code == 409


def test_nobody_is_corrected_who_is_not_held_whole(policy: PolicyVersion) -> None:
    reduced = ContactFactory.create(minimised_on=NOON.date(), email=None)
    before = contents()
    for pk in (reduced.pk, 0):
        with pytest.raises(ContactGoneError):
            correcting.correct(pk, {"first_name": "X"}, at=NOON, by="test")
    with pytest.raises(KeyError):
        correcting.correct(reduced.pk, {"email": "x@y.example"}, at=NOON, by="test")
    assert contents() == before


@pytest.mark.promise("L6")
def test_a_restriction_that_came_in_meanwhile_is_seen(policy: PolicyVersion, aino: Contact) -> None:
    read_before = Contact.objects.get(pk=aino.pk)
    place(aino, "freeze", "restriction")
    own_words.correct(read_before, {"first_name": "Eve"}, policy=policy, at=NOON, by="visitor")
    aino.refresh_from_db()
    assert (aino.first_name, aino.corrected) == ("Ainoo", [])
    assert Request.objects.get().state == State.OPEN


def test_nobody_who_is_gone_meanwhile_is_corrected(policy: PolicyVersion, aino: Contact) -> None:
    read_before = Contact.objects.get(pk=aino.pk)
    Contact.objects.filter(pk=aino.pk).delete()
    before = contents()
    with pytest.raises(ContactGoneError):
        own_words.correct(read_before, {"first_name": "Eve"}, policy=policy, at=NOON, by="visitor")
    assert contents() == before
