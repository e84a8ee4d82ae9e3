"""A worker that dies in the middle of an import, or of its undo, leaves nothing half done: it can be started again."""

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
from contacts.words.differences import ListMode
from privacy_crm.uploads import fields, importing, matching, receiving
now = timezone.now()
user, _ = User.objects.get_or_create(username="marketing")
upload = receiving.receive(ContentFile(Path({path!r}).read_bytes(), "people.csv"), user, at=now, by="user:1")
origin = matching.Origin(Scenario.PROSPECT, "Fair", SourceKind.PUBLIC, now.date() - dt.timedelta(days=3))
mode = ListMode({mode!r})
matching.match(upload, fields.guess(upload.header), origin, mode=mode, day=now.date(), at=now)
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
UNDO = """
from django.utils import timezone
from contacts.models import Upload
from privacy_crm import tasks
from privacy_crm.uploads import removing
upload = Upload.objects.latest("pk")
removing.start(upload, at=timezone.now(), by="user:1")
tasks.remove_uploaded.delay(upload.pk, "user:1")
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


def send(site: Site, tmp_path: Path, *addresses: str, name: str = "Aino", mode: str = "fill") -> None:
    path = tmp_path / "people"
    path.write_bytes(as_csv([[address, name, "Lindqvist", "", "SE"] for address in addresses]))
    do(site, SEND.format(path=str(path), mode=mode))


def names(site: Site) -> dict[str, int]:
    """What the people at Havglimt are called."""
    those = "SELECT first_name, count(*) FROM contacts_contact WHERE email LIKE '%@havglimt.example' GROUP BY 1"
    return dict(site.rows(those))


def finish(site: Site, code: str, end: str) -> None:
    do(site, code)
    with site.worker():
        eventually(lambda: state(site) == end, within=PATIENCE)


def die(site: Site, code: str, *, locked: str) -> None:
    """Have a worker killed while it waits for people whom somebody else has locked."""
    with site.locked("contacts_contact", locked) as holder:
        do(site, code)
        with site.worker() as worker:
            site.await_standstill(holder)
            kill(worker)
    eventually(lambda: site.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0, within=PATIENCE)


def test_a_worker_that_is_killed_leaves_nothing_half_done(installed: Site, tmp_path: Path) -> None:
    site = installed
    site.renew()
    send(site, tmp_path, "held@fjordkraft.example")
    finish(site, START, "done")
    send(site, tmp_path, *(f"p{n}@fjordkraft.example" for n in range(50)), "held@fjordkraft.example")
    assert site.people() == 1
    die(site, START, locked="TRUE")
    assert (state(site), site.people()) == ("importing", 1)
    do(site, SWEEP)
    assert (state(site), site.people()) == ("previewed", 1)
    finish(site, START, "done")
    assert site.people() == 51
    # Who was in the later list as well is nobody whom the first one could take back.
    assert site.number("SELECT count(*) FROM contacts_uploadedperson") == 50


@pytest.mark.promise("L15")
def test_a_worker_that_is_killed_leaves_an_update_and_its_undo_to_the_next(installed: Site, tmp_path: Path) -> None:
    site = installed
    site.renew()
    addresses = [f"p{n:04}@havglimt.example" for n in range(1200)]  # more than one batch of the undo
    send(site, tmp_path, *addresses)
    finish(site, START, "done")
    send(site, tmp_path, *addresses, name="Väinö", mode="update")
    assert names(site) == {"Aino": 1200}
    die(site, START, locked="email = 'p0600@havglimt.example'")
    do(site, SWEEP)
    kept = "SELECT count(*) FROM contacts_uploadeddifference WHERE old = 'Aino' AND new = 'Väinö' AND reason = ''"
    assert (state(site), names(site), site.number(kept)) == ("previewed", {"Aino": 1200}, 1200)
    finish(site, START, "done")
    assert (names(site), site.number(kept)) == ({"Väinö": 1200}, 1200)
    die(site, UNDO, locked="email = 'p1100@havglimt.example'")
    do(site, SWEEP)
    assert state(site) == "done"
    assert 0 < site.number(kept) == names(site)["Väinö"] < 1200
    finish(site, UNDO, "removed")
    assert (names(site), site.number(kept)) == ({"Aino": 1200}, 0)
    put_back = "SELECT result->'restored', result->'unrestored' FROM contacts_upload ORDER BY id DESC LIMIT 1"
    assert site.rows(put_back) == [(1200, 0)]
