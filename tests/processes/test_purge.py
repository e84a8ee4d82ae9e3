"""The purge with real processes of its own: killed, started twice, without its servers. And what is left in a dump."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
import redis
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from contacts.models import (
    Activity,
    AffectedPerson,
    Audience,
    Basis,
    Breach,
    ChannelPermission,
    ConsentRecord,
    Contact,
    DuplicatePair,
    Event,
    FoodPreference,
    Mailing,
    Message,
    PolicyTelling,
    PolicyVersion,
    Recipient,
    SignUp,
    System,
    Upload,
)
from contacts.people import erasure
from dsr.models import Evidence, EvidenceOpening, Representative, Request, SystemTask
from privacy_crm import embedded
from retention.models import Hold
from tests.support import listing
from tests.support.asking_systems import SystemFactory
from tests.support.breaching import BreachFactory
from tests.support.embedded_users import eventually, family
from tests.support.factories import DUE, NOON, ONE_DAY, SPRING, ContactFactory, EventFactory, place, run
from tests.support.processes import PATIENCE, Site, kill
from tests.support.sharing import RecipientFactory

PEOPLE = 10_200  # three batches, the last of them small


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    """The product with PEOPLE prospects who are all due, whatever the day is; the first has the id 1."""
    for statement in (EMPTY, ENTER, HOLD, "ANALYZE contacts_contact, contacts_basis"):
        installed.rows(statement)
    yield installed
    installed.end_all()


# All but the states that the database itself gives a new record.
TEXTS = [
    field.column
    for field in Contact._meta.concrete_fields
    if isinstance(field, models.CharField) and not field.null and not field.has_db_default()
]


EMPTY = """
    TRUNCATE contacts_contact, contacts_organisation, contacts_event, contacts_auditevent, retention_purgerun
    RESTART IDENTITY CASCADE"""
ENTER = f"""
    INSERT INTO contacts_contact ({", ".join(TEXTS)}, email, address_hash, mailbox_hash, public_id)
    SELECT {", ".join(["'x'"] * len(TEXTS))}, n || '@fjordkraft.example', md5(n::text), md5(n::text), gen_random_uuid()
    FROM generate_series(1, {PEOPLE}) n"""  # noqa: S608  names and a number of our own
HOLD = """
    INSERT INTO contacts_basis
        (contact_id, scenario, legal_basis, collected_on, clock_from, source, source_kind)
    SELECT contact.id, 'prospect', 'legitimate_interest', day, day, '', 'person'
    FROM contacts_contact contact, CAST('2020-01-01' AS date) day
    ORDER BY contact.id"""


# Killed

# Where a run stands, and how many people have gone by then.
SECOND_BATCH = ("contacts_contact", "id = 7500", 5_000)
AMID_A_DELETION = ("contacts_basis", "contact_id = 10100", 10_000)
BEFORE_A_COUNT = ("retention_purgecount", "rule = 'prospect'", 0)
BEFORE_THE_END = ("retention_purgerun", "TRUE", PEOPLE)


@pytest.mark.promise("P9")
@pytest.mark.parametrize(
    ("table", "condition", "done"), [SECOND_BATCH, AMID_A_DELETION, BEFORE_A_COUNT, BEFORE_THE_END]
)
def test_a_killed_run_leaves_whole_batches_done_and_counted_and_the_next_does_the_rest(
    site: Site, table: str, condition: str, done: int
) -> None:
    with site.standing_run(table, condition) as run:
        kill(run)
    assert site.statuses() == ["running"]
    assert (PEOPLE - site.people(), site.counted()) == (done, done)
    assert_the_next_run_does_the_rest(site)


def assert_the_next_run_does_the_rest(site: Site) -> None:
    before = site.people()
    run = site.start("manage.py", "purge", "--json")
    out, error = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, error
    assert json.loads(out)["contacts_deleted"] == before
    assert site.statuses() == ["interrupted", "finished"]
    assert (site.people(), site.counted()) == (0, PEOPLE)
    assert site.number("SELECT count(DISTINCT public_id) FROM contacts_auditevent") == PEOPLE
    assert site.number("SELECT count(*) FROM contacts_auditevent WHERE code = 'contact.deleted'") == PEOPLE


# Worker and broker


def test_a_run_that_died_with_its_worker_is_made_up_for_by_the_next_tick(site: Site) -> None:
    with site.locked("contacts_contact", "id = 7500") as holder, site.worker():
        site.enqueue("retention.tasks.nightly")
        site.await_standstill(holder)
    assert site.statuses() == ["running"]
    assert (PEOPLE - site.people(), site.counted()) == (5_000, 5_000)
    with site.worker():
        site.enqueue("retention.tasks.nightly")
        eventually(lambda: site.statuses() == ["interrupted", "finished"], within=PATIENCE)
    assert (site.people(), site.counted()) == (0, PEOPLE)


def test_doubled_lost_and_late_tasks_change_nothing_but_the_hour(site: Site) -> None:
    leave_a_food_preference(site)
    site.enqueue("retention.tasks.nightly")
    with redis.Redis.from_url(site.urls.redis) as valkey:
        valkey.flushall()
    with site.worker():
        # What is queued later is done later: had the night survived the flush, it would have been first.
        site.enqueue("contacts.tasks.sweep_food_preferences")
        eventually(lambda: site.number("SELECT count(*) FROM contacts_foodpreference") == 0, within=PATIENCE)
        assert (site.people(), site.statuses()) == (PEOPLE + 1, [])
        with site.locked("contacts_contact", "id = 7500") as holder, redis.Redis.from_url(site.urls.redis) as valkey:
            for _ in range(2):
                site.enqueue("retention.tasks.nightly")
            site.await_standstill(holder)
            valkey.flushall()
        eventually(lambda: site.statuses() == ["finished"], within=PATIENCE)
        assert (site.people(), site.counted()) == (1, PEOPLE)
        site.rows(
            "INSERT INTO contacts_foodpreference (registration_id, preference, consented_at)"
            " SELECT id, 'No nuts', registered_at FROM contacts_registration"
        )
        site.enqueue("retention.tasks.nightly")
        site.enqueue("contacts.tasks.sweep_food_preferences")
        eventually(lambda: site.number("SELECT count(*) FROM contacts_foodpreference") == 0, within=PATIENCE)
        assert site.statuses() == ["finished"]


def leave_a_food_preference(site: Site) -> None:
    """Somebody not due told what they eat at an event that is over."""
    script = (
        "import datetime as dt; from django.utils import timezone; from contacts.models import *;"
        "from tests.support.factories import *; policy = PolicyVersion.objects.in_force(); now = timezone.now();"
        "day = dt.timedelta(days=1); event = EventFactory.create(starts_at=now - 3 * day, ends_at=now - 2 * day);"
        "register(customer(policy), event, now - 4 * day, policy=policy, food='No nuts')"
    )
    site.manage("shell", "-c", script)


# A clock that is wrong

AN_OFFICER = (
    "from django.contrib.auth.models import Group, User; from privacy_crm import roles; roles.apply();"
    "officer = User.objects.create(username='officer', email='officer@nordvik.example');"
    "officer.groups.add(Group.objects.get(name='privacy officer'))"
)
AHEAD = (
    "import datetime as dt, time_machine; from django.utils import timezone;"
    "time_machine.travel(timezone.now() + dt.timedelta(days=230)).start();"
)
TICKS = (
    "from contacts.tasks import sweep_food_preferences; from retention.tasks import nightly, warn_officers;"
    "nightly(); warn_officers(); sweep_food_preferences(); nightly(); warn_officers()"
)
BY_HAND = "from django.core.management import call_command as do; do('purge')"


@pytest.mark.promise("P8")
@pytest.mark.promise("P9")
def test_a_machine_whose_clock_is_far_ahead_deletes_nobody_and_says_so_once(site: Site) -> None:
    leave_a_food_preference(site)
    site.manage("shell", "-c", AN_OFFICER)
    site.manage("shell", "-c", AHEAD + TICKS)
    (mail,) = (site.var / "mail").glob("*.log")
    assert "7 months" in mail.read_text()
    by_hand = site.start("manage.py", "shell", "-c", AHEAD + BY_HAND)
    _out, error = by_hand.communicate(timeout=PATIENCE)
    assert by_hand.returncode == 1
    assert "Nothing was deleted" in error
    assert (site.people(), site.statuses()) == (PEOPLE + 1, [])
    assert site.number("SELECT count(*) FROM contacts_foodpreference") == 1
    site.manage("shell", "-c", TICKS)
    assert (site.people(), site.statuses()) == (1, ["finished"])
    assert site.number("SELECT count(*) FROM contacts_foodpreference") == 0


@pytest.mark.promise("P9")
def test_in_production_no_run_by_hand_is_for_a_day_to_come(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {"DATABASE_URL": site.urls.database, "REDIS_URL": site.urls.redis, "EMAIL_URL": "smtp://localhost:1"}
    names = {"ALLOWED_HOSTS": "crm.example", "SITE_URL": "https://crm.example"}
    monkeypatch.setattr(site, "environment", site.environment | urls | names | {"DEBUG": "off"})
    run = site.start("manage.py", "purge", "--at", "2099-11-15", "--json")
    out, error = run.communicate(timeout=PATIENCE)
    assert (run.returncode, out, len(error.splitlines())) == (2, "", 1)
    assert (site.people(), site.statuses()) == (PEOPLE, [])


# PostgreSQL


@pytest.mark.parametrize(("table", "condition", "done"), [SECOND_BATCH, BEFORE_THE_END])
def test_a_run_whose_postgresql_died_says_that_it_failed_and_the_next_does_the_rest(
    site: Site, table: str, condition: str, done: int
) -> None:
    with site.standing_run(table, condition) as run:
        family(site.var)["postgres"].kill()
        out, error = run.communicate(timeout=PATIENCE)
    eventually(lambda: can_connect(site), within=PATIENCE)
    # What the server had not written to its disk yet is gone, deletions and counts alike.
    gone = PEOPLE - site.people()
    assert site.counted() == gone <= done
    assert gone in {0, 5_000, 10_000, PEOPLE}
    assert_the_next_run_does_the_rest(site)
    assert run.returncode == 1
    assert json.loads(out)["status"] == "failed"
    assert "Traceback" not in error


def can_connect(site: Site) -> bool:
    try:
        return site.number("SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


# What is left in a dump


# It stays for a period of its own, with nobody in it who is not sealed; who asked is set null.
SEALED = {Evidence, EvidenceOpening}


def hanging_on(model: type[models.Model]) -> list[type[models.Model]]:
    """The tables whose rows hang on a row of this one, and those that hang on them, hidden relations included."""
    found = [model]
    for parent in found:
        relations = parent._meta.get_fields(include_hidden=True)
        children = [each.related_model for each in relations if each.auto_created and not each.concrete]
        children = [child for child in children if child not in SEALED]
        found += [child for child in dict.fromkeys(children) if child not in found]
    return found


def is_free_text(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def marker(field: models.Field[Any, Any]) -> str:
    return f"marker.{field.model._meta.model_name}.{field.name}@fjordkraft.example"


# What a constraint asks for, where the first choice does not do.
WANTED: dict[type[models.Model], dict[str, Any]] = {
    Hold: {"kind": "duty", "reason": "tax", "until": DUE - ONE_DAY},
    Basis: {"scenario": "whitepaper", "clock_from": SPRING, "policy_shown_on": SPRING},
    ConsentRecord: {"said_on": SPRING},
    SignUp: {"kind": "event", "scenario": "event", "whitepaper": None, "confirmed_at": NOON}
    | dict.fromkeys(("email", "first_name", "last_name"), ""),
    FoodPreference: {"sign_up": None},
    Message: {"ended_at": NOON, "address": ""},
    Request: {"state": "new"} | dict.fromkeys(("outcome", "ground", "refusal"), ""),
    AffectedPerson: {"fate": ""},
    Representative: {"end": ""},
    SystemTask: dict.fromkeys(("answer", "answered_by"), ""),
    PolicyTelling: {"before": None},
    DuplicatePair: {"dismissed_at": NOON, "other": ContactFactory.create},
}


def planted(model: type[models.Model], known: dict[type[models.Model], models.Model]) -> models.Model:
    """A row with a marker in each text of its own, that hangs on the rows we know."""
    values = {
        field.name: value
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated and (value := planted_value(field, known)) is not None
    }
    wanted = {name: value() if callable(value) else value for name, value in WANTED.get(model, {}).items()}
    return model._base_manager.create(**values | wanted)


def planted_value(field: models.Field[Any, Any], known: dict[type[models.Model], models.Model]) -> Any:
    if isinstance(field, models.ForeignKey):
        return known.get(field.related_model) or (None if field.null else planted(field.related_model, known))
    if is_free_text(field):
        return marker(field)
    if field.null or field.has_default():
        return None
    if field.choices:
        return field.choices[0][0]
    return next(value for kind, value in FILLERS.items() if isinstance(field, kind))


FILLERS: dict[type[models.Field[Any, Any]], Any] = {
    models.DateTimeField: "2025-05-24T12:00Z",
    models.DateField: SPRING,
    models.JSONField: {},
    models.BooleanField: False,
    models.IntegerField: 1,
    models.UUIDField: uuid.UUID(int=7),
    models.BinaryField: b"marker",
    ArrayField: ["access"],
}


def planted_person(policy: PolicyVersion, officer: User) -> tuple[Contact, set[str]]:
    """A person with a row in every table that hangs on them, and the markers that stand in all its texts."""
    tables = hanging_on(Contact)
    known: dict[type[models.Model], models.Model] = {
        PolicyVersion: policy,
        Event: EventFactory.create(),
        Breach: BreachFactory.create(),
        Recipient: RecipientFactory.create(),
        Audience: listing.made(officer),
        System: SystemFactory.create(),
        Mailing: Mailing.objects.create(name="news", kind="marketing", rate=1, made_by="user:1"),
        Upload: Upload.objects.create(uploaded_by=officer, uploaded_at=NOON, file_format="csv", state="done"),
    }
    for table in tables:
        known[table] = planted(table, known)
    contact = known[Contact]
    assert isinstance(contact, Contact)
    texts = [
        field
        for table in tables
        for field in table._meta.concrete_fields
        if is_free_text(field) and field.name not in WANTED.get(table, {})
    ]
    logged = ["marker.logged.repr", "marker.logged.message"]
    LogEntry.objects.create(
        user=officer,
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(contact.pk),
        object_repr=logged[0],
        change_message=logged[1],
        action_flag=CHANGE,
    )
    return contact, {*logged, *map(marker, texts)}


def found_in_dump(markers: set[str]) -> set[str]:
    given = connection.get_connection_params()
    place = ["-h", str(given["host"]), "-p", str(given.get("port") or 5432), "-U", str(given["user"])]
    command = [str(embedded.postgres_bin("pg_dump")), *place, "--data-only", str(given["dbname"])]
    environment = os.environ | {"PGPASSWORD": str(given.get("password", ""))}
    dump = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert "contacts_policyversion" in dump
    return {text for text in markers if text in dump}


@pytest.mark.promise("L11")
@pytest.mark.promise("P6")
@pytest.mark.django_db(transaction=True)
def test_a_dump_made_after_the_purge_holds_no_trace_of_the_person(policy: PolicyVersion, admin_user: User) -> None:
    contact, markers = planted_person(policy, admin_user)
    assert found_in_dump(markers) == markers
    assert len(markers) > len(TEXTS)
    run(DUE, policy)
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert found_in_dump(markers) == set()


@pytest.mark.promise("L11")
@pytest.mark.promise("P5")
@pytest.mark.django_db(transaction=True)
def test_a_dump_made_after_a_reduction_holds_what_the_duty_names_alone(policy: PolicyVersion, admin_user: User) -> None:
    contact, markers = planted_person(policy, admin_user)
    place(contact, "duty", "bookkeeping", keeps=("name",))
    run(DUE, policy)
    kept = {marker(Contact._meta.get_field(name)) for name in ("first_name", "last_name")}
    assert found_in_dump(markers) - {marker(Hold._meta.get_field("legal_reference"))} == kept


@pytest.mark.promise("L11")
@pytest.mark.promise("P5")
def test_every_table_with_a_key_to_a_person_goes_on_a_reduction_or_says_that_it_stays() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    keys = {(field.model, field.name) for field in fields if field.related_model is Contact}
    assert {model for model, _ in keys} > {Activity, Basis, ChannelPermission, Hold}
    staying = {(model, name) for model, name in keys if getattr(model, "stays_when_reduced", False)}
    assert set(erasure.traces()) == keys - staying
