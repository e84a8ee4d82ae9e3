"""What tells people but no mail of its own, what becomes of the record, and what explain and the copy say (L13)."""

import datetime as dt
import uuid

import pytest
from django.core.management import call_command

from contacts.models import Basis, Contact, Message, PolicyTelling, PolicyVersion
from contacts.people import bounces, tellings
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import MailTemplate, Scenario, TellingWay
from dsr.package import people, periods
from privacy_crm.merging import merge
from retention.longer.growing import whose_period_grows
from tests.support.factories import NOON, ONE_DAY, ContactFactory, WhitepaperFactory, hold, is_held, run
from tests.support.lengthening import lengthen
from tests.support.mailing import information, send
from tests.support.visitors import AINO, asked

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L13")]

TODAY = NOON.date()
RECENTLY = dt.date(2026, 6, 1)
LATER = NOON + ONE_DAY


def held_as(scenario: str, policy: PolicyVersion, **fields: object) -> Contact:
    contact: Contact = ContactFactory.create(**fields)
    hold(contact, scenario, RECENTLY, policy=policy, policy_shown=policy, policy_shown_on=RECENTLY)
    return contact


def sign_up(policy: PolicyVersion, *, shown: PolicyVersion) -> None:
    wish = Wish("whitepaper", Scenario.WHITEPAPER, whitepaper=WhitepaperFactory.create())
    made = asked(wish, shown, at=LATER)
    proof.confirm(made.public_id, consent=False, policy=policy, at=LATER, by="visitor")


def test_a_newer_note_at_a_proven_sign_up_tells_of_its_scenario_alone(policy: PolicyVersion) -> None:
    contact = held_as("whitepaper", policy, email=AINO["email"])
    hold(contact, "prospect", RECENTLY, policy=policy)
    longer = lengthen("whitepaper")
    sign_up(longer, shown=longer)
    [telling] = PolicyTelling.objects.all()
    assert (telling.basis.scenario, telling.way, telling.version) == ("whitepaper", TellingWay.FORM, longer)
    assert (telling.before, telling.before_on) == (policy, RECENTLY)
    assert whose_period_grows(longer, at=LATER).people == 0


def test_an_older_note_tells_of_nothing_newer(policy: PolicyVersion) -> None:
    held_as("whitepaper", policy, email=AINO["email"])
    longer = lengthen("whitepaper")
    sign_up(longer, shown=policy)
    assert not PolicyTelling.objects.exists()
    assert whose_period_grows(longer, at=LATER).people == 1


def test_the_mail_that_says_where_details_came_from_tells_unless_it_comes_back(policy: PolicyVersion) -> None:
    longer = lengthen()
    message = information(longer)
    send(NOON)
    basis = Basis.objects.get()
    assert (basis.policy_shown, PolicyTelling.objects.get().mail) == (longer, message.public_id)
    bounces.bounced(message.public_id, day=TODAY, at=NOON, by="task:mail")
    basis.refresh_from_db()
    assert (basis.policy_shown, basis.policy_shown_on, basis.informed_on) == (None, None, TODAY)


def test_what_was_shown_since_stands_when_an_earlier_mail_comes_back(policy: PolicyVersion) -> None:
    contact = held_as("prospect", policy)
    [basis] = contact.bases.all()
    first, second = uuid.uuid4(), lengthen()
    tellings.record([basis.pk], second, TellingWay.MAIL, on=TODAY, mail=first)
    tellings.record([basis.pk], second, TellingWay.LETTER, on=TODAY + ONE_DAY)
    assert tellings.came_back(contact.pk, first, day=TODAY + 2 * ONE_DAY)
    assert not tellings.came_back(contact.pk, first, day=TODAY + 2 * ONE_DAY)
    basis.refresh_from_db()
    assert (basis.policy_shown, basis.policy_shown_on) == (second, TODAY + ONE_DAY)


def test_another_mail_that_comes_back_takes_nothing_back(policy: PolicyVersion) -> None:
    contact = held_as("prospect", policy)
    [basis] = contact.bases.all()
    longer = lengthen()
    tellings.record([basis.pk], longer, TellingWay.MAIL, on=TODAY, mail=uuid.uuid4())
    other = Message.objects.create(
        template=MailTemplate.REGISTERED, purpose="service", contact=contact, created_at=NOON, not_before=NOON
    )
    bounces.bounced(other.public_id, day=TODAY, at=NOON, by="task:mail")
    basis.refresh_from_db()
    assert basis.policy_shown == longer


@pytest.mark.parametrize("told", [True, False])
def test_a_merge_keeps_how_each_was_told_and_the_version_shown_last(told: bool, policy: PolicyVersion) -> None:
    keep, gone = held_as("prospect", policy), held_as("prospect", policy)
    longer = lengthen()
    if told:
        tellings.record([gone.bases.get().pk], longer, TellingWay.MAIL, on=TODAY, mail=uuid.uuid4())
    merge(keep.pk, gone.pk, (), policy=longer, at=LATER, by="user:1")
    basis = keep.bases.get()
    assert basis.policy_shown == (longer if told else policy)
    assert [each.way for each in basis.tellings.all()] == ([TellingWay.MAIL] if told else [])
    run(dt.date(2027, 12, 1), longer)
    assert is_held(keep) is told


def test_the_record_goes_with_the_person(policy: PolicyVersion) -> None:
    contact = held_as("prospect", policy)
    longer = lengthen()
    tellings.record([contact.bases.get().pk], longer, TellingWay.LETTER, on=TODAY)
    run(dt.date(2028, 6, 1), longer)
    assert (is_held(contact), PolicyTelling.objects.exists()) == (False, False)


def test_explain_says_which_period_applies_and_why(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    contact = held_as("prospect", policy)
    longer = lengthen()
    call_command("explain", str(contact.public_id), "--at", "2026-11-25T12:00")
    said = capsys.readouterr().out
    assert "the period promised in version 1 applies (18 months after" in said
    assert "will be deleted on 1 December 2027" in said
    tellings.record([contact.bases.get().pk], longer, TellingWay.LETTER, on=TODAY)
    call_command("explain", str(contact.public_id), "--at", "2026-11-25T12:00")
    said = capsys.readouterr().out
    assert "promised" not in said
    assert "will be deleted on 1 June 2028" in said


def test_the_copy_says_so_to_the_person(policy: PolicyVersion) -> None:
    contact = held_as("prospect", policy)
    longer = lengthen()
    who = people.find([contact.pk])
    [reason] = periods.kept(who, policy=longer, language="en", day=TODAY).reasons
    assert reason.lapses_on == dt.date(2027, 12, 1)
    assert "we go by the period of version 1 of our policy (18 months after" in reason.until
