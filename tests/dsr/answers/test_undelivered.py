"""A letter that never left is no answer: the officer sees it, posts it or notes that nothing can be done (L3)."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, Message, PolicyVersion
from contacts.models.outbox import FORGOTTEN
from dsr.answers import answering, restricting, undelivered
from dsr.clock import unanswered
from dsr.intake import identity
from dsr.letters import paper, restrictions
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, RestrictionGround
from tests.support.admin_pages import contents
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, Desk, ada, asks, draft
from tests.support.factories import NOON, ContactFactory
from tests.support.mailing import send
from tests.support.requesting import (
    KNOWN,
    OFFICER,
    QUESTION,
    entered,
    fresh,
    moment,
    posted,
    press,
    question,
    steps,
    whole,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L3")]

type LogIn = Callable[[str], Client]

EVERY_END = [("refused", "SMTP 550"), ("gave_up", "SMTP 451"), ("gave_up", "too late"), ("skipped", "bouncing")]


def lose(end: str = "refused", reason: str = "SMTP 550", at: dt.datetime = NOON) -> None:
    """Have every letter that waits end as the mail server, or we, would have it."""
    waits = Message.objects.filter(sent_at__isnull=True, ended_at__isnull=True)
    waits.update(ended_at=at, end=end, reason=reason, **FORGOTTEN)


def lost(policy: PolicyVersion, kind: Kind = Kind.ACCESS) -> Request:
    """Somebody was asked who they are, and the letter never left."""
    request = question(asks(policy, kind), policy)
    lose()
    return request


def waiting() -> list[Request]:
    return list(Request.objects.with_undelivered())


def bouncing(contact: Contact) -> Contact:
    Contact.objects.filter(pk=contact.pk).update(bounced_on=TODAY)
    contact.refresh_from_db()
    return contact


@pytest.mark.parametrize(("end", "reason"), EVERY_END)
def test_a_letter_that_never_left_is_seen(policy: PolicyVersion, end: str, reason: str) -> None:
    request = question(asks(policy, Kind.ACCESS), policy)
    assert waiting() == []
    lose(end, reason)
    assert waiting() == [request]


def test_a_letter_that_left_or_that_nobody_needs_any_more_is_not(policy: PolicyVersion) -> None:
    question(asks(policy, Kind.ACCESS), policy)
    send()
    question(asks(policy, Kind.ACCESS, email="other@fjordkraft.example"), policy)
    lose("skipped", "superseded")
    posted(policy, "third@fjordkraft.example")
    lose()  # the link that proves an address is no answer
    assert waiting() == []


def test_whoever_writes_again_has_seen_to_it(policy: PolicyVersion) -> None:
    request = lost(policy)
    later = moment(TOMORROW)
    identity.answered(request.pk, on=TOMORROW, policy=policy, at=later, by=OFFICER)
    question(request, policy, at=later)
    assert waiting() == []
    lose(at=later)
    assert waiting() == [request]


def test_posted_instead_it_counts_as_sent_from_that_day(policy: PolicyVersion) -> None:
    request = lost(policy)
    undelivered.settle(request.pk, posted_on=TODAY, policy=policy, at=NOON, by=OFFICER)
    assert waiting() == []
    assert undelivered.left_at(request.papers.get(kind="question")) == TODAY
    assert (steps(request)[-1], request.entries.last().rule) == ("letter", "undelivered")  # type: ignore[union-attr]


def test_where_nothing_can_be_done_that_is_noted(policy: PolicyVersion) -> None:
    request = lost(policy)
    undelivered.settle(request.pk, posted_on=None, policy=policy, at=NOON, by=OFFICER)
    assert waiting() == []
    assert undelivered.left_at(request.papers.get(kind="question")) is None
    assert steps(request)[-1] == "done"


def test_nothing_is_settled_that_is_not_lost_and_nothing_is_posted_tomorrow(policy: PolicyVersion) -> None:
    request = question(asks(policy, Kind.ACCESS), policy)
    before = whole(request)
    with pytest.raises(RequestError, match="waiting to be seen to"):
        undelivered.settle(request.pk, posted_on=TODAY, policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before
    lose()
    before = whole(request)
    with pytest.raises(RequestError, match="a day to come"):
        undelivered.settle(request.pk, posted_on=TOMORROW, policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


@pytest.mark.promise("L2")
def test_a_question_that_nobody_got_is_left_unanswered_by_nobody(policy: PolicyVersion) -> None:
    request = lost(policy)
    before = whole(request)
    for days in (14, 31):
        assert unanswered.follow_up(policy=policy, at=moment(TODAY + dt.timedelta(days)), by="test") == 0
    assert whole(request) == before


@pytest.mark.promise("L6")
def test_the_end_of_a_restriction_that_was_posted_instead_comes(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RESTRICTION)
    letter = draft(restrictions.restricted, request, policy, "sv", reasons=BECAUSE)
    restricting.restrict(request.pk, RestrictionGround.CLAIMS, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    letter = draft(restrictions.to_be_lifted, request, policy, "sv", on=TOMORROW, reasons=BECAUSE)
    restricting.announce(request.pk, TOMORROW, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    lose()
    assert restricting.lift_due(policy=policy, at=moment(TOMORROW), by="test") == 0
    undelivered.settle(request.pk, posted_on=TODAY, policy=policy, at=NOON, by=OFFICER)
    assert restricting.lift_due(policy=policy, at=moment(TOMORROW), by="test") == 1


def test_where_mail_comes_back_no_letter_counts_as_an_answer(policy: PolicyVersion) -> None:
    person = bouncing(ada(policy))
    request = identity.identify(entered(policy).pk, [person], KNOWN, at=NOON, by=OFFICER)
    before = whole(request)
    with pytest.raises(RequestError, match="comes back"):
        identity.ask(request.pk, QUESTION, policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


def test_where_one_record_of_a_person_takes_no_mail_the_other_does(policy: PolicyVersion) -> None:
    gone = ContactFactory.create(email=None, minimised_on=TODAY, first_name="", last_name="")
    back, good = bouncing(ContactFactory.create()), ContactFactory.create(language="sv")
    request = identity.identify(entered(policy).pk, [gone, back, good], KNOWN, at=NOON, by=OFFICER)
    assert answering.reach(request).contact == good
    assert answering.language(request) in {back.language, "sv"}


@pytest.mark.usefixtures("at_noon")
def test_the_officer_reads_of_it_at_home_on_the_list_and_on_the_page_and_sees_to_it(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    request = lost(policy)
    client = log_in("privacy officer")
    assert "1 answer never left" in client.get("/admin/").content.decode()
    listed = client.get("/admin/dsr/request/", {"state": "all", "letter": "undelivered"}).content.decode()
    assert request.number in listed
    page = client.get(f"/admin/dsr/request/{request.public_id}/change/").content.decode()
    assert "The letter of 24 November 2026 never left: refused by the mail server for good." in page
    assert "it went by post" in Desk(client, request, "settle-letter").send(posted_on="2026-11-24")
    assert "answer never left" not in client.get("/admin/").content.decode()
    page = client.get(f"/admin/dsr/request/{request.public_id}/change/").content.decode()
    assert "posted on 24 November 2026" in page
    assert "Letter that never left was sent by post" in page


@pytest.mark.usefixtures("at_noon")
def test_the_page_says_of_each_letter_what_became_of_it(log_in: LogIn, policy: PolicyVersion) -> None:
    request = press(posted(policy, name="Aino Lindqvist"), policy)
    question(request, policy)
    url = f"/admin/dsr/request/{request.public_id}/change/"
    client = log_in("privacy officer")
    assert "not sent yet" in client.get(url).content.decode()
    send()
    assert "sent on 24 November 2026" in client.get(url).content.decode()
    assert fresh(request).state == "asked"


@pytest.mark.usefixtures("at_noon")
def test_a_letter_is_printed_from_the_page_as_it_was_written(log_in: LogIn, policy: PolicyVersion) -> None:
    request = lost(policy)
    client = log_in("privacy officer")
    page = client.get(f"/admin/dsr/request/{request.public_id}/change/").content.decode()
    (link,) = re.findall(r'href="([^"]*/letter-\d+\.pdf)"', page)
    before = contents(looks=False)
    answer = client.get(link)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="letter-{request.number}.pdf"'
    assert answer.content == paper.pdf(request, QUESTION, policy=policy, at=NOON)
    assert contents(looks=False) == before
    person = request.subjects.get().contact
    assert AuditEvent.objects.filter(public_id=person.public_id, rule="page:letter").count() == 1


@pytest.mark.usefixtures("at_noon")
def test_nothing_but_the_letters_of_a_request_is_printed_under_it(log_in: LogIn, policy: PolicyVersion) -> None:
    request, other = lost(policy), question(asks(policy, Kind.ACCESS, email="other@fjordkraft.example"), policy)
    client = log_in("privacy officer")
    for number in (request.papers.get(kind="statement").pk, other.papers.get(kind="question").pk, 0):
        assert client.get(f"/admin/dsr/request/{request.public_id}/letter-{number}.pdf").status_code == 404
    assert not AuditEvent.objects.filter(rule="page:letter").exists()


@pytest.mark.parametrize("role", ["marketing", "sales", "events"])
def test_others_see_nothing_of_it(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    request = lost(policy)
    client = log_in(role)
    assert "never left" not in client.get("/admin/").content.decode()
    before = whole(request)
    client.post(f"/admin/dsr/request/{request.public_id}/settle-letter/", {"posted_on": "2026-11-24"})
    assert whole(request) == before
