import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact
from contacts.words.addresses import MalformedAddressError, keyed_hash, mailbox, normalise
from tests.support.factories import ContactFactory
from tests.support.odd_addresses import ODD


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Anna@Example.COM", "anna@example.com"),
        ("  anna@example.com\t", "anna@example.com"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@BU\u0308CHER.example", "anna@xn--bcher-kva.example"),
        ("anna@ｅｘａｍｐｌｅ。com", "anna@example.com"),
    ],
)
def test_one_address_has_one_spelling(typed: str, stored: str) -> None:
    assert normalise(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "anna", "anna@", "@example.com", "a@b@example.com", "anna@exam ple.com", "anna@example.com\n", "\rx@e.example",
     "an\x00na@example.com", "an\x7fna@example.com", "an\x9fna@example.com", "anna@example", "ånna@example.com",
     "anna@b@bücher.example", "anna@bücher\n.example", "x" * 250 + "@example.com", "anna@example.com\u2028"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_quoting_it(typed: str) -> None:
    with pytest.raises(MalformedAddressError) as refused:
        normalise(typed)
    assert str(refused.value) == ""


@pytest.mark.promise("L16")
@pytest.mark.parametrize("typed", [*ODD, "aino@printer.local", "aino@fjordkraft.invalid", "aino@10.0.0.1"])
def test_what_leads_to_another_s_mailbox_or_to_a_machine_of_ours_is_no_address(typed: str) -> None:
    with pytest.raises(MalformedAddressError):
        normalise(typed)


@pytest.mark.promise("L16")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("aino@fjordkraft.example", "aino@fjordkraft.example"),
        ("AINO+News@Fjordkraft.example", "aino@fjordkraft.example"),
        ("aino+a+b@BÜCHER.example", "aino@xn--bcher-kva.example"),
        ("+news@fjordkraft.example", "+news@fjordkraft.example"),
        ("ai.no@gmail.com", "ai.no@gmail.com"),
    ],
)
def test_every_spelling_leads_to_one_mailbox(typed: str, found: str) -> None:
    assert mailbox(normalise(typed)) == found


def test_an_address_has_at_most_254_characters() -> None:
    longest = "x" * 242 + "@example.com"
    assert len(normalise(longest)) == 254
    with pytest.raises(MalformedAddressError):
        normalise(f"x{longest}")


@given(st.emails())
def test_normalising_twice_changes_nothing_more(typed: str) -> None:
    try:
        once = normalise(typed)
    except MalformedAddressError:
        return
    assert normalise(once) == once


@pytest.mark.promise("P12")
def test_the_hash_of_an_address_hangs_on_the_key(settings: object) -> None:
    before = keyed_hash("anna@example.com")
    assert before == keyed_hash(normalise("ANNA@example.com"))
    settings.SUPPRESSION_KEY = "another"  # type: ignore[attr-defined]
    assert keyed_hash("anna@example.com") != before


@pytest.mark.django_db
def test_the_database_refuses_a_second_contact_under_an_address_whatever_its_case() -> None:
    ContactFactory(email="anna@example.com")
    for twin in ("anna@example.com", "Anna@example.com"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactFactory(email=twin)
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_a_person_is_found_however_the_address_is_typed() -> None:
    anna = ContactFactory(email="anna@example.com")
    assert Contact.objects.by_typed_address(" ANNA@Example.com ").get() == anna
    assert not Contact.objects.by_typed_address("no address").exists()


def test_a_sharp_s_is_no_double_s_since_they_are_two_domains() -> None:
    assert normalise("aino@straße.example") == "aino@xn--strae-oqa.example"
    assert normalise("aino@strasse.example") == "aino@strasse.example"
