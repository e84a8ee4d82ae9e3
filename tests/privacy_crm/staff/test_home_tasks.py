"""What waits for whom on the home page, by date."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from contacts.information import reviews
from contacts.mailings import approval
from contacts.models import Event, Mailing, PolicyVersion, Upload
from contacts.words.vocabulary import MailingKind, Processing
from privacy_crm import roles
from privacy_crm.staff.home.home_tasks import by_day
from tests.privacy_crm.staff.test_audience_pages import user_of
from tests.support import assessing
from tests.support.admin_pages import contents
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    ReviewFactory,
    SignUpFactory,
    StaffFactory,
    place,
)
from tests.support.listing import made
from tests.support.mailings import AUTHOR, drafted
from tests.support.requesting import received
from tests.support.uploading import AINO, as_csv, receive

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

NOTHING = "Nothing waits for you today."


@pytest.fixture(autouse=True)
def _assessed(request: pytest.FixtureRequest) -> None:
    """What is processed is assessed, wherever a policy says what that is: or else it would be a task."""
    if "policy" in request.fixturenames:
        assessing.assessed(request.getfixturevalue("policy"))
        for each in Processing:
            assessing.impact(each)


def lines(client: Client) -> list[str]:
    """Return each task as it is read: day, word, sentence."""
    shown = client.get("/admin/").content.decode()
    if NOTHING in shown:
        return []
    listed = shown.partition('<ol class="pc-tasks">')[2].partition("</ol>")[0]
    return [" ".join(strip_tags(line).split()) for line in listed.split("</li>") if "<li" in line]


@given(due=st.lists(st.none() | st.dates(DUE - 400 * ONE_DAY, DUE + 400 * ONE_DAY)))
def test_tasks_stand_by_day_and_what_is_overdue_is_said_to_be(due: list[dt.date | None]) -> None:
    told: list[dict[str, Any]] = [{"text": "", "link": "", "day": day} for day in due]
    tasks = by_day(told, DUE)
    days = [task.day for task in tasks if task.day]
    assert days == sorted(day for day in due if day)
    assert [task.day for task in tasks[len(days) :]] == [None] * due.count(None)
    assert {task.tone for task in tasks if task.day and task.day < DUE} <= {"overdue"}
    assert all(task.day is not None and task.day < DUE for task in tasks if task.tone == "overdue")
    assert all(task.day == DUE for task in tasks if task.tone == "today")


@pytest.mark.parametrize("role", roles.ROLES)
def test_nothing_waits_in_an_empty_house(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    client = log_in(role)
    if role == "administrator":
        Authenticator.objects.create(user=user_of(client), type=Authenticator.Type.TOTP, data={})
    before = contents()
    assert NOTHING in client.get("/admin/").content.decode()
    assert contents() == before


def test_the_officers_tasks_stand_in_the_order_of_their_days(log_in: LogIn, policy: PolicyVersion) -> None:
    ReviewFactory.create(title="Who has access", next_on=DUE)
    ReviewFactory.create(title="Where backups are", next_on=DUE + 3 * ONE_DAY)
    ReviewFactory.create(title="Far away", next_on=DUE + 30 * ONE_DAY)
    received(policy, 10, 1)
    place(ContactFactory.create(), "freeze", "legal_claim", until=DUE + 2 * ONE_DAY)
    approval.submit(drafted(name="Terms", kind=MailingKind.IMPORTANT), at=NOON, by=AUTHOR)
    first, *others = lines(log_in("privacy officer"))
    assert first.endswith("overdue 1 request is overdue")
    assert others == [
        "24 November 2026 today Review: Who has access",
        "24 November 2026 today Approve or give back the important message “Terms”",
        "26 November 2026 this week 1 hold ends within a week: see whether it is still needed",
        "27 November 2026 this week Review: Where backups are",
    ]


def test_a_review_that_was_done_waits_no_more(log_in: LogIn, policy: PolicyVersion) -> None:
    review, client = ReviewFactory.create(title="Who has access", next_on=DUE - ONE_DAY), log_in("privacy officer")
    assert lines(client) == ["23 November 2026 overdue Review: Who has access"]
    assert f'href="/admin/contacts/review/{review.pk}/change/"' in client.get("/admin/").content.decode()
    reviews.record(review, "All is well.", on=DUE, at=NOON, by="test")
    assert lines(client) == []


def test_a_list_whose_week_is_over_waits_for_its_holder(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    audience = made(user_of(client))
    assert lines(client) == []
    type(audience).objects.update(valid_through=DUE - 2 * ONE_DAY)
    assert lines(client) == ["22 November 2026 overdue Say what became of 1 list of yours"]
    assert lines(log_in("marketing")) == []


def test_what_marketing_sends_waits_for_marketing(log_in: LogIn, policy: PolicyVersion) -> None:
    paused, soon, later = drafted(name="Halted"), drafted(name="Soon"), drafted(name="Later")
    Mailing.objects.filter(pk=paused.pk).update(state="paused")
    Mailing.objects.filter(pk=soon.pk).update(state="scheduled", scheduled_for=NOON + 2 * ONE_DAY)
    Mailing.objects.filter(pk=later.pk).update(state="scheduled", scheduled_for=NOON + 20 * ONE_DAY)
    assert lines(log_in("marketing")) == [
        "24 November 2026 today “Halted” is paused: resume or stop it",
        "26 November 2026 this week “Soon” leaves",
    ]
    for role in ("sales", "events", "privacy officer", "auditor"):
        assert lines(log_in(role)) == []


def test_an_import_waits_for_whoever_sent_it_until_its_file_is_deleted(log_in: LogIn, policy: PolicyVersion) -> None:
    client, upload = log_in("marketing"), receive(as_csv([[AINO, "", "", "", ""]]))
    mine = Upload.objects.filter(pk=upload.pk)
    mine.update(state="previewed", forget_at=NOON + ONE_DAY)
    assert lines(client) == []
    mine.update(uploaded_by=user_of(client))
    told = "A list of people waits for your yes; its file is deleted on this day"
    assert lines(client) == [f"25 November 2026 this week {told}"]


def test_who_stands_at_the_door_finds_the_way_there(log_in: LogIn, policy: PolicyVersion) -> None:
    EventFactory.create(title="Yesterday", starts_at=NOON - 2 * ONE_DAY, ends_at=NOON - ONE_DAY)
    EventFactory.create(title="Cancelled", starts_at=NOON, cancelled_at=NOON)
    EventFactory.create(title="In a week", starts_at=NOON + 7 * ONE_DAY)
    EventFactory.create(title="Tomorrow", starts_at=NOON + ONE_DAY)
    EventFactory.create(title="Since Monday", starts_at=NOON - ONE_DAY, ends_at=NOON + ONE_DAY)
    client = log_in("events")
    assert lines(client) == [
        "24 November 2026 today Check guests in: Since Monday",
        "25 November 2026 this week Check guests in: Tomorrow",
    ]
    door = f"/admin/contacts/event/{Event.objects.get(title='Tomorrow').pk}/check-in/"
    assert door in client.get("/admin/").content.decode()
    assert client.get(door).status_code == 200
    assert lines(log_in("sales")) == []


def test_sign_ups_wait_until_the_first_is_forgotten(log_in: LogIn, policy: PolicyVersion) -> None:
    for days in (10, 20):
        SignUpFactory.create(policy_version=policy, created_at=NOON - days * ONE_DAY)
    told = "2 people have signed up and not confirmed the address; the first is forgotten on this day"
    assert lines(log_in("events")) == [f"4 December 2026 later {told}"]
    assert lines(log_in("auditor")) == []


def test_a_hold_of_a_request_is_nobodys_to_prolong(log_in: LogIn, policy: PolicyVersion) -> None:
    place(ContactFactory.create(), "freeze", "restriction", until=DUE + ONE_DAY)
    assert lines(log_in("privacy officer")) == []


def test_the_administrator_hears_of_accounts_without_a_second_factor_and_of_no_person(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    client, safe = log_in("administrator"), StaffFactory.create(username="safe-colleague")
    StaffFactory.create(is_active=False)
    Authenticator.objects.create(user=safe, type=Authenticator.Type.TOTP, data={})
    SignUpFactory.create(policy_version=policy, created_at=NOON)
    assert lines(client) == ["any day 1 account has no second factor yet"]
    listed = client.get("/admin/auth/user/?second_factor=none").content.decode()
    assert (user_of(client).username in listed, "safe-colleague" in listed) == (True, False)


def test_the_queries_of_the_home_page_do_not_grow_with_what_waits(log_in: LogIn, policy: PolicyVersion) -> None:
    counts = []
    client = log_in("superuser")
    client.get("/admin/")
    for number in (1, 10):
        for _ in range(number):
            ReviewFactory.create()
            EventFactory.create(starts_at=NOON)
            made(StaffFactory.create())
            SignUpFactory.create(policy_version=policy, created_at=NOON)
            Mailing.objects.filter(pk=drafted().pk).update(state="paused")
            place(ContactFactory.create(), "freeze", "legal_claim", until=DUE)
        with CaptureQueriesContext(connection) as asked:
            client.get("/admin/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "queries"),
    [("marketing", 24), ("sales", 16), ("events", 11), ("privacy officer", 44), ("auditor", 14), ("administrator", 15)],
)
def test_the_home_page_asks_few_queries_and_scans_nothing(
    log_in: LogIn, policy: PolicyVersion, role: str, queries: int, django_assert_max_num_queries: Any
) -> None:
    client = log_in(role)
    client.get("/admin/")
    with django_assert_max_num_queries(queries) as asked:
        client.get("/admin/")
    assert not [each["sql"] for each in asked if "refusal" in each["sql"] or "lapse" in each["sql"]]
