"""Two people act on one account in the same moment: what takes two is done once, and by two."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from privacy_crm.access import closing, granting, inviting
from privacy_crm.access.targets import AccountRefusedError
from privacy_crm.models import AccountLink, RoleRequest
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, meanwhile, uncommitted
from tests.support.accounts import by, colleague, roles_of, trail
from tests.support.factories import NOON

__all__ = ["meanwhile"]

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db(transaction=True)]

type Start = Callable[[Callable[[], Any]], Any]
OFFICER = "privacy officer"


@pytest.fixture
def asked() -> tuple[User, RoleRequest]:
    chief, kim = colleague("administrator"), colleague("marketing")
    colleague("administrator")
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    return kim, RoleRequest.objects.get()


def second(act: Callable[[], Any], other: Callable[[], Any], meanwhile: Start) -> Any:
    """Carry out one act, and another which has to wait for it; return what became of the other."""
    with uncommitted(act, meanwhile):
        waits = meanwhile(other)
        await_waiting(1)
    return waits.exception(PATIENCE)


@pytest.mark.parametrize("other", [granting.confirm, granting.decline])
def test_of_two_answers_at_once_one_counts(other: Any, asked: tuple[User, RoleRequest], meanwhile: Start) -> None:
    kim, request = asked
    first, late = colleague(OFFICER), colleague(OFFICER)
    confirm = partial(granting.confirm, request.pk, at=NOON, by=by(first))
    refused = second(confirm, partial(other, request.pk, at=NOON, by=by(late)), meanwhile)
    assert isinstance(refused, AccountRefusedError)
    assert roles_of(kim) == {"marketing", OFFICER}
    assert [event[0] for event in trail()].count("account.role_given") == 1


def test_who_asked_is_closed_while_a_second_person_confirms(asked: tuple[User, RoleRequest], meanwhile: Start) -> None:
    kim, request = asked
    officer = colleague(OFFICER)
    close = partial(closing.close, request.asked_by_id, at=NOON, by=by(officer))
    refused = second(close, partial(granting.confirm, request.pk, at=NOON, by=by(officer)), meanwhile)
    assert isinstance(refused, AccountRefusedError)
    assert roles_of(kim) == {"marketing"}


def test_who_closes_the_only_other_administrator_is_not_alone_at_once(meanwhile: Start) -> None:
    one, other, kim = colleague("administrator"), colleague("administrator"), colleague("marketing")
    close = partial(closing.close, other.pk, at=NOON, by=by(one))
    refused = second(close, partial(granting.give, kim.pk, OFFICER, at=NOON, by=by(one)), meanwhile)
    assert isinstance(refused, AccountRefusedError)
    assert roles_of(kim) == {"marketing"}


def test_a_link_that_two_use_at_once_sets_one_password(meanwhile: Start) -> None:
    chief, kim = colleague("administrator"), colleague("sales")
    inviting.send_link(kim.pk, at=NOON, by=by(chief))
    link = AccountLink.objects.get()
    mine = partial(inviting.set_password, link, "otter meadow nine", at=NOON)
    refused = second(mine, partial(inviting.set_password, link, "badger forest two", at=NOON), meanwhile)
    assert isinstance(refused, inviting.LinkOverError)
    assert User.objects.get(pk=kim.pk).check_password("otter meadow nine")
