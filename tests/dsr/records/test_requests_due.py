"""`manage.py requests_due`: what is to be answered, next first. Its JSON is a contract that other programs read."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import PolicyVersion
from dsr.words.vocabulary import Kind
from tests.support.factories import ContactFactory
from tests.support.requesting import asked_by, close, entered, moment, posted, question

pytestmark = pytest.mark.django_db

TODAY = "2026-11-24"
DAY = dt.date(2026, 11, 24)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, int]:
    """What it prints, and how it exits."""
    with pytest.raises(SystemExit) as ended:
        call_command("requests_due", "--at", TODAY, *arguments)
    return capsys.readouterr().out, int(str(ended.value.code))


def as_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out, _ = run(capsys, "--json")
    (line,) = out.splitlines()
    return dict(json.loads(line))


def on_file(policy: PolicyVersion) -> list[str]:
    """One that is due, one that waits for the person, one that is overdue, one closed and one unproven."""
    soon = entered(policy, Kind.ERASURE, dt.date(2026, 11, 2), at=moment(DAY))
    person = ContactFactory.create(first_name="Xerxes", email="xerxes@fjordkraft.example")
    waits = asked_by(person, policy, at=moment(dt.date(2026, 10, 26)))
    question(waits, policy, at=moment(dt.date(2026, 11, 1)))
    late = entered(policy, Kind.ACCESS, dt.date(2026, 10, 20), at=moment(DAY))
    close(entered(policy, at=moment(DAY)), policy, at=moment(DAY))
    posted(policy, at=moment(DAY))
    return [late.number, soon.number, waits.number]


def test_it_lists_what_is_due_next_first_and_what_waits_for_the_person_last(
    policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    late, soon, waits = on_file(policy)
    since = "waits for the person since 2026-11-01"
    out, code = run(capsys)
    assert out.splitlines() == [
        f"{late}  access to their details, to be looked at: safe 2026-11-20, legal 2026-11-20; 4 days overdue",
        f"{soon}  deletion, to be looked at: safe 2026-12-02, legal 2026-12-02; 8 days left",
        f"{waits}  access to their details, waits for the person's answer: safe 2026-11-26, legal 2026-11-26; {since}",
    ]
    assert code == 3


def test_its_json_says_the_same(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = on_file(policy)
    found = as_json(capsys)
    assert (found["day"], found["overdue"]) == (TODAY, 1)
    assert [request["number"] for request in found["requests"]] == numbers
    assert found["requests"][2] == {
        "number": numbers[2],
        "kind": "access",
        "state": "asked",
        "received_on": "2026-10-26",
        "safe_on": "2026-11-26",
        "legal_on": "2026-11-26",
        "paused_since": "2026-11-01",
        "days_left": 25,
        "overdue": False,
    }


def test_it_names_nobody(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    on_file(policy)
    for out in (run(capsys)[0], run(capsys, "--json")[0]):
        assert "xerxes" not in out.lower()
        assert "@" not in out


def test_without_anything_overdue_it_exits_well(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == ("No request is to be answered.\n", 0)
    assert as_json(capsys) == {"day": TODAY, "overdue": 0, "requests": []}
    entered(policy, at=moment(DAY))
    assert run(capsys)[1] == 0


def test_wrong_use_is_refused_in_one_line(policy: PolicyVersion) -> None:
    with pytest.raises(CommandError, match="--at takes a date") as refused:
        call_command("requests_due", "--at", "someday")
    assert refused.value.returncode == 2


def test_it_asks_once_however_many_there_are(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            run(capsys)
        return len(caught)

    before = queries()
    for _ in range(20):
        entered(policy, at=moment(DAY))
    assert queries() == before
