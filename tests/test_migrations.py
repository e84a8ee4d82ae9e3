from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import CharField

from contacts.addresses import keyed_hash
from contacts.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


@pytest.fixture
def before_hashes() -> Iterator[None]:
    """The database as it was before addresses had hashes; afterwards as it is."""
    latest = [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] in NAMES]
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
