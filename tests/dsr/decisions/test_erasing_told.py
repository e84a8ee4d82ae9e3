"""What a person is told whose deletion others had asked for, or of whom one record alone has an address."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Message, PolicyVersion, Suppression
from contacts.words.addresses import hashes, keyed_hash
from dsr.intake import identity, intake, stopping, third_party_report
from dsr.intake.intake import Asked
from dsr.letters import stopped
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import ErasureGround, Kind, Source
from tests.support.deciding import TODAY, ada, draft
from tests.support.deleting import erased, letter, under_a_duty, wish
from tests.support.factories import NOON, customer
from tests.support.objecting import suppressed
from tests.support.requesting import KNOWN, OFFICER, STRANGE, entered, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

BOB = "bob@other.example"


# Somebody who has left, as others told us


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("language", "told", "asked"),
    [
        ("en", "On 24 November 2026 we heard that you have left your organisation.", "your request"),
        ("sv", "Den 24 november 2026 fick vi höra att du har lämnat din organisation.", "ditt ärende"),
    ],
)
def test_who_has_left_as_others_say_is_not_told_that_they_asked(
    policy: PolicyVersion, language: str, told: str, asked: str
) -> None:
    person = ada(policy, language=language)
    request = third_party_report.heard(person.pk, on=TODAY, source=Source.PHONE, policy=policy, at=NOON, by="user:7")
    assert request
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    erased(request, policy, ErasureGround.LEFT)
    said = letter()
    assert told in said
    assert asked not in said.lower()
    assert "you asked us" not in said
    written = Message.objects.get(template="written").written
    assert written
    assert asked not in written["why"].lower()


@pytest.mark.promise("P4")
def test_who_says_so_themselves_is_told_that_they_asked(policy: PolicyVersion) -> None:
    request = wish(ada(policy, language="en"), policy, Kind.LEAVER)
    erased(request, policy, ErasureGround.LEFT)
    assert "On 24 November 2026 you asked us to delete your details, since you have left" in letter()


# A person whose first record has no address any more


def test_the_letter_goes_to_the_record_that_has_an_address(policy: PolicyVersion) -> None:
    reduced, person = under_a_duty(policy), ada(policy, language="sv")
    erased(wish(reduced, policy), policy)
    Message.objects.all().delete()
    request = identity.identify(entered(policy, Kind.ERASURE).pk, [reduced, person], KNOWN, at=NOON, by=OFFICER)
    erased(request, policy)
    assert Message.objects.get(template="written").address == person.email
    assert "raderade vi" in letter()


@pytest.mark.promise("P12")
def test_an_objection_is_kept_for_the_address_that_there_is(policy: PolicyVersion) -> None:
    reduced, person = under_a_duty(policy), customer(policy, email="ada@fjordkraft.example")
    erased(wish(reduced, policy), policy)
    people = [reduced, person]
    request = identity.identify(entered(policy, Kind.MARKETING_OBJECTION).pk, people, KNOWN, at=NOON, by=OFFICER)
    said = draft(stopped.marketing_stopped, request, policy, "en", what=["email"])
    stopping.stop(request.pk, ["email"], said, policy=policy, at=NOON, by=OFFICER)
    assert set(suppressed("ada@fjordkraft.example")) == {"email"}
    assert not Suppression.objects.filter(address_hash=keyed_hash("")).exists()


@pytest.mark.promise("P12")
def test_where_no_record_has_an_address_nothing_is_kept_for_none(policy: PolicyVersion) -> None:
    reduced = under_a_duty(policy)
    erased(wish(reduced, policy), policy)
    request = identity.identify(entered(policy, Kind.MARKETING_OBJECTION).pk, [reduced], KNOWN, at=NOON, by=OFFICER)
    identity.answer_to(request.pk, STRANGE, KNOWN, at=NOON, by=OFFICER)
    said = draft(stopped.marketing_stopped, request, policy, "en", what=["email"])
    before = whole(request)
    with pytest.raises(RequestError, match="no marketing goes to them"):
        stopping.stop(request.pk, ["email"], said, policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


# Nothing held, said to who wrote a mail


@pytest.mark.promise("P12")
@pytest.mark.usefixtures("at_noon")
def test_who_wrote_a_mail_hears_of_the_coded_form_as_well(
    log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    Suppression.objects.create(**hashes(BOB), channel="email", since=TODAY)
    said = Asked(Kind.ACCESS, "What do you hold?", {"address": BOB, "name": "Ada"})
    request = intake.enter(said, source=Source.EMAIL, received_on=TODAY, policy=policy, at=NOON, by=OFFICER)
    page = log_in("privacy officer").get(f"/admin/dsr/request/{request.public_id}/nothing-held/").content.decode()
    assert "The one thing that we keep is a coded form of your e-mail address" in page
