"""A workbook is opened by a worker: the page waits for nobody, and no workbook waits for ever."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Upload
from privacy_crm.uploads import forgetting, opening, workbooks
from tests.support.factories import NOON
from tests.support.uploading import AINO, HEADER, as_csv, as_xlsx, files, open_up, send

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [[AINO, "Aino", "Lindqvist", "Fjordkraft AB", "SE"]]
SOON, LATER = NOON + dt.timedelta(minutes=4), NOON + dt.timedelta(minutes=5)


def test_the_website_takes_a_workbook_in_without_unpacking_it(
    monkeypatch: pytest.MonkeyPatch, log_in: Callable[[str], Client]
) -> None:
    monkeypatch.setattr("privacy_crm.uploads.workbooks.unpack", None)
    upload = send(as_xlsx(ROWS))
    assert (upload.state, upload.header) == ("opening", [])
    client = log_in("marketing")
    assert "Being opened" in client.get(f"/admin/contacts/upload/{upload.public_id}/change/").content.decode()
    told = client.get(f"/admin/contacts/upload/{upload.public_id}/progress/").json()
    assert told == {"words": "Waiting for its turn", "share": None, "over": False}


def test_a_worker_opens_it_once_and_then_its_columns_can_be_named() -> None:
    upload = send(as_xlsx(ROWS))
    for _ in range(2):
        open_up(upload)
        assert (upload.state, upload.header, upload.encoding) == ("uploaded", HEADER, "utf-8")
    assert [path.suffix for path in files() if path.name.startswith(str(upload.public_id))] == [".csv", ".first"]


def test_one_that_no_worker_heard_of_is_opened_after_five_minutes() -> None:
    upload, text = send(as_xlsx(ROWS)), send(as_csv(ROWS))
    assert opening.overdue(SOON) == []
    assert opening.overdue(LATER) == [upload.pk]
    forgetting.sweep(LATER)
    assert set(Upload.objects.values_list("pk", "state")) == {(upload.pk, "opening"), (text.pk, "uploaded")}


def test_one_that_its_worker_died_of_is_not_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before, upload = files(), send(as_xlsx(ROWS))

    def die(*_arguments: object, **_options: object) -> None:
        raise SystemExit

    monkeypatch.setattr(workbooks, "unpack", die)
    with pytest.raises(SystemExit):
        open_up(upload)
    assert opening.overdue(LATER) == []
    forgetting.sweep(LATER)
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (
        "failed",
        "The workbook could not be opened. Save it as CSV UTF-8 and send that.",
    )
    assert files() == before


def test_one_that_was_thrown_away_meanwhile_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = send(as_xlsx(ROWS))
    unpack = workbooks.unpack

    def meanwhile(*arguments: object, **options: object) -> None:
        unpack(*arguments, **options)  # type: ignore[arg-type]
        forgetting.discard(upload, at=NOON, by="test")

    monkeypatch.setattr(workbooks, "unpack", meanwhile)
    assert open_up(upload).state == "failed"
    forgetting.sweep(dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=2))
    assert not [path for path in files() if path.name.startswith(str(upload.public_id))]
