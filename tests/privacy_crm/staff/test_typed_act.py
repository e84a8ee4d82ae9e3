"""What was typed under a person's address, on the person's page: staff answer it once they were told."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion, ProposedDetail
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, hold

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15")]


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    """Aino, under whose address somebody typed another name, country and company."""
    organisation = OrganisationFactory.create(name="Fjordkraft AS")
    held: Contact = ContactFactory.create(
        first_name="Aino", last_name="Berg", country="SE", company="", organisation=organisation
    )
    hold(held, "webinar", NOON.date(), policy=policy)
    typed = {
        "name": {"first_name": "Bo", "last_name": "Ek"},
        "country": {"country": "GB"},
        "company": {"company": "New AB"},
    }
    for detail, said in typed.items():
        ProposedDetail.objects.create(contact=held, detail=detail, typed=said, source="form", proposed_at=NOON)
    return held


def page(person: Contact, act: str = "settle-typed") -> str:
    return f"/admin/contacts/contact/{person.public_id}/{act}/"


def test_the_page_says_what_was_typed_and_the_form_what_is_on_file(log_in: LogIn, person: Contact) -> None:
    client = log_in("marketing")
    shown = client.get(page(person, "change")).content.decode()
    for said in ("Typed by somebody, not answered yet", "Bo Ek", "United Kingdom", "New AB", "Review typed details"):
        assert said in shown
    form = client.get(page(person)).content.decode()
    for said in ("Name: Bo Ek", "On file: Aino Berg", "On file: Sweden", "On file: Fjordkraft AS"):
        assert said in form


def test_staff_answer_on_the_persons_word_and_say_how_they_heard_it(log_in: LogIn, person: Contact) -> None:
    said = {"name": "yes", "country": "no", "company": "", "heard": "told us by phone"}
    answer = log_in("marketing").post(page(person), said, follow=True)
    assert "The details of Bo Ek are corrected." in answer.content.decode()
    person.refresh_from_db()
    assert (person.first_name, person.last_name, person.country, person.corrected) == (
        "Bo", "Ek", "SE", ["first_name", "last_name"],
    )  # fmt: skip
    assert list(person.proposed.values_list("detail", flat=True)) == ["company"]
    rules = set(AuditEvent.objects.filter(code="detail.answered").values_list("rule", flat=True))
    assert rules == {"name:told us by phone", "country:told us by phone"}


def test_a_yes_brings_what_the_form_showed(log_in: LogIn, person: Contact) -> None:
    """The typed address whole, without the old town; and the whole name where half of it was typed."""
    Contact.objects.filter(pk=person.pk).update(address="Storgatan 1", postal_code="111 57", city="Stockholm")
    person.proposed.filter(detail="name").update(typed={"first_name": "Bo"})
    street = {"typed": {"address": "1 Fleet Street"}, "source": "form", "proposed_at": NOON}
    ProposedDetail.objects.create(contact=person, detail="address", **street)
    client = log_in("marketing")
    form = client.get(page(person)).content.decode()
    for said in ("Name: Bo Berg", "Postal address: 1 Fleet Street", "On file: Storgatan 1, 111 57, Stockholm"):
        assert said in form
    assert "1 Fleet Street," not in form
    client.post(page(person), {"name": "yes", "address": "yes", "heard": "told us by phone"})
    person.refresh_from_db()
    assert person.display_name == "Bo Berg"
    assert (person.address, person.postal_code, person.city) == ("1 Fleet Street", "", "")


def test_a_no_alone_leaves_everything_as_it_was(log_in: LogIn, person: Contact) -> None:
    said = {"name": "no", "country": "no", "company": "no", "heard": "told us by phone"}
    answer = log_in("marketing").post(page(person), said, follow=True).content.decode()
    assert "The details of Aino Berg stay as they were." in answer
    assert "Review typed details" not in answer


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"heard": "told us by phone"}, "Answer at least one of them."),
        ({"name": "yes"}, "This field is required."),
    ],
    ids=["no answer", "no grounds"],
)
def test_what_is_missing_is_said(log_in: LogIn, person: Contact, said: dict[str, str], told: str) -> None:
    assert told in log_in("marketing").post(page(person), said).content.decode()
    assert person.proposed.count() == 3


def test_nothing_is_answered_while_a_request_is_open(log_in: LogIn, person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).update(frozen_through=NOON.date())
    said = {"name": "yes", "heard": "told us by phone"}
    assert "A request or a claim of theirs is open" in log_in("marketing").post(page(person), said).content.decode()
    person.refresh_from_db()
    assert person.first_name == "Aino"
