"""A system that acted about the wrong person, or in vain, is told to undo it, and nothing counts it any more (L18)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from contacts.disclosure.webhook_client import Answer
from contacts.models import AuditEvent, Contact, PolicyVersion, System
from dsr.admin.pages import systems_words
from dsr.answers import restricting
from dsr.decisions import certificate_recipients, erasing
from dsr.intake import identity
from dsr.models import Enclosure, Request, SystemTask
from dsr.records.transitions import MovedError, RequestError
from dsr.systems import opening, owner_links, sought, standing, telling, undoing
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RestrictionGround, TaskAnswer
from tests.dsr.systems.test_doors import TASKS, key_of
from tests.support.asking_systems import SystemFactory, answer, task_of
from tests.support.deciding import TODAY, asks, url
from tests.support.factories import NOON, ONE_DAY
from tests.support.requesting import OFFICER, QUESTION, close, steps

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L18"), pytest.mark.usefixtures("at_noon")]


def tell(at: dt.datetime = NOON, post: Any = None) -> int:
    return telling.send_due(at=at, now=lambda: at, **({"post": post} if post else {}))


def done(policy: PolicyVersion, kind: Kind = Kind.ERASURE, **fields: Any) -> tuple[Request, System]:
    """A request for which a system has done what it was asked."""
    system = SystemFactory.create(**{"name": "Invoices", **fields})
    request = asks(policy, kind, language="en")
    tell(post=lambda *_told: Answer(202, acknowledged=False))
    told: dict[str, Any] = {"words": "All."} if kind == Kind.ACCESS else {}
    answer(request, system, TaskAnswer.DONE, **told)
    mail.outbox.clear()
    return request, system


def take_off(request: Request, policy: PolicyVersion) -> None:
    people = [subject.contact for subject in request.subjects.all()]
    identity.mistaken(request.pk, people, policy=policy, at=NOON, by=OFFICER)


def page(task: SystemTask) -> str:
    return f"/systems/{owner_links.token(task)}/?lang=en"


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.RECTIFICATION, Kind.ERASURE, Kind.RESTRICTION])
def test_an_owner_who_acted_on_the_wrong_person_hears_it_with_a_link_to_whom(policy: PolicyVersion, kind: Kind) -> None:
    request, _system = done(policy, kind)
    take_off(request, policy)
    assert (tell(), tell()) == (1, 0)
    (message,) = mail.outbox
    assert message.subject == f"Invoices: please undo what you did ({request.number})"
    assert "Ada" not in message.body
    task = SystemTask.objects.get()
    assert page(task).partition("?")[0] in message.body
    shown = Client().get(page(task)).content.decode()
    assert ("Please undo what you did" in shown, "Ada Berg" in shown, "<form" in shown) == (True, True, False)
    assert task.called_off_told_at == NOON
    assert "system_undone" in steps(request)
    assert AuditEvent.objects.filter(code="request.system_undone", by=OFFICER).exists()
    ((_task, state),) = systems_words.of(request, TODAY)
    assert state == "told on 24 November 2026 to undo what it did"


def test_who_may_have_acted_without_a_word_hears_it_too_and_others_do_not(policy: PolicyVersion) -> None:
    SystemFactory.create(name="Asked")
    request = asks(policy, Kind.ERASURE)
    tell()
    SystemFactory.create(name="Never asked")
    nothing = SystemFactory.create(name="Held nothing")
    opening.open_for(request, at=NOON, by=OFFICER)
    answer(request, nothing, TaskAnswer.NOTHING)
    mail.outbox.clear()
    take_off(request, policy)
    tell()
    assert [message.subject.partition(":")[0] for message in mail.outbox] == ["Asked"]
    assert "undo" in mail.outbox[0].subject


def test_a_server_hears_it_by_its_webhook_with_whom_to_look_for(policy: PolicyVersion) -> None:
    request, _system = done(policy, reached_by="webhook", webhook_url="https://billing.example/in")
    take_off(request, policy)
    posted: list[dict[str, Any]] = []

    def post(_receiver: Any, _number: str, payload: dict[str, Any], _at: dt.datetime) -> Answer:
        posted.append(payload)
        return Answer(200, acknowledged=True)

    assert tell(post=post) == 1
    assert [(each["do"], each["about"]["emails"]) for each in posted] == [("undo", ["ada@fjordkraft.example"])]
    assert SystemTask.objects.get().answer == TaskAnswer.DONE


def test_a_server_that_fetches_finds_it_in_its_list_for_thirty_days(policy: PolicyVersion, clock: Any) -> None:
    request, system = done(policy, reached_by="api")
    key = key_of(system)
    assert Client().get(TASKS, **key).json() == []
    take_off(request, policy)
    (task,) = Client().get(TASKS, **key).json()
    assert (task["do"], task["about"]["names"]) == ("undo", ["Ada Berg"])
    clock.shift(31 * ONE_DAY)
    assert Client().get(TASKS, **key).json() == []
    assert Client().get(page(SystemTask.objects.get())).status_code == 410


@pytest.mark.parametrize(
    ("kind", "outcome", "told"),
    [
        (Kind.ERASURE, Outcome.MISTAKEN, True),
        (Kind.ACCESS, Outcome.UNIDENTIFIED, True),
        (Kind.ERASURE, Outcome.WITHDRAWN, True),
        (Kind.ERASURE, Outcome.REFUSED, True),
        (Kind.ACCESS, Outcome.WITHDRAWN, False),
        (Kind.ERASURE, Outcome.DUPLICATE, False),
        (Kind.ACCESS, Outcome.FULFILLED, False),
    ],
)
def test_what_was_done_in_vain_is_to_be_undone_and_what_was_right_is_not(
    policy: PolicyVersion, kind: Kind, outcome: Outcome, told: bool
) -> None:
    request, _system = done(policy, kind)
    refusals = {Outcome.REFUSED: "excessive", Outcome.UNIDENTIFIED: "not_identified"}
    close(request, policy, outcome, **({"refusal": refusals[outcome]} if outcome in refusals else {}))
    assert tell() == told
    assert bool(standing.of(request).done) != told


def test_a_restriction_that_was_a_mistake_is_told_of_once(policy: PolicyVersion) -> None:
    request, _system = done(policy, Kind.RESTRICTION)
    restricting.restrict(request.pk, RestrictionGround.ACCURACY, "x", QUESTION, policy=policy, at=NOON, by=OFFICER)
    task = SystemTask.objects.get()
    undoing.undo(task.pk, "Not they.", at=NOON, by=OFFICER)
    Contact.objects.update(restricted_through=NOON.date() - ONE_DAY)
    assert (tell(), tell()) == (1, 0)


def test_the_officer_has_it_undone_with_a_reason_and_what_it_sent_goes(
    policy: PolicyVersion, log_in: Callable[[str], Client]
) -> None:
    request, system = done(policy, Kind.ACCESS)
    task = task_of(request, system)
    Enclosure.objects.create(request=request, task=task, name="a.csv", content=b"x", at=NOON)
    with pytest.raises(RequestError):
        undoing.undo(task.pk, " ", at=NOON, by=OFFICER)
    log_in("privacy officer").post(url(request, "undo"), {"task": task.pk, "why": "It was not they."})
    assert (Enclosure.objects.count(), request.papers.filter(kind="system").count()) == (0, 0)
    assert request.papers.get(kind="reason").text == "It was not they."
    assert tell() == 1
    with pytest.raises(MovedError):
        undoing.undo(task.pk, "Again.", at=NOON, by=OFFICER)


@pytest.mark.promise("P21")
def test_a_certificate_does_not_count_what_is_undone_after_the_deletion(policy: PolicyVersion) -> None:
    request, system = done(policy)
    certificate = erasing.erase(request.pk, erasing.Order(ErasureGround.NOT_NEEDED), policy=policy, at=NOON, by=OFFICER)
    assert "deleted there" in certificate_recipients.said(certificate, zone=policy.zone)[0]
    undoing.undo(SystemTask.objects.get(system=system).pk, "An impostor asked.", at=NOON, by=OFFICER)
    assert certificate_recipients.said(certificate, zone=policy.zone) == []
    assert tell() == 1
    assert "/systems/" not in mail.outbox[-1].body


@pytest.mark.promise("P21")
def test_who_is_erased_themselves_is_forgotten_there_too(policy: PolicyVersion) -> None:
    request, _system = done(policy, Kind.ACCESS)
    (wrong,) = [subject.contact for subject in request.subjects.all()]
    take_off(request, policy)
    assert SystemTask.objects.get().sought["emails"] == [wrong.email]
    assert sought.forget(day=TODAY + dt.timedelta(days=30)) == 0
    System.objects.update(ended_on=TODAY)
    certificate = erasing.erase_address(
        wrong.email or "", ErasureGround.NOT_NEEDED, source="email", policy=policy, at=NOON, by="command"
    )
    assert SystemTask.objects.get().sought == {}
    assert not certificate.scan["found"]
