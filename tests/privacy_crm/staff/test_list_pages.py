"""The pages of a list: nothing is counted, and what leads to another page is there where there is another page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import PolicyVersion
from tests.support.factories import OrganisationFactory

pytestmark = pytest.mark.django_db

type LogIn = Callable[[str], Client]

LIST = "/admin/contacts/organisation/"


def ways(answer: Any) -> tuple[bool, bool]:
    """Tell whether a page leads to the one before, and to the one after it."""
    page = answer.content.decode()
    return 'rel="prev"' in page, 'rel="next"' in page


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, [(False, False)]),
        (1, [(False, False)]),
        (50, [(False, False)]),
        (51, [(False, True), (True, False)]),
        (101, [(False, True), (True, True), (True, False)]),
    ],
)
def test_a_list_leads_to_pages_that_there_are_and_to_no_others(
    number: int, expected: list[tuple[bool, bool]], log_in: LogIn, policy: PolicyVersion
) -> None:
    OrganisationFactory.create_batch(number)
    client, seen = log_in("marketing"), []
    answers = [client.get(LIST, {"p": str(page)}) for page in range(1, len(expected) + 1)]
    for answer in answers:
        seen += [each.pk for each in answer.context["cl"].result_list]
    assert [ways(answer) for answer in answers] == expected
    assert len(seen) == len(set(seen)) == number
    assert ("pc-pages" in answers[0].content.decode()) == (len(expected) > 1)


def test_beyond_the_last_page_a_list_leads_back(log_in: LogIn, policy: PolicyVersion) -> None:
    OrganisationFactory.create()
    assert ways(log_in("marketing").get(LIST, {"p": "7"})) == (True, False)


def test_the_way_to_the_next_page_keeps_what_the_list_is_narrowed_by(log_in: LogIn, policy: PolicyVersion) -> None:
    for number in range(51):
        OrganisationFactory.create(name=f"Fjord {number}")
    answer = log_in("marketing").get(LIST, {"q": "fjord"})
    assert 'rel="next" href="?p=2&amp;q=fjord"' in answer.content.decode()


def test_no_list_is_counted(log_in: LogIn, policy: PolicyVersion) -> None:
    OrganisationFactory.create_batch(2)
    client = log_in("marketing")
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST)
    counted = [query["sql"] for query in asked if "COUNT(" in query["sql"].upper()]
    assert asked
    assert not [sql for sql in counted if "contacts_organisation" in sql]


def test_the_list_of_accounts_has_pages_too(log_in: LogIn) -> None:
    client = log_in("administrator")
    User.objects.bulk_create(User(username=f"user-{number}") for number in range(50))
    answers = [client.get("/admin/auth/user/", {"p": page}) for page in ("1", "2")]
    assert [ways(answer) for answer in answers] == [(False, True), (True, False)]
    assert [len(answer.context["cl"].result_list) for answer in answers] == [50, 1]
