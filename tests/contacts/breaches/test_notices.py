"""A public notice for those who cannot be reached (Art. 34(3)(c) GDPR): on the site from a day until a day (L10)."""

import datetime as dt

import pytest
from django.test import Client

from contacts.breaches import notices
from contacts.breaches.register import BreachError
from contacts.models import BreachNotice, PolicyVersion
from tests.support.breaching import NOTICE, OFFICER, BreachFactory, seen
from tests.support.factories import NOON, ONE_DAY

pytestmark = [pytest.mark.promise("L10"), pytest.mark.usefixtures("at_noon")]

TODAY = NOON.date()


def published(policy: PolicyVersion, first: int, last: int) -> BreachNotice:
    days = {"from_on": TODAY + first * ONE_DAY, "until_on": TODAY + last * ONE_DAY}
    return notices.publish(seen(BreachFactory.create()), NOTICE, **days, policy=policy, at=NOON, by=OFFICER)


@pytest.mark.parametrize("page", ["/", "/privacy/", "/my-data/"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_site_shows_it_in_the_visitors_language(
    page: str, language: str, client: Client, policy: PolicyVersion
) -> None:
    assert NOTICE[language] not in client.get(f"{page}?lang={language}").content.decode()
    published(policy, 0, 0)
    assert NOTICE[language] in client.get(f"{page}?lang={language}").content.decode()


@pytest.mark.parametrize(("first", "last", "stands"), [(-2, 0, True), (0, 0, True), (0, 9, True), (1, 9, False)])
def test_it_stands_from_its_first_day_to_its_last(first: int, last: int, stands: bool, policy: PolicyVersion) -> None:
    published(policy, first, last)
    assert bool(notices.standing(TODAY, "en")) is stands
    assert notices.standing(TODAY + (last + 1) * ONE_DAY, "en") == []


@pytest.mark.parametrize(("first", "last"), [(0, -1), (3, 2), (-3, -1)])
def test_its_last_day_is_neither_over_nor_before_the_first(first: int, last: int, policy: PolicyVersion) -> None:
    with pytest.raises(BreachError, match="last day"):
        published(policy, first, last)
    assert not BreachNotice.objects.exists()


def test_it_stands_for_a_year_at_most(policy: PolicyVersion) -> None:
    with pytest.raises(BreachError, match="a year at most"):
        published(policy, 0, 366)


def test_it_has_its_words_in_each_language(policy: PolicyVersion) -> None:
    days = {"from_on": TODAY, "until_on": TODAY + dt.timedelta(days=1)}
    with pytest.raises(BreachError, match="each language"):
        notices.publish(BreachFactory.create(), {"en": "Here", "sv": ""}, **days, policy=policy, at=NOON, by=OFFICER)


def test_it_is_taken_down_at_once_with_a_reason_and_stays_on_record(policy: PolicyVersion) -> None:
    notice = published(policy, 0, 9)
    with pytest.raises(BreachError, match="Say why"):
        notices.withdraw(notice, " ", policy=policy, at=NOON, by=OFFICER)
    notices.withdraw(notice, "It named somebody.", policy=policy, at=NOON, by=OFFICER)
    assert notices.standing(TODAY, "en") == []
    assert BreachNotice.objects.get().withdrawal.why == "It named somebody."
    with pytest.raises(BreachError, match="does not show"):
        notices.withdraw(notice, "Again.", policy=policy, at=NOON, by=OFFICER)


def test_what_is_over_is_not_taken_down(policy: PolicyVersion) -> None:
    notice = published(policy, 0, 1)
    with pytest.raises(BreachError, match="does not show"):
        notices.withdraw(notice, "Late.", policy=policy, at=NOON + 2 * ONE_DAY, by=OFFICER)
