"""Whether the process lives and the site is ready, for those who start and watch it."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from contacts.models import PolicyVersion
from privacy_crm.health import probes
from privacy_crm.restoring import opening, replay
from tests.support.factories import NOON, customer
from tests.support.journals import Backup, Journal
from tests.support.objecting import objects


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    probes.ask_anew()
    yield
    probes.ask_anew()


def test_a_process_lives_whatever_else_does(client: Client) -> None:
    answer = client.get("/healthz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_the_site_is_ready_for_whoever_asks_under_whatever_name(client: Client) -> None:
    answer = client.get("/readyz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_it_is_not_ready_before_all_migrations_are_applied(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "missing": ["migrations"]})


@pytest.mark.promise("L11")
def test_it_is_not_ready_while_a_restore_is_replayed_and_looks_at_the_migrations_again(
    policy: PolicyVersion, journal: Journal, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*Found*: it was ready while the doors were closed, and remembered the migrations of the database before."""
    begun: list[str] = []
    monkeypatch.setattr(opening, "begin", lambda: begun.append("replay"))
    person = customer(policy)
    backup = Backup(journal)
    objects(person, policy)
    assert client.get("/readyz").status_code == 200
    backup.restore()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["replay", "migrations"])
    assert begun == ["replay"]
    assert replay.run(now=lambda: NOON)
    assert client.get("/readyz").json()["missing"] == ["migrations"]


def test_a_post_is_none_of_theirs(policy: PolicyVersion, client: Client) -> None:
    assert client.post("/healthz").status_code == 404
