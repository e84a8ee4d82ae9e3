import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.journal import writing
from contacts.models import JournalLine, PolicyVersion
from contacts.words.journal import JournalAct
from privacy_crm.tasks import count_figure
from retention.models import Hold, PurgeRun
from retention.nights import purge
from tests.support.factories import NOON, ContactFactory, HoldFactory, hold

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")


def home(client: Client) -> str:
    return client.get("/admin/").content.decode()


def ahead(client: Client) -> str:
    """What the card shows once a worker has counted."""
    count_figure("ahead")
    return fetched(client)


def fetched(client: Client) -> str:
    return client.get("/admin/figures/ahead/").content.decode()


def run(status: str, **fields: int) -> PurgeRun:
    return PurgeRun.objects.create(at=NOON, by="test", status=status, started_at=NOON, finished_at=NOON, **fields)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("needs_approval", "would delete 128 people and reduce 3, which is more than it may"),
        ("failed", "A part of the run of 24 November 2026 failed."),
        ("interrupted", "The run of 24 November 2026 was broken off."),
        ("missed", "The run of 24 November 2026 did not happen."),
    ],
)
def test_a_run_that_waits_failed_broke_off_or_is_missing_heads_the_officers_home_page(
    log_in: LogIn, policy: PolicyVersion, status: str, told: str
) -> None:
    alarming = run(status, to_delete=128, to_minimise=3)
    shown = home(log_in("privacy officer"))
    assert shown.index('role="alert"') < shown.index(told)
    assert f"/admin/retention/purgerun/{alarming.pk}/change/" in shown


def test_all_is_well_after_a_later_run_that_finished(log_in: LogIn, policy: PolicyVersion) -> None:
    run("failed")
    run("finished")
    assert 'role="alert"' not in home(log_in("privacy officer"))


@pytest.mark.parametrize("role", ["marketing", "sales", "events", "administrator"])
def test_who_may_not_see_the_runs_hears_nothing_of_them(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    run("needs_approval", to_delete=128)
    shown = home(log_in(role))
    assert 'role="alert"' not in shown
    assert "nightly run" not in shown.lower()
    assert "next 90 days" not in shown


@pytest.mark.promise("L11")
@pytest.mark.parametrize(
    ("role", "minutes", "shown"),
    [
        ("privacy officer", 10, True),
        ("administrator", 10, True),
        ("administrator", 9, False),
        ("marketing", 10, False),
    ],
)
def test_a_journal_that_is_not_written_heads_the_page_of_those_who_can_do_something(
    log_in: LogIn, policy: PolicyVersion, role: str, minutes: int, shown: bool
) -> None:
    writing.write(JournalAct.KEY_REVOKED, at=NOON - dt.timedelta(minutes=minutes), key="digest")
    JournalLine.objects.update(number=1)
    assert ("deletions and objections have not reached the journal" in home(log_in(role))) == shown


def test_last_night_is_told_in_a_sentence(log_in: LogIn, policy: PolicyVersion) -> None:
    for day in (1, 2):
        hold(ContactFactory.create(), "prospect", dt.date(2025, 1, day), policy=policy)
    spared = ContactFactory.create()
    hold(spared, "prospect", dt.date(2025, 1, 3), policy=policy)
    HoldFactory.create(contact=spared)
    purge.run(policy=policy, at=NOON, by="test", approve=True, now=lambda: NOON)
    shown = home(log_in("auditor"))
    sentence = (
        "Last night 2 people were deleted, 0 reduced to what the law requires, "
        "1 spared by an open request or claim. Nothing failed."
    )
    assert sentence in shown
    Hold.objects.all().delete()
    assert sentence in home(log_in("auditor"))  # it tells of last night, whatever has happened since


def test_what_lapses_next_is_counted_by_week(log_in: LogIn, policy: PolicyVersion) -> None:
    for month, day in ((5, 25), (6, 1), (6, 24), (6, 30)):
        hold(ContactFactory.create(), "prospect", dt.date(2025, month, day), policy=policy)
    shown = ahead(log_in("privacy officer"))
    assert "4 people will be deleted" in shown
    assert "<strong>1</strong> <span>in the next run</span>" in shown
    for days, people in ((30, 3), (60, 4), (90, 4)):
        assert f"<strong>{people}</strong> <span>within {days} days</span>" in shown
    assert "<title>24 November 2026: 1</title>" in shown
    assert "<title>1 December 2026: 1</title>" in shown
    assert '<th scope="row">29 December 2026</th><td>1</td><td>1</td>' in shown


def test_the_numbers_are_remembered_for_a_while_and_forgotten_with_the_next_run(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    client = log_in("privacy officer")
    assert "Nobody is due" in ahead(client)
    hold(ContactFactory.create(), "prospect", dt.date(2025, 6, 1), policy=policy)
    assert "Nobody is due" in fetched(client)
    run("finished")
    assert "Counting…" in fetched(client)
    assert "1 person will be deleted" in ahead(client)


def test_the_home_page_says_what_to_do_first(log_in: LogIn) -> None:
    shown = home(log_in("privacy officer"))
    assert "Run manage.py publish_policy" in shown
    assert "No run has finished yet" in shown
