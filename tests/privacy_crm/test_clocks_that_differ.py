"""While the machine's clock and the database's differ, nothing is deleted by time, whatever the door."""

import datetime as dt
import os
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import tasks
from contacts.base.job_runs import DROPPED
from contacts.models import FoodPreference, PolicyVersion
from privacy_crm.backups import places
from privacy_crm.celery import app
from privacy_crm.embedded import postgres_bin
from privacy_crm.mail import mailer
from tests.support.clocks import database_at
from tests.support.factories import NOON, ONE_DAY, EventFactory, customer, register

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P9"), pytest.mark.usefixtures("at_noon")]

A_MINUTE = dt.timedelta(minutes=1)
MORE = A_MINUTE + dt.timedelta(seconds=1)

# What runs by itself and deletes nothing because of the hour.
HARMLESS = {
    "contacts.tasks.bring_policy_into_force",
    "contacts.tasks.remind_of_agreements",
    "contacts.tasks.remind_of_breaches",
    "dsr.tasks.ask_systems",
    "privacy_crm.tasks.keep_registers",
    "retention.tasks.owe_notices",
    "retention.tasks.seal_trail",
    "contacts.tasks.owe_information",
    "contacts.tasks.owe_reminders",
    "contacts.tasks.send_mailings",
    "contacts.tasks.send_messages",
    "contacts.tasks.tell_of_strikes",
    "contacts.tasks.tell_recipients",
    "contacts.tasks.ship_journal",
    "contacts.tasks.tell_of_standstills",
    "dsr.tasks.remind_officers",
    "dsr.tasks.search_after_deletion",
    "privacy_crm.tasks.count_figures",
    "privacy_crm.tasks.find_duplicates",
    "privacy_crm.tasks.give_heartbeat",
    "privacy_crm.tasks.go_on_with_duplicates",
    "privacy_crm.tasks.run_mailings",
    "privacy_crm.tasks.tell_staff",
    "retention.tasks.check_statements",
    "retention.tasks.warn_officers",
}
SWEEPS = sorted({line["task"] for line in app.conf.beat_schedule.values()} - HARMLESS)
OF_FILES = "contacts.tasks.sweep_mail_files"


# What is read or written beside the work: the policy, and that the clocks differ.
BESIDE = ("contacts_policyversion", "contacts_scenariorule", "retention_clockdifference", "SAVEPOINT")


def run(task: str) -> tuple[list[str], object]:
    """Let a task run, and return what it sent to the database for its work, and what it returned."""
    module, name = task.rsplit(".", 1)
    with CaptureQueriesContext(connection) as sent:
        returned = getattr(import_module(module), name)()
    asked = [query["sql"] for query in sent.captured_queries]
    return [sql for sql in asked if not any(each in sql for each in BESIDE)], returned


@pytest.mark.parametrize("apart", [MORE, -MORE, -230 * ONE_DAY], ids=["ahead", "behind", "far"])
@pytest.mark.parametrize("task", SWEEPS)
def test_no_sweep_begins_while_the_clocks_differ(policy: PolicyVersion, task: str, apart: dt.timedelta) -> None:
    with database_at(NOON + apart):
        (asked,), returned = run(task)
    assert "timestamptz" in asked
    assert returned == DROPPED


@pytest.mark.parametrize("task", [each for each in SWEEPS if each != OF_FILES])
def test_each_sweep_works_while_the_clocks_agree(policy: PolicyVersion, task: str) -> None:
    with database_at(NOON + A_MINUTE):
        asked, returned = run(task)
    assert len(asked) > 1
    assert returned is None


@pytest.mark.promise("P8")
@pytest.mark.parametrize(("apart", "kept"), [(MORE, 1), (-MORE, 1), (A_MINUTE, 0), (-A_MINUTE, 0)])
def test_food_too_stays_while_nobody_knows_what_time_it_is(
    policy: PolicyVersion, apart: dt.timedelta, kept: int
) -> None:
    event = EventFactory.create(starts_at=NOON - 3 * ONE_DAY, ends_at=NOON - 2 * ONE_DAY)
    register(customer(policy), event, NOON - 4 * ONE_DAY, policy=policy, food="No nuts")
    with database_at(NOON + apart):
        tasks.sweep_food_preferences()
    assert FoodPreference.objects.count() == kept


@pytest.mark.parametrize(("apart", "kept"), [(MORE, True), (A_MINUTE, False)])
def test_files_of_mails_stay_as_well(tmp_path: Path, settings: Any, apart: dt.timedelta, kept: bool) -> None:
    settings.MAILERS = {"default": mailer("files://", tmp_path)}
    file = tmp_path / "mail.log"
    file.touch()
    os.utime(file, times=(0, (NOON - 2 * ONE_DAY).timestamp()))
    with database_at(NOON + apart):
        tasks.sweep_mail_files()
    assert file.exists() is kept


@pytest.mark.promise("L11")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("apart", "kept"), [(-230 * ONE_DAY, 3), (A_MINUTE, 2)])
def test_a_backup_is_made_and_no_older_one_goes(
    policy: PolicyVersion, tmp_path: Path, settings: Any, apart: dt.timedelta, kept: int
) -> None:
    settings.POSTGRES_BIN, settings.BACKUP_DAYS = str(postgres_bin("pg_dump").parent), 30
    for days in (1, 40):
        (tmp_path / places.name_of(NOON - days * ONE_DAY)).touch()
    with database_at(NOON + apart):
        call_command("backup", str(tmp_path), stdout=StringIO(), stderr=StringIO())
    assert len(places.of(str(tmp_path)).names()) == kept
