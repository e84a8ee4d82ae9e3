import pytest
from django.db import connection

from contacts.base import searching
from contacts.models import Contact
from tests.support.factories import ContactFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


def names(people: str) -> list[str]:
    found = searching.found(Contact.objects.all(), people).order_by("pk")
    return [contact.display_name for contact in found]


@pytest.fixture
def cast(db: None) -> None:
    """Four people, two of whom work at one place."""
    energi = OrganisationFactory.create(name="Fjordkraft Energi AB")
    people = [("Aino", "Lindqvist", energi, ""), ("Bo", "Ek", energi, ""), ("Li", "Berg", None, "Nordvik Energi")]
    for first, last, organisation, company in people:
        address = f"{first}.{last}@nordvik.example".lower()
        ContactFactory.create(
            first_name=first, last_name=last, organisation=organisation, company=company, email=address
        )
    ContactFactory.create(first_name="Olivia", last_name="Ekström", email="olivia@fjordkraft.example")


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lindq", ["Aino Lindqvist"]),
        ("  AINO   lindqvist ", ["Aino Lindqvist"]),
        ("aino.lindqvist@", ["Aino Lindqvist"]),
        ("fjordkraft", ["Aino Lindqvist", "Bo Ek", "Olivia Ekström"]),
        ("energi", ["Aino Lindqvist", "Bo Ek", "Li Berg"]),
        ("energi aino", ["Aino Lindqvist"]),
        ("aino lindqvist fjordkraft energi", ["Aino Lindqvist"]),
        ("nordvik energi", ["Aino Lindqvist", "Bo Ek", "Li Berg"]),
        ("EKSTRÖM", ["Olivia Ekström"]),
        ("olivia lindqvist", []),
        ("nobody", []),
    ],
)
def test_each_word_is_looked_for_in_the_person_and_in_the_organisation(typed: str, found: list[str]) -> None:
    assert names(typed) == found


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("typed", "found"),
    [("li", ["Li Berg"]), ("ek", ["Bo Ek"]), ("bo ek", ["Bo Ek"]), ("ab", ["Aino Lindqvist", "Bo Ek"])],
)
def test_a_word_too_short_for_the_index_is_looked_for_as_a_whole(typed: str, found: list[str]) -> None:
    assert names(typed) == found


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("typed", ["%", "___", "'", "\\", "- -", "%%%"])
def test_signs_that_mean_something_to_a_database_mean_nothing(typed: str) -> None:
    assert names(typed) == []


def test_a_word_with_such_a_sign_is_looked_for_as_it_is() -> None:
    ContactFactory.create(last_name="R_d")
    ContactFactory.create(last_name="Rxd")
    assert names("r_d") == ["Aino R_d"]


def test_a_whole_address_and_an_id_find_one_person() -> None:
    aino = ContactFactory.create(email="aino@nordvik.example")
    ContactFactory.create(email="xaino@nordvik.example")
    for typed in ("aino@nordvik.example", "AINO@NORDVIK.EXAMPLE", str(aino.public_id)):
        assert list(searching.found(Contact.objects.all(), typed)) == [aino]


def test_a_search_asks_the_trigram_indexes() -> None:
    query = searching.found(Contact.objects.whole(), "lindqvist energi").order_by("-pk")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        plan = query.explain()
    assert "contact_searched" in plan
    assert "organisation_searched" in plan
