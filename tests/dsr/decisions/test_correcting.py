"""The officer corrects or completes details: old and new are kept, recipients and the person told."""

import pytest

from contacts.models import Contact, PolicyVersion
from contacts.words.vocabulary import Channel
from dsr.decisions import correcting
from dsr.intake import identity
from dsr.letters import corrections
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, RefusalGround, State
from tests.support.deciding import BECAUSE, ada, asks, draft, letters
from tests.support.factories import NOON, ContactFactory
from tests.support.objecting import objects, suppressed
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, steps, whole
from tests.support.sharing import RecipientFactory, gave, owed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19"), pytest.mark.promise("L4")]

RIGHT = {"last_name": "Lind", "phone": "+46 70 555 01 23"}


def correct(
    request: Request, policy: PolicyVersion, values: dict[str, str] | None = None, contact: int = 0, refused: str = ""
) -> Request:
    values = RIGHT if values is None else values
    letter = draft(corrections.corrected, request, policy, "sv", values=values, refused=refused)
    pk = contact or request.subjects.get().contact_id
    return correcting.correct(request.pk, {pk: values}, letter, refused=refused, policy=policy, at=NOON, by=OFFICER)


def test_the_new_values_stand_and_the_old_ones_go_with_the_person(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    correct(request, policy)
    person = Contact.objects.get(email="ada@fjordkraft.example")
    assert (person.first_name, person.last_name, person.phone) == ("Ada", "Lind", RIGHT["phone"])
    paper = request.papers.get(kind="correction")
    assert paper.contact_id == person.pk
    assert paper.data == {"last_name": {"old": "Berg", "new": "Lind"}, "phone": {"old": "", "new": RIGHT["phone"]}}
    request = fresh(request)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert steps(request)[-3:] == ["corrected", "letter", "closed"]


def test_no_import_overwrites_it_afterwards(policy: PolicyVersion) -> None:
    correct(asks(policy, Kind.RECTIFICATION), policy)
    assert Contact.objects.get(email="ada@fjordkraft.example").corrected == ["last_name", "phone"]


def test_the_letter_says_what_was_changed(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    correct(request, policy)
    (text,) = letters(request)
    assert "Efternamn: Lind\nTelefon: +46 70 555 01 23" in text


def test_recipients_are_told_which_details_and_no_value(policy: PolicyVersion) -> None:
    request, recipient = asks(policy, Kind.RECTIFICATION), RecipientFactory.create()
    person = Contact.objects.get(email="ada@fjordkraft.example")
    gave(recipient, person)
    correct(request, policy)
    assert owed(recipient) == [("rectified", person.public_id, ["last_name", "phone"])]


@pytest.mark.promise("P12")
def test_an_address_is_corrected_and_its_objections_go_along(policy: PolicyVersion) -> None:
    person = ada(policy, "event")
    objects(person, policy, [Channel.EMAIL])
    request = asked_by(person, policy, Kind.RECTIFICATION)
    correct(request, policy, {"email": "Ada.Lind@fjordkraft.example"})
    person.refresh_from_db()
    assert person.email == "ada.lind@fjordkraft.example"
    assert request.papers.get(kind="correction").data["email"]["old"] == "ada@fjordkraft.example"
    assert list(suppressed("ada.lind@fjordkraft.example")) == ["email"]


def test_what_is_not_corrected_is_refused_with_its_reasons(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    correct(request, policy, refused=BECAUSE)
    request = fresh(request)
    assert (request.outcome, request.refusal) == (Outcome.PARTLY_REFUSED, RefusalGround.CORRECT)
    (text,) = letters(request)
    assert BECAUSE in text
    assert "domstol" in text


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "Nothing would change"),
        ({"first_name": "Ada", "phone": ""}, "Nothing would change"),
        ({"email": "no address"}, "no e-mail address"),
        ({"country": "Sverige", "last_name": "Lind"}, "No country has this code"),
        ({"email": "taken@fjordkraft.example", "last_name": "Lind"}, "Another contact"),
    ],
)
def test_what_cannot_be_corrected_changes_nothing(policy: PolicyVersion, values: dict[str, str], why: str) -> None:
    ContactFactory.create(email="taken@fjordkraft.example")
    request = asks(policy, Kind.RECTIFICATION)
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        correct(request, policy, values)
    assert whole(request) == before


def test_somebody_else_is_not_corrected(policy: PolicyVersion) -> None:
    request, other = asks(policy, Kind.RECTIFICATION), ContactFactory.create()
    before = whole(request)
    with pytest.raises(RequestError, match="not about that person"):
        correct(request, policy, contact=other.pk)
    assert whole(request) == before


def test_a_request_for_something_else_corrects_nothing(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match="does not ask for a correction"):
        correct(request, policy)
    assert whole(request) == before


def test_a_closed_request_corrects_nothing(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    close(request, policy)
    before = whole(request)
    with pytest.raises(MovedError):
        correct(request, policy)
    assert whole(request) == before


def test_both_records_of_one_person_are_corrected_at_once(policy: PolicyVersion) -> None:
    one, two = ada(policy), ada(policy, email="ada.old@fjordkraft.example")
    request = entered(policy, Kind.RECTIFICATION)
    identity.identify(request.pk, [one, two], "called back", at=NOON, by=OFFICER)
    letter = draft(corrections.corrected, request, policy, values=RIGHT)
    values = {one.pk: RIGHT, two.pk: {"last_name": "Lind"}}
    correcting.correct(request.pk, values, letter, policy=policy, at=NOON, by=OFFICER)
    assert set(Contact.objects.values_list("last_name", flat=True)) == {"Lind"}
    assert request.papers.filter(kind="correction").count() == 2
