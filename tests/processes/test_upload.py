"""A worker that dies in the middle of an import leaves nothing half done, and the import can be started again."""

from pathlib import Path

import pytest

from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site, kill
from tests.support.uploading import as_csv

pytestmark = pytest.mark.timeout(600)

# What a member of staff does in the browser, up to the last button.
SEND = """
import datetime as dt, sys
from pathlib import Path
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario, SourceKind
from privacy_crm.uploads import fields, importing, matching, receiving
now = timezone.now()
user, _ = User.objects.get_or_create(username="marketing")
upload = receiving.receive(ContentFile(Path({path!r}).read_bytes(), "people.csv"), user, at=now, by="user:1")
origin = matching.Origin(Scenario.PROSPECT, "Fair", SourceKind.PUBLIC, now.date() - dt.timedelta(days=3))
matching.match(upload, fields.guess(upload.header), origin, day=now.date(), at=now)
policy = PolicyVersion.objects.in_force()
importing.look_through(upload.pk, policy=policy, at=now, by="user:1", now=timezone.now)
"""
START = """
from django.utils import timezone
from contacts.models import Upload
from privacy_crm import tasks
from privacy_crm.uploads import importing
upload = Upload.objects.latest("pk")
importing.start(upload, at=timezone.now(), by="user:1")
tasks.import_upload.delay(upload.pk, "user:1")
"""
SWEEP = """
import datetime as dt
from django.utils import timezone
from privacy_crm.uploads import forgetting
forgetting.sweep(timezone.now() + dt.timedelta(minutes=6))
"""


def do(site: Site, code: str) -> None:
    site.manage("shell", "-v", "0", "-c", code)


def state(site: Site) -> str:
    return str(site.rows("SELECT state FROM contacts_upload ORDER BY id DESC LIMIT 1")[0][0])


def send(site: Site, tmp_path: Path, *addresses: str) -> None:
    path = tmp_path / "people"
    path.write_bytes(as_csv([[address, "Aino", "Lindqvist", "", "SE"] for address in addresses]))
    do(site, SEND.format(path=str(path)))


def test_a_worker_that_is_killed_leaves_nothing_half_done(installed: Site, tmp_path: Path) -> None:
    site = installed
    send(site, tmp_path, "held@fjordkraft.example")
    do(site, START)
    with site.worker():
        eventually(lambda: state(site) == "done", within=PATIENCE)
    send(site, tmp_path, *(f"p{n}@fjordkraft.example" for n in range(50)), "held@fjordkraft.example")
    assert site.people() == 1
    with site.locked("contacts_contact", "TRUE") as holder:
        do(site, START)
        with site.worker() as worker:
            site.await_standstill(holder)
            kill(worker)
    eventually(lambda: site.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0, within=PATIENCE)
    assert (state(site), site.people()) == ("importing", 1)
    do(site, SWEEP)
    assert (state(site), site.people()) == ("previewed", 1)
    do(site, START)
    with site.worker():
        eventually(lambda: state(site) == "done", within=PATIENCE)
    assert site.people() == 51
    # Who was in the later list as well is nobody whom the first one could take back.
    assert site.number("SELECT count(*) FROM contacts_uploadedperson") == 50
