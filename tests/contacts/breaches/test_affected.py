"""Who is affected by a breach: ids that go with their people, and numbers that stay (L10)."""

import pytest

from contacts.breaches import affected
from contacts.models import AffectedPerson, Contact, PolicyVersion
from contacts.people import erasure
from tests.support.breaching import OFFICER, BreachFactory, affecting, find, seen, tell
from tests.support.breaching import unreported as leave
from tests.support.factories import DUE, NOON, ContactFactory, customer, held_for, run
from tests.support.mailing import send
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.promise("L10"), pytest.mark.django_db]


def test_those_found_are_counted_by_what_they_are_held_as_and_by_what_we_hold(policy: PolicyVersion) -> None:
    buyer = customer(policy, phone="+46 8 1", first_name="Ada", last_name="Lund", company="", job_title="")
    guest = held_for("event", policy, phone="", first_name="", last_name="", company="", job_title="")
    breach = BreachFactory.create()
    group = find(breach, buyer, guest)
    assert (group.people, group.scenarios) == (2, {"customer": 1, "event": 1})
    counted = {code: group.categories.get(code) for code in ("name", "phone", "email", "job_title")}
    assert counted == {"name": 1, "phone": 1, "email": 2, "job_title": None}


def test_somebody_found_twice_is_affected_once(policy: PolicyVersion) -> None:
    one, two = customer(policy), customer(policy)
    breach = BreachFactory.create()
    assert [find(breach, one).people, find(breach, one, two).people, find(breach, one, two).people] == [1, 1, 0]
    assert affected.by_code(breach, "scenarios") == {"customer": 2}
    assert affected.numbers(breach).people == 2


def test_everybody_whose_data_a_recipient_was_given_is_found(policy: PolicyVersion) -> None:
    given, other = customer(policy), customer(policy)
    recipient = RecipientFactory.create()
    gave(recipient, given)
    assert list(affected.given_to(recipient)) == [given]
    standing = RecipientFactory.create(standing=True, purposes=["customer"])
    assert set(affected.given_to(standing)) == {given, other}


def test_nobody_is_found_for_a_closed_breach() -> None:
    breach = BreachFactory.create(state="closed", closed_at=NOON, learnt="Much.")
    assert affected.add(breach, Contact.objects.all(), asked="all", at=NOON, by=OFFICER) is None


def test_the_night_goes_on_and_the_numbers_stay(policy: PolicyVersion) -> None:
    gone, left, stays = ContactFactory.create(), ContactFactory.create(), customer(policy)
    breach = affecting(gone, left, stays)
    erasure.delete({gone.pk: gone.public_id}, at=NOON, by="test", rule="test")
    tell(breach)
    send()
    erasure.delete({left.pk: left.public_id}, at=NOON, by="test", rule="test")
    counted = affected.numbers(breach)
    assert list(AffectedPerson.objects.values_list("contact", flat=True)) == [stays.pk]
    assert (counted.people, counted.told, counted.gone, counted.waiting, counted.without) == (3, 2, 1, 0, 0)


def test_a_person_who_is_due_goes_with_the_next_night(policy: PolicyVersion) -> None:
    due = held_for("whitepaper", policy)
    breach = affecting(due)
    due.bases.update(clock_from=DUE.replace(year=DUE.year - 5))
    run(DUE, policy)
    assert not Contact.objects.filter(pk=due.pk).exists()
    assert affected.numbers(breach).gone == 1


def test_an_unreported_breach_still_takes_people() -> None:
    breach = BreachFactory.create()
    leave(breach)
    assert find(seen(breach), ContactFactory.create()).people == 1
