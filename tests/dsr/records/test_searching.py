"""The officer finds a request by what they have: its number, a name, an address, what was asked, how it stands."""

import pytest
from django.utils import translation

from contacts.models import PolicyVersion
from dsr.models import Request
from dsr.records import searching
from dsr.words.vocabulary import Kind
from tests.support.deciding import ada, asks
from tests.support.requesting import STRANGE, asked_by, close, entered, posted, press

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]


def found(text: str) -> set[Request]:
    return set(searching.found(Request.objects.all(), text))


def test_it_is_found_by_its_number_alone(policy: PolicyVersion) -> None:
    request, other = asks(policy, Kind.ACCESS), entered(policy)
    assert found(f" {request.number} ") == {request}
    assert found(f"2026-{other.pk}") == {other}
    assert found(f"2025-{request.pk:04d}") == set()


def test_it_is_found_by_the_names_of_whom_it_is_about_and_of_who_asked(policy: PolicyVersion) -> None:
    request, stranger = asks(policy, Kind.ACCESS), press(posted(policy, name="Aino Lindqvist"), policy)
    assert found("berg ada") == {request}
    assert found("lindqvist") == {stranger}
    assert found("ada lindqvist") == set()


def test_it_is_found_by_a_whole_address_that_was_theirs_or_that_they_gave(policy: PolicyVersion) -> None:
    request, stranger = asks(policy, Kind.ACCESS), press(posted(policy), policy)
    assert found("Ada@Fjordkraft.example") == {request}
    assert found(STRANGE) == {stranger}
    assert found("nobody@fjordkraft.example") == set()


def test_what_is_closed_is_found_by_the_address_after_its_person_is_gone(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = asked_by(person, policy)
    close(request, policy)
    person.delete()
    assert found("ada@fjordkraft.example") == {request}


def test_it_is_found_by_right_and_state_in_the_words_of_the_page(policy: PolicyVersion) -> None:
    access, erasure = asks(policy, Kind.ACCESS), entered(policy, Kind.ERASURE)
    assert found("deletion") == {erasure}
    assert found("access answered") == {access}
    with translation.override("sv"):
        assert found("radering") == {erasure}


def test_nothing_typed_finds_all_and_what_says_nothing_finds_nobody(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    assert found("  ") == {request}
    assert found("%_") == set()
