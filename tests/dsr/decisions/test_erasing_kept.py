"""Deleting a person of whom a law has us keep a part, and what a person is told of their deletion."""

import datetime as dt
from dataclasses import replace

import pytest

from contacts.models import Contact, Message, PolicyVersion
from dsr.decisions import erasing
from dsr.decisions.erasing import Order
from dsr.intake import identity
from dsr.traces import proposal
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RefusalGround
from retention.models import Hold
from tests.dsr.decisions.test_erasing import GROWING
from tests.support.deleting import BY, DAY, counted, erased, full, letter, under_a_duty, wish
from tests.support.factories import NOON, ContactFactory, customer, is_held, place, run
from tests.support.objecting import objects
from tests.support.requesting import entered, fresh, steps

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

TODAY = NOON.date()


@pytest.fixture
def dutiful(policy: PolicyVersion) -> Contact:
    return under_a_duty(policy)


@pytest.mark.promise("P5")
def test_a_duty_leaves_what_it_names_and_the_rest_goes(policy: PolicyVersion, dutiful: Contact) -> None:
    request = wish(dutiful, policy)
    certificate = erased(request, policy)
    left = Contact.objects.get(pk=dutiful.pk)
    assert (left.email, left.phone, left.job_title, left.minimised_on) == (None, "", "", TODAY)
    assert (left.first_name, left.company) == (dutiful.first_name, "Fjordkraft AB")
    assert (fresh(request).outcome, fresh(request).refusal) == (Outcome.PARTLY_REFUSED, RefusalGround.LEGAL_DUTY)
    (kept,) = certificate.kept
    assert kept == {
        "reason": "bookkeeping",
        "legal_reference": "Bookkeeping Act 7:2",
        "categories": ["company", "name"],
        "until": "2031-12-31",
        "numbers": [str(dutiful.public_id)],
    }


@pytest.mark.promise("L11")
def test_the_counts_are_true_for_a_reduced_person_too(policy: PolicyVersion) -> None:
    request = wish(full(policy, duty=True), policy)
    before = counted()
    deleted = erased(request, policy).deleted
    after = counted()
    gone = {table: before[table] - after[table] for table in before if table not in GROWING}
    gone["contacts_message"] += 1
    assert {t: n for t, n in deleted.items() if t not in GROWING} == {t: n for t, n in gone.items() if n}
    assert "contacts_contact" not in deleted


@pytest.mark.promise("L3")
def test_the_reason_and_the_ways_out_are_told(policy: PolicyVersion, dutiful: Contact) -> None:
    erased(wish(dutiful, policy), policy)
    told = letter()
    assert (
        "On 24 November 2026 we deleted everything that we held about you, except this: name and company, which by law"
        " we must keep (Bookkeeping Act 7:2) until 31 December 2031." in told
    )
    assert "go to court" in told
    assert "IMY" in told


@pytest.mark.promise("P5")
def test_the_reduced_go_the_day_after_their_duty_ends(policy: PolicyVersion, dutiful: Contact) -> None:
    erased(wish(dutiful, policy), policy)
    run(DAY, policy)
    assert is_held(dutiful)
    run(DAY + dt.timedelta(days=1), policy)
    assert not is_held(dutiful)


def test_the_freeze_of_the_request_ends_with_it_and_a_restriction_too(policy: PolicyVersion, dutiful: Contact) -> None:
    place(dutiful, "freeze", "restriction")
    erased(wish(dutiful, policy), policy)
    tomorrow = TODAY + dt.timedelta(days=1)
    assert set(Hold.objects.standing(tomorrow).values_list("kind", flat=True)) == {"duty"}


def test_one_record_may_be_kept_in_part_while_another_goes(policy: PolicyVersion, dutiful: Contact) -> None:
    other = ContactFactory.create()
    request = entered(policy, Kind.ERASURE)
    identity.identify(request.pk, [other, dutiful], "They signed the letter.", at=NOON, by=BY)
    erased(request, policy)
    assert not is_held(other)
    assert Contact.objects.get().minimised_on == TODAY
    assert {"erased", "reduced"} <= set(steps(request))


# What the person is told


def test_the_letter_outlasts_the_person_and_hangs_on_nobody(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    erased(wish(contact, policy), policy)
    message = Message.objects.get()
    assert (message.contact, message.address) == (None, contact.email)
    assert message.forget_at == NOON + dt.timedelta(days=14)


@pytest.mark.parametrize("ground", list(ErasureGround))
def test_the_letter_says_when_why_and_until_when_a_backup_has_it(policy: PolicyVersion, ground: ErasureGround) -> None:
    request = wish(ContactFactory.create(), policy)
    erased(request, policy, ground)
    told = letter()
    assert "On 24 November 2026 we deleted everything that we held about you." in told
    assert "gone on 24 December 2026" in told
    assert request.number in told
    assert ("Art" in told) == (ground != ErasureGround.LEFT)


def test_the_letter_is_in_the_persons_language(policy: PolicyVersion, dutiful: Contact) -> None:
    Contact.objects.filter(pk=dutiful.pk).update(language="sv")
    objects(dutiful, policy)
    erased(wish(dutiful, policy), policy)
    told = letter()
    assert "Den 24 november 2026 raderade vi allt vi hade om dig, utom detta: namn och företag" in told
    assert "till och med den 31 december 2031" in told
    for english in ("deleted", "until", "coded", "backup", "article"):
        assert english not in told.lower()


def test_a_coded_form_that_is_kept_is_told(policy: PolicyVersion) -> None:
    contact = customer(policy)
    objects(contact, policy)
    erased(wish(contact, policy), policy)
    assert "So that no marketing reaches you again" in letter()


@pytest.mark.promise("L12")
@pytest.mark.parametrize(
    ("language", "last", "back"),
    [
        ("en", "we keep a coded form of your address until 24 November 2029", "unless you sign up yourself"),
        ("sv", "en kodad form av din adress till och med den 24 november 2029", "om du inte själv anmäler dig"),
    ],
)
def test_the_letter_says_until_when_nobody_brings_them_back_and_who_may(
    policy: PolicyVersion, language: str, last: str, back: str
) -> None:
    erased(wish(ContactFactory.create(language=language), policy), policy)
    told = letter()
    assert last in told
    assert back in told


def test_a_letter_that_goes_by_post_is_not_mailed(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    request = wish(contact, policy)
    planned = proposal.of(request, TODAY)
    draft = erasing.letter(request, planned, ErasureGround.NOT_NEEDED, policy=policy, at=NOON)
    order = Order(ErasureGround.NOT_NEEDED, replace(draft, posted_on=TODAY))
    erasing.erase(request.pk, order, policy=policy, at=NOON, by=BY)
    assert not Message.objects.exists()
    assert not is_held(contact)
