"""The demo from its first night to its first morning: nothing in it contradicts itself or the policy (L20)."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from contacts.models import Basis, Contact, Message, PolicyVersion, Recipient, ReviewOutcome, SignUp
from privacy_crm.demo import play, promising, users
from retention.audit import statements
from retention.due.retention_schedule import kept_until
from retention.models import Hold
from tests.support.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20")]


@pytest.fixture(params=[NOON, dt.datetime(2028, 2, 29, 9, tzinfo=dt.UTC)], ids=["autumn", "leap day"])
def at(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> dt.datetime:
    """A moment just after the demo company's first night, as its staff find it."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    moment: dt.datetime = request.param
    with time_machine.travel(moment, tick=False):
        promising.publish(moment)
        call_command("adopt_country_rules")
        users.set_up(tmp_path / "password")
        policy = PolicyVersion.objects.in_force()
        assert policy
        assert play.first_night(policy)
    return moment


def test_nothing_in_the_demo_contradicts_itself_or_the_policy(at: dt.datetime) -> None:
    policy = PolicyVersion.objects.get(number=2)
    assert Basis.objects.count() > 2_000
    assert Message.objects.filter(purpose="marketing", sent_at__isnull=False).exists()
    assert [each for each in statements.search(policy=policy, at=at) if each.count] == []
    checked = statements.latest()
    assert checked
    assert (checked.at, checked.found) == (at, {})
    _everybody_is_told_within_a_month(at.date())
    _few_who_gave_us_their_details_were_shown_no_notice()
    _what_is_shown_is_what_a_form_showed()
    _whoever_is_due_has_gone(policy, at.date())
    _the_register_has_who_gets_everybodys_data()
    _addresses_are_proven_unproven_and_doubted()
    assert not ReviewOutcome.objects.filter(outcome__contains="deleted again").exists()


def _addresses_are_proven_unproven_and_doubted() -> None:
    states = Contact.objects.filter(email__isnull=False).values_list("address_trust", "address_trust_reason").distinct()
    assert {state for state, _why in states} == {"proven", "unproven", "doubted"}
    assert {why for _state, why in states} > {"form_button", "phoned", "list", "changed", "denied", "bounced"}


def _everybody_is_told_within_a_month(day: dt.date) -> None:
    """Whoever is only stored apart (Art. 18)."""
    untold = Basis.objects.untold().exclude(contact__in=Hold.objects.filter(kind="freeze").values("contact"))
    assert untold.exists()
    assert not untold.filter(collected_on__lt=day - dt.timedelta(days=28)).exists()


def _few_who_gave_us_their_details_were_shown_no_notice() -> None:
    """Where no form was: a business card, a fair."""
    unshown = Basis.objects.unshown()
    assert set(unshown.values_list("source", flat=True)) == {"Business card", "a fair in Malmö"}
    assert 0 < unshown.values("contact").distinct().count() < 60


def _what_is_shown_is_what_a_form_showed() -> None:
    bases = Basis.objects.with_policy_then()
    assert set(bases.values_list("policy_then", flat=True)) == {1, 2}
    shown = set(bases.exclude(policy_shown=None).values_list("contact", "scenario", "policy_shown__number"))
    forms = SignUp.objects.filter(confirmed_at__isnull=False)
    assert shown == set(forms.values_list("contact", "scenario", "policy_version__number"))
    assert len(shown) > 10


def _the_register_has_who_gets_everybodys_data() -> None:
    """Who sends our mail, answers support requests, and hosts (P15)."""
    standing = Recipient.objects.filter(standing=True)
    assert {each.service.split()[0] for each in standing} == {"Sends", "Answers", "Hosts"}
    assert standing.get(service__startswith="Answers").purposes == ["customer", "partner"]


def _whoever_is_due_has_gone(policy: PolicyVersion, day: dt.date) -> None:
    people = list(Basis.objects.values_list("contact", flat=True))
    assert not [leaves_on for leaves_on in kept_until(policy, people, day).values() if leaves_on and leaves_on <= day]
