"""Officers hear by mail of the answers that are due, in time and once a day (L1)."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.base.limits import limits
from contacts.models import PolicyVersion
from dsr import tasks
from dsr.clock import reminding
from dsr.decisions import agreeing
from dsr.intake import identity, intake
from dsr.intake.intake import Asked
from dsr.letters import complaints
from dsr.models import Request
from dsr.words.vocabulary import Kind, Source
from privacy_crm.mail import mailer
from tests.support.deciding import draft
from tests.support.factories import ContactFactory
from tests.support.mail_sink import Sink
from tests.support.mail_under_way import elsewhere
from tests.support.requesting import KNOWN, answer, asked_by, close, entered, fresh, moment, question, steps
from tests.support.waiting import locked

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L1")]

ONE_DAY = dt.timedelta(days=1)
RECEIVED = dt.date(2026, 11, 2)
DUE = dt.date(2026, 12, 2)


@pytest.fixture(autouse=True)
def officer(db: None) -> str:
    return somebody("officer", "privacy officer").email


def somebody(name: str, role: str = "") -> User:
    user = get_user_model().objects.create_user(name, email=f"{name}@nordvik.example")
    user.groups.set(Group.objects.filter(name=role))
    return user


def request_of(policy: PolicyVersion, received_on: dt.date = RECEIVED, kind: Kind = Kind.ACCESS) -> Request:
    return entered(policy, kind, received_on, at=moment(received_on))


def at_eight(day: dt.date, hour: int = 8, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo("Europe/Stockholm"))


def mornings(policy: PolicyVersion, first: dt.date, last: dt.date) -> list[int]:
    """Have eight o'clock strike on each of these days, and return how many days before DUE officers heard of it."""
    heard = []
    day = first
    while day <= last:
        if reminding.tick(policy=policy, at=at_eight(day)):
            heard.append((DUE - day).days)
        day += ONE_DAY
    return heard


def test_officers_hear_of_it_14_7_3_and_1_days_before_and_each_day_after(policy: PolicyVersion) -> None:
    request_of(policy)
    assert mornings(policy, RECEIVED, DUE + 3 * ONE_DAY) == [14, 7, 3, 1, -1, -2, -3]
    assert len(mail.outbox) == 7


@pytest.mark.parametrize(("first", "heard"), [(13, [13, 7]), (5, [5]), (2, [2]), (0, [0]), (-4, [-4])])
def test_a_reminder_that_was_missed_is_made_up_for_once(policy: PolicyVersion, first: int, heard: list[int]) -> None:
    request_of(policy)
    begin = DUE - first * ONE_DAY
    assert mornings(policy, begin, begin + (7 if first > 7 else 1 if first > 3 else 0) * ONE_DAY)[: len(heard)] == heard


def test_nothing_is_sent_twice_on_a_day_nor_before_eight_in_the_companys_zone(policy: PolicyVersion) -> None:
    request_of(policy)
    day = DUE - 7 * ONE_DAY
    assert reminding.tick(policy=policy, at=at_eight(day, 7, 59)) == 0
    assert [reminding.tick(policy=policy, at=at_eight(day, hour)) for hour in (8, 9, 23)] == [1, 0, 0]
    assert reminding.tick(policy=policy, at=at_eight(day, 7, 59) + ONE_DAY) == 0


def test_eight_o_clock_that_was_slept_through_is_made_up_for_on_the_same_day(policy: PolicyVersion) -> None:
    request_of(policy)
    assert reminding.tick(policy=policy, at=at_eight(DUE - 7 * ONE_DAY, 15)) == 1


def test_one_mail_a_day_names_all_by_number_kind_and_date_and_nobody_by_name(
    policy: PolicyVersion, officer: str
) -> None:
    late = request_of(policy, dt.date(2026, 10, 1), Kind.ERASURE)
    person = ContactFactory.create(first_name="Xerxes", last_name="Ungewitter")
    soon = asked_by(person, policy, at=moment(RECEIVED))
    assert reminding.tick(policy=policy, at=at_eight(DUE - ONE_DAY)) == 2
    (sent,) = mail.outbox
    assert sent.to == [officer]
    assert sent.subject == "Requests to answer: 1 overdue, 1 due soon"
    lines = sent.body.splitlines()
    assert lines[2:4] == [
        f"{late.number}: deletion, was due on 1 November 2026 (30 days ago)",
        f"{soon.number}: access to their details, answer by 2 December 2026 (1 day left)",
    ]
    for private in ("Xerxes", "Ungewitter", person.email, str(person.public_id)):
        assert private not in sent.body + sent.subject


def test_every_officer_hears_and_nobody_else(policy: PolicyVersion, officer: str) -> None:
    somebody("seller", "sales")
    second = somebody("second")
    second.user_permissions.add(Permission.objects.get(codename="handle_request"))
    gone = somebody("gone", "privacy officer")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    User.objects.create_superuser("root", "root@nordvik.example")
    request_of(policy)
    reminding.tick(policy=policy, at=at_eight(DUE))
    assert [sent.to for sent in mail.outbox] == [[officer, second.email]]


def test_without_an_officer_to_tell_it_waits_for_one(policy: PolicyVersion) -> None:
    User.objects.update(email="")
    request = request_of(policy)
    assert reminding.tick(policy=policy, at=at_eight(DUE)) == 0
    assert fresh(request).warned_on is None
    User.objects.update(email="late@nordvik.example")
    assert reminding.tick(policy=policy, at=at_eight(DUE, 9)) == 1


def test_a_mail_that_does_not_leave_marks_nothing(policy: PolicyVersion, settings: Any) -> None:
    request = request_of(policy)
    working = settings.MAILERS
    settings.MAILERS = {"default": mailer("smtp://127.0.0.1:1", Path("/nowhere"))}
    with pytest.raises(ConnectionRefusedError):
        reminding.tick(policy=policy, at=at_eight(DUE))
    assert fresh(request).warned_on is None
    assert "warned" not in steps(request)
    settings.MAILERS = working
    assert reminding.tick(policy=policy, at=at_eight(DUE)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_officer_works_on_while_the_mail_is_being_sent(policy: PolicyVersion, sink: Sink) -> None:
    """Found: answering waited for the mail server, and ended in an error page after ten seconds."""
    ours, others = request_of(policy), request_of(policy)
    again: list[int] = []

    def meanwhile() -> None:
        with transaction.atomic(), limits(lock="1s"):
            close(others, policy, at=moment(DUE))
        Request.objects.filter(pk=others.pk).delete()
        again.append(reminding.tick(policy=policy, at=at_eight(DUE)))

    sink.taken = elsewhere(meanwhile)
    assert reminding.tick(policy=policy, at=at_eight(DUE)) == 2
    assert steps(ours).count("warned") == 1
    assert (again, len(sink.raw)) == ([0], 1)


def test_what_waits_for_the_person_or_is_closed_reminds_nobody(policy: PolicyVersion) -> None:
    question(asked_by(ContactFactory.create(), policy, at=moment(RECEIVED)), policy, at=moment(DUE - 5 * ONE_DAY))
    close(request_of(policy), policy, at=moment(RECEIVED))
    assert mornings(policy, DUE - 4 * ONE_DAY, DUE + 2 * ONE_DAY) == []


def test_a_clock_that_runs_on_reminds_anew_of_its_later_date(policy: PolicyVersion) -> None:
    request = asked_by(ContactFactory.create(), policy, at=moment(RECEIVED))
    assert mornings(policy, DUE - 14 * ONE_DAY, DUE - 10 * ONE_DAY) == [14]
    question(request, policy, at=moment(DUE - 10 * ONE_DAY))
    answer(request, policy, DUE)  # ten days later
    assert mornings(policy, DUE, DUE + 10 * ONE_DAY) == [0, -3, -7, -9]


def test_a_person_without_e_mail_who_does_not_answer_is_left_to_the_officer(policy: PolicyVersion) -> None:
    request = question(asked_by(ContactFactory.create(), policy, at=moment(RECEIVED)), policy, at=moment(RECEIVED))
    assert reminding.tick(policy=policy, at=at_eight(RECEIVED + 31 * ONE_DAY)) == 0
    assert reminding.tick(policy=policy, at=at_eight(RECEIVED + 32 * ONE_DAY)) == 1
    assert f"{request.number}: access to their details, no answer since 2 November 2026" in mail.outbox[0].body


def passed_on(policy: PolicyVersion, received_on: dt.date = RECEIVED) -> Request:
    came = {"source": Source.PHONE, "received_on": received_on, "policy": policy}
    return intake.pass_on(Asked(Kind.ERASURE, "She called."), None, **came, at=moment(RECEIVED), by="user:7")


def test_what_staff_pass_on_is_told_on_the_next_morning_once(policy: PolicyVersion) -> None:
    request = passed_on(policy)
    assert mornings(policy, RECEIVED + ONE_DAY, DUE - 13 * ONE_DAY) == [29, 14]
    first = mail.outbox[0]
    assert first.subject == "Requests to answer: 1 passed on by staff"
    line = f"{request.number}: deletion, passed on by staff, answer by 2 December 2026 (29 days left)"
    assert line in first.body.splitlines()
    assert "passed on by staff" not in mail.outbox[1].subject + mail.outbox[1].body


def test_what_was_passed_on_too_late_is_due_and_no_news(policy: PolicyVersion) -> None:
    passed_on(policy, dt.date(2026, 10, 10))
    reminding.tick(policy=policy, at=at_eight(RECEIVED + ONE_DAY))
    assert mail.outbox[0].subject == "Requests to answer: 1 due soon"


def test_what_the_officer_has_looked_at_by_then_or_entered_is_no_news(policy: PolicyVersion) -> None:
    identity.identify(passed_on(policy).pk, [ContactFactory.create()], KNOWN, at=moment(RECEIVED), by="user:1")
    request_of(policy)
    assert reminding.tick(policy=policy, at=at_eight(RECEIVED + ONE_DAY)) == 0


def complaint(policy: PolicyVersion, agreed_by: dt.date) -> Request:
    request = asked_by(ContactFactory.create(), policy, Kind.COMPLAINT, at=moment(RECEIVED))
    letter = draft(complaints.agreed, request, policy, agreement="We look into it.", by=agreed_by)
    agreeing.agree(request.pk, "We look into it.", agreed_by, letter, policy=policy, at=moment(RECEIVED), by="user:1")
    return request


@pytest.mark.promise("P23")
def test_what_was_promised_is_told_the_day_before_and_each_day_until_it_is_done(policy: PolicyVersion) -> None:
    promised_on = RECEIVED + 5 * ONE_DAY
    request = complaint(policy, promised_on)
    late = DUE - promised_on
    assert mornings(policy, RECEIVED, promised_on + ONE_DAY) == [late.days + 1, late.days, late.days - 1]
    told = f"{request.number}: complaint, promised by 7 November 2026, answer by 2 December 2026 (26 days left)"
    assert told in mail.outbox[0].body.splitlines()
    assert [sent.subject.rpartition(": ")[2] for sent in mail.outbox] == ["1 due soon", "1 due soon", "1 overdue"]
    close(request, policy)
    assert mornings(policy, promised_on + 2 * ONE_DAY, promised_on + 3 * ONE_DAY) == []


@pytest.mark.promise("P23")
@pytest.mark.usefixtures("at_noon")
def test_a_promise_stands_at_home_and_where_it_is_due_on_the_list(
    policy: PolicyVersion, log_in: Callable[[str], Client]
) -> None:
    answer_first = asked_by(ContactFactory.create(), policy, Kind.ACCESS, at=moment(RECEIVED - 10 * ONE_DAY))
    request = complaint(policy, dt.date(2026, 11, 26))
    later = complaint(policy, dt.date(2026, 12, 20))
    client = log_in("privacy officer")
    assert "1 promise to a person has to be kept" in client.get("/admin/").content.decode()
    listed = client.get("/admin/dsr/request/", {"due": "promised"}).content.decode()
    assert "promised by 26 November 2026, in 2 days" in listed
    assert request.number in listed
    assert later.number not in listed
    assert list(Request.objects.by_due()) == [answer_first, request, later]


def test_each_reminder_stands_in_the_timeline(policy: PolicyVersion) -> None:
    request = request_of(policy)
    mornings(policy, DUE - 7 * ONE_DAY, DUE - 3 * ONE_DAY)
    assert steps(request) == ["received", "warned", "warned"]


def test_queries_do_not_grow_with_the_requests(policy: PolicyVersion) -> None:
    def queries(number: int, day: dt.date) -> int:
        for _ in range(number):
            request_of(policy)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert reminding.tick(policy=policy, at=at_eight(day)) >= number
        return len(caught)

    assert queries(1, DUE + ONE_DAY) == queries(30, DUE + 2 * ONE_DAY)


@pytest.mark.usefixtures("at_noon")
def test_the_job_reads_the_clock_and_does_nothing_without_a_policy(officer: str) -> None:
    tasks.remind_officers()
    assert not mail.outbox


@pytest.mark.usefixtures("at_noon")
def test_the_job_tells_of_what_is_due(policy: PolicyVersion) -> None:
    request_of(policy, dt.date(2026, 10, 20))
    tasks.remind_officers()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_officers_hear_once_a_day_though_somebody_holds_a_request(policy: PolicyVersion) -> None:
    held, free = request_of(policy), request_of(policy)
    day = DUE + ONE_DAY
    with locked("dsr_request", "id = %s", held.pk), limits(lock="20ms"):
        assert [reminding.tick(policy=policy, at=at_eight(day, hour)) for hour in (8, 9, 10)] == [2, 0, 0]
    with locked("dsr_request", "TRUE"), limits(lock="20ms"):
        assert [reminding.tick(policy=policy, at=at_eight(day + ONE_DAY, hour)) for hour in (8, 9, 10)] == [2, 0, 0]
    assert len(mail.outbox) == 2
    assert [fresh(each).warned_on for each in (held, free)] == [None, day]
    assert ("warned" in steps(held), "warned" in steps(free)) == (False, True)
    assert reminding.tick(policy=policy, at=at_eight(day + 2 * ONE_DAY)) == 2
    assert [fresh(each).warned_on for each in (held, free)] == [day + 2 * ONE_DAY] * 2
