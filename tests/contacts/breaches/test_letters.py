"""Letters to people at high risk (Art. 34 GDPR): one each, as approved, and what became of it (L10)."""

import datetime as dt
import smtplib
from typing import Any

import pytest
from django.core import mail

from contacts.breaches import affected, letters
from contacts.breaches.register import BreachError
from contacts.models import AffectedPerson, Breach, Contact, Message, PolicyVersion
from contacts.outbox import standstill
from contacts.words.breaches import LetterFate
from contacts.words.vocabulary import MailTemplate
from privacy_crm import merging
from tests.support.admin_pages import contents
from tests.support.breaching import OFFICER, TEXTS, BreachFactory, affecting, find, seen, tell
from tests.support.factories import DOUBTED, NOON, ONE_DAY, ContactFactory, customer, place
from tests.support.mailing import owed, send

pytestmark = [pytest.mark.promise("L10"), pytest.mark.django_db]

REDUCED = {"minimised_on": NOON.date(), "email": None, "address_hash": None, "mailbox_hash": None}
UNREACHED: list[tuple[dict[str, Any], LetterFate]] = [
    (REDUCED, LetterFate.UNREACHABLE),
    ({"bounced_on": NOON.date()}, LetterFate.BOUNCING),
    (DOUBTED, LetterFate.UNCONFIRMED),
]


def test_each_gets_one_letter_in_their_language_with_all_that_the_law_asks_for(policy: PolicyVersion) -> None:
    swede, other = ContactFactory.create(language="sv"), ContactFactory.create(language="en")
    breach = affecting(swede, other)
    assert (tell(breach), send()) == (2, 2)
    bodies = {sent.to[0]: str(sent.body) for sent in mail.outbox}
    for person, language in ((swede, "sv"), (other, "en")):
        assert all(text in bodies[person.email] for text in TEXTS[language].values())
        assert breach.contact_point in bodies[person.email]
    assert affected.numbers(breach).fates == {LetterFate.TOLD: 2}
    assert set(AffectedPerson.objects.values_list("told_at", flat=True)) == {NOON}


def test_a_second_approval_reaches_those_alone_who_were_found_later(policy: PolicyVersion) -> None:
    first, second = ContactFactory.create(), ContactFactory.create()
    breach = affecting(first)
    assert (tell(breach), send()) == (1, 1)
    find(breach, first, second)
    assert (tell(breach), send()) == (1, 1)
    assert [sent.to[0] for sent in mail.outbox] == [first.email, second.email]
    before = contents()
    with pytest.raises(BreachError, match="Nobody is left"):
        tell(breach)
    assert contents() == before


def test_who_can_be_reached_again_gets_their_letter_after_all(policy: PolicyVersion) -> None:
    first, bounced = ContactFactory.create(), ContactFactory.create(bounced_on=NOON.date())
    breach = affecting(first, bounced)
    assert (tell(breach), send()) == (1, 1)
    Contact.objects.filter(pk=bounced.pk).update(bounced_on=None)
    assert letters.reachable(breach) == (1, {})
    assert (tell(breach), send()) == (1, 1)
    assert [sent.to[0] for sent in mail.outbox] == [first.email, bounced.email]
    fates = {fate: number for fate, number in affected.numbers(breach).fates.items() if number}
    assert fates == {LetterFate.TOLD: 2}


def test_the_letter_is_a_duty_and_leaves_for_who_is_restricted(policy: PolicyVersion) -> None:
    person = customer(policy)
    place(person, "freeze", "restriction")
    tell(affecting(person))
    assert send() == 1
    assert [sent.to for sent in mail.outbox] == [[person.email]]


def test_a_letter_to_many_holds_nobodys_confirmation_up(policy: PolicyVersion) -> None:
    tell(affecting(ContactFactory.create()))
    awaited = owed(MailTemplate.CONFIRM, policy)
    send(limit=1)
    assert [sent.to for sent in mail.outbox] == [[awaited.sign_up.email]]


@pytest.mark.parametrize(("fields", "fate"), UNREACHED)
def test_those_who_cannot_be_reached_are_counted_by_reason(
    fields: dict[str, Any], fate: LetterFate, policy: PolicyVersion
) -> None:
    breach = affecting(ContactFactory.create(**fields), ContactFactory.create())
    assert letters.reachable(seen(breach)) == (1, {fate: 1})
    assert tell(breach) == 1
    counted = affected.numbers(breach)
    assert (counted.fates, counted.waiting, counted.unreached) == ({fate: 1}, 1, 1)


def test_who_becomes_unreachable_before_the_letter_leaves_is_counted_as_such(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    breach = affecting(person)
    tell(breach)
    Contact.objects.filter(pk=person.pk).update(bounced_on=NOON.date())
    send()
    assert mail.outbox == []
    assert affected.numbers(breach).fates == {LetterFate.BOUNCING: 1}


def test_a_letter_that_the_server_refuses_for_good_is_counted(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = ContactFactory.create()
    breach = affecting(person)
    tell(breach)
    refusal = smtplib.SMTPRecipientsRefused({str(person.email): (550, b"5.1.1 unknown")})
    Message.objects.update(refused_at=NOON - ONE_DAY, reply="550 5.1.1")
    letter = Message.objects.get()
    letters.failed(letter, letters.MessageEnd.REFUSED, type(refusal).__name__)
    assert standstill.WINDOW < ONE_DAY
    assert affected.numbers(breach).fates == {LetterFate.REFUSED: 1}


def test_a_letter_that_ended_unseen_may_have_arrived_and_is_not_sent_again(policy: PolicyVersion) -> None:
    breach = affecting(ContactFactory.create())
    tell(breach)
    Message.objects.update(ended_at=NOON, end="skipped", reason="restored")
    assert letters.reachable(seen(breach)) == (0, {})
    with pytest.raises(BreachError, match="Nobody is left"):
        tell(breach)
    assert affected.numbers(breach).without == 1


@pytest.mark.parametrize("risk", ["", "unlikely", "likely"])
def test_no_letter_leaves_unless_the_risk_is_high(risk: str) -> None:
    breach = affecting(ContactFactory.create(), risk=risk)
    with pytest.raises(BreachError, match="high risk"):
        letters.approve(seen(breach), TEXTS, at=NOON, by=OFFICER)
    assert not Message.objects.exists()


def test_a_letter_has_all_its_parts_in_each_language() -> None:
    breach = affecting(ContactFactory.create(), risk="high")
    for language in ("en", "sv"):
        for part in letters.PARTS:
            texts = {code: dict(said) for code, said in TEXTS.items()}
            texts[language][part] = ""
            with pytest.raises(BreachError, match="all its texts"):
                letters.approve(seen(breach), texts, at=NOON, by=OFFICER)


def test_what_was_seen_is_what_is_approved() -> None:
    breach = affecting(ContactFactory.create(), risk="high")
    stale = seen(breach)
    Breach.objects.update(changed=5)
    with pytest.raises(BreachError, match="changed since"):
        letters.approve(stale, TEXTS, at=NOON, by=OFFICER)
    assert not Message.objects.exists()


def test_nobody_affected_means_nobody_to_tell() -> None:
    with pytest.raises(BreachError, match="Find the people"):
        letters.approve(BreachFactory.create(risk="high"), TEXTS, at=NOON, by=OFFICER)


@pytest.mark.parametrize("told", [0, 1])
def test_of_two_records_that_are_merged_the_one_that_was_told_counts(told: int, policy: PolicyVersion) -> None:
    two = [customer(policy), customer(policy)]
    breach = affecting(two[told])
    tell(breach)
    send()
    find(breach, *two)
    tell(breach)
    merging.merge(two[0].pk, two[1].pk, [], policy=policy, at=NOON, by="test")
    send(NOON + dt.timedelta(hours=1))
    left = AffectedPerson.objects.get()
    assert (left.contact, left.fate) == (two[0], LetterFate.TOLD)
    assert sum(sent.subject == mail.outbox[0].subject for sent in mail.outbox) == 1
    counted = affected.numbers(breach)
    assert (counted.people, counted.told, counted.gone, counted.waiting) == (2, 1, 1, 0)
