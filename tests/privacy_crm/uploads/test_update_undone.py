"""An update by a list is undone within its day, where nothing has happened since; after it, no old value is left."""

import datetime as dt
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import AuditEvent, Contact, Organisation, PolicyVersion, UploadedDifference
from contacts.people import erasure
from privacy_crm.uploads import forgetting
from tests.support.factories import NOON, ContactFactory, agree, hold
from tests.support.updating import HEADER, LISTED, NEWCOMER, ON_FILE, held, says, shown
from tests.support.uploading import COLLECTED, VAINO, bring_in, look_through, review, take_back

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L15")]

TODAY = NOON.date()


def test_the_undo_puts_the_old_values_back_and_removes_whom_the_list_created(policy: PolicyVersion) -> None:
    ada = held(policy)
    before = says(ada)
    upload = bring_in(review([LISTED, NEWCOMER], policy, HEADER), policy)
    take_back(upload, policy)
    assert says(ada) == before
    assert not Contact.objects.filter(email=VAINO).exists()
    assert (upload.state, upload.result["restored"], upload.result["unrestored"]) == ("removed", 4, 0)
    assert not UploadedDifference.objects.exists()
    [event] = AuditEvent.objects.filter(code="contact.restored")
    assert (event.public_id, event.rule) == (ada.public_id, f"upload:{upload.pk}")
    assert Organisation.objects.get(name="Havglimt AS").may_be_vacant


@pytest.mark.parametrize(
    ("since", "left"),
    [
        ({"city": "Kiruna"}, {"city": "Kiruna"}),
        ({"corrected": ["city", "company"]}, {"city": "Oslo", "organisation": "Havglimt AS"}),
        ({"corrected": ["phone"]}, {"phone": "+47 1"}),
    ],
)
def test_what_has_changed_or_was_put_right_since_stays_and_is_counted(
    since: dict[str, Any], left: dict[str, str], policy: PolicyVersion
) -> None:
    ada = held(policy)
    before = says(ada)
    upload = bring_in(review([LISTED], policy, HEADER), policy)
    Contact.objects.filter(pk=ada.pk).update(**since)
    take_back(upload, policy)
    assert says(ada) == before | left
    assert (upload.result["restored"], upload.result["unrestored"]) == (4 - len(left), len(left))


@pytest.mark.parametrize("stands", ["frozen_through", "restricted_through"])
def test_whoever_asked_something_since_keeps_what_the_list_said(stands: str, policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = bring_in(review([LISTED], policy, HEADER), policy)
    Contact.objects.filter(pk=ada.pk).update(**{stands: TODAY})
    after = says(ada)
    take_back(upload, policy)
    assert (says(ada), upload.result["unrestored"]) == (after, 4)


def test_whom_an_agreement_holds_there_by_now_stays_there(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = bring_in(review([LISTED], policy, HEADER), policy)
    agree(Organisation.objects.get(name="Havglimt AS"), None)
    hold(ada, "customer", COLLECTED, policy=policy)
    take_back(upload, policy)
    assert (says(ada)["organisation"], says(ada)["city"]) == ("Havglimt AS", "Umeå")
    assert upload.result["unrestored"] == 1


def test_people_who_are_gone_count_as_not_put_back(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = bring_in(review([LISTED], policy, HEADER), policy)
    erasure.delete({ada.pk: ada.public_id}, at=NOON, by="test", rule="test")
    take_back(upload, policy)
    assert (upload.result["restored"], upload.result["unrestored"]) == (0, 4)


# What is kept, and how long


def test_a_day_later_no_old_value_is_left(policy: PolicyVersion) -> None:
    held(policy)
    upload = bring_in(review([LISTED], policy, HEADER), policy)
    forgetting.sweep(NOON + dt.timedelta(hours=24) - dt.timedelta(microseconds=1))
    assert UploadedDifference.objects.filter(upload=upload).count() == 4
    forgetting.sweep(NOON + dt.timedelta(hours=24))
    assert not UploadedDifference.objects.exists()


@pytest.mark.parametrize("how", ["thrown away", "nobody imported it"])
def test_what_does_not_come_in_leaves_no_difference(how: str, policy: PolicyVersion) -> None:
    held(policy)
    upload = review([LISTED], policy, HEADER)
    if how == "thrown away":
        forgetting.discard(upload, at=NOON, by="test")
    else:
        forgetting.sweep(NOON + dt.timedelta(hours=24))
    assert not UploadedDifference.objects.exists()


def test_another_look_forgets_what_the_first_one_found(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    Contact.objects.filter(pk=ada.pk).update(city="Oslo")
    look_through(upload, policy, mode=upload.mode)
    assert "city" not in shown(upload)


# Sets


def _crowd(number: int, policy: PolicyVersion, domain: str) -> list[list[str]]:
    people = ContactFactory.create_batch(number)
    for place, person in enumerate(people):
        Contact.objects.filter(pk=person.pk).update(email=f"p{place}@{domain}", **ON_FILE)
        hold(person, "prospect", COLLECTED, policy=policy)
    return [[f"p{place}@{domain}", *LISTED[1:]] for place in range(number)]


def test_a_long_list_takes_no_more_statements_than_a_short_one(policy: PolicyVersion) -> None:
    taken = []
    for number in (2, 40):
        rows = _crowd(number, policy, f"of{number}.example")
        with CaptureQueriesContext(connection) as queries:
            upload = bring_in(review(rows, policy, HEADER), policy)
        assert upload.result["differences"] >= number
        taken.append(len(queries))
    assert taken[1] <= taken[0]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_list_says_what_was_shown_is_what_changes_and_the_undo_takes_it_back(
    seed: int, policy: PolicyVersion
) -> None:
    luck = Random(seed)
    everybody = [_somebody(f"p{number}@x.example", luck, policy) for number in range(6)]
    addresses = [str(person.email) for person in everybody]
    rows = [[luck.choice(addresses), *(luck.choice(of) for of in _CELLS)] for _ in range(8)]
    upload = review(rows, policy, HEADER)
    before = {person.pk: says(person) for person in everybody}
    told = list(UploadedDifference.objects.filter(reason="").values_list("contact", "detail", "old", "new"))
    bring_in(upload, policy)
    after = {person.pk: says(person) for person in everybody}
    changed = [
        (pk, detail, before[pk][detail], value)
        for pk, fields in after.items()
        for detail, value in fields.items()
        if value != before[pk][detail]
    ]
    assert sorted(changed) == sorted(told)
    assert upload.result["differences"] == upload.preview["differences"] == len(told)
    if upload.result["new"] or told:
        take_back(upload, policy)
    assert {person.pk: says(person) for person in everybody} == before


_CELLS = (
    ["Aino", "Väinö", ""],
    ["Lindqvist", ""],
    ["Fjordkraft AB", "Havglimt AS", ""],
    ["SE", "Norge", ""],
    ["Oslo", ""],
    ["+47 1", ""],
)


def _somebody(email: str, luck: Random, policy: PolicyVersion) -> Contact:
    organisation, _ = Organisation.objects.get_or_create(
        name=luck.choice(["Fjordkraft AB", "Havglimt AS"]), defaults={"entered_on": TODAY}
    )
    right = luck.choice([[], ["city"], ["company", "phone"]])
    said = {"first_name": luck.choice(["Aino", ""]), "country": luck.choice(["SE", ""]), "corrected": right}
    frozen = luck.choice([None, None, TODAY])
    organisation_of = luck.choice([organisation, None])
    person: Contact = ContactFactory.create(email=email, organisation=organisation_of, frozen_through=frozen, **said)
    hold(person, luck.choice(["prospect", "customer"]), COLLECTED, policy=policy)
    return person
