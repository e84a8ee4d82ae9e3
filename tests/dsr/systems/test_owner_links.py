"""A link to what a request asks shows a person to the owner it was made for, and no longer than needed (L18)."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.signing import Signer
from django.test import Client

from contacts.disclosure import systems
from contacts.disclosure.systems import Described
from contacts.disclosure.webhook_client import Answer
from contacts.models import AuditEvent, PolicyVersion, System
from dsr.models import SystemTask
from dsr.records.transitions import MovedError, RequestError
from dsr.systems import opening, owner_links, telling
from dsr.words.vocabulary import Kind, Outcome, TaskAnswer
from tests.support.asking_systems import SystemFactory, answer, task_of
from tests.support.deciding import asks, url
from tests.support.factories import NOON, ONE_DAY
from tests.support.requesting import OFFICER, close

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L18"), pytest.mark.usefixtures("at_noon")]


def path(task: SystemTask) -> str:
    task = SystemTask.objects.select_related("system").get(pk=task.pk)
    return f"/systems/{owner_links.token(task)}/?lang=en"


def shows(link: str) -> tuple[int, bool]:
    found = Client().get(link)
    return found.status_code, "Ada" in found.content.decode()


def described(system: System, **changes: Any) -> Described:
    names = [field.name for field in dataclasses.fields(Described)]
    return Described(**{**{name: getattr(system, name) for name in names}, **changes})


@pytest.fixture
def asked(policy: PolicyVersion) -> tuple[System, SystemTask]:
    system = SystemFactory.create(name="Invoices", owner_email="old@nordvik.example")
    return system, task_of(asks(policy, Kind.ACCESS), system)


def tell(at: dt.datetime = NOON, **told: Any) -> int:
    return telling.send_due(at=at, now=lambda: at, **told)


def hand_to(system: System, address: str = "new@nordvik.example", **changes: Any) -> None:
    systems.change(system.pk, described(system, owner_email=address, **changes), at=NOON, by=OFFICER)


def test_a_link_of_the_old_owner_ends_and_the_new_one_gets_another(asked: tuple[System, SystemTask]) -> None:
    system, task = asked
    assert tell() == 1
    old = path(task)
    assert shows(old) == (200, True)
    hand_to(system)
    assert shows(old) == (410, False)
    assert Client().post(old, {"answer": "nothing"}).status_code == 410
    assert SystemTask.objects.get().is_open
    assert (tell(), tell()) == (1, 0)
    assert mail.outbox[-1].to == ["new@nordvik.example"]
    assert path(task).partition("?")[0] in mail.outbox[-1].body
    assert (shows(path(task)), shows(old)) == ((200, True), (410, False))
    hand_to(system, "old@nordvik.example")
    assert shows(old) == (410, False)


def test_what_says_nothing_of_the_owner_ends_no_link(asked: tuple[System, SystemTask]) -> None:
    system, task = asked
    tell()
    link = path(task)
    systems.change(system.pk, described(system, holds="old invoices"), at=NOON, by=OFFICER)
    assert (tell(), shows(link)) == (0, (200, True))


def test_a_server_that_moved_is_asked_again_and_the_one_before_it_no_more(policy: PolicyVersion) -> None:
    system = SystemFactory.create(reached_by="webhook", webhook_url="https://billing.example/in")
    asks(policy, Kind.ACCESS)
    links: list[str] = []

    def post(_receiver: Any, _number: str, payload: dict[str, Any], _at: dt.datetime) -> Answer:
        links.append(payload["answer"].partition("/systems/")[2])
        return Answer(202, acknowledged=False)

    tell(post=post)
    hand_to(system)
    tell(post=post)
    assert [shows(f"/systems/{link}")[0] for link in links] == [410, 200]
    assert not mail.outbox


def test_a_system_out_of_use_shows_nobody_and_is_not_reminded(asked: tuple[System, SystemTask]) -> None:
    system, task = asked
    tell()
    systems.end(system.pk, day=NOON.date(), at=NOON, by=OFFICER)
    assert shows(path(task)) == (410, False)
    assert tell(NOON + 30 * ONE_DAY) == 0
    with pytest.raises(RequestError, match="out of use"):
        owner_links.anew(task.pk, at=NOON, by=OFFICER)


@pytest.mark.parametrize("days", [14, 15])
def test_a_link_ends_two_weeks_after_its_day_and_the_officer_sends_another(
    asked: tuple[System, SystemTask], clock: Any, days: int
) -> None:
    _system, task = asked
    tell()
    clock.shift(dt.timedelta(days=14 + days))
    at = NOON + (14 + days) * ONE_DAY
    old = path(task)
    assert shows(old) == ((200, True) if days == 14 else (410, False))
    owner_links.anew(task.pk, at=at, by=OFFICER)
    assert shows(old) == (410, False)
    assert tell(at) == 1
    assert shows(path(task)) == (200, True)
    assert AuditEvent.objects.filter(code="request.system_asked", by=OFFICER).exists()


def test_a_link_that_is_made_anew_while_the_last_one_leaves_leaves_next(asked: tuple[System, SystemTask]) -> None:
    system, task = asked
    SystemTask.objects.filter(pk=task.pk).update(reason="x")
    hand_to(system, reached_by="webhook", webhook_url="https://billing.example/in")

    def post(*_told: Any) -> Answer:
        owner_links.anew(task.pk, at=NOON, by=OFFICER)
        return Answer(202, acknowledged=False)

    tell(post=post)
    assert SystemTask.objects.get().told_at is None
    assert tell(NOON + telling.CLAIM, post=lambda *_told: Answer(202, acknowledged=False)) == 1


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.REFUSED])
def test_what_is_closed_or_called_off_shows_nobody(
    asked: tuple[System, SystemTask], policy: PolicyVersion, outcome: Outcome
) -> None:
    _system, task = asked
    close(task.request, policy, outcome, **({"refusal": "excessive"} if outcome == Outcome.REFUSED else {}))
    assert shows(path(task)) == (410, False)
    with pytest.raises(MovedError):
        owner_links.anew(task.pk, at=NOON, by=OFFICER)


def test_what_is_answered_shows_nobody_even_where_it_is_only_stored(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.RESTRICTION)
    link = path(task_of(request, system))
    assert shows(link) == (200, True)
    answer(request, system, TaskAnswer.DONE)
    assert shows(link) == (200, False)


def test_a_link_from_before_links_had_numbers_is_the_first(asked: tuple[System, SystemTask]) -> None:
    system, task = asked
    link = f"/systems/{Signer(salt='contacts.task').sign(task.public_id.hex)}/"
    assert shows(link) == (200, True)
    hand_to(system)
    assert shows(link) == (410, False)


def test_an_ended_link_says_how_to_get_another(asked: tuple[System, SystemTask]) -> None:
    _system, task = asked
    link = path(task)
    owner_links.anew(task.pk, at=NOON, by=OFFICER)
    assert "ask our privacy contact for a new link" in Client().get(link).content.decode()


def test_the_officer_sends_it_from_the_page_of_the_request(
    asked: tuple[System, SystemTask], log_in: Callable[[str], Client]
) -> None:
    _system, task = asked
    log_in("privacy officer").post(url(task.request, "new-link"), {"task": task.pk})
    assert SystemTask.objects.get().link_number == 2


def test_what_a_request_waits_for_that_was_erased_meanwhile_still_ends(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    task = task_of(asks(policy, Kind.ACCESS), system)
    assert owner_links.last_day(task) == task.due_on + dt.timedelta(days=14)
    opening.call_off(task.pk, "It is empty.", at=NOON, by=OFFICER)
    assert shows(path(task)) == (410, False)
