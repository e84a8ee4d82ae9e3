from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from retention import tasks
from retention.models import PurgeRun
from tests.support.factories import NOON

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(tasks.nightly, "delay", lambda: calls.append("nightly"))
    return calls


@pytest.fixture
def waiting(policy: PolicyVersion) -> PurgeRun:
    return PurgeRun.objects.create(
        at=NOON, by="test", status="needs_approval", started_at=NOON, finished_at=NOON, to_delete=128, to_minimise=3
    )


def test_the_officer_is_told_how_many_go_and_approves(
    log_in: LogIn, waiting: PurgeRun, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    client = log_in("privacy officer")
    url = f"/admin/retention/purgerun/{waiting.pk}/approve/"
    dialog = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "128 people will be deleted and 3 people reduced" in dialog
    assert "Delete 128 people</button>" in dialog
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url)
    waiting.refresh_from_db()
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert (waiting.status, waiting.approved_by, sent) == ("approved", f"user:{user.pk}", ["nightly"])
    assert AuditEvent.objects.get(code="purge.approved").by == f"user:{user.pk}"


@pytest.mark.parametrize("role", ["marketing", "auditor", "administrator"])
def test_nobody_else_approves_a_run(log_in: LogIn, waiting: PurgeRun, sent: list[str], role: str) -> None:
    assert log_in(role).post(f"/admin/retention/purgerun/{waiting.pk}/approve/").status_code == 403
    waiting.refresh_from_db()
    assert (waiting.status, sent) == ("needs_approval", [])


@pytest.mark.parametrize("status", ["finished", "superseded", "approved", "failed"])
def test_a_run_that_does_not_wait_is_not_approved(
    log_in: LogIn, waiting: PurgeRun, sent: list[str], status: str
) -> None:
    PurgeRun.objects.filter(pk=waiting.pk).update(status=status)
    log_in("privacy officer").post(f"/admin/retention/purgerun/{waiting.pk}/approve/")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approved_at, sent) == (status, None, [])
