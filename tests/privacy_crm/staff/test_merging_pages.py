from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, ChannelPermission, Contact, DuplicatePair, PolicyVersion
from contacts.permission import country_rules
from privacy_crm import tasks
from privacy_crm.staff.duplicates.merge_form import likelier
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, everything_about, place
from tests.support.merging import PAIRS, pair, paired
from tests.support.working_at_once import at_once

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

ALL_OURS = {"stays": "one", "first_name": "one", "last_name": "one", "email": "one", "phone": "one", "job_title": "one"}


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page(pair: DuplicatePair, part: str = "change") -> str:
    return f"{PAIRS}{pair.pk}/{part}/"


def contact_page(contact: Contact) -> str:
    return f"/admin/contacts/contact/{contact.public_id}/change/"


@pytest.fixture
def two(policy: PolicyVersion) -> DuplicatePair:
    return pair(policy)


def test_both_stand_side_by_side_with_what_survives_and_the_look_is_recorded(two: DuplicatePair, log_in: LogIn) -> None:
    ChannelPermission.objects.create(contact=two.other, channel="phone", state="objected", given_on=NOON.date())
    shown = text(log_in("marketing").get(page(two)))
    for words in ("Lindqvist", "Lindqvst", "070 1", "No marketing by phone", "prospect (since 24 November 2026)"):
        assert words in shown
    looks = AuditEvent.objects.filter(code="contact.viewed", rule="page:duplicatepair")
    assert set(looks.values_list("public_id", flat=True)) == {two.one.public_id, two.other.public_id}


def test_what_is_chosen_becomes_the_one_record(two: DuplicatePair, log_in: LogIn) -> None:
    client = log_in("marketing")
    answer = client.post(page(two, "merge"), {**ALL_OURS, "phone": "other", "stays": "other"}, follow=True)
    left = Contact.objects.get(last_name="Lindqvist")
    assert (left.pk, left.phone, left.job_title, left.email) == (two.other.pk, "070 1", "", two.one.email)
    assert "The two records of Aino Lindqvist are one now." in text(answer)
    assert not Contact.objects.filter(pk=two.one.pk).exists()


def test_a_choice_that_is_missing_changes_nothing(two: DuplicatePair, log_in: LogIn) -> None:
    before = [everything_about(person) for person in (two.one, two.other)]
    answer = log_in("marketing").post(page(two, "merge"), {"stays": "one"})
    assert answer.status_code == 200
    assert [everything_about(person) for person in (two.one, two.other)] == before


def test_a_get_merges_nobody(two: DuplicatePair, log_in: LogIn) -> None:
    assert log_in("marketing").get(page(two, "merge"), ALL_OURS).status_code == 200
    assert Contact.objects.count() == 2


def test_who_waits_for_an_answer_is_not_merged_and_the_page_says_why(two: DuplicatePair, log_in: LogIn) -> None:
    place(two.other, "freeze", "request")
    answer = log_in("marketing").post(page(two, "merge"), ALL_OURS)
    assert "has asked us for something" in text(answer)
    assert Contact.objects.count() == 2


@pytest.mark.promise("L6")
@pytest.mark.parametrize(("role", "status"), [("marketing", 404), ("privacy officer", 200), ("sales", 403)])
def test_a_pair_is_seen_by_whoever_may_see_both(two: DuplicatePair, log_in: LogIn, role: str, status: int) -> None:
    place(two.one, "freeze", "restriction")
    client = log_in(role)
    assert client.get(page(two)).status_code == status
    assert client.post(page(two, "merge"), ALL_OURS).status_code == status
    assert Contact.objects.count() == 2


def test_two_people_are_told_apart_and_that_is_taken_back(two: DuplicatePair, log_in: LogIn) -> None:
    client = log_in("marketing")
    client.post(page(two, "two-people"))
    assert "Lindqvst" not in text(client.get(PAIRS))
    assert "These are two people, as marketing" in text(client.get(page(two)))
    assert client.post(page(two, "merge"), ALL_OURS).status_code == 302
    assert Contact.objects.count() == 2
    client.post(page(two, "perhaps-one"))
    assert "Lindqvst" in text(client.get(PAIRS))


def test_the_other_record_is_named_by_its_address_on_a_persons_page(policy: PolicyVersion, log_in: LogIn) -> None:
    one, other = ContactFactory.create(), ContactFactory.create()
    answer = log_in("marketing").post(
        f"/admin/contacts/contact/{other.public_id}/merge-with/", {"email": one.email}
    )  # fmt: skip
    made = DuplicatePair.objects.get()
    assert (made.one, made.other) == (one, other)
    assert answer["Location"] == page(made)
    assert Contact.objects.count() == 2


def test_the_home_page_says_how_many_pairs_wait(two: DuplicatePair, log_in: LogIn) -> None:
    assert "1 person may be on file twice" in text(log_in("marketing").get("/admin/"))
    assert "on file twice" not in text(log_in("sales").get("/admin/"))


def test_an_empty_list_says_when_we_look(policy: PolicyVersion, log_in: LogIn) -> None:
    shown = text(log_in("marketing").get(PAIRS))
    assert "Nobody seems to be on file twice. We look each night." in shown
    assert "Look again" in shown


def test_looking_again_finds_who_has_come_in(
    policy: PolicyVersion,
    log_in: LogIn,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    at_once(monkeypatch, tasks.find_duplicates)
    for name in ("aino", "ai.no"):
        ContactFactory.create(email=f"{name}@gmail.com")
    with django_capture_on_commit_callbacks(execute=True):
        log_in("marketing").post(f"{PAIRS}add/")
    assert DuplicatePair.objects.get().why == "address"


def test_the_list_costs_the_same_for_many_pairs(
    policy: PolicyVersion, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    client = log_in("marketing")
    people = ContactFactory.create_batch(12)
    for one, other in pairwise(people):
        paired(one, other)
    client.get(PAIRS)
    with django_assert_max_num_queries(16):
        client.get(PAIRS)


def test_what_the_person_put_right_is_chosen_first_then_what_is_there_then_what_is_newer() -> None:
    older, newer = ContactFactory.build(pk=1, phone="1", corrected=[]), ContactFactory.build(pk=2, phone="2")
    newer.city, older.job_title, older.corrected = "Umeå", "CTO", ["last_name"]
    assert [likelier(older, newer, name) for name in ("phone", "city", "job_title", "last_name")] == [
        "other", "other", "one", "one",
    ]  # fmt: skip
    newer.bounced_on = NOON.date()
    assert likelier(older, newer, "email") == "one"


@pytest.mark.promise("P4")
@pytest.mark.parametrize(("left", "likely"), [("one", "other"), ("other", "one")])
def test_the_organisation_that_they_have_not_left_is_likelier(
    left: str, likely: str, two: DuplicatePair, policy: PolicyVersion
) -> None:
    for side, person in (("one", two.one), ("other", two.other)):
        person.organisation = OrganisationFactory.create()
        person.left_on = NOON.date() if side == left else None
    assert likelier(two.one, two.other, "company") == likely


@pytest.mark.promise("L15")
def test_where_the_stricter_law_decides_the_answer_says_so(two: DuplicatePair, log_in: LogIn) -> None:
    country_rules.adopt(at=NOON, by="test")
    for person, country in ((two.one, "SE"), (two.other, "FR")):
        Contact.objects.filter(pk=person.pk).update(country=country)
    client = log_in("marketing")
    assert "the country and organisation with the stricter law" in text(client.get(page(two)))
    answer = client.post(page(two, "merge"), {**ALL_OURS, "country": "other"}, follow=True)
    assert "Their own word or a stricter law decided: country." in text(answer)
    assert Contact.objects.get(last_name="Lindqvist").country == "SE"
