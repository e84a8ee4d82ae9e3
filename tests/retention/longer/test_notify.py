"""Each person is told of a longer period once, by a mail or by post, and it applies from then on (L13)."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from contacts.models import AuditEvent, Basis, Contact, Message, PolicyNotice, PolicyTelling, PolicyVersion
from contacts.people import bounces
from contacts.words.vocabulary import MailTemplate, TellingWay
from retention.longer import affected, notify
from retention.longer.growing import whose_period_grows
from retention.longer.notify import NoticeError
from tests.support.factories import (
    DOUBTED,
    NOON,
    ONE_DAY,
    ContactFactory,
    crowd,
    customer,
    hold,
    is_held,
    place,
    run,
)
from tests.support.lengthening import lengthen
from tests.support.mailing import send
from tests.support.objecting import noted

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L13")]

RECENTLY = dt.date(2026, 6, 1)
LATER = NOON + ONE_DAY
OFFICER = "user:7"


def prospect(policy: PolicyVersion, **fields: Any) -> Contact:
    contact: Contact = ContactFactory.create(**fields)
    hold(contact, "prospect", RECENTLY, policy=policy)
    return contact


def start(policy: PolicyVersion, most: int = 100) -> PolicyNotice:
    return notify.start(policy, most=most, at=LATER, by=OFFICER)


def owed() -> list[int | None]:
    return list(
        Message.objects.filter(template=MailTemplate.LONGER).order_by("contact").values_list("contact", flat=True)
    )


def shown(contact: Contact) -> PolicyVersion | None:
    return Basis.objects.get(contact=contact).policy_shown


def by_post(policy: PolicyVersion) -> list[int]:
    return list(affected.by_post(policy, at=LATER).values_list("pk", flat=True))


def test_each_person_gets_one_mail_and_is_kept_longer_once_it_has_left(policy: PolicyVersion) -> None:
    contact, other = prospect(policy), customer(policy)
    longer = lengthen()
    start(longer)
    assert owed() == [contact.pk]
    assert shown(contact) is None
    assert notify.enqueue(longer, most=100, at=LATER) == 0
    send(LATER)
    assert shown(contact) == longer
    [telling] = PolicyTelling.objects.all()
    assert (telling.version, telling.way, telling.told_on) == (longer, TellingWay.MAIL, LATER.date())
    assert notify.enqueue(longer, most=100, at=LATER) == 0
    assert whose_period_grows(longer, at=LATER).ids == []
    run(dt.date(2027, 12, 1), longer)
    assert is_held(contact)
    assert is_held(other)
    run(dt.date(2028, 6, 1), longer)
    assert not is_held(contact)


def test_nobody_is_kept_longer_while_their_mail_waits(policy: PolicyVersion) -> None:
    contact = prospect(policy)
    longer = lengthen()
    start(longer)
    run(dt.date(2027, 12, 1), longer)
    assert not is_held(contact)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["24 months after the day", "18 months after the day", "object at any time"]),
        ("sv", ["24 månader", "18 månader", "invända"]),
    ],
)
def test_the_mail_says_what_changes_and_how_to_object_in_the_reader_s_language(
    language: str, said: list[str], policy: PolicyVersion
) -> None:
    prospect(policy, language=language)
    start(lengthen())
    send(LATER)
    [sent] = mail.outbox
    assert [text for text in said if text not in sent.body] == []
    assert "List-Unsubscribe" in sent.extra_headers


def test_some_are_told_a_day_and_nobody_before_an_officer_says_so(policy: PolicyVersion) -> None:
    people = crowd(3, "prospect", RECENTLY, policy=policy)
    longer = lengthen()
    six = LATER.replace(hour=5)  # in Stockholm it is one hour later
    assert notify.tick(most=2, policy=longer, at=six) == 0
    start(longer, most=1)
    assert notify.tick(most=1, policy=longer, at=LATER) == 0
    assert notify.tick(most=1, policy=longer, at=six) == 1
    assert owed() == [people[0].pk, people[1].pk]


def test_it_is_said_once_and_of_the_version_in_force_alone(policy: PolicyVersion) -> None:
    longer = lengthen()
    start(longer)
    with pytest.raises(NoticeError):
        start(longer)
    with pytest.raises(NoticeError):
        start(policy)
    assert PolicyNotice.objects.count() == 1


def test_a_later_version_is_told_in_the_place_of_one_whose_mails_wait(policy: PolicyVersion) -> None:
    contact = prospect(policy)
    first = lengthen()
    start(first)
    second = lengthen(months=30, at=LATER)
    start(second)
    send(LATER)
    assert [message.reason for message in Message.objects.order_by("pk")] == ["superseded", ""]
    assert (len(mail.outbox), shown(contact)) == (1, second)


def test_who_objects_to_marketing_or_is_frozen_is_told_and_the_restricted_are_not(policy: PolicyVersion) -> None:
    objecting, frozen, restricted = (customer(policy) for _ in range(3))
    noted(objecting, RECENTLY)
    place(frozen, "freeze", "legal_claim")
    place(restricted, "freeze", "restriction")
    longer = lengthen("customer", months=36)
    start(longer)
    assert owed() == [objecting.pk, frozen.pk]
    assert by_post(longer) == []


def test_whom_no_mail_reaches_is_on_the_list_for_post(policy: PolicyVersion) -> None:
    bouncing, doubted, refused = prospect(policy, bounced_on=RECENTLY), prospect(policy, **DOUBTED), prospect(policy)
    longer = lengthen()
    start(longer)
    Message.objects.filter(contact=refused).update(ended_at=LATER, end="refused", reason="550")
    assert by_post(longer) == [bouncing.pk, doubted.pk, refused.pk]
    told = notify.told_by_post([bouncing.pk, refused.pk], on=LATER.date(), policy=longer, at=LATER, by=OFFICER)
    assert (told, by_post(longer)) == (2, [doubted.pk])
    assert {each.way for each in PolicyTelling.objects.all()} == {TellingWay.LETTER}
    trail = AuditEvent.objects.filter(code="policy.told", by=OFFICER).values_list("public_id", flat=True)
    assert set(trail) == {bouncing.public_id, refused.public_id}


@pytest.mark.parametrize("days", [1, -2])
def test_a_letter_of_a_day_to_come_or_before_the_version_told_nobody(days: int, policy: PolicyVersion) -> None:
    contact = prospect(policy, bounced_on=RECENTLY)
    longer = lengthen()
    with pytest.raises(NoticeError):
        notify.told_by_post([contact.pk], on=LATER.date() + days * ONE_DAY, policy=longer, at=LATER, by=OFFICER)
    assert not PolicyTelling.objects.exists()


def told_by_mail(policy: PolicyVersion, **fields: Any) -> tuple[Contact, PolicyVersion, Message]:
    contact = prospect(policy, **fields)
    longer = lengthen()
    start(longer)
    send(LATER)
    return contact, longer, Message.objects.get(template=MailTemplate.LONGER, contact=contact)


def bounce(message: Message) -> None:
    bounces.bounced(message.public_id, day=LATER.date() + ONE_DAY, at=LATER + ONE_DAY, by="task:mail")


def test_a_mail_that_comes_back_has_told_nobody_and_its_record_stays(policy: PolicyVersion) -> None:
    contact, longer, message = told_by_mail(policy)
    bounce(message)
    assert shown(contact) is None
    [telling] = PolicyTelling.objects.all()
    assert telling.bounced_on == LATER.date() + ONE_DAY
    assert by_post(longer) == [contact.pk]
    assert AuditEvent.objects.filter(code="policy.untold", public_id=contact.public_id).exists()
    run(dt.date(2027, 12, 1), longer)
    assert not is_held(contact)


def test_a_second_bounce_counts_as_well_and_what_was_shown_before_binds_again(policy: PolicyVersion) -> None:
    contact = prospect(policy)
    Basis.objects.filter(contact=contact).update(policy_shown=policy, policy_shown_on=RECENTLY)
    messages = []
    for months in (24, 30):
        longer = lengthen(months=months, at=LATER + (months - 24) * ONE_DAY)
        notify.start(longer, most=9, at=LATER + (months - 24) * ONE_DAY, by=OFFICER)
        send(LATER + (months - 24) * ONE_DAY)
        messages.append(Message.objects.get(once=f"policy:{longer.number}"))
    assert shown(contact) == longer
    for message in messages:
        bounce(message)
    assert (shown(contact), Basis.objects.get().policy_shown_on) == (policy, RECENTLY)


def test_whoever_is_told_otherwise_while_their_mail_waits_gets_none(policy: PolicyVersion) -> None:
    contact = prospect(policy)
    longer = lengthen()
    start(longer)
    Basis.objects.filter(contact=contact).update(policy_shown=longer, policy_shown_on=LATER.date())
    send(LATER)
    assert (len(mail.outbox), Message.objects.get().reason) == (0, "told")


def test_who_was_not_told_of_a_new_use_gets_the_mail_and_their_period_stays(policy: PolicyVersion) -> None:
    contact = prospect(policy, language="en")
    more = lengthen(more="asking you for a reference")
    assert whose_period_grows(more, at=LATER).people == 0
    start(more)
    send(LATER)
    [sent] = mail.outbox
    assert ("asking you for a reference" in sent.body, "18 months" in sent.body) == (True, False)
    assert (shown(contact), owed()) == (more, [contact.pk])


def test_a_draft_says_whose_period_would_grow_and_nobody_is_bound_by_it(policy: PolicyVersion) -> None:
    contact, over = prospect(policy), prospect(policy)
    Basis.objects.filter(contact=over).update(collected_on=dt.date(2025, 1, 1), clock_from=dt.date(2025, 1, 1))
    customer(policy)
    draft = PolicyVersion.objects.get(pk=lengthen().pk)
    growing = whose_period_grows(draft, at=LATER)
    assert (growing.people, growing.ids, growing.bases["prospect"]) == (1, [contact.pk], 1)
    assert whose_period_grows(draft, at=LATER, most=0).ids == []


def test_the_command_owes_everybody_their_mail_and_says_who_is_left(policy: PolicyVersion, capsys: Any) -> None:
    prospect(policy), prospect(policy, bounced_on=RECENTLY)
    lengthen()
    call_command("notify", "--dry-run", "--at", "2026-11-25T12:00")
    assert "1 could be told by mail, and 0 mails are owed now; 1 have to be told by post" in capsys.readouterr().out
    call_command("notify", "--at", "2026-11-25T12:00")
    assert (len(owed()), PolicyNotice.objects.get().started_by) == (1, "notify")
