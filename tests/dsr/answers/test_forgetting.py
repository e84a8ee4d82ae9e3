"""Closed requests go after 24 months, and unproven ones after 30 days; of the closed, numbers remain."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from contacts.base import held
from contacts.models import Contact, MailStandstill, Message, PolicyVersion, Whitepaper
from dsr import tasks
from dsr.answers import forgetting
from dsr.intake import intake
from dsr.models import Certificate, Entry, Paper, Proof, Request, Subject, YearCount
from dsr.words.vocabulary import Kind, Outcome, State
from tests.dsr.answers.test_statistics import closed_after, on_record
from tests.support.factories import NOON, ContactFactory, EventFactory, WhitepaperFactory, place
from tests.support.requesting import asked_by, close, fresh, moment, posted, press

pytestmark = pytest.mark.django_db

ONE_DAY = dt.timedelta(days=1)
CLOSED = dt.date(2024, 11, 24)
TODAY = dt.date(2026, 11, 24)


def forget(policy: PolicyVersion, day: dt.date = TODAY, months: int = 24) -> int:
    return forgetting.forget(months=months, policy=policy, at=moment(day))


def counts() -> list[tuple[Any, ...]]:
    fields = ("year", "kind", "outcome", "number", "late", "days")
    return list(YearCount.objects.order_by(*fields).values_list(*fields))


def closed_on(day: dt.date, **fields: Any) -> Request:
    return closed_after(3, day - 3 * ONE_DAY, **fields)


def test_a_request_goes_on_the_day_on_which_its_months_are_over(policy: PolicyVersion) -> None:
    closed_on(CLOSED)
    assert forget(policy, TODAY - ONE_DAY) == 0
    assert forget(policy, TODAY) == 1
    assert not Request.objects.exists()
    assert counts() == [(2024, "access", "fulfilled", 1, 0, 3)]


def test_months_are_counted_from_the_close_and_end_where_the_month_ends(policy: PolicyVersion) -> None:
    closed_on(dt.date(2024, 8, 31))
    assert forget(policy, dt.date(2026, 2, 27), months=18) == 0
    assert forget(policy, dt.date(2026, 2, 28), months=18) == 1


def test_all_that_hangs_on_it_goes_with_it_and_its_person_stays(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = close(asked_by(person, policy, at=moment(CLOSED)), policy, at=moment(CLOSED))
    Certificate.objects.create(
        request=request, ground="left", erased_at=NOON, deleted={}, kept=[], backups_until=TODAY, scan={}
    )
    assert forget(policy) == 1
    for model in (Request, Subject, Paper, Entry, Certificate):
        assert not model._default_manager.exists()
    assert Contact.objects.filter(pk=person.pk).exists()


def test_what_is_left_counts_by_year_of_receipt_kind_and_outcome(policy: PolicyVersion) -> None:
    closed_after(30, dt.date(2023, 12, 20))
    closed_after(40, dt.date(2024, 5, 6))
    closed_after(50, dt.date(2024, 5, 6), paused_days=45)
    closed_after(2, dt.date(2024, 5, 6), Outcome.REFUSED, refusal="excessive", kind=Kind.ERASURE)
    assert forget(policy) == 4
    assert counts() == [
        (2023, "access", "fulfilled", 1, 0, 30),
        (2024, "access", "fulfilled", 2, 1, 45),
        (2024, "erasure", "refused", 1, 0, 2),
    ]


def test_the_next_ones_are_added_and_nothing_is_counted_twice(policy: PolicyVersion) -> None:
    closed_on(CLOSED)
    assert [forget(policy) for _ in range(2)] == [1, 0]
    closed_on(CLOSED)
    closed_on(CLOSED)
    assert forget(policy) == 2
    assert counts() == [(2024, "access", "fulfilled", 3, 0, 9)]


def test_open_and_unproven_requests_stay_however_old(policy: PolicyVersion) -> None:
    on_record(dt.date(2020, 1, 1))
    on_record(dt.date(2020, 1, 1), state=State.UNPROVEN, paused_since=dt.date(2020, 1, 1))
    assert forget(policy) == 0
    assert Request.objects.count() == 2


def test_what_is_about_somebody_who_is_frozen_waits_until_they_are_free(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = close(asked_by(person, policy, at=moment(CLOSED)), policy, at=moment(CLOSED))
    place(person, "freeze", "legal_claim", until=TODAY)
    assert forget(policy) == 0
    assert fresh(request).outcome == "fulfilled"
    assert forget(policy, TODAY + ONE_DAY) == 1


def test_it_goes_on_over_several_batches(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "BATCH", 2)
    for _ in range(5):
        closed_on(CLOSED)
    assert forget(policy) == 5
    assert counts() == [(2024, "access", "fulfilled", 5, 0, 15)]


@pytest.mark.django_db(transaction=True)
def test_broken_off_before_it_commits_it_has_counted_nothing(policy: PolicyVersion) -> None:
    closed_on(CLOSED)

    @transaction.atomic
    def broken_off() -> None:
        forget(policy)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert (Request.objects.count(), counts()) == (1, [])
    assert forget(policy) == 1
    assert counts() == [(2024, "access", "fulfilled", 1, 0, 3)]


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_count_each_request_once(policy: PolicyVersion) -> None:
    for _ in range(40):
        closed_on(CLOSED)

    def work(_: int) -> int:
        try:
            return forget(policy)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 40
    assert counts() == [(2024, "access", "fulfilled", 40, 0, 120)]


@pytest.mark.usefixtures("at_noon")
def test_the_job_takes_the_months_from_the_settings(policy: PolicyVersion, settings: Any) -> None:
    closed_on(CLOSED)
    settings.REQUEST_MONTHS = 25
    tasks.forget_requests()
    assert Request.objects.exists()
    settings.REQUEST_MONTHS = 24
    tasks.forget_requests()
    assert not Request.objects.exists()


# What is known of mails


def left(at: dt.datetime, **fields: Any) -> Message:
    known = {"template": "registered", "purpose": "service", "created_at": at, "not_before": at, "sent_at": at}
    return Message.objects.create(contact=ContactFactory.create(), **known | fields)


def forget_mails(policy: PolicyVersion, at: dt.datetime = NOON) -> int:
    return forgetting.forget_messages(months=12, policy=policy, at=at)


A_YEAR_AGO = NOON - 365 * ONE_DAY


def test_what_is_known_of_a_mail_goes_on_the_day_on_which_its_year_is_over(policy: PolicyVersion) -> None:
    left(A_YEAR_AGO)
    left(A_YEAR_AGO, sent_at=None, ended_at=A_YEAR_AGO, end="skipped")
    assert forget_mails(policy, NOON - ONE_DAY) == 0
    assert forget_mails(policy) == 2


def test_a_mail_that_waits_is_not_forgotten_however_long_it_does(policy: PolicyVersion) -> None:
    left(A_YEAR_AGO, sent_at=None)
    assert forget_mails(policy) == 0


def test_a_letter_about_a_request_stays_as_long_as_the_request(policy: PolicyVersion) -> None:
    request = closed_on(CLOSED)
    left(A_YEAR_AGO, template="written", once=f"request:{request.pk}:3")
    left(A_YEAR_AGO, template="written", once=f"request:{request.pk}0:3")
    assert forget_mails(policy) == 1
    Request.objects.all().delete()
    assert forget_mails(policy) == 1


def test_nobody_is_told_twice_of_what_can_still_be_announced(policy: PolicyVersion) -> None:
    paper, event = WhitepaperFactory.create(), EventFactory.create()
    left(A_YEAR_AGO, template="announce", whitepaper=paper)
    left(A_YEAR_AGO, template="announce", event=event)
    assert forget_mails(policy) == 0
    Whitepaper.objects.update(withdrawn_at=NOON)
    assert forget_mails(policy) == 1
    assert forget_mails(policy, event.over_at + ONE_DAY) == 1


def test_so_go_the_times_when_no_mail_left(policy: PolicyVersion) -> None:
    for ended in (A_YEAR_AGO, NOON, None):
        MailStandstill.objects.create(reply="TimeoutError", began_at=A_YEAR_AGO, try_at=NOON, ended_at=ended)
    forget_mails(policy)
    assert {each.ended_at for each in MailStandstill.objects.all()} == {NOON, None}


@pytest.mark.usefixtures("at_noon")
def test_the_job_takes_the_months_of_mails_from_the_settings(policy: PolicyVersion, settings: Any) -> None:
    left(A_YEAR_AGO)
    settings.MESSAGE_MONTHS = 13
    tasks.forget_messages()
    assert Message.objects.exists()
    settings.MESSAGE_MONTHS = 12
    tasks.forget_messages()
    assert not Message.objects.exists()


def sweep(policy: PolicyVersion, after: int) -> int:
    return intake.sweep(policy=policy, at=NOON + after * ONE_DAY)


def test_what_nobody_has_proven_goes_after_thirty_days_with_all_that_was_typed(policy: PolicyVersion) -> None:
    posted(policy, name="Aino Lindqvist", old_address="aino@before.example")
    assert sweep(policy, 29) == 0
    assert Request.objects.exists()
    assert sweep(policy, 30) == 1
    for model in (Request, Paper, Entry, Proof):
        assert not model._default_manager.exists()
    assert not YearCount.objects.exists()


def test_what_was_proven_in_time_stays(policy: PolicyVersion) -> None:
    press(posted(policy), policy)
    assert sweep(policy, 400) == 0
    assert Request.objects.exists()


@pytest.mark.usefixtures("at_noon")
def test_the_hourly_job_sweeps(policy: PolicyVersion) -> None:
    posted(policy, at=NOON - 31 * ONE_DAY)
    tasks.sweep_unproven()
    assert not Request.objects.exists()
    assert Message.objects.count() == 1  # its own words are forgotten by its own job
