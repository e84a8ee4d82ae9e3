"""After a restore, an officer decides about the mails that may have left, and looks at people again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.delivery import sending
from contacts.journal import restored
from contacts.journal.restored import SettledError
from contacts.models import AuditEvent, LookAgain, Mailing, Message, PolicyVersion, Restoration
from contacts.models.outbox import MessageEnd
from contacts.words.vocabulary import MailTemplate
from privacy_crm.restoring import replay
from retention.models import PurgeRun, RunStatus
from tests.support.factories import DUE, NOON, ContactFactory, customer, held_for, is_held, run
from tests.support.mailings import drafted

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

type LogIn = Callable[[str], Client]


def message() -> Message:
    about = {"contact": ContactFactory.create(), "created_at": NOON, "not_before": NOON}
    return Message.objects.create(template=MailTemplate.PARTING, purpose="service", **about)


def found(**changes: Any) -> Restoration:
    return Restoration.objects.create(
        **{"found_at": NOON, "replayed_at": NOON, "database_number": 1, "journal_number": 3}
        | {"messages_through": Message.objects.order_by("pk").values_list("pk", flat=True).last() or 0}
        | changes
    )


def act(client: Client, name: str, record: Restoration, **told: Any) -> Any:
    return client.post(reverse(f"admin:contacts_restoration_{name}", args=[record.pk]), told)


def test_what_is_released_leaves_and_what_came_after_never_waited(
    policy: PolicyVersion, at_noon: None, log_in: LogIn
) -> None:
    before = message()
    record = found()
    after = message()
    sending.send_due(at=NOON, now=lambda: NOON)
    assert Message.objects.filter(sent_at__isnull=True, ended_at__isnull=True).get() == before
    act(log_in("privacy officer"), "release", record)
    sending.send_due(at=NOON, now=lambda: NOON)
    assert not Message.objects.filter(sent_at__isnull=True, ended_at__isnull=True).exists()
    record.refresh_from_db()
    assert (record.mails_settled_at, record.mails_dropped) == (NOON, None)
    assert AuditEvent.objects.get(code="restoration.mails_released").rule == f"restoration:{record.pk}"
    assert Message.objects.get(pk=after.pk).pk == after.pk


def test_what_is_dropped_never_leaves(policy: PolicyVersion, at_noon: None, log_in: LogIn) -> None:
    before = message()
    record = found()
    act(log_in("privacy officer"), "drop", record)
    sending.send_due(at=NOON, now=lambda: NOON)
    before.refresh_from_db()
    assert (before.sent_at, before.end, before.reason) == (None, MessageEnd.SKIPPED, "restored")
    record.refresh_from_db()
    assert record.mails_dropped == 1


@pytest.mark.parametrize("again", [restored.release, restored.drop])
def test_it_is_decided_once(policy: PolicyVersion, again: Callable[..., int]) -> None:
    message()
    record = found()
    restored.release(record, at=NOON, by="user:1")
    with pytest.raises(SettledError):
        again(record, at=NOON, by="user:2")
    assert Restoration.objects.get().mails_settled_by == "user:1"
    assert not Message.objects.exclude(end="").exists()


def test_nothing_is_decided_before_the_replay_is_done(policy: PolicyVersion) -> None:
    record = found(replayed_at=None)
    with pytest.raises(SettledError):
        restored.release(record, at=NOON, by="user:1")


def test_who_was_looked_at_is_on_the_page_no_more(policy: PolicyVersion, at_noon: None, log_in: LogIn) -> None:
    person = customer(policy, first_name="Zyxname")
    look = LookAgain.objects.create(contact=person, why="corrected", done_at=NOON)
    record = found()
    officer = log_in("privacy officer")
    page = reverse("admin:contacts_restoration_change", args=[record.pk])
    assert "Zyxname" in officer.get(page).content.decode()
    assert AuditEvent.objects.filter(code="contact.viewed", public_id=person.public_id).exists()
    assert log_in("administrator").get(page).status_code == 403
    act(officer, "looked", record, people=[look.pk])
    assert "Zyxname" not in officer.get(page).content.decode()
    look.refresh_from_db()
    assert look.seen_at == NOON
    assert AuditEvent.objects.get(code="contact.looked_again").public_id == person.public_id


def test_the_officers_home_page_leads_there_until_all_is_done(policy: PolicyVersion, log_in: LogIn) -> None:
    officer, said = log_in("privacy officer"), "The database was restored"
    assert said not in officer.get(reverse("admin:index")).content.decode()
    record = found()
    assert said in officer.get(reverse("admin:index")).content.decode()
    restored.release(record, at=NOON, by="user:1")
    assert said not in officer.get(reverse("admin:index")).content.decode()


def test_mailings_under_way_are_paused_and_those_whose_time_had_come_are_drafts(policy: PolicyVersion) -> None:
    sent, due, later = (drafted() for _ in range(3))
    Mailing.objects.filter(pk=sent.pk).update(state="sending", started_at=NOON)
    Mailing.objects.filter(pk=due.pk).update(state="scheduled", scheduled_for=NOON)
    Mailing.objects.filter(pk=later.pk).update(state="scheduled", scheduled_for=NOON + dt.timedelta(hours=1))
    replay.begin(journal_number=3, at=NOON)
    assert [Mailing.objects.get(pk=each.pk).state for each in (sent, due, later)] == ["paused", "draft", "scheduled"]


@pytest.mark.promise("L12")
def test_the_first_night_waits_for_approval_and_the_second_does_not(policy: PolicyVersion) -> None:
    first, second = (held_for("prospect", policy) for _ in range(2))
    found()
    assert run(DUE, policy).status == RunStatus.NEEDS_APPROVAL
    assert is_held(first)
    assert run(DUE, policy, approve=True).status == RunStatus.FINISHED
    assert not is_held(second)
    assert Restoration.objects.get().first_night_at is not None
    third = held_for("prospect", policy)
    assert run(DUE, policy).status == RunStatus.FINISHED
    assert not is_held(third)
    assert PurgeRun.objects.count() == 3
