"""A person who goes, by whatever path, takes everything in words about their requests along: numbers and codes stay."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, Message, PolicyVersion
from contacts.outbox import outbox
from contacts.words.addresses import keyed_hash
from dsr.decisions import erasing
from dsr.intake import identity
from dsr.models import Handover, Paper, Proof, Request, Subject
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, Source
from privacy_crm.mail import mailer
from tests.support.deleting import dump, erased, wish
from tests.support.factories import DUE, NOON, ONE_DAY, held_for, is_held, run
from tests.support.mail_sink import Sink
from tests.support.mailing import send
from tests.support.objecting import objects
from tests.support.requesting import KNOWN, OFFICER, asked_by, close, entered, fresh, posted, press

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21"), pytest.mark.promise("L11")]

WORDS = ("zyxmark-asked", "zyxmark-typed", "zyxmark-known")


def _by_night(contact: Contact, policy: PolicyVersion) -> None:
    run(DUE, policy)


def _by_objection(contact: Contact, policy: PolicyVersion) -> None:
    objects(contact, policy)


def _by_command(contact: Contact, policy: PolicyVersion) -> None:
    call_command("erase", contact.email, "--ground", "not_needed", "--json")


def _by_act(contact: Contact, policy: PolicyVersion) -> None:
    erased(wish(contact, policy), policy)


PATHS: list[Callable[[Contact, PolicyVersion], None]] = [_by_night, _by_objection, _by_command, _by_act]


@pytest.fixture
def contact(policy: PolicyVersion) -> Contact:
    return held_for("prospect", policy, first_name="Zyxmark", email="zyxmark@fjordkraft.example")


@pytest.fixture
def answered(policy: PolicyVersion, contact: Contact) -> list[Request]:
    """Requests of theirs that are closed: one typed into the form, one entered, one asked for on "My data"."""
    typed = press(posted(policy, contact.email or "", Kind.ACCESS), policy)
    Paper.objects.filter(request=typed).update(text=WORDS[1])
    letter = entered(policy, Kind.RECTIFICATION)
    identity.identify(letter.pk, [contact], WORDS[2], at=NOON, by=OFFICER)
    identity.answer_to(letter.pk, "zyxmark@home.example", KNOWN, at=NOON, by=OFFICER)
    own = asked_by(contact, policy, Kind.PORTABILITY)
    Paper.objects.filter(request=own).update(text=WORDS[0])
    # What a request froze is free on the day after, once nothing is left to be fetched.
    ended = NOON - ONE_DAY
    Handover.objects.create(request=own, contact=contact, portable=True, created_at=ended, expires_at=ended)
    return [close(request, policy, at=NOON - ONE_DAY) for request in (typed, letter, own)]


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("path", PATHS)
def test_their_requests_keep_only_codes_dates_and_a_keyed_hash(
    policy: PolicyVersion, contact: Contact, answered: list[Request], path: Any
) -> None:
    assert any("zyxmark" in line.lower() for line in dump().splitlines())
    before = [(each.number, each.kind, each.received_on, each.closed_on, each.outcome) for each in answered]
    path(contact, policy)
    assert not is_held(contact)
    left = [fresh(each) for each in answered]
    assert [(each.number, each.kind, each.received_on, each.closed_on, each.outcome) for each in left] == before
    assert {each.address_hash for each in left} == {keyed_hash("zyxmark@fjordkraft.example")}
    for model in (Subject, Paper, Handover, Proof):
        assert not model._base_manager.exists()
    Message.objects.exclude(address="").delete()  # the letter that tells them, which goes by itself
    assert [line for line in dump().splitlines() if "zyxmark" in line.lower()] == []


@pytest.mark.usefixtures("at_noon")
def test_the_ground_and_the_outcome_of_a_deletion_stay_on_its_request(policy: PolicyVersion, contact: Contact) -> None:
    certificate = erasing.erase_address(
        contact.email or "", ErasureGround.UNLAWFUL, source=Source.POST, policy=policy, at=NOON, by="operator"
    )
    left = fresh(certificate.request)
    assert (left.ground, left.outcome, left.source) == (ErasureGround.UNLAWFUL, Outcome.FULFILLED, Source.POST)


# The address that the confirmation goes to


@pytest.fixture
def mail_server(settings: Any) -> Any:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, settings.VAR_DIR / "mail")}
    return sink


def test_the_address_is_forgotten_once_the_mail_server_has_the_letter(
    policy: PolicyVersion, contact: Contact, mail_server: Sink
) -> None:
    _by_act(contact, policy)
    with mail_server.open():
        send()
    assert mail_server.recipients == ["zyxmark@fjordkraft.example"]
    message = Message.objects.get()
    assert (message.address, message.written) == ("", None)
    assert [line for line in dump().splitlines() if "zyxmark" in line.lower()] == []


def test_the_address_is_forgotten_after_14_days_where_no_server_takes_the_letter(
    policy: PolicyVersion, contact: Contact, mail_server: Sink
) -> None:
    _by_act(contact, policy)
    send()
    assert outbox.forget(NOON + dt.timedelta(days=13, hours=23)) == 0
    assert Message.objects.get().address
    assert outbox.forget(NOON + dt.timedelta(days=14)) == 1
    assert [line for line in dump().splitlines() if "zyxmark" in line.lower()] == []


def test_the_officers_page_of_the_request_names_nobody_any_more(
    policy: PolicyVersion, contact: Contact, answered: list[Request], log_in: Callable[[str], Client]
) -> None:
    _by_act(contact, policy)
    officer = log_in("privacy officer")
    for request in Request.objects.all():
        page = officer.get(reverse("admin:dsr_request_change", args=[request.public_id])).content.decode()
        assert request.number in page
        assert "zyxmark" not in page.lower()
