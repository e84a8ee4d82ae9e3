"""In whatever order three records of one person are merged, the most restrictive word of any stands (L14, L15)."""

import datetime as dt
from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Contact, Organisation, PolicyVersion
from contacts.permission import consents, country_rules, objections, permission
from contacts.words.vocabulary import Channel
from privacy_crm.merging import merge
from tests.support.examples import examples
from tests.support.factories import NOON, ONE_DAY, customer

TODAY = NOON.date()
WORDS = st.sampled_from(["", "given", "withdrawn", "objected"])
RECORD = st.fixed_dictionaries(dict.fromkeys(Channel, WORDS))


def give(contact: Contact, channel: Channel, day: dt.date) -> None:
    wording = f"Yes of {contact.pk}."
    consents.give(contact, channel, wording, source="form", day=day, at=NOON, by="visitor")


def said(record: dict[Channel, str], policy: PolicyVersion) -> Contact:
    contact = customer(policy, country="GB", phone="+44 1", address="1 Road", city="Leeds")
    Organisation.objects.update(legal_form="company")
    told: dict[str, Any] = {"reason": "said so", "day": TODAY, "at": NOON, "by": "visitor"}
    for channel, word in record.items():
        if word in {"given", "withdrawn"}:
            give(contact, channel, TODAY - ONE_DAY)
        if word == "withdrawn":
            consents.withdraw(contact, channel, **told)
        if word == "objected":
            objections.record(str(contact.address_hash), public_id=contact.public_id, channels=[channel], **told)
    return contact


def outcome(first: Contact, second: Contact, third: Contact, last_stays: bool, policy: PolicyVersion) -> Any:
    """What stands once the second has gone into the first, and that and the third are one; all is undone again."""
    keep, gone = (third, first) if last_stays else (first, third)
    with transaction.atomic():
        merge(first.pk, second.pk, [], policy=policy, at=NOON, by="test")
        merge(keep.pk, gone.pk, [], policy=policy, at=NOON, by="test")
        found = permission.of_one(keep, day=TODAY), recorded(keep)
        transaction.set_rollback(True)
    return found


def recorded(*people: Contact) -> Counter[Any]:
    names = ("public_id", "channel", "state", "wording")
    return Counter(row for person in people for row in person.consent_records.values_list(*names))


@pytest.mark.django_db
@pytest.mark.promise("L14")
@pytest.mark.promise("P12")
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORD, min_size=3, max_size=3))
def test_the_most_restrictive_word_stands_whatever_the_order(
    policy: PolicyVersion, records: list[dict[Channel, str]]
) -> None:
    country_rules.adopt(at=NOON, by="test")
    people = [said(record, policy) for record in records]
    ledger = recorded(*people)
    for order in permutations(people):
        for last_stays in (True, False):
            answers, left = outcome(*order, last_stays, policy)
            assert left == ledger
            for channel, answer in answers.items():
                stopped = {record[channel] for record in records} & {"withdrawn", "objected"}
                assert (answer == permission.Refusal.OBJECTED) == bool(stopped)
                assert stopped or answer == _by_law(channel, {record[channel] for record in records})


def _by_law(channel: Channel, words: set[str]) -> str:
    """In Britain a phone call needs a consent, and mail and post to companies do not (tests' country rules)."""
    return permission.Refusal.NO_CONSENT if channel == Channel.PHONE and "given" not in words else ""
