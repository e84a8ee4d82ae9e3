"""Pages that ask about everybody before they are shown: they end after some seconds, and say so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from contacts.base import limits
from contacts.models import PolicyVersion
from tests.support.factories import SegmentFactory, TopicFactory, WhitepaperFactory
from tests.support.mailings import drafted, of, readers

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon", "policy")


@pytest.fixture
def too_many(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where judging everybody takes half a minute, and a page is given some milliseconds."""
    monkeypatch.setattr(limits, "OF_A_PAGE", "50ms")

    def slowly(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "COUNT(" in str(sql) and '"contacts_contact"' in str(sql):
            execute("SELECT pg_sleep(30)", None, False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(slowly):
        yield


def shown(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


SAYS = "Counting these people takes too long at the moment. Try again in some minutes."


@pytest.mark.promise("L11")
def test_the_page_before_a_mailing_does_not_keep_a_thread_busy(
    log_in: LogIn, policy: PolicyVersion, too_many: None
) -> None:
    mailing = drafted(topics=[TopicFactory.create()], segment=SegmentFactory.create(filters={"country": "SE"}))
    readers(policy, mailing, 2)
    page = shown(log_in("marketing"), of(mailing, "send"))
    assert SAYS in page
    assert "Send to" not in page


@pytest.mark.promise("L11")
def test_the_page_before_an_announcement_does_not_either(log_in: LogIn, too_many: None) -> None:
    paper = WhitepaperFactory.create()
    paper.topics.set([TopicFactory.create()])
    page = shown(log_in("marketing"), f"/admin/contacts/whitepaper/{paper.pk}/announce/")
    assert SAYS in page
    assert "Tell 0 people" not in page
