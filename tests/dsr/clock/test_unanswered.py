"""A question about who asks that nobody answers: reminded once after 14 days, closed by letter after 30 (L2)."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from contacts.models import Contact, Message, PolicyVersion
from dsr import tasks
from dsr.answers import restricting
from dsr.clock import unanswered
from dsr.freeze import freezes
from dsr.intake import identity
from dsr.models import Request
from dsr.words.vocabulary import Kind
from retention.models import Hold
from tests.support.mailing import send
from tests.support.requesting import (
    OFFICER,
    QUESTION,
    STRANGE,
    answer,
    asked_by,
    entered,
    fresh,
    moment,
    posted,
    press,
    question_sent,
    steps,
    unanswered_question,
    whole,
)
from tests.support.waiting import locked

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L2")]

ASKED = dt.date(2026, 11, 2)
ONE_DAY = dt.timedelta(days=1)


def follow_up(policy: PolicyVersion, after: int) -> int:
    """Do the daily work, so many days after the question."""
    return unanswered.follow_up(policy=policy, at=moment(ASKED + after * ONE_DAY), by="test")


def letters() -> list[Message]:
    return list(Message.objects.order_by("pk"))


def words(letter: Message) -> str:
    assert letter.written
    return "\n".join(part.get("text", "") for part in letter.written["parts"])


def test_nothing_happens_for_fourteen_days(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED)
    before = whole(request)
    assert follow_up(policy, 13) == 0
    assert whole(request) == before


def test_after_fourteen_days_they_are_reminded_once(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED)
    assert [follow_up(policy, after) for after in (14, 14, 15, 30)] == [1, 0, 0, 0]
    request = fresh(request)
    assert (request.state, request.reminded_on) == ("asked", ASKED + 14 * ONE_DAY)
    assert steps(request)[-2:] == ["reminded", "letter"]
    _, reminder = letters()
    assert reminder.contact_id == request.subjects.get().contact_id
    assert "2 November 2026" in words(reminder)
    assert "by 2 December 2026, we close your request" in words(reminder)


def test_the_reminder_speaks_swedish_to_who_does(policy: PolicyVersion) -> None:
    unanswered_question(policy, ASKED, language="sv")
    follow_up(policy, 14)
    reminder = letters()[-1]
    assert reminder.written
    assert reminder.written["language"] == "sv"
    assert "Den 2 november 2026 bad vi dig" in words(reminder)
    assert "Skicka ingen kopia av någon id-handling" in words(reminder)


def test_after_thirty_days_the_request_is_closed_by_letter(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED)
    follow_up(policy, 14)
    assert [follow_up(policy, after) for after in (30, 31, 31, 44)] == [0, 1, 0, 0]
    request = fresh(request)
    assert (request.state, request.outcome, request.refusal) == ("closed", "unidentified", "not_identified")
    assert request.closed_on == ASKED + 31 * ONE_DAY
    assert request.paused_days == 31
    assert steps(request)[-2:] == ["letter", "closed"]
    last = words(letters()[-1])
    assert "2 November 2026" in last
    assert "Integritetsskyddsmyndigheten" in last
    assert "go to court" in last


def test_their_people_are_free_again(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED)
    person = request.subjects.get().contact_id
    follow_up(policy, 31)
    closed_at = moment(ASKED + 31 * ONE_DAY)
    send(closed_at)
    freezes.release_answered(policy=policy, at=closed_at, by="test")
    assert Contact.objects.get(pk=person).frozen_through == ASKED + 31 * ONE_DAY


def test_an_objection_whose_author_stays_unknown_restricts_nobody_for_ever(policy: PolicyVersion) -> None:
    unanswered_question(policy, ASKED, Kind.OBJECTION)
    assert Hold.objects.filter(until__isnull=True).count() == 2
    follow_up(policy, 31)
    assert "From 4 December 2026 on we use them again" in words(letters()[-1])
    closed_at = moment(ASKED + 31 * ONE_DAY)
    send(closed_at)
    assert restricting.lift_due(policy=policy, at=closed_at, by="test") == 0
    assert restricting.lift_due(policy=policy, at=closed_at + ONE_DAY, by="test") == 1
    assert not Hold.objects.filter(until__isnull=True).exists()


def test_a_restriction_that_another_request_needs_as_well_is_not_announced_to_end(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED, Kind.OBJECTION)
    asked_by(request.subjects.get().contact, policy, Kind.RESTRICTION, at=moment(ASKED))
    follow_up(policy, 31)
    assert "use them again" not in words(letters()[-1])
    send(moment(ASKED + 31 * ONE_DAY))
    assert restricting.lift_due(policy=policy, at=moment(ASKED + 40 * ONE_DAY), by="test") == 0


def test_a_reminder_that_was_missed_is_not_sent_beside_the_closing_letter(policy: PolicyVersion) -> None:
    unanswered_question(policy, ASKED)
    assert follow_up(policy, 31) == 1
    assert len(letters()) == 2


def test_whoever_answers_is_left_in_peace(policy: PolicyVersion) -> None:
    request = answer(unanswered_question(policy, ASKED), policy, ASKED + 13 * ONE_DAY)
    before = whole(request)
    assert [follow_up(policy, after) for after in (14, 31)] == [0, 0]
    assert whole(request) == before


def test_a_second_question_is_reminded_anew(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED)
    follow_up(policy, 14)
    answer(request, policy, ASKED + 16 * ONE_DAY)
    question_sent(request, policy, at=moment(ASKED + 20 * ONE_DAY))
    assert [follow_up(policy, after) for after in (33, 34, 35, 51)] == [0, 1, 0, 1]


def test_a_stranger_is_written_to_at_the_address_that_they_proved_and_then_forgotten(policy: PolicyVersion) -> None:
    request = press(posted(policy, name="Aino Lindqvist", at=moment(ASKED)), policy, at=moment(ASKED))
    question_sent(request, policy, at=moment(ASKED))
    assert follow_up(policy, 31) == 1
    assert letters()[-1].address == STRANGE
    assert not request.papers.exists()


def test_who_is_gone_from_the_file_meanwhile_keeps_nothing_open(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, ASKED)
    Contact.objects.all().delete()
    assert (follow_up(policy, 14), follow_up(policy, 31)) == (0, 1)
    assert fresh(request).state == "closed"
    assert not letters()


def test_who_is_reached_by_post_alone_is_left_to_the_officer(policy: PolicyVersion) -> None:
    request = entered(policy, received_on=ASKED, at=moment(ASKED))
    by_post = replace(QUESTION, posted_on=ASKED)
    identity.ask(request.pk, by_post, policy=policy, at=moment(ASKED), by=OFFICER)
    before = whole(request)
    assert [follow_up(policy, after) for after in (14, 31)] == [0, 0]
    assert whole(request) == before


def test_a_letter_reaches_the_mail_server(policy: PolicyVersion, mailoutbox: list[object]) -> None:
    unanswered_question(policy, ASKED)
    follow_up(policy, 14)
    assert send(moment(ASKED + 14 * ONE_DAY)) == 1
    assert "We need your answer before we can go on" in str(mailoutbox[-1].subject)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("at_noon")
def test_the_job_reads_the_clock_and_does_nothing_without_a_policy() -> None:
    tasks.follow_up_questions()
    assert not letters()


@pytest.mark.usefixtures("at_noon")
def test_the_job_follows_up(policy: PolicyVersion) -> None:
    request = unanswered_question(policy, dt.date(2026, 11, 10))
    tasks.follow_up_questions()
    assert fresh(request).reminded_on == dt.date(2026, 11, 24)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("after", "letter_count"), [(14, 2), (31, 2)])
def test_two_workers_at_once_write_one_letter(policy: PolicyVersion, after: int, letter_count: int) -> None:
    request = unanswered_question(policy, ASKED)

    def work(_: int) -> int:
        try:
            return follow_up(policy, after)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 1
    assert len(letters()) == letter_count
    assert steps(request).count("reminded" if after == 14 else "closed") == 1


def test_requests_about_nobody_are_not_touched(policy: PolicyVersion) -> None:
    request = entered(policy, received_on=ASKED, at=moment(ASKED))
    before = whole(request)
    follow_up(policy, 40)
    assert whole(request) == before
    assert Request.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [14, 31])
def test_a_request_that_somebody_holds_keeps_no_other_waiting_and_is_dealt_with_once_it_is_free(
    policy: PolicyVersion, settings: Any, after: int
) -> None:
    settings.SWEEP_LOCK_TIMEOUT = "20ms"
    first, *others = [unanswered_question(policy, ASKED) for _ in range(3)]
    with locked("dsr_request", "id = %s", first.pk):
        assert follow_up(policy, after) == 2
    state = "asked" if after == 14 else "closed"
    assert [(fresh(each).state, fresh(each).reminded_on is None) for each in others] == [(state, after != 14)] * 2
    assert (fresh(first).state, fresh(first).reminded_on) == ("asked", None)
    assert follow_up(policy, after) == 1


def test_it_is_done_each_hour_from_six_o_clock_on(policy: PolicyVersion) -> None:
    unanswered_question(policy, ASKED)
    day = dt.datetime.combine(ASKED + 14 * ONE_DAY, dt.time(), policy.zone)
    hours = [day + dt.timedelta(hours=hour, minutes=15) for hour in range(8)]
    done = [unanswered.tick(policy=policy, at=at, by="test") for at in hours]
    assert done == [0, 0, 0, 0, 0, 0, 1, 0]
