"""Sealed evidence in the admin: seen to be there, and read by the two alone who opened it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from contacts.models import PolicyVersion
from dsr.answers import refusing
from dsr.evidence import opening
from dsr.letters import refusals
from dsr.models import Evidence
from dsr.words.vocabulary import Kind, RefusalGround
from tests.support.deciding import BECAUSE, asks, draft
from tests.support.factories import NOON
from tests.support.requesting import OFFICER

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P21")]

LIST = "/admin/dsr/evidence/"


@pytest.fixture
def evidence(policy: PolicyVersion) -> Evidence:
    request = asks(policy, Kind.ACCESS)
    letter = draft(refusals.refused, request, policy, "en", ground="excessive", reasons=BECAUSE)
    refusing.refuse(request.pk, RefusalGround.EXCESSIVE, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    return Evidence.objects.get()


def page(client: Client, evidence: Evidence) -> str:
    return client.get(f"{LIST}{evidence.pk}/change/").content.decode()


def test_it_is_seen_to_be_there_and_until_when(log_in: LogIn, evidence: Evidence) -> None:
    shown = log_in("auditor").get(LIST).content.decode()
    assert evidence.number in shown
    assert "24 November 2031" in shown


def test_who_opens_it_with_a_second_person_reads_the_letter(log_in: LogIn, evidence: Evidence) -> None:
    other = User.objects.create_user("other-officer", password="x")
    other.groups.add(Group.objects.get(name="privacy officer"))
    client = log_in("privacy officer")
    done = client.post(f"{LIST}{evidence.pk}/open/", {"reason": "The authority asks."}, follow=True).content.decode()
    assert "A second person has to approve it on this page within seven days." in done
    assert BECAUSE not in page(client, evidence)
    waiting = opening.of(evidence, NOON)
    assert waiting
    opening.confirm(waiting.pk, at=NOON, by=f"user:{other.pk}")
    assert BECAUSE in page(client, evidence)
    assert BECAUSE not in page(log_in("auditor"), evidence)
