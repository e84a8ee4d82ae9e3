"""A journal whose lines name an earlier key than the first is replayed as any other (ADR 0057)."""

from typing import Any

import pytest

from contacts.events import dietary
from contacts.models import FoodPreference, PolicyVersion, SignUp
from privacy_crm.restoring import replay
from tests.support.deleting import dump, erased, full, wish
from tests.support.factories import NOON, ONE_DAY, EventFactory, customer, register
from tests.support.journals import Backup, Journal
from tests.support.mailing import stranger
from tests.support.rotating import rotate

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

EARLIER, FIRST = "suppression:" + "a" * 50, "suppression:" + "b" * 50


def restored_under_another_key(backup: Backup, settings: Any) -> None:
    backup.restore()
    rotate(settings, FIRST, EARLIER)
    assert replay.run(now=lambda: NOON)


@pytest.mark.promise("L12")
def test_what_waited_under_the_address_of_somebody_erased_is_gone_again(
    policy: PolicyVersion, journal: Journal, settings: Any
) -> None:
    rotate(settings, EARLIER)
    person = full(policy)
    request, address = wish(person, policy), person.email or ""
    assert SignUp.objects.filter(email=address).exists()
    backup = Backup(journal)
    erased(request, policy)
    restored_under_another_key(backup, settings)
    assert address not in dump()


@pytest.mark.promise("P8")
def test_dietary_needs_that_were_taken_back_go_again(policy: PolicyVersion, journal: Journal, settings: Any) -> None:
    rotate(settings, EARLIER)
    event = EventFactory.create(starts_at=NOON + 30 * ONE_DAY, ends_at=NOON + 31 * ONE_DAY)
    guest, waiting = customer(policy), stranger(policy, "event")
    register(guest, event, NOON, policy=policy, food="No nuts")
    FoodPreference.objects.create(sign_up=waiting, preference="No fish", consented_at=NOON)
    backup = Backup(journal)
    for address in (guest.email, waiting.email):
        dietary.withdraw(str(address), public_id=None, at=NOON, by="person")
    assert not FoodPreference.objects.exists()
    restored_under_another_key(backup, settings)
    assert not FoodPreference.objects.exists()
