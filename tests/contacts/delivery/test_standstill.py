"""A mail server at fault, with a real one: nobody is blamed, and mails wait and leave by themselves once it is well."""

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connections

from contacts.delivery import sending
from contacts.models import Contact, MailStandstill, Message, PolicyVersion
from contacts.outbox import standstill
from contacts.words.vocabulary import MailTemplate
from privacy_crm.mail import mailer
from tests.support.factories import NOON, ContactFactory, TopicFactory
from tests.support.mail_sink import Sink
from tests.support.mailing import confirmation, one_of_a_mailing, owed, send
from tests.support.mailings import drafted, fresh, minute, readers, scheduled, tick
from tests.support.provider import provider

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
NOT_LOCAL = "550 Relaying denied"
NO_SUCH_USER = "550 5.1.1 no such user"


@pytest.fixture
def sink(settings: Any) -> Sink:
    """Where mail goes, not yet running."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


@pytest.fixture
def running(sink: Sink) -> Iterator[Sink]:
    with sink.open():
        yield sink


def guests(number: int, policy: PolicyVersion, *, first: int = 0) -> list[Message]:
    """As many guests of an event, each at a company of their own."""
    return [
        owed(MailTemplate.REGISTERED, policy, email=f"guest@company{first + each}.example") for each in range(number)
    ]


def refuses(sink: Sink, answer: str, number: int = 100) -> None:
    sink.answers = {f"guest@company{each}.example": answer for each in range(number)}


def nobody_is_marked() -> bool:
    return not Contact.objects.exclude(bounced_on=None).exists()


def ended() -> int:
    return Message.objects.exclude(ended_at=None).count()


# Many alike


@pytest.mark.promise("L15")
@pytest.mark.parametrize(
    "answer", [NOT_LOCAL, NO_SUCH_USER, "554 5.7.1 relay access denied", "451 4.3.0 lookup failed"]
)
def test_a_server_that_refuses_all_alike_marks_nobody_and_loses_nothing(
    answer: str, running: Sink, policy: PolicyVersion
) -> None:
    """Found: "550 Relaying denied" marked 1,541 people as bouncing within 70 seconds."""
    guests(12, policy)
    refuses(running, answer)
    for passed in range(0, 3 * 60, 9):
        send(NOON + passed * MINUTE)
    assert nobody_is_marked()
    assert ended() == 0
    assert MailStandstill.objects.count() == 1
    running.answers.clear()
    send(NOON + 25 * 60 * MINUTE)
    assert sorted(running.recipients) == sorted(f"guest@company{each}.example" for each in range(12))
    assert MailStandstill.objects.get().ended_at == NOON + 25 * 60 * MINUTE


def test_the_fifth_company_that_is_refused_alike_stops_the_sender(running: Sink, policy: PolicyVersion) -> None:
    guests(12, policy)
    refuses(running, NOT_LOCAL)
    send()
    assert Message.objects.exclude(refused_at=None).count() == standstill.DOMAINS
    [stands] = MailStandstill.objects.all()
    assert (stands.reply, stands.domains, stands.began_at) == ("550 relaying denied", 5, NOON)


def test_while_it_stands_one_mail_is_tried_each_five_minutes(running: Sink, policy: PolicyVersion) -> None:
    guests(12, policy)
    refuses(running, NOT_LOCAL)
    asked: list[str] = []
    running.asked = asked.append
    send(NOON + MINUTE)
    assert len(asked) == 5
    for passed in range(17):
        send(NOON + (passed + 1) * MINUTE)
    assert len(asked) == 5 + 3
    assert len(set(asked)) == 8  # each time another one


def test_what_was_owed_first_leaves_once_a_trial_is_taken(running: Sink, policy: PolicyVersion) -> None:
    guests(7, policy)
    refuses(running, NO_SUCH_USER)
    send()
    running.answers.clear()
    assert send(NOON + MINUTE) == 0
    assert running.recipients == []
    send(NOON + standstill.PAUSE)
    assert len(running.recipients) == 7
    assert not Message.objects.exclude(refused_at=None).filter(sent_at=None).exists()


def test_many_people_of_one_company_that_refuses_them_are_no_fault_of_the_server(
    running: Sink, policy: PolicyVersion
) -> None:
    for each in range(8):
        owed(MailTemplate.REGISTERED, policy, email=f"guest{each}@closed.example")
        running.answers[f"guest{each}@closed.example"] = NO_SUCH_USER
    send()
    send(NOON + standstill.WINDOW)
    assert not MailStandstill.objects.exists()
    assert Contact.objects.exclude(bounced_on=None).count() == 8


def test_a_list_with_dead_addresses_at_many_companies_is_no_fault_of_the_server(
    running: Sink, policy: PolicyVersion
) -> None:
    """Most mail is taken: then those that are refused are so for what they are."""
    for each in range(6):
        owed(MailTemplate.REGISTERED, policy, email=f"well@company{each}.example")
        guests(1, policy, first=each)
    refuses(running, NO_SUCH_USER)
    send()
    send(NOON + standstill.WINDOW)
    assert not MailStandstill.objects.exists()
    assert Contact.objects.exclude(bounced_on=None).count() == 6


def test_different_replies_are_not_alike(running: Sink, policy: PolicyVersion) -> None:
    guests(5, policy)
    refuses(running, NO_SUCH_USER, 4)
    running.answers["guest@company4.example"] = "550 5.1.1 mailbox disabled"
    send()
    assert not MailStandstill.objects.exists()


def test_a_reply_that_quotes_the_address_is_alike_and_is_kept_without_it(running: Sink, policy: PolicyVersion) -> None:
    guests(6, policy)
    running.answers = {
        f"guest@company{each}.example": f"550 5.7.1 <guest@company{each}.example>: relay denied by odotus{each}"
        for each in range(6)
    }
    send()
    assert set(Message.objects.exclude(refused_at=None).values_list("reply", flat=True)) == {"550 5.7.1 relay denied"}
    assert MailStandstill.objects.get().reply == "550 5.7.1 relay denied"


def test_refusals_of_an_hour_ago_do_not_count(running: Sink, policy: PolicyVersion) -> None:
    guests(4, policy)
    refuses(running, NOT_LOCAL)
    send()
    Message.objects.update(not_before=NOON + 10 * standstill.WINDOW)
    guests(1, policy, first=4)
    send(NOON + standstill.WINDOW)
    assert not MailStandstill.objects.exists()


def test_an_address_is_blamed_once_the_server_is_well_and_says_so_again(running: Sink, policy: PolicyVersion) -> None:
    guests(5, policy)
    refuses(running, NO_SUCH_USER)
    send()
    refuses(running, NO_SUCH_USER, 1)  # it is well, and this one is wrong indeed
    at = NOON
    for _trial in range(5):
        at += standstill.PAUSE
        send(at)
    assert len(running.recipients) == 4
    assert nobody_is_marked()
    send(at + standstill.WINDOW)
    send(at + 2 * standstill.WINDOW)
    assert [person.email for person in Contact.objects.exclude(bounced_on=None)] == ["guest@company0.example"]


@pytest.mark.django_db(transaction=True)
def test_two_senders_find_one_fault(running: Sink, policy: PolicyVersion) -> None:
    guests(30, policy)
    refuses(running, NOT_LOCAL)
    both = threading.Barrier(2)

    def sender() -> int:
        try:
            both.wait()
            return send()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for future in (pool.submit(sender), pool.submit(sender)):
            future.result()
    assert MailStandstill.objects.count() == 1
    assert Message.objects.exclude(refused_at=None).count() <= standstill.DOMAINS + 1
    assert nobody_is_marked()


def test_one_fault_is_on_record_at_a_time() -> None:
    MailStandstill.objects.create(reply="550", began_at=NOON, try_at=NOON)
    with pytest.raises(IntegrityError, match="standstill_one_at_a_time"):
        MailStandstill.objects.create(reply="451", began_at=NOON, try_at=NOON)


def test_a_mailing_waits_while_the_server_is_at_fault_and_keeps_its_rate(running: Sink, policy: PolicyVersion) -> None:
    mailing = drafted(rate=10, topics=[TopicFactory.create()])
    for each, person in enumerate(readers(policy, mailing, 30)):
        Contact.objects.filter(pk=person.pk).update(email=f"guest@company{each}.example")
    refuses(running, NOT_LOCAL)
    scheduled(mailing, policy)
    for passed in range(7):
        minute(policy, NOON + passed * MINUTE)
    assert Message.objects.count() == 10
    running.answers.clear()
    minute(policy, NOON + 10 * MINUTE)
    assert fresh(mailing).sent == 10
    for passed in range(11, 14):
        minute(policy, NOON + passed * MINUTE)
    tick(policy, NOON + 14 * MINUTE)
    assert (fresh(mailing).sent, fresh(mailing).state) == (30, "sent")
    assert nobody_is_marked()


# Dead addresses


@pytest.mark.promise("L15")
@pytest.mark.parametrize("after", [0, 30])
def test_dead_addresses_hold_no_confirmation_up(after: int, running: Sink, policy: PolicyVersion) -> None:
    """Found: behind 60 of them, a confirmation to a good address waited for 305 minutes."""
    guests(12, policy)
    refuses(running, NO_SUCH_USER)
    if after:
        send()
    confirmation(policy)
    send(NOON + after * MINUTE)
    assert len(running.recipients) == 1
    assert MailStandstill.objects.get().ended_at is None
    assert nobody_is_marked()


@pytest.mark.promise("L15")
def test_a_provider_that_refuses_dead_addresses_holds_no_confirmation_up(policy: PolicyVersion, settings: Any) -> None:
    """Found: by a provider, each of them has one and the same reply."""
    settings.MAILERS = provider(guest="rejected")
    guests(8, policy)
    well = [confirmation(policy), owed(MailTemplate.REGISTERED, policy, email="well@fjordkraft.example")]
    send()
    assert Message.objects.filter(pk__in=[each.pk for each in well], sent_at=NOON).count() == 2
    assert MailStandstill.objects.get().ended_at is None
    assert nobody_is_marked()


def test_a_mailing_waits_while_addresses_are_refused_alike(running: Sink, policy: PolicyVersion) -> None:
    guests(6, policy)
    refuses(running, NO_SUCH_USER)
    waits = one_of_a_mailing(policy)
    send()
    waits.refresh_from_db()
    assert (waits.sent_at, running.recipients) == (None, [])


@pytest.mark.promise("L15")
def test_dead_addresses_are_blamed_once_others_were_taken_meanwhile(running: Sink, policy: PolicyVersion) -> None:
    guests(8, policy)
    refuses(running, NO_SUCH_USER)
    send()
    for _each in range(standstill.DOMAINS):
        confirmation(policy, NOON + MINUTE)
    send(NOON + MINUTE)
    send(NOON + 2 * MINUTE)
    assert MailStandstill.objects.get().ended_at == NOON + 2 * MINUTE
    assert nobody_is_marked()
    send(NOON + 2 * MINUTE + standstill.WINDOW)
    assert MailStandstill.objects.count() == 1
    assert Contact.objects.exclude(bounced_on=None).count() == 8


def test_a_server_that_then_goes_away_holds_all(running: Sink, policy: PolicyVersion) -> None:
    guests(6, policy)
    refuses(running, NO_SUCH_USER)
    send()
    guests(8, policy, first=20)
    running.answers |= {f"guest@company{each}.example": NOT_LOCAL for each in range(20, 28)}
    send(NOON + MINUTE)
    stands = MailStandstill.objects.get()
    assert (stands.reply, stands.began_at, stands.try_at) == (
        "550 relaying denied",
        NOON,
        NOON + MINUTE + standstill.PAUSE,
    )
    confirmation(policy)
    assert send(NOON + 2 * MINUTE) == 0


def test_a_trial_is_what_has_not_been_refused_and_what_people_await_before_the_rest(
    running: Sink, policy: PolicyVersion
) -> None:
    guests(5, policy)
    refuses(running, NOT_LOCAL)
    send()
    one_of_a_mailing(policy)
    well = confirmation(policy, NOON + MINUTE)
    Message.objects.filter(pk=well.pk).update(not_before=NOON + MINUTE)
    asked: list[str] = []
    running.asked = asked.append
    send(NOON + standstill.PAUSE)
    assert asked[0] == running.recipients[0] == well.sign_up.email


# Away


def test_a_server_that_is_away_is_tried_each_minute_and_its_absence_is_on_record(
    sink: Sink, policy: PolicyVersion
) -> None:
    guests(3, policy)
    send()
    assert MailStandstill.objects.get().reply == "ConnectionRefusedError"
    with sink.open():
        send(NOON + MINUTE)
    assert len(sink.recipients) == 3
    assert MailStandstill.objects.get().ended_at == NOON + MINUTE


def test_one_sender_that_is_turned_away_does_not_stop_the_others(running: Sink, policy: PolicyVersion) -> None:
    confirmation(policy)
    send()
    owed(MailTemplate.REGISTERED, policy, email="late@fjordkraft.example")
    running.answers["late@fjordkraft.example"] = "421 4.7.0 too many connections"
    send()
    assert not MailStandstill.objects.exists()


def test_a_mail_that_nobody_can_write_is_no_trial(running: Sink, policy: PolicyVersion) -> None:
    nothing = {"template": "announce", "purpose": "service", "contact": ContactFactory.create()}
    Message.objects.create(**nothing, created_at=NOON, not_before=NOON - MINUTE)
    stands = MailStandstill.objects.create(reply="TimeoutError", began_at=NOON, try_at=NOON)
    confirmation(policy)
    send()
    stands.refresh_from_db()
    assert stands.ended_at == NOON
    assert len(running.recipients) == 1


def test_nothing_is_sent_twice_for_a_mail_whose_claim_a_trial_took(running: Sink, policy: PolicyVersion) -> None:
    message = confirmation(policy)
    MailStandstill.objects.create(reply="TimeoutError", began_at=NOON, try_at=NOON)
    Message.objects.update(claimed_until=NOON + sending.CLAIM)
    assert send() == 0
    assert running.raw == []
    message.refresh_from_db()
    assert message.sent_at is None
