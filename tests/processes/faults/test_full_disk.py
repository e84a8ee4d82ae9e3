"""A disk of files that is full: nobody's data stays by half, somebody is told, and all goes on with more room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.processes import test_sending, test_upload
from tests.processes.faults import test_mail_server
from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site
from tests.support.small_disk import full, small_disk
from tests.support.uploading import as_csv, as_xlsx

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

SEND = """
import json
from pathlib import Path
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from privacy_crm.staff.uploads.upload_forms import FileForm
user, _ = User.objects.get_or_create(username="marketing")
file = SimpleUploadedFile("people", Path({path!r}).read_bytes())
form = FileForm(data={{}}, files={{"file": file}}, user=user)
assert form.is_valid()
form.attempt(at=timezone.now(), by="user:1")
print(json.dumps(form.non_field_errors()))
"""
UPLOADS = "SELECT count(*) FROM contacts_upload"
PEOPLE = [[f"p{number}@fjordkraft.example", "Aino", "Lindqvist", "", "SE"] for number in range(2000)]
LIST, WORKBOOK = as_csv(PEOPLE), as_xlsx(PEOPLE)


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("contacts_upload", "contacts_jobrun")
    with small_disk(installed.var / "media", 400):
        yield installed
        installed.end_all()


@pytest.fixture
def written(installed: Site) -> Iterator[Site]:
    """One whose mails are written into files, on a disk of their own."""
    installed.empty("contacts_signup", "contacts_message", "contacts_mailstandstill", "contacts_jobrun")
    installed.forget_messages()
    installed.environment |= {"EMAIL_URL": "files://"}
    with small_disk(installed.var / "mail", 400):
        yield installed
        installed.end_all()


def test_mails_that_find_no_room_wait_whole_and_each_is_written_once_when_there_is_some(written: Site) -> None:
    folder = written.var / "mail"
    with full(folder), written.worker():
        test_sending.enqueue(written, 3)
        eventually(lambda: late.come_to_an_end(written) == {test_mail_server.SEND}, within=PATIENCE)
        assert (test_sending.waiting(written), list(folder.glob("*.log"))) == (3, [])
        assert written.rows("SELECT reply FROM contacts_mailstandstill") == [("OSError",)]
        assert test_mail_server.oldest(written) > 1800
    for _ in range(2):
        written.manage("shell", "-v", "0", "-c", test_sending.SEND_LATER)
    assert test_sending.waiting(written) == 0
    mails = [message_from_bytes(path.read_bytes()) for path in folder.glob("*.log")]
    assert sorted(mail["To"] for mail in mails) == test_sending.addresses(3)


def send(site: Site, content: bytes, folder: Path) -> list[str]:
    """Send a list as staff do; returns why it was refused."""
    path = folder / "people"
    path.write_bytes(content)
    process = site.start("manage.py", "shell", "-v", "0", "-c", SEND.format(path=str(path)))
    out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    said: list[str] = json.loads(out)
    return said


def kept(site: Site) -> list[Path]:
    return [path for path in (site.var / "media").rglob("*") if path.is_file() and path.name != "ballast"]


def test_a_list_that_finds_no_room_is_refused_in_words_and_none_of_it_stays(site: Site, tmp_path: Path) -> None:
    with full(site.var / "media"):
        [said] = send(site, LIST, tmp_path)
        assert "no room" in said
        assert (kept(site), site.number(UPLOADS)) == ([], 0)
        assert late.parts(site)["storage"] == 0
    assert send(site, LIST, tmp_path) == []
    assert site.number(UPLOADS) == 1
    assert late.parts(site)["storage"] == 1


@pytest.mark.promise("P1")
def test_a_workbook_that_finds_no_room_is_given_up_in_words_and_none_of_it_stays(site: Site, tmp_path: Path) -> None:
    assert send(site, WORKBOOK, tmp_path) == []
    with full(site.var / "media"), site.worker():
        eventually(lambda: test_upload.state(site) == "failed", within=PATIENCE)
        eventually(lambda: kept(site) == [], within=PATIENCE)
    [(said,)] = site.rows("SELECT failure FROM contacts_upload")
    assert "no room" in said
    assert send(site, WORKBOOK, tmp_path) == []
    with site.worker():
        eventually(lambda: test_upload.state(site) == "uploaded", within=PATIENCE)
    assert late.failures(site) == []
