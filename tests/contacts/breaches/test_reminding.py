"""Officers hear by mail with 48, 24 and 6 of the 72 hours left, and once they are over (L10)."""

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail

from contacts.breaches import reminding
from contacts.models import Breach
from tests.support.breaching import AN_HOUR, BreachFactory
from tests.support.factories import NOON

pytestmark = [pytest.mark.promise("L10"), pytest.mark.django_db]


@pytest.fixture
def officer() -> None:
    User.objects.create_user("officer", "officer@nordvik.example").groups.set(
        [Group.objects.get(name="privacy officer")]
    )


def lived(hours: float, every: float = 1) -> list[str]:
    """The subjects of the mails, where the job ran so often since we were aware."""
    aware = NOON - AN_HOUR
    for number in range(int(hours / every) + 1):
        reminding.tick(at=aware + number * every * AN_HOUR)
    return [str(sent.subject).partition(": ")[2] for sent in mail.outbox]


SAID = ["48 hours left to report it", "24 hours left to report it", "6 hours left to report it"]
OVER = "the 72 hours are over, and it is not reported"


@pytest.mark.usefixtures("officer")
def test_officers_hear_four_times_and_each_time_once() -> None:
    BreachFactory.create()
    assert lived(100) == [*SAID, OVER]


@pytest.mark.usefixtures("officer")
def test_what_was_missed_is_made_up_for_by_one_mail_that_says_what_is_left() -> None:
    BreachFactory.create()
    reminding.tick(at=NOON + 50 * AN_HOUR)
    assert [sent.subject.partition(": ")[2] for sent in mail.outbox] == ["21 hours left to report it"]


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize(
    "fields",
    [
        {"state": "reported"},
        {"state": "unreported", "unreported_because": "so"},
        {"state": "closed", "closed_at": NOON, "learnt": "Much."},
    ],
)
def test_nobody_is_reminded_of_what_is_decided(fields: dict[str, object]) -> None:
    BreachFactory.create(**fields)
    assert lived(100, every=10) == []


def test_it_waits_until_an_officer_has_an_address() -> None:
    breach = BreachFactory.create()
    assert lived(72, every=6) == []
    assert Breach.objects.get(pk=breach.pk).warned is None


@pytest.mark.usefixtures("officer")
def test_the_mail_names_nobody_and_leads_to_the_page() -> None:
    breach = BreachFactory.create(title="Qqname")
    reminding.tick(at=NOON + 72 * AN_HOUR)
    assert f"/admin/contacts/breach/{breach.pk}/change/" in str(mail.outbox[0].body)
    assert "Qqname" not in str(mail.outbox[0].message())
