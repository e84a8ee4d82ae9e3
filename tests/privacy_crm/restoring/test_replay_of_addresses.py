"""After a restore, what the owner of an address said about it holds again."""

import pytest

from contacts.models import LookAgain, PolicyVersion, SignUp
from contacts.outbox import links
from contacts.people import address_trust, change_email
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import TrustReason
from tests.support.factories import NOON, SignUpFactory, customer
from tests.support.journals import Backup, Journal
from tests.support.preferring import unsubscribe

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

OLD, NEW = "ada@fjordkraft.example", "new@elsewhere.example"


def test_what_a_stranger_typed_and_its_owner_did_not_want_is_gone_again(
    policy: PolicyVersion, journal: Journal
) -> None:
    """*Found*: it was back, since its deletion was in no line."""
    made, other = (SignUpFactory.create(policy_version=policy, email=email) for email in (OLD, NEW))
    backup = Backup(journal)
    unsubscribe(links.stop_of_stranger(OLD, made), {"do": "not_me"})
    backup.restore_and_replay()
    assert list(SignUp.objects.all()) == [other]
    assert OLD not in journal.files[0].read_text()


@pytest.mark.promise("L15")
def test_an_address_that_its_owner_called_wrong_is_doubted_again_and_looked_at(
    policy: PolicyVersion, journal: Journal
) -> None:
    """*Found*: mail went there again, since the doubt was in no line."""
    person = customer(policy, email=OLD)
    change_email.change(person.pk, NEW, evidence=TrustReason.MET, at=NOON, by="user:1")
    backup = Backup(journal)
    address_trust.contest(person.public_id, keyed_hash(OLD), at=NOON, by="visitor")
    backup.restore_and_replay()
    person.refresh_from_db()
    assert (person.address_trust, person.address_trust_reason) == ("doubted", "contested")
    assert list(LookAgain.objects.values_list("contact", "why")) == [(person.pk, "contested")]


@pytest.mark.promise("L15")
def test_the_address_of_before_is_not_doubted_for_the_one_that_replaced_it(
    policy: PolicyVersion, journal: Journal
) -> None:
    person = customer(policy, email=OLD)
    before = (person.address_trust, person.address_trust_reason)
    backup = Backup(journal)
    change_email.change(person.pk, NEW, evidence=TrustReason.MET, at=NOON, by="user:1")
    address_trust.contest(person.public_id, keyed_hash(OLD), at=NOON, by="visitor")
    backup.restore_and_replay()
    person.refresh_from_db()
    assert (person.email, person.address_trust, person.address_trust_reason) == (OLD, *before)
    assert set(LookAgain.objects.values_list("contact", "why")) == {(person.pk, "address"), (person.pk, "contested")}
