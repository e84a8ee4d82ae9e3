"""Whitepapers and lists in a storage for objects, as if web and workers stood on machines of their own."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from contacts.models import PolicyVersion
from contacts.signups import whitepapers
from contacts.signups.whitepapers import Cover
from contacts.views import downloads
from privacy_crm.uploads import forgetting, receiving
from tests.support.factories import NOON
from tests.support.object_storage import kept_there, object_storage
from tests.support.uploading import AINO, VAINO, as_csv, as_xlsx, bring_in, look_through, open_up, receive, send

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [[AINO, "Aino", "Lindqvist", "Fjordkraft AB", "Sverige"], [VAINO, "Väinö", "Odotus", "", ""]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with object_storage() as address:
        yield address


@pytest.fixture(autouse=True)
def _kept_there(url: str) -> Iterator[None]:
    with kept_there(url):
        yield


def kept() -> list[str]:
    return sorted(default_storage.listdir("uploads")[1])


@pytest.mark.parametrize("written", [as_csv, as_xlsx])
def test_a_list_is_read_from_there_and_gone_when_its_people_are_in(written: object, policy: PolicyVersion) -> None:
    upload = receive(written(ROWS))  # type: ignore[operator]
    assert receiving.first_rows(upload) == [[*ROWS[0]], [cell for cell in ROWS[1] if cell or written is as_csv]]
    upload = bring_in(look_through(upload, policy), policy)
    assert (upload.state, upload.result["new"]) == ("done", 2)
    assert kept() == []


def test_a_file_that_no_row_names_goes_after_an_hour() -> None:
    default_storage.save("uploads/stray", ContentFile(b"a@x.example"))
    now = default_storage.get_modified_time("uploads/stray")
    upload = receive(as_csv(ROWS), at=now)
    forgetting.sweep(now + dt.timedelta(minutes=59))
    assert "stray" in kept()
    forgetting.sweep(now + dt.timedelta(minutes=61))
    assert kept() == [f"{upload.public_id}{ending}" for ending in ("", ".first")]
    forgetting.discard(upload, at=NOON, by="test")
    assert kept() == []


def test_what_a_worker_left_that_died_is_replaced(policy: PolicyVersion) -> None:
    upload = send(as_xlsx(ROWS))
    default_storage.save(f"{upload.file}.csv", ContentFile(b"half"))
    assert bring_in(look_through(open_up(upload), policy), policy).result["new"] == 2
    assert kept() == []


def test_a_whitepaper_is_sent_from_there_and_its_old_file_is_deleted() -> None:
    paper = whitepapers.add("calm", Cover("Calm", {}), ContentFile(b"%PDF-1.7 one", "a.pdf"), at=NOON, by="test")
    whitepapers.replace_file(paper, ContentFile(b"%PDF-1.7 two", "b.pdf"), at=NOON, by="test")
    paper.refresh_from_db()
    with closing(downloads.attachment(paper)) as answer:
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 two"
    assert answer["Content-Disposition"] == 'attachment; filename="calm.pdf"'
    assert default_storage.listdir("whitepapers")[1] == [str(paper.file).removeprefix("whitepapers/")]
