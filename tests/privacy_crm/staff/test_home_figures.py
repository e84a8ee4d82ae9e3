"""The charts of the home page: what they count, and who sees which."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from contacts.models import Contact, PolicyVersion
from contacts.permission import objections
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import Channel
from privacy_crm import roles
from privacy_crm.celery import app
from privacy_crm.figures import catalogue, counts, remembering
from privacy_crm.figures.catalogue import FIGURES
from privacy_crm.figures.charts import HEIGHT, Chart, Series
from privacy_crm.figures.counts import Share
from privacy_crm.tasks import count_figure, count_figures
from retention.models import PurgeCount, PurgeRun
from tests.support.admin_pages import contents
from tests.support.factories import DUE, NOON, ONE_DAY, ContactFactory, crowd, hold
from tests.support.listing import free_country, prospect
from tests.support.requesting import received

type LogIn = Callable[[str], Client]

__all__ = ["free_country"]

pytestmark = pytest.mark.usefixtures("at_noon")

SEEN = {
    "marketing": ["leaving", "new", "objections", "permissions"],
    "sales": ["leaving", "new", "objections", "permissions"],
    "events": [],
    "privacy officer": list(FIGURES),
    "auditor": ["ahead", "history", "years"],
    "administrator": [],
}


def card(client: Client, name: str) -> str:
    """What a page shows once a worker has counted it."""
    count_figure(name)
    return client.get(f"/admin/figures/{name}/").content.decode()


def numbers(chart: Chart) -> dict[str, list[int]]:
    return {str(each.label): each.numbers for each in chart.series}


@pytest.mark.parametrize("role", roles.ROLES)
def test_each_role_sees_its_own_figures_and_no_others(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    client = log_in(role)
    before = contents()
    home = client.get("/admin/").content.decode()
    assert [name for name in FIGURES if f'hx-get="/admin/figures/{name}/"' in home] == SEEN[role]
    answers = {name: client.get(f"/admin/figures/{name}/").status_code for name in FIGURES}
    assert answers == {name: 200 if name in SEEN[role] else 403 for name in FIGURES}
    assert contents() == before


def test_a_figure_that_does_not_exist_is_not_found_and_nothing_is_counted_without_a_policy(log_in: LogIn) -> None:
    client = log_in("superuser")
    assert client.get("/admin/figures/nothing/").status_code == 404
    assert client.get("/admin/figures/new/").status_code == 404
    assert "/admin/figures/" not in client.get("/admin/").content.decode()


def test_whoever_is_not_logged_in_is_told_no_numbers(client: Client, policy: PolicyVersion) -> None:
    assert [client.get(f"/admin/figures/{name}/").status_code for name in FIGURES] == [302] * len(FIGURES)


def test_new_contacts_are_counted_by_month_and_scenario(policy: PolicyVersion) -> None:
    crowd(3, "event", dt.date(2026, 11, 1), policy=policy)
    crowd(2, "event", dt.date(2025, 12, 1), policy=policy)
    crowd(9, "event", dt.date(2025, 11, 30), policy=policy)
    both = crowd(1, "prospect", dt.date(2026, 6, 30), policy=policy)[0]
    hold(both, "webinar", dt.date(2026, 6, 1), policy=policy)
    chart = counts.new_contacts(policy, DUE)
    assert (chart.names[0], chart.names[-1]) == ("December 2025", "November 2026")
    counted = numbers(chart)
    assert counted["event"] == [2, *[0] * 10, 3]
    june = [0] * 6 + [1] + [0] * 5
    assert (counted["prospect"], counted["webinar"]) == (june, june)


def test_each_address_that_objected_is_counted_once_for_each_channel(policy: PolicyVersion) -> None:
    person = prospect(policy)
    for day, channels in ((dt.date(2026, 9, 2), [Channel.EMAIL]), (dt.date(2026, 10, 2), list(Channel))):
        objections.record(
            str(person.address_hash), public_id=None, channels=channels, reason="test", day=day, at=NOON, by="test"
        )
    gone = keyed_hash("gone@fjordkraft.example")
    told: dict[str, Any] = {"public_id": None, "reason": "test", "at": NOON, "by": "test"}
    objections.record(gone, channels=[Channel.EMAIL], day=dt.date(2026, 10, 9), **told)
    counted = numbers(counts.objections(policy, DUE))
    assert {label: (each[-3], each[-2], sum(each)) for label, each in counted.items()} == {
        "e-mail": (1, 1, 2),
        "phone": (0, 1, 1),
        "post": (0, 1, 1),
    }


@pytest.mark.usefixtures("free_country")
@pytest.mark.promise("P11")
def test_who_may_be_written_to_is_counted_by_country(policy: PolicyVersion, django_assert_max_num_queries: Any) -> None:
    for country, number in (("GB", 3), ("SE", 2), ("", 1)):
        for _ in range(number):
            prospect(policy, country=country)
    with django_assert_max_num_queries(9):  # for each channel the laws, the versions of the policy, and everybody
        counted = counts.by_country(policy, DUE)
    assert [(country, shares[0]) for country, shares in counted] == [
        ("United Kingdom", Share(3, 3)),
        ("Sweden", Share(0, 2)),
        ("Country missing", Share(0, 1)),
    ]


def test_small_countries_are_counted_together(policy: PolicyVersion) -> None:
    codes = ["SE", "DK", "NO", "FI", "DE", "NL", "BE", "FR", "ES", "PT", "IT", "PL"]
    for country in codes:
        for _ in range(1 if country in {"IT", "PL"} else 2):
            prospect(policy, country=country)
    counted = counts.by_country(policy, DUE)
    assert len(counted) == counts.COUNTRIES + 1
    assert (counted[-1][0], [share.of for share in counted[-1][1]]) == ("All other countries", [2, 2, 2])
    assert sum(shares[0].of for _country, shares in counted) == 22


@pytest.mark.usefixtures("free_country")
def test_who_can_be_won_back_is_whom_the_list_finds(log_in: LogIn, policy: PolicyVersion) -> None:
    may, must_not = prospect(policy, country="GB"), prospect(policy, country="SE")
    for person in (may, must_not):
        person.bases.all().delete()
        hold(person, "prospect", dt.date(2025, 6, 20), policy=policy)  # goes on 20 December 2026
    hold(ContactFactory.create(), "prospect", dt.date(2025, 8, 1), policy=policy)  # on 1 February 2027
    Contact.objects.filter(pk=may.pk).update(phone="")
    by_channel = [1, 0, 2]  # e-mail and phone: only where no consent is asked for, and there is something to reach
    assert counts.leaving(policy, DUE) == [(30, 2, by_channel), (60, 2, by_channel), (90, 3, by_channel)]
    client = log_in("sales")
    shown = card(client, "leaving")
    for days, number in ((30, 2), (60, 2), (90, 3)):
        assert f'<a href="/admin/contacts/contact/?due={days}">{number} people</a>' in shown
        listed = client.get(f"/admin/contacts/contact/?due={days}").context_data["cl"].result_list
        assert len(listed) == number


def test_the_nights_are_summed_by_month_from_the_ledger(policy: PolicyVersion) -> None:
    for at, status, spared, deleted, reduced in (
        (NOON, "finished", 3, 5, 1),
        (NOON - ONE_DAY, "failed", 4, 2, 0),
        (NOON - 40 * ONE_DAY, "missed", None, 0, 0),
        (NOON - 70 * ONE_DAY, "finished", 2, 0, 0),
        (NOON - 400 * ONE_DAY, "finished", 9, 99, 0),
    ):
        run = PurgeRun.objects.create(at=at, by="test", status=status, started_at=at, finished_at=at, spared=spared)
        for rule in ("event", "prospect"):
            PurgeCount.objects.create(run=run, rule=rule, contacts_deleted=deleted, contacts_minimised=reduced)
    chart = counts.purges(policy, DUE)
    counted = {str(each.label): (each.numbers[-2], each.numbers[-1], each.total) for each in chart.series}
    assert counted == {
        "People deleted": (0, 14, 14),
        "People reduced to what the law requires": (0, 2, 2),
        # The same people night after night: the most of them in one, not a sum.
        "People spared by an open request or claim, at most in one night": (0, 4, 4),
        "Reasons that lapsed": (0, 0, 0),
        "Runs that failed, broke off or did not happen": (1, 1, 2),
    }


def test_the_auditor_reads_how_many_requests_came_in_each_year(log_in: LogIn, policy: PolicyVersion) -> None:
    received(policy, 10, 1)
    shown = card(log_in("auditor"), "years")
    assert "2026, deletion" in shown


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a worker is asked to count, as long as none is there."""
    names: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda _task, arguments, **_how: names.extend(arguments))
    return names


def fetched(client: Client, name: str) -> str:
    return client.get(f"/admin/figures/{name}/").content.decode()


def test_a_page_never_counts_but_asks_a_worker_once_and_looks_again(
    log_in: LogIn, policy: PolicyVersion, asked: list[str], django_assert_max_num_queries: Any
) -> None:
    client = log_in("marketing")
    crowd(3, "event", dt.date(2026, 11, 1), policy=policy)
    for _ in range(2):
        with django_assert_max_num_queries(12) as statements:
            shown = fetched(client, "new")
        assert ("Counting…" in shown, 'hx-trigger="load delay:2s"' in shown) == (True, True)
        assert not [each for each in statements if "date_trunc" in each["sql"].lower()]
    assert asked == ["new"]
    count_figure("new")
    shown = fetched(client, "new")
    assert ("As of 24 November 2026 13:00." in shown, "hx-trigger" in shown) == (True, False)
    assert asked == ["new"]


def test_a_card_stops_asking_after_two_minutes_and_says_so(
    log_in: LogIn, policy: PolicyVersion, asked: list[str]
) -> None:
    client = log_in("marketing")
    for tries, goes_on in (("", True), ("58", True), ("59", False), ("60", False), ("x", False), ("-1", False)):
        shown = client.get("/admin/figures/new/", {"tries": tries} if tries else {}).content.decode()
        assert ("hx-trigger" in shown, "Counting…" in shown) == (goes_on, goes_on), tries
        assert ("Load the page again to try once more.</p>" in shown) is not goes_on
        assert not goes_on or f'?tries={int(tries or 0) + 1}"' in shown


def test_old_numbers_are_shown_until_a_worker_has_counted_new_ones(
    log_in: LogIn, policy: PolicyVersion, asked: list[str]
) -> None:
    count_figure("new")
    for later, asks in ((dt.timedelta(hours=1), []), (dt.timedelta(hours=1, seconds=1), ["new"])):
        with time_machine.travel(NOON + later, tick=False):
            assert "As of 24 November 2026 13:00." in fetched(log_in("marketing"), "new")
        assert asked == asks


def test_without_valkey_the_card_says_so_and_the_page_stands(
    log_in: LogIn, policy: PolicyVersion, settings: Any
) -> None:
    client = log_in("privacy officer")
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://localhost:1/0"}}
    assert "The numbers cannot be shown at the moment." in fetched(client, "new")
    assert client.get("/admin/").status_code == 200


def test_bars_share_one_scale_and_a_few_can_be_told_from_none() -> None:
    chart = Chart(
        "Month", ["May", "June"], [Series("many", [10_000, 5_000]), Series("few", [0, 1]), Series("none", [0, 0])]
    )
    heights = {series.label: [bar.height for bar in bars] for series, bars in chart.panels}
    assert heights == {"many": [HEIGHT, HEIGHT // 2], "few": [0, 2]}
    assert chart.rows == [("May", (10_000, 0, 0)), ("June", (5_000, 1, 0))]


def test_what_reads_everybody_is_counted_at_night_for_the_pages_of_the_day(
    log_in: LogIn, policy: PolicyVersion, django_assert_max_num_queries: Any
) -> None:
    prospect(policy, country="SE")
    (entry,) = [each for each in app.conf.beat_schedule.values() if each["task"] == count_figures.name]
    assert entry["schedule"].hour == {4}
    count_figures()
    prospect(policy, country="NO")
    client = log_in("marketing")
    with django_assert_max_num_queries(12) as asked:
        shown = fetched(client, "permissions")
    assert ("Sweden" in shown, "Norway" in shown) == (True, False)
    assert not [each for each in asked if "refusal" in each["sql"]]


@pytest.mark.promise("L11")
def test_figures_that_there_is_no_time_for_are_left_to_a_task_each(policy: PolicyVersion) -> None:
    nightly = [name for name, figure in catalogue.FIGURES.items() if figure.nightly]
    time = iter([False, True])
    assert catalogue.count_nightly(policy, at=NOON, is_over=lambda: next(time)) == nightly[1:]
    known = [name for name in nightly if remembering.recalled(catalogue.key_of(name, policy))]
    assert known == nightly[:1]


def test_nothing_is_counted_at_night_before_a_policy_is_published(db: None) -> None:
    count_figures()
