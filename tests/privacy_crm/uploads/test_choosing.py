"""Of the differences of an update, staff choose what changes: one, those of one field, or all."""

import datetime as dt
from typing import Any

import pytest

from contacts.models import AuditEvent, Contact, PolicyVersion, Upload, UploadedDifference
from contacts.words.differences import ListField, Stays
from privacy_crm.staff.uploads import upload_page
from privacy_crm.uploads import choosing, importing, moving
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.import_files import everything
from tests.support.updating import CHANGES, HEADER, LISTED, NEWCOMER, held, says, shown, written
from tests.support.uploading import COLLECTED, VAINO, bring_in, look_through, review, take_back

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L15")]

LATER = NOON + dt.timedelta(minutes=1)


def choose(upload: Upload, at: dt.datetime = LATER, *, keep: bool = True, **only: Any) -> int:
    number = choosing.choose(upload, keep=keep, at=at, by="user:1", **only)
    upload.refresh_from_db()
    return number


def key_of(upload: Upload, detail: str) -> int:
    return UploadedDifference.objects.get(upload=upload, detail=detail).pk


def test_what_is_left_out_stays_and_the_rest_is_written(policy: PolicyVersion) -> None:
    ada = held(policy)
    before = says(ada)
    upload = review([LISTED, NEWCOMER], policy, HEADER)
    assert choose(upload, one=key_of(upload, "city")) == 1
    assert choose(upload, detail=ListField.ORGANISATION) == 1
    assert (upload.preview["differences"], upload.preview["stays"]) == (2, {"country": 1, "left": 2})
    assert says(ada) == before
    bring_in(upload, policy)
    assert says(ada) == before | {"first_name": "Aino", "phone": "+47 1"}
    assert (upload.result["differences"], upload.result["since"]) == (2, 0)
    assert upload.result["stays"] == {"country": 1, "left": 2}
    assert written(upload) == set(shown(upload)) == {"first_name", "phone"}
    take_back(upload, policy)
    assert says(ada) == before


def test_all_can_be_left_out_and_put_back(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    assert choose(upload) == 4
    assert {reason for _old, _new, reason in shown(upload).values()} == {"left", "country"}
    assert upload_page.outcome(upload) == "Nobody would come in"
    assert choose(upload, keep=False, detail=ListField.CITY) == 1
    assert (upload.preview["differences"], upload.preview["stays"]) == (1, {"country": 1, "left": 3})
    bring_in(upload, policy)
    assert written(upload) == {"city"}
    assert says(ada)["city"] == "Oslo"
    [event] = AuditEvent.objects.filter(code="upload.chosen").order_by("-pk")[:1]
    assert (event.by, event.rule, event.public_id) == ("user:1", f"upload:{upload.pk}", None)


@pytest.mark.parametrize("reason", sorted(set(Stays) - {Stays.LEFT}))
def test_what_stays_for_another_reason_is_nobodys_choice(reason: Stays, policy: PolicyVersion) -> None:
    held(policy)
    upload = review([LISTED], policy, HEADER)
    UploadedDifference.objects.filter(upload=upload).update(reason=reason)
    for keep in (True, False):
        with pytest.raises(choosing.ChoiceError):
            choose(upload, keep=keep)
    assert {each for _old, _new, each in shown(upload).values()} == {reason}


def test_a_choice_is_about_its_own_list_alone(policy: PolicyVersion) -> None:
    held(policy)
    upload, other = (review([LISTED], policy, HEADER) for _ in range(2))
    with pytest.raises(choosing.ChoiceError):
        choose(upload, one=key_of(other, "city"))
    choose(upload)
    assert shown(other) == CHANGES | {"country": ("SE", "NO", "country")}


def test_who_saw_the_page_before_a_choice_imports_nothing_with_it(policy: PolicyVersion) -> None:
    held(policy)
    upload = review([LISTED], policy, HEADER)
    seen = importing.mark(upload)
    choose(upload, one=key_of(upload, "city"))
    with pytest.raises(moving.MovedError):
        importing.start(upload, seen, at=LATER, by="test")
    importing.start(upload, importing.mark(upload), at=LATER, by="test")


@pytest.mark.parametrize("state", ["importing", "done", "previewing", "failed"])
def test_there_is_no_choice_once_the_list_comes_in(state: str, policy: PolicyVersion) -> None:
    held(policy)
    upload = review([LISTED], policy, HEADER)
    Upload.objects.filter(pk=upload.pk).update(state=state)
    before = everything()
    with pytest.raises(moving.MovedError):
        choose(upload)
    assert everything() == before


def test_another_look_begins_with_no_choices(policy: PolicyVersion) -> None:
    held(policy)
    upload = review([LISTED], policy, HEADER)
    choose(upload)
    look_through(upload, policy, mode=upload.mode)
    assert (written(upload), upload.preview["differences"]) == (set(CHANGES), 4)


def test_what_was_left_out_stays_also_where_the_record_has_changed_since(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    choose(upload, detail=ListField.CITY)
    Contact.objects.filter(pk=ada.pk).update(city="Kiruna")
    bring_in(upload, policy)
    assert (says(ada)["city"], upload.result["since"]) == ("Kiruna", 0)
    assert upload.result["stays"] == {"country": 1, "left": 1}


def test_of_people_who_are_gone_a_choice_for_all_says_nothing(policy: PolicyVersion) -> None:
    ada = held(policy)
    other = ContactFactory.create(email=VAINO, first_name="V.", country="FI")
    hold(other, "prospect", COLLECTED, policy=policy)
    upload = review([LISTED, NEWCOMER], policy, HEADER)
    ada.delete()
    assert choose(upload) == 1
    bring_in(upload, policy)
    assert (says(other)["first_name"], upload.result["differences"]) == ("V.", 0)
