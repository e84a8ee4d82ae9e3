"""The officer's inbox: what is due next, how it stands, and what is not to be seen there."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion
from dsr.intake import intake
from dsr.intake.intake import Asked
from dsr.models import Request
from dsr.words.vocabulary import Kind, Source
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.requesting import asked_by, close, posted, received, waiting

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

LIST = "/admin/dsr/request/"
l1 = pytest.mark.promise("L1")


def page(request: Request, act: str = "change") -> str:
    return f"{LIST}{request.public_id}/{act}/"


def text(client: Client, url: str, **query: str) -> str:
    """What a page says, its white space put right."""
    return re.sub(r"\s+", " ", client.get(url, query).content.decode())


def listed(client: Client, **query: str) -> list[str]:
    """The numbers of the requests in the inbox, from the top."""
    return re.findall(r">\s*(\d{4}-\d{4})\s*</a>", client.get(LIST, query).content.decode())


@pytest.fixture
def ada(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(email="ada@fjordkraft.example", first_name="Ada", last_name="Berg")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    return contact


@l1
def test_what_is_due_next_stands_first_and_what_waits_for_the_person_last(log_in: LogIn, policy: PolicyVersion) -> None:
    waits = waiting(policy, 10, 30)
    later, overdue, soon = received(policy, 11, 20), received(policy, 10, 1), received(policy, 10, 27)
    found = listed(log_in("privacy officer"))
    assert found == [overdue.number, soon.number, later.number, waits.number]


@l1
def test_the_inbox_says_at_a_glance_how_each_request_stands(log_in: LogIn, policy: PolicyVersion) -> None:
    for month, day in ((10, 1), (10, 27), (11, 20)):
        received(policy, month, day)
    waiting(policy, 10, 30)
    shown = text(log_in("privacy officer"), LIST)
    for said in ("1 November 2026, 23 days late", "27 November 2026, in 3 days", "20 December 2026, in 26 days"):
        assert said in shown
    for state in ("overdue", "due soon", "to be looked at", "waits for the person"):
        assert re.search(rf"> {state} <", shown), state
    assert "waits since 24 November 2026" in shown


def test_the_inbox_names_who_asks_as_far_as_that_is_known(log_in: LogIn, policy: PolicyVersion, ada: Contact) -> None:
    asked_by(ada, policy)
    said = Asked(Kind.ACCESS, "", {"name": "R. Holm"})
    intake.enter(said, source=Source.EMAIL, received_on=NOON.date(), policy=policy, at=NOON, by="user:1")
    shown = text(log_in("privacy officer"), LIST)
    assert "Ada Berg" in shown
    assert "not found yet (“R. Holm”)" in shown


def test_what_nobody_has_proven_is_neither_listed_nor_shown(log_in: LogIn, policy: PolicyVersion) -> None:
    request, client = posted(policy), log_in("privacy officer")
    assert listed(client, state="all") == []
    assert listed(client, state="unproven") == []
    for act in ("change", "find-person", "refuse"):
        assert client.get(page(request, act)).status_code == 404


def test_closed_ones_are_shown_where_they_are_asked_for(log_in: LogIn, policy: PolicyVersion, ada: Contact) -> None:
    closed, open_one = close(asked_by(ada, policy), policy), received(policy, 11, 20)
    client = log_in("privacy officer")
    assert listed(client) == [open_one.number]
    assert listed(client, state="closed") == [closed.number]
    assert set(listed(client, state="all")) == {closed.number, open_one.number}
    assert "Done as asked" in text(client, page(closed)).replace("done as asked", "Done as asked")


def test_the_inbox_is_narrowed_by_kind_by_date_and_to_what_was_passed_on(log_in: LogIn, policy: PolicyVersion) -> None:
    overdue, soon = received(policy, 10, 1), received(policy, 10, 27, Kind.ACCESS)
    came = {"source": Source.PHONE, "received_on": dt.date(2026, 11, 20), "policy": policy}
    passed_on = intake.pass_on(Asked(Kind.COMPLAINT), None, **came, at=NOON, by="user:1")
    client = log_in("privacy officer")
    assert listed(client, due="overdue") == [overdue.number]
    assert listed(client, due="soon") == [soon.number]
    assert listed(client, kind__exact="access") == [soon.number]
    assert listed(client, passed_on="waiting") == [passed_on.number]


def test_an_empty_inbox_says_what_to_do(log_in: LogIn, policy: PolicyVersion) -> None:
    shown = text(log_in("privacy officer"), LIST)
    assert "Nobody is waiting for an answer." in shown
    assert "Enter a request" in shown


def test_the_inbox_asks_as_many_queries_for_fifty_requests_as_for_one(
    log_in: LogIn, policy: PolicyVersion, django_assert_num_queries: Any
) -> None:
    client = log_in("privacy officer")
    for size in (1, 49):
        for contact in ContactFactory.create_batch(size):
            asked_by(contact, policy)
        # Session, user, own and group permissions, time zone; requests, policy and its rules, people, papers; who was
        # looked at; the counts of requests and of overdue lists in the sidebar.
        with django_assert_num_queries(14):
            client.get(LIST)


@l1
def test_the_home_page_counts_what_waits_and_how_long_answers_took(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    close(received(policy, 11, 14), policy)
    for month, day in ((10, 1), (10, 27), (11, 20)):
        received(policy, month, day)
    waiting(policy, 10, 30)
    client = log_in("privacy officer")
    shown = text(client, "/admin/")
    for number, said in ((1, "overdue"), (1, "due within 7 days"), (4, "open"), (1, "wait for the person")):
        assert f"<strong>{number}</strong> <span>{said}</span>" in shown
    assert "half of all answers took 10 days or less" in shown
    assert "1 request is overdue" in shown
    assert listed(client, due="overdue") != []


@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor", "administrator"])
def test_the_home_page_tells_nobody_else_of_requests(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    received(policy, 10, 1)
    shown = text(log_in(role), "/admin/")
    assert "What people ask of us" not in shown
    assert "overdue" not in shown
