"""A request as one page: who asked what and by when it is answered, what is held, proposed, and was done."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, PolicyVersion
from dsr.intake import identity, intake
from dsr.intake.intake import Asked
from dsr.models import Request
from dsr.records import timeline
from dsr.words.vocabulary import Kind, Outcome, PaperKind, Source, Step
from tests.support.factories import NOON, ContactFactory, customer, hold, place
from tests.support.requesting import asked_by, close, entered, question, received, waiting
from tests.support.sharing import RecipientFactory, notice

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

LIST = "/admin/dsr/request/"
l1 = pytest.mark.promise("L1")
l2 = pytest.mark.promise("L2")


def page(request: Request, act: str = "change") -> str:
    return f"{LIST}{request.public_id}/{act}/"


def text(client: Client, url: str, **query: str) -> str:
    """What a page says, its white space put right."""
    return re.sub(r"\s+", " ", client.get(url, query).content.decode())


@pytest.fixture
def ada(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(email="ada@fjordkraft.example", first_name="Ada", last_name="Berg")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    return contact


@l1
def test_the_page_begins_with_who_asked_what_and_by_when_it_is_answered(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    request = received(policy, 11, 3)
    identity.identify(request.pk, [ada], "Called back", at=NOON, by="user:1")
    shown = text(log_in("privacy officer"), page(request))
    parts = (
        "Ada Berg asked us on 3 November 2026 to delete their details.",
        "Answer by 3 December 2026, in 9 days; by law at the latest on 3 December 2026.",
        "Who asks, and how we know",
        "Called back",
        "What do you hold?",
        "We keep Ada Berg because of",
        "What we propose",
        "What you can do",
        "What happened",
    )
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)


@l1
def test_the_page_says_how_late_an_answer_is(log_in: LogIn, policy: PolicyVersion) -> None:
    shown = text(log_in("privacy officer"), page(received(policy, 10, 1)))
    assert "Answer today: it was due by 1 November 2026 and is 23 days late." in shown
    assert "The last day by law was 2 November 2026." in shown
    assert "pc-head--danger" in shown


@l2
def test_both_dates_stand_with_and_without_the_time_that_the_clock_waited(log_in: LogIn, policy: PolicyVersion) -> None:
    request = waiting(policy, 10, 30, at=NOON - dt.timedelta(days=9))
    client = log_in("privacy officer")
    before = text(client, page(request))
    assert "the deadline is paused since 15 November 2026" in before
    assert "Answer by, if they answered today</dt><dd>9 December 2026, by law" in before
    client.post(page(request, "answered"), {"on": "2026-11-20"})
    shown = text(client, page(request))
    assert "Answer by</dt><dd>5 December 2026, by law at the latest on 7 December 2026" in shown
    assert "Without the pause</dt><dd>30 November 2026, by law at the latest on 30 November 2026" in shown
    assert "Paused, waiting for the person</dt><dd>5 days" in shown


def test_the_page_proposes_what_can_be_deleted_and_what_has_to_stay(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    place(ada, "duty", "bookkeeping", dt.date(2031, 12, 31))
    shown = text(log_in("privacy officer"), page(asked_by(ada, policy, Kind.ERASURE)))
    assert "They can be reduced to what the law requires" in shown
    assert "This has to stay: name and company, because of bookkeeping, until 31 December 2031." in shown


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_its_headline_and_a_page(log_in: LogIn, policy: PolicyVersion, ada: Contact, kind: Kind) -> None:
    came = {"source": Source.EMAIL, "received_on": dt.date(2026, 11, 20), "policy": policy}
    request = intake.pass_on(Asked(kind), ada, **came, at=NOON, by="user:1")
    shown = text(log_in("privacy officer"), page(request))
    assert re.search(r"Ada Berg [^<]*20 November 2026|20 November 2026 that Ada Berg", shown)
    assert "What we propose" in shown


def test_the_page_hints_at_the_same_request_by_the_same_person(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    first, second = asked_by(ada, policy), asked_by(ada, policy)
    shown = text(log_in("privacy officer"), page(second))
    assert f'The same person asked for the same in <a href="{page(first)}">request {first.number}</a>' in shown


def test_letters_and_papers_and_who_did_what_stand_on_the_page(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    client = log_in("privacy officer")
    officer = User.objects.get(pk=client.session["_auth_user_id"])
    request = question(asked_by(ada, policy), policy)
    timeline.note(request, PaperKind.BALANCE, "Their wish weighs more", at=NOON)
    timeline.record(request, Step.WEIGHED, at=NOON, by=f"user:{officer.pk}")
    timeline.record(request, Step.WARNED, at=NOON, by="reminding")
    shown = text(client, page(request))
    assert "Tell us the event at which we met." in shown
    assert "Their wish weighs more" in shown
    assert f"<strong>Interests weighed</strong> <small>{officer.username}</small>" in shown
    assert "<strong>Officers reminded of the date</strong> <small>by itself</small>" in shown
    assert "<strong>Address confirmed by the person</strong> <small>the person</small>" in shown


def test_which_recipients_were_told_stands_on_the_page(log_in: LogIn, policy: PolicyVersion, ada: Contact) -> None:
    recipient = RecipientFactory.create(name="Posthuset AB")
    notice(recipient, reference=ada.public_id)
    shown = text(log_in("privacy officer"), page(asked_by(ada, policy)))
    assert shown.index("Recipients told") < shown.index("Posthuset AB")


def test_the_page_asks_as_many_queries_for_many_papers_as_for_few(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    client, request = log_in("privacy officer"), asked_by(ada, policy, Kind.COMPLAINT)
    client.get(page(request))
    asked = []
    for size in (2, 30):
        for number in range(size):
            timeline.note(request, PaperKind.REASON, f"Reason {number}", at=NOON)
            timeline.record(request, Step.LETTER, at=NOON, by=f"user:{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(page(request))
        asked.append(len(queries))
    assert asked[0] == asked[1] < 60


def test_of_a_person_who_is_gone_the_page_says_no_word(log_in: LogIn, policy: PolicyVersion, ada: Contact) -> None:
    request = close(asked_by(ada, policy), policy, Outcome.WITHDRAWN)
    Contact.objects.filter(pk=ada.pk).delete()
    shown = text(log_in("privacy officer"), page(request))
    assert "what was said in words went with the person" in shown
    assert "What do you hold?" not in shown
    assert "Closed on 24 November 2026: withdrawn by the person." in shown


def test_who_is_held_under_an_agreement_is_shown_with_it(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = customer(policy, first_name="Ada", last_name="Berg")
    shown = text(log_in("privacy officer"), page(asked_by(contact, policy)))
    assert "We keep Ada Berg because of the agreement in force" in shown


def test_an_unknown_request_is_not_found(log_in: LogIn, policy: PolicyVersion) -> None:
    request, client = entered(policy), log_in("privacy officer")
    for key in (str(request.pk), request.number, "9" * 40, "no-id", "0b931211-2506-4684-8574-22712780a952"):
        assert client.get(f"{LIST}{key}/change/").status_code == 404
