"""The journal with processes that are killed: before the commit, before shipping, while writing, while replaying."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from contacts.journal import segments
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site, kill

pytestmark = pytest.mark.promise("L11")

PEOPLE = """
from tests.support.factories import ContactFactory
for number in (1, 2, 3):
    ContactFactory.create(email=f"person{number}@fjordkraft.example")
"""
OBJECT = """
from django.utils import timezone
from contacts.models import Contact
from contacts.permission import objections
from contacts.words.vocabulary import Channel
def object(pk):
    at, person = timezone.now(), Contact.objects.get(pk=pk)
    objections.record(person.address_hash, public_id=person.public_id, channels=list(Channel), reason="unsubscribe",
        day=at.date(), at=at, by="visitor")
"""
SHIP = """
from django.utils import timezone
from contacts.journal import shipping
shipping.ship(at=timezone.now())
"""


# What a server of the web does beside the requests.
WEB = """
from privacy_crm.restoring import opening
opening.begin()
opening._thread.join()
"""


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    """Three people, and nothing said of them; nobody ships."""
    installed.renew()
    shell(installed, PEOPLE)
    yield installed
    installed.end_all()
    installed.renew()


def shell(site: Site, script: str) -> None:
    site.manage("shell", "-c", script)


def objects(site: Site, *people: int) -> None:
    shell(site, OBJECT + "".join(f"\nobject({pk})" for pk in people))


def numbers(site: Site) -> list[int]:
    return [number for (number,) in site.rows("SELECT number FROM contacts_journalline ORDER BY number")]


def shipped(site: Site) -> list[int]:
    files = sorted((site.var / "journal").glob("*.jsonl"))
    return [line["number"] for file in files for line in segments.parse(file.name, file.read_bytes()).entries]


def test_killed_before_the_commit_an_act_leaves_no_line_and_no_gap(site: Site) -> None:
    objects(site, 1)
    stands_still = (
        OBJECT + "\nfrom django.db import transaction\nwith transaction.atomic():\n    object(2)\n    object(3)"
    )
    with site.locked("contacts_contact", "id = 3") as holder:
        process = site.start("manage.py", "shell", "-c", stands_still)
        site.await_standstill(holder)
        kill(process)
    objects(site, 3)
    shell(site, SHIP)
    assert numbers(site) == shipped(site) == [1, 2]
    assert site.number("SELECT count(DISTINCT address_hash) FROM contacts_suppression") == 2


def test_killed_after_the_commit_its_line_is_shipped_by_the_next_tick(site: Site) -> None:
    dies = "import os, signal\nfrom django.db import transaction\n" + OBJECT
    dies += "\nwith transaction.atomic():\n    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
    process = site.start("manage.py", "shell", "-c", dies + "    object(1)")
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -9
    assert (numbers(site), shipped(site)) == ([1], [])
    shell(site, SHIP)
    assert shipped(site) == [1]


def test_killed_while_it_writes_a_shipper_leaves_nothing_that_counts(site: Site) -> None:
    objects(site, 1)
    shell(site, SHIP)
    objects(site, 2)
    file = next((site.var / "journal").glob("*.jsonl"))
    before, part = file.read_bytes(), file.parent / f".{file.name}.part"
    os.mkfifo(part)  # whoever writes into it waits for a reader, and has written what that read
    process = site.start("manage.py", "shell", "-c", SHIP)
    with part.open("rb") as reading:
        assert reading.read(1)
        kill(process)
    part.unlink()
    assert file.read_bytes() == before
    shell(site, SHIP)
    assert shipped(site) == [1, 2]


def test_killed_while_it_replays_the_next_start_goes_on_and_ends_with_the_same_number(site: Site) -> None:
    objects(site, 1, 2, 3)
    shell(site, SHIP)
    site.rows("UPDATE contacts_journalnumber SET last = 0")
    site.empty("contacts_journalline", "contacts_suppression", "contacts_channelpermission", "contacts_consentrecord")
    with site.locked("contacts_contact", "id = 2") as holder:
        process = site.start("manage.py", "replay")
        site.await_standstill(holder)
        assert site.number("SELECT last FROM contacts_journalnumber") == 1
        kill(process)
    with site.worker():
        eventually(lambda: site.number("SELECT last FROM contacts_journalnumber") == 3, within=PATIENCE)
        eventually(lambda: site.number("SELECT count(replayed_at) FROM contacts_restoration") == 1, within=PATIENCE)
    assert site.number("SELECT count(*) FROM contacts_suppression") == 9
    assert site.number("SELECT count(*) FROM contacts_restoration") == 1
    assert numbers(site) == shipped(site) == [1, 2, 3]


def test_of_two_that_start_at_once_one_replays(site: Site) -> None:
    objects(site, 1, 2)
    shell(site, SHIP)
    site.rows("UPDATE contacts_journalnumber SET last = 0")
    with site.locked("contacts_contact", "id = 1") as holder:
        first = site.start("manage.py", "shell", "-c", WEB)
        site.await_standstill(holder)
        second = site.start("manage.py", "replay")
        _, said = second.communicate(timeout=PATIENCE)
        assert (second.returncode, "Another process is replaying" in said) == (1, True)
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert site.number("SELECT last FROM contacts_journalnumber") == 2
