"""Which values stay where two records of one person differ: the person's word, and the stricter law (L15)."""

import datetime as dt
from typing import Any

import pytest

from contacts.merging.merging import MergeError
from contacts.models import Agreement, Contact, PolicyVersion
from contacts.permission import country_rules, permission
from contacts.words.vocabulary import Channel
from privacy_crm.merging import merge
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    CountryRuleFactory,
    OrganisationFactory,
    agree,
    contact_of,
    everything_about,
    hold,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15")]

TODAY = NOON.date()
AT: dict[str, Any] = {"at": NOON, "by": "user:7"}


@pytest.fixture(autouse=True)
def _rules() -> None:
    country_rules.adopt(at=NOON, by="test")


def prospect(policy: PolicyVersion, country: str, legal_form: str = "company", **fields: Any) -> Contact:
    return contact_of(OrganisationFactory.create(legal_form=legal_form), "prospect", policy, country=country, **fields)


def merged(keep: Contact, gone: Contact, *taken: str, policy: PolicyVersion) -> Contact:
    merge(keep.pk, gone.pk, taken, policy=policy, **AT)
    return Contact.objects.get(pk=keep.pk)


def refusal(contact: Contact) -> str:
    return permission.of_one(contact, day=TODAY)[Channel.EMAIL]


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("keeps", "goes"), [("SE", "GB"), ("GB", "SE"), ("DE", "FR"), ("FR", "DE")])
@pytest.mark.parametrize("taken", [[], ["country"]])
def test_of_two_countries_the_stricter_stays(keeps: str, goes: str, taken: list[str], policy: PolicyVersion) -> None:
    keep, gone = prospect(policy, keeps), prospect(policy, goes)
    left = merged(keep, gone, *taken, policy=policy)
    assert left.country in {"SE", "DE"}
    assert refusal(left) == "no_consent"


@pytest.mark.promise("P11")
@pytest.mark.parametrize("taken", [[], ["company"], ["company", "country"]])
def test_of_two_organisations_the_stricter_stays(taken: list[str], policy: PolicyVersion) -> None:
    keep, gone = prospect(policy, "GB", "sole_trader"), prospect(policy, "GB", "company")
    left = merged(keep, gone, *taken, policy=policy)
    assert left.organisation_id == keep.organisation_id
    assert refusal(left) == "no_consent"


@pytest.mark.promise("P11")
def test_a_customers_reason_and_another_records_agreement_open_nothing_together(policy: PolicyVersion) -> None:
    keep, gone = prospect(policy, "DE"), prospect(policy, "DE")
    agree(keep.organisation, None)  # type: ignore[arg-type]
    hold(gone, "customer", TODAY - ONE_DAY, policy=policy)
    assert {refusal(keep), refusal(gone)} == {"no_consent"}
    left = merged(keep, gone, policy=policy)
    assert (left.organisation_id, refusal(left)) == (gone.organisation_id, "no_consent")
    assert Agreement.objects.exists()


@pytest.mark.promise("P11")
@pytest.mark.parametrize("taken", [[], ["email"], ["company"], ["email", "company"]])
def test_neither_another_address_nor_a_reason_of_either_keeps_two_records_apart(
    taken: list[str], policy: PolicyVersion
) -> None:
    private = prospect(policy, "GB", email="aino@gmail.com")
    left = merged(private, prospect(policy, "GB"), *taken, policy=policy)
    assert (left.country, refusal(left)) == ("GB", "" if "email" in taken else "no_consent")
    keep, gone = prospect(policy, "DE"), prospect(policy, "DE")
    for person in (keep, gone):
        agree(person.organisation, None)  # type: ignore[arg-type]
    hold(gone, "customer", TODAY - ONE_DAY, policy=policy)
    assert refusal(merged(keep, gone, *taken, policy=policy)) == ""


@pytest.mark.promise("P11")
@pytest.mark.parametrize("taken", [[], ["country", "company"]])
@pytest.mark.parametrize("known", ["keep", "gone"])
def test_a_blank_takes_the_place_of_no_country_and_no_organisation(
    known: str, taken: list[str], policy: PolicyVersion
) -> None:
    place = prospect(policy, "GB")
    blank = contact_of(None, "prospect", policy, company="Typed AB")
    two = (place, blank) if known == "keep" else (blank, place)
    left = merged(*two, *taken, policy=policy)
    assert (left.country, left.organisation_id) == ("GB", place.organisation_id)


@pytest.mark.promise("P11")
def test_where_neither_place_is_the_stricter_one_nothing_is_merged(policy: PolicyVersion) -> None:
    CountryRuleFactory.create(country="SE", channel="phone", valid_from=TODAY, ground="legitimate_interest")
    keep, gone = prospect(policy, "SE"), prospect(policy, "FR")
    before = everything_about(keep), everything_about(gone)
    with pytest.raises(MergeError, match="Ask the person"):
        merge(keep.pk, gone.pk, [], policy=policy, **AT)
    assert (everything_about(keep), everything_about(gone)) == before


@pytest.mark.parametrize("taken", [[], ["phone", "country", "company", "first_name"]])
@pytest.mark.parametrize("right", ["keep", "gone"])
def test_what_was_put_right_on_their_word_gives_way_to_nothing_that_was_not(
    right: str, taken: list[str], policy: PolicyVersion
) -> None:
    said = {"phone": "+33 1", "country": "FR", "company": "Right AB", "corrected": ["company", "country", "phone"]}
    word = contact_of(None, "prospect", policy, **said)
    other = prospect(policy, "SE", phone="+46 2", company="Wrong AB")
    two = (word, other) if right == "keep" else (other, word)
    left = merged(*two, *taken, policy=policy)
    assert {name: getattr(left, name) for name in said} == said
    assert left.organisation_id is None
    assert left.first_name == (two[1] if "first_name" in taken else two[0]).first_name


@pytest.mark.parametrize("taken", [[], ["phone"]])
def test_of_two_words_of_theirs_the_chosen_one_stays(taken: list[str], policy: PolicyVersion) -> None:
    keep, gone = (contact_of(None, "prospect", policy, phone=phone, corrected=["phone"]) for phone in ("+1", "+2"))
    left = merged(keep, gone, *taken, policy=policy)
    assert (left.phone, left.corrected) == ("+2" if taken else "+1", ["phone"])


# Who has left


@pytest.mark.promise("P4")
@pytest.mark.parametrize("taken", [[], ["company"]])
@pytest.mark.parametrize(
    ("days", "left"),
    [((None, 0), 0), ((1, None), 1), ((2, 1), 2), ((None, None), None)],
    ids=["the other", "this one", "both", "neither"],
)
def test_who_has_left_by_either_record_of_one_organisation_has_left(
    days: tuple[int | None, int | None], left: int | None, taken: list[str], policy: PolicyVersion
) -> None:
    employer = OrganisationFactory.create()
    keep, gone = (
        contact_of(employer, "prospect", policy, left_on=None if ago is None else _ago(ago), company=company)
        for ago, company in zip(days, ["", "Fjordkraft"], strict=True)
    )
    assert merged(keep, gone, *taken, policy=policy).left_on == (None if left is None else _ago(left))


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Beta AB", "beta  ab", True), ("Beta AB", "", True), ("Beta AB", "Gamma AB", False)],
    ids=["spelled otherwise", "none named", "another"],
)
def test_of_typed_companies_the_same_is_known_by_its_name(
    one: str, other: str, same: bool, policy: PolicyVersion
) -> None:
    keep = contact_of(None, "prospect", policy, company=one)
    gone = contact_of(None, "prospect", policy, company=other, left_on=TODAY)
    assert (merged(keep, gone, policy=policy).left_on is not None) == same


@pytest.mark.promise("P4")
@pytest.mark.parametrize("taken", [[], ["company"]])
def test_of_two_organisations_leaving_is_said_of_the_one_that_stays(taken: list[str], policy: PolicyVersion) -> None:
    keep, gone = prospect(policy, "SE", left_on=TODAY), prospect(policy, "SE")
    assert (merged(keep, gone, *taken, policy=policy).left_on is not None) == (not taken)


def _ago(days: int) -> dt.date:
    return TODAY - days * ONE_DAY


def test_a_field_that_nobody_can_choose_changes_nothing(policy: PolicyVersion) -> None:
    keep, gone = ContactFactory.create(), ContactFactory.create()
    with pytest.raises(KeyError):
        merge(keep.pk, gone.pk, ["left_on"], policy=policy, **AT)
    assert Contact.objects.count() == 2
