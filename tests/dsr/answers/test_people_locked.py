"""What is decided about several records of one person locks them in key order, so that nobody waits for ever."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from contacts.models import Contact, PolicyVersion
from dsr.answers import restricting
from dsr.answers.answering import Draft
from dsr.answers.remedies import remedy
from dsr.decisions import objection_balancing
from dsr.decisions.objection_balancing import Balance
from dsr.intake import identity
from dsr.models import Request
from dsr.records import restricted
from dsr.words.vocabulary import Kind, RestrictionGround
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, contact_locked, meanwhile
from tests.support.deciding import BECAUSE, TOMORROW
from tests.support.factories import NOON, customer
from tests.support.requesting import KNOWN, OFFICER, QUESTION, asked_by, entered, fresh
from tests.support.restricting import refuse, take_back

__all__ = ["meanwhile"]  # the fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("P19")]

type Act = Callable[..., Any]

BALANCE = Balance("ours", "theirs", BECAUSE)
ACTS: dict[str, tuple[Kind, Callable[[int, Draft], Act]]] = {
    "restrict": (
        Kind.RECTIFICATION,
        lambda pk, letter: partial(restricting.restrict, pk, RestrictionGround.ACCURACY, BECAUSE, letter),
    ),
    "uphold": (Kind.OBJECTION, lambda pk, letter: partial(objection_balancing.uphold, pk, BALANCE, letter)),
    "reject": (Kind.OBJECTION, lambda pk, letter: partial(objection_balancing.reject, pk, BALANCE, TOMORROW, letter)),
    "announce": (
        Kind.RECTIFICATION,
        lambda pk, letter: partial(restricting.announce, pk, TOMORROW, BECAUSE, letter),
    ),
}


def about_two(kind: Kind, policy: PolicyVersion) -> tuple[Request, Contact, Contact]:
    """A request that was first about the younger record, and then about the older as well."""
    older, younger = (
        customer(policy, email="older@fjordkraft.example"),
        customer(policy, email="ada@fjordkraft.example"),
    )
    request = entered(policy, kind)
    for contact in (younger, older):
        identity.identify(request.pk, [contact], KNOWN, at=NOON, by=OFFICER)
    return fresh(request), older, younger


@pytest.mark.parametrize("name", ACTS)
def test_no_record_is_held_while_an_older_one_is_waited_for(
    policy: PolicyVersion, meanwhile: Callable[[Callable[[], Any]], Any], name: str
) -> None:
    kind, act = ACTS[name]
    request, older, younger = about_two(kind, policy)
    letter = replace(QUESTION, closing=remedy(policy))
    if name == "announce":
        restricting.restrict(
            request.pk, RestrictionGround.ACCURACY, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER
        )
    with contact_locked(older):
        done = meanwhile(partial(act(request.pk, letter), policy=policy, at=NOON, by=OFFICER))
        await_waiting(1)
        with transaction.atomic():
            assert Contact.objects.select_for_update(nowait=True).get(pk=younger.pk) == younger
    done.result(PATIENCE)


@pytest.mark.promise("L6")
@pytest.mark.parametrize("end", [refuse, take_back])
def test_of_two_objections_settled_at_once_one_ends_the_restriction(
    policy: PolicyVersion, meanwhile: Callable[[Callable[[], Any]], Any], end: Callable[[Request, PolicyVersion], None]
) -> None:
    person = customer(policy, email="ada@fjordkraft.example")
    objections = [asked_by(person, policy, Kind.OBJECTION) for _ in range(2)]
    with contact_locked(person):
        done = [meanwhile(partial(end, request, policy)) for request in objections]
        await_waiting(2)
    for each in done:
        each.result(PATIENCE)
    told = [restricted.announced_for(request) for request in objections]
    assert sorted(told, key=bool) == [None, TOMORROW]
