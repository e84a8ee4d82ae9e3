"""Somebody holds a row that is due, in a transaction that they have forgotten: everything else goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.processes.test_purge import EMPTY, ENTER, HOLD, PEOPLE, leave_a_food_preference
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site

pytestmark = pytest.mark.promise("L11")

NIGHT = "retention.tasks.nightly"
FOOD = "contacts.tasks.sweep_food_preferences"
FOOD_AGAIN = """
    INSERT INTO contacts_foodpreference (registration_id, preference, consented_at)
    SELECT id, 'No nuts', registered_at FROM contacts_registration"""
LEFT = 'SELECT coalesce(sum(cardinality("left")), 0) FROM retention_purgecount'


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    """The product as it waits in production, but shorter, with PEOPLE who are all due."""
    for statement in (EMPTY, ENTER, HOLD, "ANALYZE contacts_contact, contacts_basis"):
        installed.rows(statement)
    installed.environment |= {"LOCK_TIMEOUT": "1s", "SWEEP_LOCK_TIMEOUT": "200ms"}
    yield installed
    installed.end_all()


@pytest.mark.parametrize(
    ("table", "condition"),
    [("contacts_contact", "id = 7500"), ("contacts_basis", "contact_id = 7500")],
    ids=["person", "what hangs on them"],
)
def test_a_night_skips_who_is_held_and_later_ticks_and_food_go_on(site: Site, table: str, condition: str) -> None:
    leave_a_food_preference(site)
    with site.worker():
        with site.locked(table, condition):
            site.enqueue(NIGHT)
            eventually(lambda: site.statuses() == ["finished"], within=PATIENCE)
            assert (site.people(), site.number(LEFT)) == (2, 1)  # one is held, one is not due
            site.rows(FOOD_AGAIN)
            site.enqueue(NIGHT)
            site.enqueue(FOOD)
            eventually(lambda: site.number("SELECT count(*) FROM contacts_foodpreference") == 0, within=PATIENCE)
            assert (site.people(), site.number(LEFT)) == (2, 1)
        site.enqueue(NIGHT)
        eventually(lambda: site.number(LEFT) == 0, within=PATIENCE)
    assert site.statuses() == ["finished"]
    assert (site.people(), site.counted()) == (1, PEOPLE)
    assert site.number("SELECT sum(skipped) FROM retention_purgecount") == 0


def test_the_command_says_that_it_finished_and_how_many_it_skipped(site: Site) -> None:
    with site.locked("contacts_contact", "id IN (17, 7500)"):
        run = site.start("manage.py", "purge", "--json")
        out, error = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, error
    said = json.loads(out)
    assert (said["status"], said["skipped"], said["contacts_deleted"]) == ("finished", 2, PEOPLE - 2)
