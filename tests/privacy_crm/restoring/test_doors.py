"""While something of the journal is still to be replayed, nobody gets in: plain words, and nothing done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from contacts.journal import numbers, shipping
from contacts.journal.numbers import LostError
from contacts.models import PolicyVersion
from privacy_crm.restoring import opening, replay
from retention.models import PurgeRun
from retention.tasks import nightly
from tests.support.factories import NOON, customer
from tests.support.journals import Backup, Journal
from tests.support.objecting import objects

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whether a thread was asked to replay: in a test, it would not see what nobody has committed."""
    asked: list[str] = []
    monkeypatch.setattr(opening, "begin", lambda: asked.append("replay"))
    return asked


@pytest.fixture
def restored(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    backup = Backup(journal)
    objects(person, policy)
    backup.restore()


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("page", ["/privacy/", "/admin/login/", "/my-data/", "/"])
def test_public_and_staff_pages_are_closed_in_plain_words(
    restored: None, begun: list[str], page: str, language: str
) -> None:
    answer = Client().get(page, headers={"accept-language": language})
    said = {"en": "We are bringing our records up to date", "sv": "Vi uppdaterar våra register"}
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert said[language] in answer.content.decode()
    assert "default-src" in answer["Content-Security-Policy"]
    assert begun == ["replay"]


def test_the_api_is_closed_by_a_problem_in_json(restored: None, begun: list[str]) -> None:
    answer = Client().post("/api/v1/sign-ups", {}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "closed"


def test_they_open_once_all_was_replayed(
    restored: None, begun: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    assert opening.attempt()
    assert Client().get("/privacy/").status_code == 200
    assert begun == []


def test_a_worker_replays_before_it_does_anything_else(restored: None) -> None:
    nightly()
    assert not replay.pending()
    assert PurgeRun.objects.exists()


def test_a_worker_does_nothing_while_another_process_replays(restored: None) -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [replay._LOCK])
        nightly()
        assert not PurgeRun.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [replay._LOCK])
    other.close()


@pytest.mark.parametrize("is_mounted", [True, False])
def test_doors_stay_closed_over_a_journal_that_is_not_there(
    policy: PolicyVersion, journal: Journal, settings: Any, tmp_path: Path, begun: list[str], is_mounted: bool
) -> None:
    objects(customer(policy), policy)
    connection.check_constraints()
    journal.ship()
    backup = Backup(journal)
    objects(customer(policy), policy)
    backup.restore()
    volume = tmp_path / "volume"
    if is_mounted:
        volume.mkdir()
    settings.JOURNAL_URL = volume.as_uri()
    assert Client().get("/privacy/").status_code == 503
    assert not opening.attempt()
    with pytest.raises(LostError):
        shipping.ship(at=NOON)
    assert not list(tmp_path.glob("volume/*"))
    shipping.renew(at=NOON)
    assert Client().get("/privacy/").status_code == 200


def test_doors_stay_closed_while_nobody_can_tell(policy: PolicyVersion, settings: Any, begun: list[str]) -> None:
    settings.JOURNAL_URL = "file:///proc/1/nobody/reads/this"
    settings.JOURNAL_URL = "s3://nobody:badly/spelled"
    setattr(connection, numbers._ASKED, None)
    assert replay.pending()
    assert Client().get("/privacy/").status_code == 503
