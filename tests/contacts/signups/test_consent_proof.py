"""A consent given twice is proven by its wording, both times, and the mail that asked: its Message-ID, and a hash."""

import hashlib

import pytest
from django.db import connection

from contacts.models import ConsentRecord, Message, PolicyVersion, SignUp
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import Channel
from tests.support import visitors
from tests.support.factories import NOON, ONE_DAY
from tests.support.mail_sink import Sink, part
from tests.support.mailing import send
from tests.support.visitors import asked

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L14")]

BOX = "Ja, ni får mejla mig."
LATER = NOON + ONE_DAY


def confirmed(made: SignUp, policy: PolicyVersion, consent: bool = True) -> list[ConsentRecord]:
    proof.confirm(made.public_id, consent=consent, policy=policy, at=LATER, by="visitor")
    return list(ConsentRecord.objects.order_by("channel"))


def wished(policy: PolicyVersion, **consents: str) -> SignUp:
    return asked(Wish.of_register("customer"), policy, consents=consents)


def test_it_has_the_wording_both_times_and_the_mail(policy: PolicyVersion, sink: Sink) -> None:
    made = wished(policy, email=BOX, phone="Ring mig.")
    send(NOON)
    email, phone = confirmed(made, policy)
    assert (email.wording, email.language, email.policy_version) == (BOX, made.language, policy)
    assert (email.ticked_at, email.recorded_at, email.said_on) == (NOON, LATER, LATER.date())
    assert (email.method, email.source, email.state) == ("double_opt_in", "form", "given")
    assert (email.controller, email.purpose) == (policy.controller["name"], "marketing")
    assert email.withdraw_at.endswith("/my-data/")
    [mail] = sink.mails
    assert email.message_id == phone.message_id == mail["Message-ID"]
    read = "\0".join(
        [str(mail["Subject"]), *(part(mail, kind).replace("\r\n", "\n") for kind in ("text/plain", "text/html"))]
    )
    assert email.message_digest == phone.message_digest == hashlib.sha256(read.encode()).hexdigest()


def test_it_outlives_the_form_and_the_mail(policy: PolicyVersion, sink: Sink) -> None:
    made = wished(policy, email=BOX)
    send(NOON)
    [before] = [record.message_id for record in confirmed(made, policy)]
    SignUp.objects.all().delete()
    assert not Message.objects.filter(template="confirm").exists()
    assert ConsentRecord.objects.get().message_id == before != ""


def test_of_a_mail_that_was_not_seen_to_leave_nothing_is_said(policy: PolicyVersion) -> None:
    [record] = confirmed(wished(policy, email=BOX), policy)
    assert (record.message_id, record.message_digest) == ("", "")
    assert record.ticked_at == NOON


def test_a_mail_that_asks_for_no_consent_has_no_digest(policy: PolicyVersion, sink: Sink) -> None:
    wished(policy)
    send(NOON)
    assert sink.mails
    assert Message.objects.get().digest == ""


@pytest.mark.parametrize("ticked", [{}, {"email": BOX}])
def test_a_box_left_alone_or_not_confirmed_is_no_refusal(policy: PolicyVersion, ticked: dict[str, str]) -> None:
    assert confirmed(wished(policy, **ticked), policy, consent=False) == []


def test_no_place_is_there_for_an_ip_address() -> None:
    with connection.cursor() as cursor:
        columns = {
            column.name for column in connection.introspection.get_table_description(cursor, "contacts_consentrecord")
        }
    assert not [name for name in columns if "ip" in name.split("_") or "network" in name or "agent" in name]


def test_the_person_of_the_form_has_it(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    [record] = confirmed(wished(policy, phone="Ring mig."), policy)
    assert (record.contact, record.channel) == (person, Channel.PHONE)
