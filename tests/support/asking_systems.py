"""Other systems that hold people, and what requests ask of them."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from contacts.models import PolicyVersion, System
from contacts.words.vocabulary import Scenario
from dsr.models import Request, SystemTask
from dsr.systems import reporting
from dsr.systems.reporting import Said
from dsr.words.vocabulary import TaskAnswer
from tests.support.factories import NOON


class SystemFactory(DjangoModelFactory):
    """A billing system that may hold anybody, looked after by mail."""

    class Meta:
        model = System

    name = factory.Sequence(lambda n: f"Billing {n}")
    holds = "invoices"
    scenarios = factory.LazyFunction(lambda: list(Scenario.values))
    owner_email = factory.Sequence(lambda n: f"owner{n}@nordvik.example")


def task_of(request: Request, system: System) -> SystemTask:
    return SystemTask.objects.standing().get(request=request, system=system)


def answer(
    request: Request, system: System, said: TaskAnswer = TaskAnswer.NOTHING, at: dt.datetime = NOON, **told: Any
) -> SystemTask:
    task = task_of(request, system)
    reporting.report(task.pk, Said(said, **told), at=at, by=f"system:{system.pk}")
    task.refresh_from_db()
    return task


def safe_day(request: Request, policy: PolicyVersion) -> dt.datetime:
    """Noon of the safe date of a request."""
    return dt.datetime.combine(request.safe_on, dt.time(12), policy.zone)
