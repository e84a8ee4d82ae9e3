import time
from typing import Any

import pytest
from django.db import connection

from contacts.merging import duplicates, searching
from contacts.merging.duplicates import PairError
from contacts.models import AuditEvent, Contact, DuplicatePair
from tests.support.factories import NOON, ContactFactory, OrganisationFactory

DAY = NOON.date()
AT: dict[str, Any] = {"at": NOON, "by": "user:7"}

pytestmark = pytest.mark.django_db


def find() -> int:
    """Search everybody, and return how many pairs are new."""
    searching.begin(**AT)
    searching.go_on(day=DAY, at=NOON)
    told = AuditEvent.objects.filter(code="duplicates.found").latest("pk")
    return int(told.rule.removeprefix("pairs:"))


def pairs() -> list[tuple[Any, ...]]:
    return list(DuplicatePair.objects.order_by("one", "other").values_list("one", "other", "why"))


def person(email: str, name: str = "", **fields: Any) -> Contact:
    first, _, last = name.partition(" ")
    return ContactFactory.create(email=email, first_name=first, last_name=last, **fields)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aino.lindqvist@gmail.com", "ainolindqvist+news@googlemail.com"),
        ("aino+fair@outlook.com", "aino@outlook.com"),
        ("aino+a@fjordkraft.example", "aino+b@fjordkraft.example"),
        ("aino@fjordkraft.example", "aino+a@fjordkraft.example"),
    ],
)
@pytest.mark.promise("L16")
def test_addresses_that_lead_to_one_mailbox_are_found(one: str, other: str) -> None:
    first, second = person(one), person(other)
    assert find() == 1
    assert pairs() == [(first.pk, second.pk, "address")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aino.lindqvist@fjordkraft.example", "ainolindqvist@fjordkraft.example"),
        ("aino+a@fjordkraft.example", "aino+a@fjordkraft.test.example"),
        ("aino.l@outlook.com", "ainol@outlook.com"),
        ("aino@www.fjordkraft.example", "aino@fjordkraft.example"),
    ],
)
def test_where_nobody_knows_what_a_provider_makes_of_it_two_addresses_are_two(one: str, other: str) -> None:
    person(one), person(other)
    assert find() == 0


def test_like_names_are_found_within_one_organisation_or_company_alone() -> None:
    here, there = OrganisationFactory.create(), OrganisationFactory.create()
    one = person("a@x.example", "Erik Johansson", organisation=here)
    other = person("b@x.example", "Eric Johanson", organisation=here)
    person("c@x.example", "Erik Johansson", organisation=there)
    person("d@x.example", "Berit Aas", organisation=here)
    typed = person("e@x.example", "Erik Johansson", company="Fjordkraft ")
    alike = person("f@x.example", "Erik Johansson", company="fjordkraft")
    person("g@x.example", "Erik Johansson")
    assert find() == 2
    assert pairs() == [(one.pk, other.pk, "name"), (typed.pk, alike.pk, "name")]


def test_another_first_letter_hides_nobody() -> None:
    here = OrganisationFactory.create()
    for number, name in enumerate(["Anna Carlsson", "Anna Karlsson", *(f"Bo D{letter}rre" for letter in "aeiouy" * 3)]):
        person(f"{number}@x.example", name, organisation=here)
    find()
    first = Contact.objects.order_by("pk").values_list("pk", flat=True)[:2]
    assert DuplicatePair.objects.filter(one=first[0], other=first[1]).exists()


@pytest.mark.promise("L6")
def test_who_is_reduced_or_only_stored_is_not_looked_at() -> None:
    here = OrganisationFactory.create()
    person("a@x.example", "Erik Johansson", organisation=here)
    person("b@x.example", "Erik Johansson", organisation=here, restricted_through=DAY)
    reduced = person("c@x.example", "Erik Johansson", organisation=here)
    Contact.objects.filter(pk=reduced.pk).update(email=None, address_hash=None, mailbox_hash=None, minimised_on=DAY)
    assert find() == 0


def test_a_pair_that_was_told_apart_stays_so_and_one_whose_reason_is_gone_goes() -> None:
    people = [person(f"aino+{number}@gmail.com") for number in range(3)]
    assert find() == 3
    apart = DuplicatePair.objects.get(one=people[0], other=people[1])
    duplicates.dismiss(apart.pk, **AT)
    Contact.objects.filter(pk__in=[people[0].pk, people[2].pk]).update(address_hash="x")
    Contact.objects.filter(pk=people[2].pk).update(email="vera@gmail.com")
    assert find() == 0
    assert list(DuplicatePair.objects.values_list("pk", "dismissed_by")) == [(apart.pk, "user:7")]


def test_looking_twice_writes_each_pair_once() -> None:
    person("aino@gmail.com"), person("ai.no@gmail.com")
    assert (find(), find()) == (1, 0)
    assert DuplicatePair.objects.count() == 1


def test_telling_two_people_apart_can_be_taken_back_and_is_on_record_for_both() -> None:
    person("aino@gmail.com"), person("ai.no@gmail.com")
    find()
    pair = DuplicatePair.objects.get()
    duplicates.dismiss(pair.pk, **AT)
    with pytest.raises(PairError):
        duplicates.dismiss(pair.pk, **AT)
    duplicates.reopen(pair.pk, **AT)
    with pytest.raises(PairError):
        duplicates.reopen(pair.pk, **AT)
    assert DuplicatePair.objects.open().get() == pair
    assert AuditEvent.objects.filter(code="contact.told_apart", rule=f"pair:{pair.pk}").count() == 2


def test_staff_can_name_the_other_record_by_its_address() -> None:
    one, other = person("aino@x.example"), person("vera@x.example")
    pair = duplicates.choose(other.pk, " AINO@x.example", day=DAY, **AT)
    assert (pair.one, pair.other) == (one, other)
    assert find() == 0
    assert list(DuplicatePair.objects.values_list("pk", "why")) == [(pair.pk, "chosen")]


@pytest.mark.parametrize("typed", ["nobody@x.example", "aino@x.example", "no address"])
def test_nobody_is_paired_with_nobody_or_themselves(typed: str) -> None:
    one = person("aino@x.example")
    with pytest.raises(PairError):
        duplicates.choose(one.pk, typed, day=DAY, **AT)
    assert not DuplicatePair.objects.exists()


_CROWD = """
    INSERT INTO contacts_contact (public_id, email, address_hash, mailbox_hash, first_name, last_name, job_title, phone,
        address, postal_code, city, country, language, company, organisation_id)
    SELECT gen_random_uuid(), 'p' || n || '@gmail.com', 'h' || n, 'h' || n, 'Aino', 'Lindqvist', '', '', '', '', '', '',
        '', '', %s
    FROM generate_series(1, %s) n"""


def test_an_organisation_of_many_people_of_one_name_costs_a_bounded_number_of_comparisons() -> None:
    number = 5_000
    organisation = OrganisationFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(_CROWD, [organisation.pk, number])
    begun = time.monotonic()
    found = find()
    assert found <= number * searching.NEIGHBOURS * 2
    assert time.monotonic() - begun < 30
