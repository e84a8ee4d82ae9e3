"""A request asks each other system that may hold its person, once, and with a day of its own."""

import datetime as dt

import pytest

from contacts.disclosure import systems
from contacts.disclosure.systems import Described, SystemRefusedError
from contacts.models import PolicyVersion, RecipientNotice, System
from dsr.intake import identity
from dsr.models import Request, SystemTask
from dsr.records.transitions import MovedError, RequestError
from dsr.systems import opening, standing
from dsr.words.vocabulary import Kind, Outcome, TaskAnswer
from tests.support.asking_systems import SystemFactory, answer, task_of
from tests.support.deciding import TODAY, ada, asks
from tests.support.factories import NOON, customer
from tests.support.requesting import OFFICER, close, entered, fresh, posted, press, steps
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L18")]


def asked(request: Request) -> list[str]:
    return list(request.system_tasks.standing().values_list("system__name", flat=True))


@pytest.mark.parametrize("kind", opening.KINDS)
def test_a_request_asks_the_systems_that_may_hold_its_person(policy: PolicyVersion, kind: Kind) -> None:
    SystemFactory.create(name="Newsletter", scenarios=["prospect", "customer"])
    SystemFactory.create(name="Invoices", scenarios=["customer"])
    SystemFactory.create(name="Old support", ended_on=TODAY)
    request = asks(policy, kind)
    assert asked(request) == ["Newsletter"]
    assert "system_asked" in steps(request)


@pytest.mark.parametrize("kind", [Kind.MARKETING_OBJECTION, Kind.WITHDRAWAL, Kind.COMPLAINT])
def test_what_is_done_at_once_and_complaints_ask_no_system(policy: PolicyVersion, kind: Kind) -> None:
    SystemFactory.create()
    asks(policy, kind)
    assert not SystemTask.objects.exists()


def test_nobody_is_asked_about_before_it_is_sure_who_asks(policy: PolicyVersion) -> None:
    SystemFactory.create()
    person = customer(policy)
    request = entered(policy)
    assert not request.system_tasks.exists()
    identity.identify(request.pk, [person], "we called them back", at=NOON, by=OFFICER)
    assert request.system_tasks.count() == 1
    identity.identify(request.pk, [person], "we called them back", at=NOON, by=OFFICER)
    assert request.system_tasks.count() == 1


def test_the_form_asks_systems_once_the_address_is_proven(policy: PolicyVersion) -> None:
    SystemFactory.create()
    request = posted(policy, customer(policy).email or "")
    assert not request.system_tasks.exists()
    press(request, policy)
    assert request.system_tasks.count() == 1


@pytest.mark.parametrize(
    ("days", "due"), [(5, dt.date(2026, 11, 29)), (28, dt.date(2026, 12, 22)), (40, dt.date(2026, 12, 23))]
)
def test_a_systems_day_is_its_own_and_before_the_safe_date(policy: PolicyVersion, days: int, due: dt.date) -> None:
    system = SystemFactory.create(days=days)
    request = asks(policy, Kind.ACCESS)
    assert request.safe_on == dt.date(2026, 12, 24)
    assert task_of(request, system).due_on == due


@pytest.mark.promise("L4")
@pytest.mark.parametrize(("kind", "twice"), [(Kind.ACCESS, True), (Kind.ERASURE, False), (Kind.RESTRICTION, False)])
def test_who_is_told_by_a_notice_is_not_asked_once_more(policy: PolicyVersion, kind: Kind, twice: bool) -> None:
    recipient = RecipientFactory.create()
    system = SystemFactory.create(name="Printing", recipient=recipient)
    person = ada(policy)
    gave(recipient, person)
    request = entered(policy, kind)
    identity.identify(request.pk, [person], "we called them back", at=NOON, by=OFFICER)
    assert asked(request) == ([system.name] if twice else [])


@pytest.mark.parametrize("why", ["never given", "cannot act on notices"])
def test_a_recipient_that_gets_no_notice_is_asked(policy: PolicyVersion, why: str) -> None:
    more = {"standing": True, "untold_because": "one copy for all", "copy_days": 3} if why != "never given" else {}
    system = SystemFactory.create(recipient=RecipientFactory.create(**more))
    request = asks(policy, Kind.ERASURE)
    assert asked(request) == [system.name]
    assert not RecipientNotice.objects.exists()


def test_a_system_that_comes_later_is_asked_by_the_next_tick(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    system = SystemFactory.create()
    opening.sweep(at=NOON, by="ask_systems")
    assert asked(request) == [system.name]


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.REFUSED, Outcome.MISTAKEN])
def test_what_is_not_carried_out_is_called_off(policy: PolicyVersion, outcome: Outcome) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ACCESS)
    refusal = {"refusal": "excessive"} if outcome == Outcome.REFUSED else {}
    close(request, policy, outcome, **refusal)
    assert SystemTask.objects.get(system=system).called_off_by == "closed"


def test_the_officer_calls_one_off_with_a_reason_and_it_is_not_asked_again(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ACCESS)
    task = task_of(request, system)
    with pytest.raises(RequestError):
        opening.call_off(task.pk, " ", at=NOON, by=OFFICER)
    opening.call_off(task.pk, "It was emptied last week.", at=NOON, by=OFFICER)
    opening.sweep(at=NOON, by="ask_systems")
    assert asked(request) == []
    with pytest.raises(MovedError):
        opening.call_off(task.pk, "It was emptied last week.", at=NOON, by=OFFICER)


def test_what_was_sent_by_mistake_is_dropped_and_the_system_is_asked_again(policy: PolicyVersion) -> None:
    system, request = SystemFactory.create(), asks(policy, Kind.ACCESS)
    task = task_of(request, system)
    with pytest.raises(MovedError, match="has not answered"):
        opening.again(task.pk, at=NOON, by=OFFICER)
    answer(request, system, TaskAnswer.DONE, words="All of it.", files=[("export.csv", b"of somebody else")])
    opening.again(task.pk, at=NOON, by=OFFICER)
    assert task_of(request, system).is_open
    assert not request.enclosures.exists()
    assert not request.papers.filter(kind="system").exists()
    assert steps(request)[-2:] == ["system_called_off", "system_asked"]
    answer(request, system)
    close(request, policy)
    with pytest.raises(MovedError):
        opening.again(task_of(request, system).pk, at=NOON, by=OFFICER)


def test_about_the_wrong_person_nobody_is_asked_any_more_and_about_the_right_one_anew(policy: PolicyVersion) -> None:
    first, second = SystemFactory.create(), SystemFactory.create()
    wrong, right = customer(policy), customer(policy)
    request = entered(policy)
    identity.identify(request.pk, [wrong], "we called them back", at=NOON, by=OFFICER)
    answer(request, first, files=[], words="Wrong one.", said="done")  # type: ignore[arg-type]
    identity.mistaken(request.pk, [wrong], policy=policy, at=NOON, by=OFFICER)
    assert not request.system_tasks.standing().exists()
    assert not request.papers.filter(kind="system").exists()
    identity.identify(request.pk, [right], "we called them back", at=NOON, by=OFFICER)
    assert asked(request) == [first.name, second.name]


def test_about_somebody_who_is_not_on_file_every_system_is_asked_by_the_officer(policy: PolicyVersion) -> None:
    system = SystemFactory.create(scenarios=["partner"])
    request = entered(policy)
    with pytest.raises(RequestError):
        standing.check_nobody(request, at=NOON)
    opening.ask(request.pk, [system], at=NOON, by=OFFICER)
    standing.check_nobody(fresh(request), at=NOON)
    with pytest.raises(RequestError):
        opening.ask(request.pk, [system], at=NOON, by=OFFICER)


def test_the_register_takes_what_it_can_keep(policy: PolicyVersion) -> None:
    said = Described("Support", "tickets", ["customer"], "owner@nordvik.example")
    system = systems.add(said, at=NOON, by=OFFICER)
    with pytest.raises(SystemRefusedError):
        systems.add(said, at=NOON, by=OFFICER)
    with pytest.raises(SystemRefusedError):
        systems.change(system.pk, Described("Support", "tickets", [], "owner@nordvik.example"), at=NOON, by=OFFICER)
    inside = Described("X", "y", ["customer"], "o@nordvik.example", "webhook", "https://127.0.0.1/in")
    with pytest.raises(SystemRefusedError):
        systems.add(inside, at=NOON, by=OFFICER)
    systems.end(system.pk, day=TODAY, at=NOON, by=OFFICER)
    assert System.objects.get().ended_on == TODAY
