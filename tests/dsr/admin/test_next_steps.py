"""The page of a request says what comes next, and names the button that is there for it."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from dsr.decisions import objection_balancing
from dsr.decisions.objection_balancing import Balance
from dsr.letters import restrictions
from dsr.models import Request
from dsr.words.vocabulary import AT_ONCE, Kind
from tests.support.deciding import TOMORROW, Desk, asks, draft, url
from tests.support.factories import NOON, customer, hold
from tests.support.requesting import OFFICER, asked_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

type LogIn = Callable[[str], Client]


def page(log_in: LogIn, request: Request) -> str:
    html = log_in("privacy officer").get(url(request, "change")).content.decode()
    return re.sub(r"\s+", " ", html)


@pytest.mark.parametrize("kind", sorted(set(Kind).difference(AT_ONCE)))
def test_each_kind_has_a_next_step_whose_button_is_on_the_page(
    log_in: LogIn, policy: PolicyVersion, kind: Kind
) -> None:
    shown = page(log_in, asks(policy, kind, email="ada@fjordkraft.example"))
    (step,) = re.findall(r"<p>(Next: [^<]*)</p>", shown)
    for button in re.findall("“([^”]*)”", step):
        assert f"</span> {button} </a>" in shown
    assert shown.count("pc-button--main") == (kind != Kind.OBJECTION)


@pytest.mark.promise("L6")
def test_an_objection_that_was_followed_says_so_and_when_the_rest_is_used_again(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    person = customer(policy, email="ada@fjordkraft.example", language="en")
    hold(person, "whitepaper", dt.date(2026, 5, 24), policy=policy)
    request = asked_by(person, policy, Kind.OBJECTION)
    letter = draft(restrictions.upheld, request, policy, left=True, reasons="Calm.", on=TOMORROW)
    objection_balancing.uphold(request.pk, Balance("a", "b", "c"), letter, policy=policy, at=NOON, by=OFFICER)
    shown = page(log_in, request)
    assert "Deleted because" not in shown
    assert "The objection was accepted: no interest of ours weighs more." in shown
    assert "as they were told, they are used again from 25 November 2026 on." in shown


@pytest.mark.promise("L6")
def test_a_day_that_nobody_could_be_told_of_before_is_refused_with_the_letter_unwritten(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    desk = Desk(log_in("privacy officer"), asks(policy, Kind.OBJECTION), "reject")
    told = {"ours": "a", "theirs": "b", "reasons": "c", "ground": "compelling", "on": NOON.date().isoformat()}
    assert "the earliest day is tomorrow" in desk.fill(**told)
    assert desk.letter == ""
