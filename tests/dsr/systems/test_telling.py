"""Systems hear what is asked by mail or webhook, are reminded, and hear when nothing is asked any more."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core import mail

from contacts.disclosure.webhook_client import Answer, PostError
from contacts.models import Contact, PolicyVersion
from dsr.answers import restricting
from dsr.models import SystemTask
from dsr.systems import opening, telling
from dsr.words.vocabulary import Kind, RestrictionGround, TaskAnswer
from tests.support.asking_systems import SystemFactory, answer, task_of
from tests.support.deciding import asks
from tests.support.factories import NOON, ONE_DAY
from tests.support.requesting import OFFICER, QUESTION

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L18")]


def tell(at: dt.datetime = NOON, post: Any = None) -> int:
    return telling.send_due(at=at, now=lambda: at, **({"post": post} if post else {}))


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


def test_an_owner_gets_a_mail_with_a_link_and_without_the_person(policy: PolicyVersion) -> None:
    SystemFactory.create(name="Invoices", owner_email="owner@nordvik.example")
    request = asks(policy, Kind.ACCESS)
    assert (tell(), tell()) == (1, 0)
    (message,) = mail.outbox
    assert message.to == ["owner@nordvik.example"]
    assert message.subject == f"Invoices: answer by 8 December 2026 ({request.number})"
    assert "/systems/" in message.body
    assert not {"Ada", "Berg", "ada@fjordkraft.example"} & set(message.body.replace("\n", " ").split())


def test_an_owner_is_reminded_three_days_before_the_day_and_once_after_it(policy: PolicyVersion) -> None:
    system = SystemFactory.create(name="Invoices", days=10)
    asks(policy, Kind.ACCESS)
    sent = []
    for day in range(14):
        sent += [day] * tell(NOON + day * ONE_DAY)
    assert sent == [0, 7, 11]
    assert "overdue" in subjects()[-1]
    task = SystemTask.objects.get(system=system)
    assert list(SystemTask.objects.overdue(task.due_on)) == []
    assert list(SystemTask.objects.overdue(task.due_on + ONE_DAY)) == [task]


def test_a_server_gets_a_signed_webhook_with_whom_to_look_for(policy: PolicyVersion) -> None:
    system = SystemFactory.create(reached_by="webhook", webhook_url="https://billing.example/in")
    request = asks(policy, Kind.ACCESS)
    posted: list[Any] = []

    def post(receiver: Any, number: str, payload: dict[str, Any], _at: dt.datetime) -> Answer:
        posted.append((receiver, number, payload))
        return Answer(202, acknowledged=False)

    assert tell(post=post) == 1
    ((receiver, number, payload),) = posted
    task = task_of(request, system)
    assert (receiver, number) == (system, str(task.public_id))
    assert payload["do"] == "send"
    assert payload["about"] == {"names": ["Ada Berg"], "emails": ["ada@fjordkraft.example"]}
    assert "ada" not in payload["answer"]
    json.dumps(payload)
    assert task.is_open


@pytest.mark.parametrize(("kind", "answered"), [(Kind.ERASURE, "done"), (Kind.ACCESS, "")])
def test_a_server_that_acknowledges_has_done_it_unless_it_is_to_send_something(
    policy: PolicyVersion, kind: Kind, answered: str
) -> None:
    SystemFactory.create(reached_by="webhook", webhook_url="https://billing.example/in")
    asks(policy, kind)
    tell(post=lambda *_told: Answer(200, acknowledged=True))
    assert SystemTask.objects.get().answer == answered


def test_a_server_that_fails_is_tried_again_after_a_growing_pause(policy: PolicyVersion) -> None:
    SystemFactory.create(reached_by="webhook", webhook_url="https://billing.example/in")
    asks(policy, Kind.ERASURE)

    def post(*_told: Any) -> Answer:
        raise PostError("status:500", of_the_server=True)

    assert (tell(post=post), tell(post=post)) == (0, 0)
    task = SystemTask.objects.get()
    assert (task.attempts, task.reason, task.told_at) == (1, "status:500", None)
    assert tell(NOON + dt.timedelta(minutes=1), post=lambda *_told: Answer(202, acknowledged=False)) == 1


def test_one_that_fetches_its_tasks_gets_no_mail_but_the_reminder(policy: PolicyVersion) -> None:
    SystemFactory.create(reached_by="api", days=10)
    asks(policy, Kind.ACCESS)
    assert [tell(NOON + day * ONE_DAY) for day in range(9)] == [0] * 7 + [1, 0]


def test_what_is_called_off_is_said_to_whoever_was_asked(policy: PolicyVersion) -> None:
    system = SystemFactory.create(name="Invoices")
    request = asks(policy, Kind.RESTRICTION)
    tell()
    opening.call_off(task_of(request, system).pk, "It is empty.", at=NOON, by=OFFICER)
    assert (tell(), tell()) == (1, 0)
    assert "nothing to do any more" in subjects()[-1]


def test_who_was_never_asked_hears_of_nothing(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ACCESS)
    opening.call_off(task_of(request, system).pk, "It is empty.", at=NOON, by=OFFICER)
    assert tell() == 0


@pytest.mark.promise("L6")
def test_a_system_that_only_stores_hears_when_that_ends(policy: PolicyVersion) -> None:
    system = SystemFactory.create(name="Invoices")
    request = asks(policy, Kind.RESTRICTION)
    tell()
    restricting.restrict(request.pk, RestrictionGround.ACCURACY, "x", QUESTION, policy=policy, at=NOON, by=OFFICER)
    answer(request, system, TaskAnswer.DONE)
    assert tell() == 0
    Contact.objects.update(restricted_through=NOON.date() - ONE_DAY)
    assert (tell(), tell()) == (1, 0)
    assert "you may use the details again" in subjects()[-1]
