"""A list is looked through in portions: each is kept, the next one goes on, and what comes in is the same."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from contacts.models import AuditEvent, Contact, PolicyVersion, Upload
from contacts.words.differences import ListMode
from privacy_crm import tasks
from privacy_crm.celery import app
from privacy_crm.staff.uploads import upload_page
from privacy_crm.uploads import checking, forgetting, importing, removing, storing
from tests.support.factories import NOON
from tests.support.import_files import everything
from tests.support.uploading import HEADER, as_csv, as_xlsx, bring_in, files, look_through, match, people, receive

pytestmark = pytest.mark.django_db(transaction=True)

NO = [*HEADER, "No marketing"]
ROWS = [*([*row, "x" if number % 4 == 0 else ""] for number, row in enumerate(people(10))), ["no address"], ["", "A"]]
SOON, LATER = NOON + dt.timedelta(minutes=4), NOON + dt.timedelta(minutes=5)

type Act = Callable[..., bool]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PART", 3)


def portion(act: Act, upload: Upload, policy: PolicyVersion) -> bool:
    """Work for no time at all: that is one part, or what is decided at the end."""
    told: dict[str, Any] = {"policy": policy, "at": NOON, "by": "user:7", "now": lambda: NOON}
    goes_on = act(upload.pk, **told, is_over=lambda: True)
    upload.refresh_from_db()
    return goes_on


def in_portions(act: Act, upload: Upload, policy: PolicyVersion) -> int:
    number = 1
    while portion(act, upload, policy):
        number += 1
    return number


def sent(content: bytes = as_csv(ROWS, NO)) -> Upload:
    upload = receive(content)
    match(upload)
    return upload


def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What workers are asked for, which none of them hears."""
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args=(), **_how: found.append((name, args)))
    return found


@pytest.mark.parametrize("written", [as_csv, as_xlsx])
def test_without_any_time_there_are_as_many_tasks_as_parts_and_the_same_end(
    written: Callable[..., bytes], policy: PolicyVersion
) -> None:
    at_once = look_through(receive(written(ROWS, NO)), policy)
    foreseen, refused = at_once.preview, at_once.rejects
    upload = sent(written(ROWS, NO))
    assert in_portions(importing.look_through, upload, policy) == len(upload.checked) + 1
    # Twelve rows, ten organisations and three objections, three in a part; one ends with the file.
    assert [part["of"] for part in upload.checked].count("contacts") == 5
    assert (upload.state, upload.preview, upload.rejects) == ("previewed", foreseen, refused)
    importing.start(upload, at=NOON, by="user:7")
    assert in_portions(importing.bring_in, upload, policy) == 1
    assert (upload.state, upload.result, upload.rejects) == ("done", foreseen, refused)
    assert Contact.objects.count() == foreseen["new"]


@pytest.mark.promise("L15")
def test_an_update_says_the_same_in_portions(policy: PolicyVersion) -> None:
    bring_in(look_through(receive(as_csv(people(10))), policy), policy)
    changed = as_csv([[row[0], "Vera", *row[2:]] for row in people(10)])
    foreseen = look_through(receive(changed), policy, mode=ListMode.UPDATE).preview
    upload = receive(changed)
    match(upload, mode=ListMode.UPDATE)
    in_portions(importing.look_through, upload, policy)
    assert upload.preview == foreseen
    assert foreseen["differences"] == upload.differences.count() == 10


def test_nobody_is_in_between_two_portions_and_the_page_says_how_far_it_is(policy: PolicyVersion) -> None:
    upload = sent()
    before = {key: row for key, row in everything().items() if key[0] != "contacts_upload"}
    shares = []
    while portion(importing.look_through, upload, policy):
        told = upload_page.progress(upload)
        assert (told["words"], told["over"]) == ("Waiting for its turn", False)
        shares.append(told["share"])
        assert {key: row for key, row in everything().items() if key[0] != "contacts_upload"} == before
    assert len(shares) > 3
    assert shares == sorted(shares)


@pytest.mark.parametrize("said", [False, True])  # whether the upload names the part already
def test_a_worker_that_dies_with_a_part_loses_and_doubles_nothing(
    said: bool, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreseen = look_through(receive(as_csv(ROWS, NO)), policy).preview
    upload = sent()
    assert portion(importing.look_through, upload, policy)
    keep, put = checking._keep, storing.put

    def die(*told: Any) -> None:
        (keep if said else put)(*told)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(*((checking, "_keep", die) if said else (storing, "put", die)))
        with pytest.raises(SystemExit):
            portion(importing.look_through, upload, policy)
    in_portions(importing.look_through, upload, policy)
    assert upload.preview == foreseen
    assert bring_in(upload, policy).result == foreseen


def test_a_portion_that_nobody_heard_of_is_asked_for_again_in_the_name_of_who_asked(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent()
    assert portion(importing.look_through, upload, policy)
    assert list(forgetting.paused(SOON)) == []
    assert list(forgetting.paused(LATER)) == [upload]
    forgetting.sweep(LATER)
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == ("previewing", "")
    found = asked(monkeypatch)
    tasks.sweep_uploads()
    assert found == [("privacy_crm.tasks.look_through_upload", (upload.pk, "user:7"))]


def test_a_task_whose_time_is_over_asks_for_the_next(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    upload, found = sent(), asked(monkeypatch)
    monkeypatch.setattr("contacts.base.budgets.of_a_task", lambda *_told: lambda: True)
    tasks.look_through_upload(upload.pk, "user:7")
    assert found == [("privacy_crm.tasks.look_through_upload", (upload.pk, "user:7"))]
    for _ in range(20):
        tasks.look_through_upload(upload.pk, "user:7")
    upload.refresh_from_db()
    assert (upload.state, len(found)) == ("previewed", len(upload.checked))


def test_an_undo_between_two_portions_is_asked_for_again(policy: PolicyVersion) -> None:
    upload = bring_in(look_through(receive(as_csv(people(3))), policy), policy)
    removing.start(upload, at=NOON, by="user:7")
    assert portion(removing.remove, upload, policy)
    forgetting.sweep(LATER)
    assert [(each.state, each.asked_by) for each in forgetting.paused(LATER)] == [("removing", "user:7")]


def test_rows_are_checked_again_under_another_policy(policy: PolicyVersion) -> None:
    upload = sent()
    in_portions(importing.look_through, upload, policy)
    parts = [part | {"under": "0 of another time"} for part in upload.checked]
    Upload.objects.filter(pk=upload.pk).update(checked=parts)
    importing.start(upload, at=NOON, by="user:7")
    assert portion(importing.bring_in, upload, policy)
    assert (upload.state, len(upload.checked), Contact.objects.count()) == ("importing", 1, 0)
    assert in_portions(importing.bring_in, upload, policy) == len(parts)
    assert Contact.objects.count() == upload.result["new"] == upload.preview["new"]
    assert set(AuditEvent.objects.filter(code="contact.created").values_list("by", flat=True)) == {"user:7"}


def test_other_columns_are_another_reading_and_nothing_of_the_first_stays(policy: PolicyVersion) -> None:
    before = files()
    upload = sent()
    in_portions(importing.look_through, upload, policy)
    match(upload, email=[0])
    assert (upload.checked, len(files())) == ([], len(before) + 2)
    in_portions(importing.look_through, upload, policy)
    bring_in(upload, policy)
    assert not Contact.objects.exclude(first_name="").exists()
    assert files() == before
