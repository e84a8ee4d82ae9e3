"""What was typed under somebody's address: it fills blanks, and replaces nothing but on the person's word (L15)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import AuditEvent, Contact, Organisation, PolicyVersion, ProposedDetail, RecipientNotice
from contacts.people import details
from contacts.people.activities import ContactGoneError
from contacts.permission import permission
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from contacts.words.details import FIELDS_OF, Detail
from tests.support import visitors
from tests.support.examples import examples
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    OrganisationFactory,
    WhitepaperFactory,
    customer,
)
from tests.support.visitors import AINO, asked

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15")]

LATER = NOON + ONE_DAY
HELD = {
    "first_name": "Aino",
    "last_name": "Berg",
    "phone": "+46 70 111 11 11",
    "company": "Old AB",
    "job_title": "CFO",
    "address": "Storgatan 1",
    "postal_code": "111 22",
    "city": "Lund",
    "country": "SE",
    "language": "sv",
}
OTHER = {
    "first_name": "Mallory",
    "last_name": "Ek",
    "phone": "+44 20 7946 0000",
    "company": "Evil Ltd",
    "job_title": "CEO",
    "address": "High Street 1",
    "postal_code": "E1 6AN",
    "city": "London",
    "country": "GB",
    "language": "en",
}


def said(person: Contact) -> dict[str, str]:
    return {name: getattr(Contact.objects.get(pk=person.pk), name) for name in HELD}


def prove(policy: PolicyVersion, answers: dict[Detail, bool] | None = None, own: bool = True, **typed: Any) -> Contact:
    """A whitepaper asked for with these details, whose mail's button is pressed."""
    blank = dict.fromkeys(HELD, "") | {"language": "sv"}
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, **blank | typed)
    options = {"consent": False, "policy": policy, "at": LATER, "by": "visitor"}
    return proof.confirm(made.public_id, answers=answers, own=own, **options).contact


def waiting(person: Contact) -> dict[str, dict[str, str]]:
    return dict(ProposedDetail.objects.filter(contact=person).values_list("detail", "typed"))


@pytest.mark.parametrize("own", [True, False], ids=["by the owner", "by staff"])
@pytest.mark.parametrize("corrected", [[], list(HELD)], ids=["as it came in", "as they put it right"])
def test_a_stranger_who_types_somebodys_address_replaces_nothing(
    policy: PolicyVersion, own: bool, corrected: list[str]
) -> None:
    person = ContactFactory.create(email=AINO["email"], corrected=corrected, **HELD)
    prove(policy, own=own, **OTHER)
    assert said(person) == HELD
    assert waiting(person) == {
        detail: {name: OTHER[name] for name in FIELDS_OF[Detail(detail)]} for detail in FIELDS_OF
    }


def test_a_country_that_a_stranger_types_opens_no_channel(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy, country="SE", email=AINO["email"], **dict.fromkeys(["phone"], "+46 1"))
    before = permission.of_one(person, day=LATER.date())
    prove(policy, country="GB")
    assert permission.of_one(Contact.objects.get(pk=person.pk), day=LATER.date()) == before


def test_blanks_are_filled(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD | {"phone": "", "city": "", "country": ""})
    prove(policy, **HELD | {"phone": "+46 8 1", "city": "Lund", "country": "NO"})
    assert said(person) == HELD | {"phone": "+46 8 1", "city": "Lund", "country": "NO"}
    assert not waiting(person)
    assert not Contact.objects.get(pk=person.pk).corrected


def test_no_detail_is_made_of_two_halves(policy: PolicyVersion) -> None:
    """Two people under one shared mailbox: the second name is a proposal, and so is a new street without its town."""
    held = HELD | {"last_name": "", "city": ""}
    person = ContactFactory.create(email=AINO["email"], **held)
    prove(policy, first_name="Bo", last_name="Ek", address="Kungsgatan 2", city="Oslo")
    assert said(person) == held
    assert waiting(person) == {
        "name": {"first_name": "Bo", "last_name": "Ek"},
        "address": {"address": "Kungsgatan 2", "city": "Oslo"},
    }


@pytest.mark.parametrize(
    ("held", "typed", "becomes"),
    [
        ({"city": "Lund"}, {"address": "Kungsgatan 2"}, {"address": "Kungsgatan 2", "city": ""}),
        ({"last_name": "Berg"}, {"first_name": "Bo"}, {"first_name": "Bo", "last_name": "Berg"}),
    ],
    ids=["a street alone, beside a town", "a first name alone, beside a last name"],
)
def test_a_part_alone_joins_no_other_part_without_a_yes(
    policy: PolicyVersion, held: dict[str, str], typed: dict[str, str], becomes: dict[str, str]
) -> None:
    held = dict.fromkeys(HELD, "") | {"language": "sv"} | held
    person = ContactFactory.create(email=AINO["email"], **held)
    prove(policy, **typed)
    assert said(person) == held
    prove(policy, dict.fromkeys(Detail, True), **typed)
    assert said(person) == held | becomes


def test_a_part_that_comes_with_what_is_on_file_fills_the_blank_beside_it(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD | {"postal_code": ""})
    prove(policy, address="storgatan  1", postal_code="111 22")
    assert said(person) == HELD


def test_a_yes_to_an_address_replaces_it_whole_and_its_country_stays(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, {Detail.ADDRESS: True}, address="1 Fleet Street")
    assert said(person) == HELD | {"address": "1 Fleet Street", "postal_code": "", "city": ""}
    assert Contact.objects.get(pk=person.pk).corrected == ["address", "city", "postal_code"]


def test_a_yes_to_half_a_name_leaves_the_other_half(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, {Detail.NAME: True}, first_name="Bo")
    assert said(person) == HELD | {"first_name": "Bo"}


@pytest.mark.parametrize(
    "typed",
    [
        {"first_name": "AINO", "last_name": " berg "},
        {"phone": "+46 (70) 111-11 11"},
        {"company": "old  ab"},
        {"city": "LUND"},
    ],
    ids=["name", "phone", "company", "city"],
)
def test_another_spelling_is_no_difference(policy: PolicyVersion, typed: dict[str, str]) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, **typed)
    assert said(person) == HELD
    assert not waiting(person)


def test_the_organisation_that_somebody_is_matched_to_is_their_company(policy: PolicyVersion) -> None:
    organisation: Organisation = OrganisationFactory.create(name="Fjordkraft AS")
    person = ContactFactory.create(email=AINO["email"], **HELD | {"company": ""}, organisation=organisation)
    prove(policy, company="fjordkraft as")
    assert not waiting(person)
    prove(policy, company="Evil Ltd")
    assert (said(person)["company"], list(waiting(person))) == ("", ["company"])


def test_a_yes_puts_right_and_stands_against_imports_and_recipients_are_told(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, {Detail.PHONE: True, Detail.NAME: False}, **OTHER)
    assert said(person) == HELD | {"phone": OTHER["phone"]}
    assert Contact.objects.get(pk=person.pk).corrected == ["phone"]
    assert set(waiting(person)) == set(Detail) - {Detail.PHONE, Detail.NAME}
    assert set(AuditEvent.objects.filter(code="detail.answered").values_list("rule", flat=True)) == {
        "phone:own",
        "name:own",
    }
    assert not RecipientNotice.objects.exists()  # nobody was given their data


def test_while_a_request_is_open_all_of_it_waits_whatever_is_answered(policy: PolicyVersion) -> None:
    held = HELD | {"phone": ""}
    person = ContactFactory.create(email=AINO["email"], frozen_through=LATER.date(), **held)
    prove(policy, {Detail.PHONE: True, Detail.NAME: True}, **OTHER)
    assert said(person) == held
    assert set(waiting(person)) == set(Detail)


def test_of_each_detail_the_latest_waits(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, phone="+1")
    prove(policy, phone="+2")
    assert waiting(person) == {"phone": {"phone": "+2"}}


def test_an_answer_on_one_sign_up_says_nothing_of_what_came_with_another(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, phone="+1")
    earlier = ProposedDetail.objects.get().sign_up
    prove(policy, phone="+2")
    assert details.settle(person.pk, {Detail.PHONE: True}, sign_up=earlier, at=LATER, by="visitor") == []
    assert said(person) == HELD


def test_a_leaver_who_says_yes_to_another_employer_has_one_again(policy: PolicyVersion) -> None:
    person = ContactFactory.create(email=AINO["email"], left_on=NOON.date(), **HELD)
    prove(policy, company="New AB")
    assert Contact.objects.get(pk=person.pk).left_on
    prove(policy, {Detail.COMPANY: True}, company="New AB")
    assert Contact.objects.get(pk=person.pk).left_on is None


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("company", "stays"), [("Beta AB", False), ("old  ab", True)], ids=["another", "the same, otherwise spelled"]
)
def test_a_yes_to_another_company_ends_the_match_to_the_old_one(
    policy: PolicyVersion, company: str, stays: bool
) -> None:
    person = customer(policy, email=AINO["email"], company="Older AB", left_on=NOON.date())
    employer = Organisation.objects.get()
    Organisation.objects.update(name="Old AB", may_be_vacant=False)
    details.propose(person, {"company": company}, source="staff", at=NOON, by="user:1")
    details.settle(person.pk, {Detail.COMPANY: True}, at=LATER, by="visitor")
    person.refresh_from_db()
    assert (person.company, person.organisation_id) == (company, employer.pk if stays else None)
    assert person.left_on is None
    assert person.bases.get().is_unverified != stays
    assert Organisation.objects.get().may_be_vacant != stays


def test_nothing_is_answered_about_somebody_who_is_gone(policy: PolicyVersion) -> None:
    with pytest.raises(ContactGoneError):
        details.settle(0, {Detail.PHONE: True}, at=LATER, by="user:7")


@pytest.mark.parametrize(("days", "left"), [(29, 1), (30, 0)])
def test_what_nobody_answers_goes_after_thirty_days(policy: PolicyVersion, days: int, left: int) -> None:
    person = ContactFactory.create(email=AINO["email"], **HELD)
    prove(policy, phone="+1")
    assert details.sweep(LATER + days * ONE_DAY) == 1 - left
    assert len(waiting(person)) == left


WORDS = st.sampled_from(["", "A", "B", " a "])


@settings(max_examples=examples(60))
@given(held=st.fixed_dictionaries(dict.fromkeys(HELD, WORDS)), typed=st.fixed_dictionaries(dict.fromkeys(HELD, WORDS)))
def test_whatever_is_typed_nothing_that_is_held_changes(held: dict[str, str], typed: dict[str, str]) -> None:
    """Each field keeps its value, or was blank; and what is neither filled nor the same waits."""
    found = details.compare(Contact(**held), typed)
    proposed = {name: value for values in found.differing.values() for name, value in values.items()}
    assert not [name for name in found.blanks if held[name]]
    for name, value in typed.items():
        kept = held[name].strip().casefold() == value.strip().casefold()
        assert kept or not value.strip() or name in found.blanks or name in proposed
