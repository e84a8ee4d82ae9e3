from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import CharField

from contacts.base import audit
from contacts.models import Contact, Event
from contacts.words.addresses import keyed_hash
from tests.support.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


def latest_of_all() -> list[tuple[str, str]]:
    return [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] in NAMES]


@pytest.fixture
def before_hashes() -> Iterator[None]:
    """The database as it was before addresses had hashes; afterwards as it is."""
    latest = latest_of_all()
    migrate(BEFORE)
    yield
    migrate(*latest)


NAMES = ("contacts", "retention", "dsr")
BEFORE = ("contacts", "0003_public_side")


@pytest.mark.promise("P12")
def test_people_on_file_get_the_hash_by_which_their_objections_are_found(before_hashes: None) -> None:
    enter("aino@fjordkraft.example")
    migrate(("contacts", "0005_addresses_have_hashes"), ("retention", "0002_freezes_stand_on_people"))
    assert Contact.objects.values_list("address_hash", flat=True).get() == keyed_hash("aino@fjordkraft.example")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE contacts_contact CASCADE")


def enter(email: str) -> None:
    """Enter somebody in the columns that there were."""
    fields = Contact._meta.concrete_fields
    texts = [field.column for field in fields if isinstance(field, CharField) and not field.null]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO contacts_contact (public_id, email, {', '.join(texts)})"  # noqa: S608
            f" VALUES (gen_random_uuid(), %s, {', '.join(['%s'] * len(texts))})",
            [email, *[""] * len(texts)],
        )


@pytest.fixture
def before_events_were_open() -> Iterator[None]:
    latest = latest_of_all()
    migrate(("contacts", "0015_workplace"))
    yield
    migrate(*latest)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE contacts_event, contacts_auditevent CASCADE")


def test_an_event_is_public_whose_sign_up_is_open_or_was(before_events_were_open: None) -> None:
    now, closed, never = (put_on(slug, signup_open=slug == "now") for slug in ("now", "closed", "never"))
    audit.record("event.sign_up_opened", at=NOON, by="test", rule=f"event:{closed}")
    audit.record("event.created", at=NOON, by="test", rule=f"event:{never}")
    migrate(("contacts", "0016_event_was_open"))
    assert set(Event.objects.filter(was_open=True).values_list("pk", flat=True)) == {now, closed}


def put_on(slug: str, *, signup_open: bool) -> int:
    """Put an event on in the columns that there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_event (slug, title, kind, starts_at, time_zone, place, signup_open)"
            " VALUES (%s, 'Cloud Day', 'physical', %s, 'Europe/Stockholm', '', %s) RETURNING id",
            [slug, NOON, signup_open],
        )
        key: int = cursor.fetchone()[0]
    return key
