"""The policy of the demo company, and the earlier version of it."""

import datetime as dt

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from privacy_crm.demo import promising
from tests.support.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P24")]


def versions() -> list[tuple[int, dt.date]]:
    published = PolicyVersion.objects.published().order_by("number")
    return [(version.number, version.published_at.date()) for version in published if version.published_at]


def test_an_earlier_version_was_in_force_before_the_one_that_the_night_applies() -> None:
    promising.publish(NOON)
    assert versions() == [(1, dt.date(2018, 5, 30)), (2, dt.date(2026, 8, 26))]
    first = PolicyVersion.objects.get(number=1)
    now = PolicyVersion.objects.in_force()
    assert now
    assert (first.rule("webinar").months, now.rule("webinar").months) == (24, 18)


def test_where_a_policy_is_published_none_is_added(policy: PolicyVersion) -> None:
    before = versions()
    promising.publish(NOON)
    assert versions() == before


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Kept for 18 months (was 24)", "second factor", "related to the interest you showed", "004 10"]),
        ("sv", ["18 månader", "tvåfaktorsautentisering", "som hör ihop med det du har visat intresse för", "004 10"]),
    ],
)
def test_a_visitor_reads_what_changed(client: Client, language: str, words: list[str]) -> None:
    promising.publish(NOON)
    assert "/privacy/1/2/" in client.get("/privacy/").content.decode()
    shown = client.get(f"/privacy/1/2/?lang={language}").content.decode()
    assert [word for word in words if word not in shown] == []
    assert shown.count("<section aria-labelledby=") == 3
