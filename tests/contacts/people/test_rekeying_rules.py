"""Whatever happens to the keys, every objection is found, and nobody who was erased comes back (P12, L12)."""

import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contacts.models import Contact, PolicyVersion
from contacts.outbox import links
from contacts.people import change_email, erasure, suppressions, tombstones
from contacts.people.tombstones import ErasedError
from contacts.permission import objections
from contacts.signups import entering
from contacts.signups.entering import Reason
from contacts.signups.sign_ups import Typed
from contacts.words.addresses import hashes, known, mailbox
from contacts.words.vocabulary import Channel, Scenario, TrustReason
from tests.support.examples import examples
from tests.support.factories import NOON
from tests.support.import_files import bring, person
from tests.support.rotating import may_start, rotate

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12"), pytest.mark.promise("L12")]

TODAY = dt.date(2026, 11, 24)
PLAIN, TAGGED, OTHER = "anna@fjordkraft.example", "anna+a@fjordkraft.example", "bo@fjordkraft.example"
ADDRESSES = (PLAIN, TAGGED, OTHER)
FIRST = "key-0"

ROTATE, DROP = ("rotate", ""), ("drop", "")
STEPS = st.lists(
    st.one_of(
        st.just(ROTATE),
        st.just(DROP),
        st.tuples(
            st.sampled_from(["enter", "list", "mail", "object", "link", "delete", "erase", "move"]),
            st.sampled_from(ADDRESSES),
        ),
    ),
    min_size=5,
    max_size=12,
)

type Steps = list[tuple[str, str]]


class Company:
    """What the records should say, beside what they do."""

    def __init__(self, policy: PolicyVersion, settings: Any) -> None:
        self.policy, self.settings = policy, settings
        self.keys, self.made = [FIRST], 1
        self.objected: set[str] = set()  # mailboxes
        self.erased: set[str] = set()
        self.mails: dict[str, list[str]] = defaultdict(list)  # links of mails to an address, oldest first
        rotate(settings, FIRST)

    def rotate(self, _address: str) -> None:
        self.keys.insert(0, f"key-{self.made}")
        self.made += 1
        rotate(self.settings, *self.keys)

    def drop(self, _address: str) -> None:
        """Take the oldest key away, where the start lets us."""
        if len(self.keys) == 1:
            return
        rotate(self.settings, *self.keys[:-1])
        if may_start():
            self.keys.pop()
        rotate(self.settings, *self.keys)

    def enter(self, address: str) -> None:
        if self._holder(address):
            return
        reason = Reason(Scenario.CUSTOMER, "Fair", "person", TODAY)
        try:
            with transaction.atomic():
                entering.enter(Typed(address), reason, policy=self.policy, at=NOON, by="test")
        except ErasedError:
            assert mailbox(address) in self.erased
        else:
            assert mailbox(address) not in self.erased

    def list(self, address: str) -> None:
        was_held = self._holder(address) is not None
        outcome = bring(self.policy, contacts=[person(address, "customer")])
        assert bool(outcome.refused) == (mailbox(address) in self.erased and not was_held)

    def mail(self, address: str) -> None:
        holder = self._holder(address)
        self.mails[address].append(links.stop(holder) if holder else links.stop_of_stranger(address))

    def object(self, address: str) -> None:
        self._object(hashes(address), None)
        self.objected.add(mailbox(address))

    def link(self, address: str) -> None:
        for token in self.mails[address][:1]:
            try:
                said = links.read_stop(token)
            except links.InvalidLinkError:  # its key was dropped
                continue
            self._object({"address_hash": said.address_hash, "mailbox_hash": said.mailbox_hash}, said.public_id)
            self.objected.add(mailbox(address))
            if moved := Contact.objects.filter(public_id=said.public_id).first():  # who was written to has moved
                self.objected.add(mailbox(str(moved.email)))

    def delete(self, address: str) -> None:
        if holder := self._holder(address):
            erasure.delete({holder.pk: holder.public_id}, at=NOON, by="test", rule="test")

    def erase(self, address: str) -> None:
        if self._holder(address):
            tombstones.put_up(
                {hashes(address)["address_hash"]: hashes(address)["mailbox_hash"]}, residue=None, day=TODAY, at=NOON
            )
            self.delete(address)
            self.erased.add(mailbox(address))

    def move(self, address: str) -> None:
        """Give whoever has the address another one of nobody's, which carries objections along both ways."""
        to = f"new-{self.made}-{address}"
        holder = self._holder(address)
        if holder and not self._holder(to):
            change_email.change(holder.pk, to, evidence=TrustReason.OFFICER, at=NOON, by="test")
            if mailbox(address) in self.objected:
                self.objected.add(mailbox(to))

    def check(self) -> None:
        assert may_start()
        for contact in Contact.objects.all():
            address = str(contact.email)
            stopped = Contact.objects.filter(suppressions.holds(Channel.EMAIL), pk=contact.pk).exists()
            assert stopped == (mailbox(address) in self.objected)
            assert suppressions.of_people(contact).exists() == stopped
        for address in ADDRESSES:
            assert suppressions.of_address(address).exists() == (mailbox(address) in self.objected)
            assert bool(tombstones.standing(known(address), day=TODAY)) == (mailbox(address) in self.erased)

    def _holder(self, address: str) -> Contact | None:
        return Contact.objects.filter(email=address).first()

    def _object(self, said: dict[str, str], public_id: uuid.UUID | None) -> None:
        objections.record(
            **said, public_id=public_id, channels=list(Channel), reason="unsubscribe", day=TODAY, at=NOON, by="test"
        )


@given(steps=STEPS)
@example(steps=[("object", TAGGED), ROTATE, ("enter", PLAIN)])
@example(steps=[("object", PLAIN), ROTATE, ROTATE, DROP, ("list", TAGGED)])
@example(steps=[("mail", TAGGED), ROTATE, ("enter", TAGGED), ("link", TAGGED)])
@example(steps=[("mail", TAGGED), ROTATE, ("list", PLAIN), ROTATE, ("link", TAGGED)])
@example(steps=[("mail", OTHER), ("enter", OTHER), ROTATE, ("link", OTHER), ("delete", OTHER), ROTATE, ("list", OTHER)])
@example(steps=[("enter", PLAIN), ("erase", PLAIN), ROTATE, ("list", TAGGED), ("enter", PLAIN), DROP])
@example(steps=[("enter", PLAIN), ("mail", PLAIN), ROTATE, ("move", PLAIN), ("link", PLAIN), ("enter", PLAIN)])
@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_with_any_sequence_of_rotations_every_objection_is_found_and_nobody_erased_comes_back(
    policy: PolicyVersion, settings: Any, steps: Steps
) -> None:
    with transaction.atomic():
        company = Company(policy, settings)
        for name, address in steps:
            getattr(company, name)(address)
            company.check()
        transaction.set_rollback(True)
