"""A mailing through somebody who sends our mail: each mail is a disclosure, and the register decides (P15, P16)."""

import datetime as dt

import pytest

from contacts.mailings import sending
from contacts.models import AuditEvent, Contact, Disclosure, Message, PolicyVersion
from tests.support.factories import NOON, hold
from tests.support.mailing import reader
from tests.support.mailings import MINUTE, approved, bound, fresh, left, mailing_to, minute, scheduled, tick
from tests.support.sharing import RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.mark.promise("P15")
def test_each_mail_through_a_provider_is_on_record_when_it_is_owed(policy: PolicyVersion) -> None:
    provider = RecipientFactory.create(sends_our_mail=True, purposes=["whitepaper"])
    mailing = mailing_to(3, policy, rate=2)
    bound(policy).permissions.create(channel="email", state="consented", given_on=NOON.date())
    tick(policy)
    given = Disclosure.objects.values_list("contact", "recipient", "kind", "purpose")
    assert {each[1:] for each in given} == {(provider.pk, "mailing", "whitepaper")}
    assert {each[0] for each in given} == set(Message.objects.values_list("contact", flat=True))
    assert len(given) == 2
    assert fresh(mailing).left_out == {"not_covered": 1}


@pytest.mark.promise("P15")
def test_an_important_message_goes_to_the_provider_for_customers_and_partners_alone(policy: PolicyVersion) -> None:
    RecipientFactory.create(sends_our_mail=True, purposes=["prospect"])
    hold(bound(policy), "prospect", NOON.date(), policy=policy)
    mailing = scheduled(approved(), policy)
    minute(policy, NOON)
    assert fresh(mailing).left_out == {"not_covered": 1}
    assert not Disclosure.objects.exists()


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
@pytest.mark.parametrize("begun", [False, True])
def test_a_mailing_goes_no_further_than_the_register_lets_it(begun: bool, policy: PolicyVersion) -> None:
    provider = RecipientFactory.create(sends_our_mail=True)
    mailing = mailing_to(4, policy, rate=2)
    if begun:
        minute(policy, NOON)
    type(provider).objects.update(agreement_until=dt.date(2026, 11, 23))
    for number in range(1, 4):
        minute(policy, NOON + number * MINUTE)
    assert len(left(mailing)) == (2 if begun else 0)
    assert Disclosure.objects.count() == (2 if begun else 0)
    assert fresh(mailing).state == ("paused" if begun else "draft")
    assert AuditEvent.objects.filter(code="mailing.held_up").count() == 1


def test_who_may_not_be_written_to_any_more_is_not_given_to_the_provider(policy: PolicyVersion) -> None:
    RecipientFactory.create(sends_our_mail=True)
    mailing = mailing_to(1, policy)
    other = reader(policy, mailing)
    sending.start(mailing, Contact.objects.all(), policy=policy, at=NOON)
    other.permissions.create(channel="email", state="objected", given_on=NOON.date())
    minute(policy, NOON)
    assert other.pk not in Disclosure.objects.values_list("contact", flat=True)
    assert (fresh(mailing).sent, fresh(mailing).withheld) == (1, 1)
