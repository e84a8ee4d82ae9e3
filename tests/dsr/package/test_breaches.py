"""The copy of somebody's data says which breach affected them, and when they were told: from the record (L10, L20)."""

from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from dsr import package
from tests.support.breaching import affecting, tell
from tests.support.deciding import ada
from tests.support.factories import NOON
from tests.support.mailing import send
from tests.support.packaged import data_of

pytestmark = [pytest.mark.promise("L10", "L20"), pytest.mark.django_db]


def _rows(person: Contact, policy: PolicyVersion) -> list[dict[str, Any]]:
    written = data_of(package.write([person.pk], policy=policy, language="en", at=NOON))
    rows: list[dict[str, Any]] = written["held"]["contacts.affectedperson"]["rows"]
    return rows


def test_the_copy_names_the_breach_and_when_the_person_was_told(policy: PolicyVersion) -> None:
    person, other = ada(policy), ada(policy, email="other@fjordkraft.example")
    tell(affecting(person, title="Stolen tape"))
    send()
    affecting(other, title="Lost laptop")
    told, untold = (_rows(each, policy) for each in (person, other))
    assert [(row["breach"], row["told_at"], row["fate"]) for row in told] == [
        ("Stolen tape", NOON.astimezone(policy.zone).isoformat(), "told")
    ]
    assert [(row["breach"], row["told_at"]) for row in untold] == [("Lost laptop", None)]
