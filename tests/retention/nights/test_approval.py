"""Approving a run that waits: why they are due, a reason each, and a second person where one may (ADR 0055)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from contacts.base import officers
from contacts.base.days import run_of
from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm.access import inviting
from privacy_crm.access.inviting import Invited
from privacy_crm.celery import app
from retention import tasks
from retention.models import PurgeApproval, PurgeRun
from retention.nights import approvals
from retention.watch import scheduler, warning
from tests.support.factories import DUE, NOON, ONE_DAY, approve, crowd, place, run

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P9")]

REASON = {"reason": "The policy keeps them for less long."}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda task, *_args, **_how: calls.append(task))
    return calls


@pytest.fixture
def waiting(policy: PolicyVersion) -> PurgeRun:
    return PurgeRun.objects.create(
        at=NOON, by="test", status="needs_approval", started_at=NOON, finished_at=NOON, to_delete=128, to_minimise=3
    )


def act(waiting: PurgeRun) -> str:
    return f"/admin/retention/purgerun/{waiting.pk}/approve/"


def page(client: Client, waiting: PurgeRun) -> str:
    return client.get(f"/admin/retention/purgerun/{waiting.pk}/change/").content.decode()


def actor(client: Client) -> str:
    return f"user:{client.session['_auth_user_id']}"


def dialog(client: Client, waiting: PurgeRun) -> str:
    return client.get(act(waiting), headers={"HX-Request": "true"}).content.decode()


# One person


def test_the_officer_is_told_how_many_go_and_approves_with_a_reason(
    log_in: LogIn, waiting: PurgeRun, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    client = log_in("privacy officer")
    asked = dialog(client, waiting)
    assert "128 people will be deleted and 3 reduced" in asked
    assert "Delete 128 people</button>" in asked
    assert "second person" not in asked
    with django_capture_on_commit_callbacks(execute=True):
        client.post(act(waiting), REASON)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approved_by, sent) == ("approved", actor(client), [tasks.nightly.name])
    assert AuditEvent.objects.get(code="purge.approved").by == actor(client)
    shown = page(client, waiting)
    assert REASON["reason"] in shown
    assert actor(client) not in shown


def test_the_page_says_in_words_who_began_a_run(log_in: LogIn, waiting: PurgeRun) -> None:
    PurgeRun.objects.update(by="nightly")
    assert "<dd>the schedule</dd>" in page(log_in("privacy officer"), waiting)


@pytest.mark.parametrize("reason", [{}, {"reason": ""}, {"reason": "   "}])
def test_without_a_reason_nothing_is_approved(
    log_in: LogIn, waiting: PurgeRun, sent: list[str], reason: dict[str, str]
) -> None:
    log_in("privacy officer").post(act(waiting), reason)
    waiting.refresh_from_db()
    assert (waiting.status, sent, PurgeApproval.objects.count()) == ("needs_approval", [], 0)


@pytest.mark.parametrize("role", ["marketing", "auditor", "administrator"])
def test_nobody_else_approves_a_run(log_in: LogIn, waiting: PurgeRun, sent: list[str], role: str) -> None:
    assert log_in(role).post(act(waiting), REASON).status_code == 403
    waiting.refresh_from_db()
    assert (waiting.status, sent) == ("needs_approval", [])


@pytest.mark.parametrize("status", ["finished", "superseded", "approved", "failed"])
def test_a_run_that_does_not_wait_is_not_approved(
    log_in: LogIn, waiting: PurgeRun, sent: list[str], status: str
) -> None:
    PurgeRun.objects.filter(pk=waiting.pk).update(status=status)
    log_in("privacy officer").post(act(waiting), REASON)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approved_at, sent) == (status, None, [])


# Two people


def test_of_two_officers_both_approve(log_in: LogIn, waiting: PurgeRun, sent: list[str]) -> None:
    first, second = log_in("privacy officer"), log_in("privacy officer")
    asked = dialog(first, waiting)
    assert "Approve as the first of two</button>" in asked
    assert "Nothing is deleted before a second person has approved it" in asked
    for _ in range(2):
        first.post(act(waiting), REASON)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approved_by, sent) == ("needs_approval", "", [])
    assert "<button" not in dialog(first, waiting).split("pc-form-end")[1]
    assert "Delete 128 people</button>" in dialog(second, waiting)
    assert "One person has approved it; a second person has to, as well." in page(second, waiting)
    second.post(act(waiting), {"reason": "I have looked at ten of them."})
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approved_by) == ("approved", actor(second))
    assert [each.by for each in waiting.approvals.all()] == [actor(first), actor(second)]


def test_a_superuser_is_a_second_person_and_an_account_that_was_switched_off_is_none(
    log_in: LogIn, waiting: PurgeRun
) -> None:
    officer, superuser = log_in("privacy officer"), log_in("superuser")
    assert officers.needed(approvals.PERMISSION) == 2
    officer.post(act(waiting), REASON)
    waiting.refresh_from_db()
    assert waiting.status == "needs_approval"
    User.objects.filter(pk=superuser.session["_auth_user_id"]).update(is_active=False)
    officer.post(act(waiting), REASON)
    waiting.refresh_from_db()
    assert waiting.status == "approved"


def test_who_was_invited_and_has_no_password_yet_is_no_second_person(log_in: LogIn, waiting: PurgeRun) -> None:
    officer = log_in("privacy officer")
    invited, _given = inviting.invite(
        Invited("bo", "bo@nordvik.example", "en"), "privacy officer", at=NOON, by="operator"
    )
    assert officers.needed(approvals.PERMISSION) == 1
    officer.post(act(waiting), REASON)
    waiting.refresh_from_db()
    assert waiting.status == "approved"
    invited.set_password("correct horse battery staple")
    invited.save()
    assert officers.needed(approvals.PERMISSION) == 2


def test_the_others_hear_that_they_are_needed(log_in: LogIn, waiting: PurgeRun, policy: PolicyVersion) -> None:
    for name in ("ada", "bo"):
        user = User.objects.create(username=name, email=f"{name}@nordvik.example")
        user.groups.add(Group.objects.get(name="privacy officer"))
    warning.warn(policy=policy, at=NOON)
    approve(waiting, by="user:1")
    for _ in range(2):
        warning.warn(policy=policy, at=NOON)
    assert len(mail.outbox) == 2
    assert "a second person has to" in mail.outbox[1].body


def test_one_person_is_not_two_however_often_they_say_yes(log_in: LogIn, waiting: PurgeRun) -> None:
    log_in("privacy officer"), log_in("privacy officer")
    assert not approve(waiting, by="user:1")
    with pytest.raises(approvals.ApprovalError, match="second person"):
        approve(waiting, by="user:1")
    assert approve(waiting, by="user:2")
    with pytest.raises(approvals.ApprovalError, match="does not wait"):
        approve(waiting, by="user:3")


def test_a_first_yes_covers_no_later_run(log_in: LogIn, policy: PolicyVersion, settings: Any) -> None:
    log_in("privacy officer"), log_in("privacy officer")
    settings.PURGE_CAP_NUMBER = 0
    crowd(1, "prospect", DUE - 700 * ONE_DAY, policy=policy)
    run(DUE, policy)
    approve(PurgeRun.objects.get(status="needs_approval"), by="user:1")
    run(DUE + ONE_DAY, policy)
    waits = PurgeRun.objects.get(status="needs_approval")
    assert not approve(waits, by="user:2")
    assert Contact.objects.count() == 1


# On the command line


@pytest.fixture
def asks(policy: PolicyVersion, settings: Any) -> None:
    settings.DEBUG, settings.PURGE_CAP_NUMBER = False, 0
    crowd(1, "prospect", DUE - 700 * ONE_DAY, policy=policy)


@pytest.mark.usefixtures("asks")
def test_by_hand_an_approval_needs_a_reason_too() -> None:
    with pytest.raises(CommandError, match="--reason") as refused:
        call_command("purge", "--approve")
    assert (refused.value.returncode, Contact.objects.count()) == (2, 1)
    with pytest.raises(SystemExit) as ended:
        call_command("purge", "--approve", "--reason", "Old records came in.")
    assert (ended.value.code, Contact.objects.count()) == (0, 0)
    assert PurgeApproval.objects.get().reason == "Old records came in."


@pytest.mark.usefixtures("asks")
def test_by_hand_nobody_stands_in_for_two(log_in: LogIn) -> None:
    log_in("privacy officer"), log_in("privacy officer")
    with pytest.raises(CommandError, match="Two people") as refused:
        call_command("purge", "--approve", "--reason", "Old records came in.")
    assert (refused.value.returncode, Contact.objects.count()) == (2, 1)


# The page


@pytest.fixture
def asked(policy: PolicyVersion, settings: Any) -> PurgeRun:
    """A night that found more than the last one had foreseen."""
    settings.PURGE_CAP_NUMBER, settings.PURGE_CAP_SHARE = 1, 1.0
    run(DUE - ONE_DAY, policy)
    people = crowd(3, "prospect", DUE - 700 * ONE_DAY, policy=policy)
    place(people[0], "duty", "tax")
    at = run_of(DUE, policy.zone)
    scheduler.tick(at=at, now=lambda: at)
    return PurgeRun.objects.get(status="needs_approval")


def test_the_page_says_why_and_shows_examples_and_a_look_at_them_is_recorded(log_in: LogIn, asked: PurgeRun) -> None:
    client = log_in("privacy officer")
    shown = page(client, asked)
    assert "would delete 2 people and reduce 1. 0 were foreseen." in shown
    assert "Left from earlier days" in shown
    assert "prospect 3" in shown
    assert "prospect: left from earlier days" in shown
    assert all(f"/admin/contacts/contact/{each.pk}/change/" in shown for each in Contact.objects.all())
    assert not any(each.last_name and each.last_name in shown for each in Contact.objects.all())
    looks = AuditEvent.objects.filter(code="contact.listed", by=actor(client), rule="list:purgerun")
    assert set(looks.values_list("public_id", flat=True)) == set(Contact.objects.values_list("public_id", flat=True))


@pytest.mark.promise("P17")
def test_who_may_not_see_people_sees_the_numbers_alone(log_in: LogIn, asked: PurgeRun) -> None:
    shown = page(log_in("auditor"), asked)
    assert "Left from earlier days" in shown
    assert "/admin/contacts/contact/" not in shown
    assert not AuditEvent.objects.filter(code="contact.listed").exists()


def test_once_it_is_done_the_causes_stay_and_nobody_is_named(log_in: LogIn, asked: PurgeRun) -> None:
    approve(asked)
    scheduler.tick(at=NOON, now=lambda: NOON)
    shown = page(log_in("privacy officer"), asked)
    assert "Why they were due" in shown
    assert "Expected." in shown
    assert "Person 1" not in shown
