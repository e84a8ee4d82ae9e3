"""An import is taken back within its day: those it created go, but for those who are held for more by now."""

import datetime as dt
from typing import Any

import pytest

from contacts.models import AuditEvent, Contact, PolicyVersion, RecipientNotice, Suppression, Upload, UploadedPerson
from privacy_crm.uploads import forgetting, moving, removing
from tests.support.factories import NOON, ContactFactory, EventFactory, do, hold, place, register
from tests.support.import_files import everything
from tests.support.requesting import asked_by
from tests.support.sharing import RecipientFactory, gave
from tests.support.uploading import AINO, COLLECTED, VAINO, as_csv, bring_in, files, look_through, receive

pytestmark = pytest.mark.django_db(transaction=True)

A_DAY_LATER = NOON + dt.timedelta(hours=24)
NAMES = ("plain", "active", "guest", "other", "held", "corrected", "objected", "given")


def addresses(*names: str) -> list[str]:
    return [f"{name}@fjordkraft.example" for name in names]


def contact(name: str) -> Contact:
    return Contact.objects.get(email=f"{name}@fjordkraft.example")


def imported(policy: PolicyVersion, *names: str) -> Upload:
    rows = [[address, "Aino", "Lindqvist", "", "SE"] for address in addresses(*names)]
    return bring_in(look_through(receive(as_csv(rows)), policy), policy)


def remove(upload: Upload, policy: PolicyVersion) -> Upload:
    removing.start(upload, at=NOON, by="test")
    removing.remove(upload.pk, policy=policy, at=NOON, by="test", now=lambda: NOON)
    upload.refresh_from_db()
    return upload


def test_those_whom_the_import_created_go_and_those_who_are_held_for_more_stay(policy: PolicyVersion) -> None:
    upload = imported(policy, *NAMES)
    do(contact("active"), "call", NOON, policy)
    register(contact("guest"), EventFactory.create(), NOON, policy=policy)
    hold(contact("other"), "customer", COLLECTED, policy=policy)
    place(contact("held"), "freeze", "legal_claim")
    Contact.objects.filter(pk=contact("corrected").pk).update(corrected=["last_name"])
    gave(RecipientFactory.create(), contact("given"))
    reasons = {"did": 1, "basis": 2, "hold": 1, "corrected": 1}
    assert removing.outlook(upload, day=NOON.date()) == (3, reasons)
    remove(upload, policy)
    assert (upload.state, upload.result["removed"], upload.result["stayed"]) == ("removed", 3, reasons)
    left = Contact.objects.order_by("email").values_list("email", flat=True)
    assert list(left) == addresses("active", "corrected", "guest", "held", "other")
    assert RecipientNotice.objects.filter(kind="erased").count() == 1
    deleted = AuditEvent.objects.filter(code="contact.deleted", rule=f"upload:{upload.pk}")
    assert deleted.count() == 3


@pytest.mark.promise("L11")
def test_an_undo_that_has_no_more_time_goes_on_where_it_stood(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "_BATCH", 1)
    upload = imported(policy, "one", "two", "three")
    removing.start(upload, at=NOON, by="test")
    facts: dict[str, Any] = {"policy": policy, "at": NOON, "by": "test", "now": lambda: NOON}
    time = iter([False, False, True])
    assert removing.remove(upload.pk, **facts, is_over=lambda: next(time))
    upload.refresh_from_db()
    assert (upload.state, upload.result["removed"], Contact.objects.count()) == ("removing", 2, 1)
    assert not removing.remove(upload.pk, **facts)
    upload.refresh_from_db()
    assert (upload.state, upload.result["removed"], Contact.objects.count()) == ("removed", 3, 0)


def test_whoever_asked_something_of_us_stays(policy: PolicyVersion) -> None:
    upload = imported(policy, "plain", "asking")
    asked_by(contact("asking"), policy)
    remove(upload, policy)
    assert (upload.result["removed"], upload.result["stayed"]) == (1, {"hold": 1})


@pytest.mark.promise("P12")
def test_the_objections_that_it_brought_outlive_the_people(policy: PolicyVersion) -> None:
    rows = [[AINO, "true"], [VAINO, ""]]
    upload = receive(as_csv(rows, ["Email", "Unsubscribed from all email"]))
    remove(bring_in(look_through(upload, policy), policy), policy)
    assert not Contact.objects.exists()
    assert Suppression.objects.count() == 1


@pytest.mark.promise("L15")
def test_people_who_were_held_before_stay_with_what_the_import_changed(policy: PolicyVersion) -> None:
    held = ContactFactory.create(email="plain@fjordkraft.example", first_name="Ada", country="")
    hold(held, "customer", COLLECTED, policy=policy)
    upload = imported(policy, "plain", "new")
    remove(upload, policy)
    assert [(each.first_name, each.country) for each in Contact.objects.all()] == [("Ada", "SE")]
    assert upload.result["removed"] == 1


def test_consent_given_since_keeps_a_person(policy: PolicyVersion) -> None:
    upload = imported(policy, "plain")
    contact("plain").permissions.create(channel="email", state="consented", given_on=NOON.date())
    assert removing.outlook(upload, day=NOON.date()) == (0, {"did": 1})


def test_after_a_day_nothing_can_be_removed_any_more(policy: PolicyVersion) -> None:
    upload = imported(policy, "plain")
    before = everything()
    with pytest.raises(moving.MovedError):
        removing.start(upload, at=A_DAY_LATER, by="test")
    assert everything() == before


@pytest.mark.parametrize("number", [4, 5])
def test_those_beyond_one_batch_go_as_well(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(removing, "_BATCH", 2)
    upload = imported(policy, *NAMES[:number])
    place(contact(NAMES[2]), "freeze", "legal_claim")
    remove(upload, policy)
    assert (upload.result["removed"], upload.result["stayed"]) == (number - 1, {"hold": 1})
    assert Contact.objects.get() == contact(NAMES[2])


def test_just_before_the_day_is_over_everybody_still_goes(policy: PolicyVersion) -> None:
    upload = imported(policy, "plain", "active")
    last = A_DAY_LATER - dt.timedelta(microseconds=1)
    removing.start(upload, at=last, by="test")
    removing.remove(upload.pk, policy=policy, at=last, by="test", now=lambda: last)
    assert not Contact.objects.exists()


def test_after_a_day_the_numbers_are_left_and_nothing_of_anybody(policy: PolicyVersion) -> None:
    before = files()
    waiting = receive(as_csv([[AINO, "", "", "", ""]]))
    upload = imported(policy, "plain")
    forgetting.sweep(A_DAY_LATER - dt.timedelta(seconds=1))
    assert UploadedPerson.objects.exists()
    assert len(files()) == len(before) + 2  # the list that waits, and its first rows
    forgetting.sweep(A_DAY_LATER)
    assert not UploadedPerson.objects.exists()
    assert files() == before
    for each in (waiting, upload):
        each.refresh_from_db()
        assert (each.file.name, each.header, each.mapping, each.forget_at) == ("", [], {}, None)
    assert upload.result["new"] == 1
    assert (waiting.state, waiting.failure) == ("failed", "Nobody imported it within a day.")
    assert contact("plain")


def test_a_file_that_is_thrown_away_is_gone_at_once(policy: PolicyVersion) -> None:
    before = files()
    upload = look_through(receive(as_csv([[AINO, "", "", "", ""]])), policy)
    forgetting.discard(upload, at=NOON, by="test")
    assert files() == before
    with pytest.raises(moving.MovedError):
        forgetting.discard(upload, at=NOON, by="test")


def test_what_a_dead_worker_left_is_given_back_once_it_is_silent(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_csv([[AINO, "", "", "", ""]])), policy)
    Upload.objects.filter(pk=upload.pk).update(state="importing", beat_at=NOON)
    forgetting.sweep(NOON + dt.timedelta(minutes=4))
    upload.refresh_from_db()
    assert upload.state == "importing"
    forgetting.sweep(NOON + dt.timedelta(minutes=5))
    upload.refresh_from_db()
    assert upload.state == "previewed"
    assert "nothing was written" in upload.failure
    assert bring_in(upload, policy).state == "done"
