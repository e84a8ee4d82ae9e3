import pytest
from django.core.checks import Error

from contacts.models import PolicyVersion
from retention.checks import nobody_is_forgotten
from tests.support.factories import NOON, ContactFactory, HoldFactory, hold

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [str(error.id) for error in nobody_is_forgotten(databases=["default"]) if isinstance(error, Error)]


def test_people_with_a_reason_or_a_hold_are_not_forgotten(policy: PolicyVersion) -> None:
    hold(ContactFactory.create(), "prospect", NOON.date(), policy=policy)
    HoldFactory.create()
    assert not found()


def test_somebody_with_neither_is_found(policy: PolicyVersion) -> None:
    ContactFactory.create()
    assert found() == ["retention.E001"]


def test_a_hold_that_a_run_has_dealt_with_keeps_nobody_from_being_found(policy: PolicyVersion) -> None:
    HoldFactory.create(until=NOON.date().replace(year=2025), closed_on=NOON.date())
    assert found() == ["retention.E001"]


def test_without_a_database_to_look_at_nothing_is_asked() -> None:
    assert not nobody_is_forgotten(databases=None)
