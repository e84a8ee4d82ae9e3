"""Deleting a person touches nobody else: what an address proves, who had the details, and what is named elsewhere."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Disclosure, PolicyVersion, RecipientNotice, SignUp
from dsr.decisions import certificates
from dsr.intake import identity, intake
from dsr.intake.intake import Asked
from dsr.models import Paper, Request
from dsr.records.transitions import RequestError
from dsr.traces import proposal
from dsr.words.vocabulary import Kind, Source
from tests.support.deciding import TODAY, ada
from tests.support.deleting import counted, erased, letter, under_a_duty, wish
from tests.support.factories import NOON, ContactFactory, SignUpFactory, is_held
from tests.support.requesting import KNOWN, OFFICER, STRANGE, fresh, posted, press, whole
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

BOB = "bob@other.example"


def mailed(policy: PolicyVersion, address: str, kind: Kind = Kind.ERASURE) -> Request:
    """Entered by the officer from a mail, whose sender anybody may have written there."""
    said = Asked(kind, "Delete me.", {"address": address, "name": "Ada"})
    return intake.enter(said, source=Source.EMAIL, received_on=TODAY, policy=policy, at=NOON, by=OFFICER)


def waiting_of(policy: PolicyVersion, address: str) -> tuple[SignUp, Request]:
    """What waits under an address: a form, and a request that nobody has proven."""
    return SignUpFactory.create(policy_version=policy, email=address), posted(policy, address)


# An address is theirs where they proved it, or the officer established it, and nobody else is on file under it.


def test_the_sender_that_the_officer_typed_proves_nothing(policy: PolicyVersion) -> None:
    request = identity.identify(mailed(policy, STRANGE).pk, [ada(policy)], KNOWN, at=NOON, by=OFFICER)
    form, theirs = waiting_of(policy, STRANGE)
    before = whole(theirs)["Paper"], list(SignUp.objects.values())
    certificate = erased(request, policy)
    assert (whole(theirs)["Paper"], list(SignUp.objects.values())) == before
    assert form.pk
    assert certificate.scan["found"] == {}


@pytest.mark.parametrize("established", [False, True])
def test_what_waits_under_the_address_of_somebody_else_stays(policy: PolicyVersion, established: bool) -> None:
    person, other = ada(policy), ContactFactory.create(email=BOB)
    request = identity.identify(mailed(policy, BOB).pk, [person], KNOWN, at=NOON, by=OFFICER)
    if established:
        identity.answer_to(request.pk, BOB, "a colleague takes their mail", at=NOON, by=OFFICER)
    _form, theirs = waiting_of(policy, BOB)
    before = whole(theirs)["Paper"], list(SignUp.objects.values())
    certificate = erased(request, policy)
    assert (whole(theirs)["Paper"], list(SignUp.objects.values())) == before
    assert is_held(other)
    assert certificate.scan["found"] == {}


def test_an_address_that_they_proved_themselves_is_theirs(policy: PolicyVersion) -> None:
    request = press(posted(policy, "ada@home.example", Kind.ERASURE, name="Ada Berg"), policy)
    identity.identify(request.pk, [ada(policy)], KNOWN, at=NOON, by=OFFICER)
    SignUpFactory.create(policy_version=policy, email="ada@home.example")
    erased(request, policy)
    assert not SignUp.objects.exists()


# What others say of the address


def test_who_says_that_they_once_had_the_address_says_so_no_more(policy: PolicyVersion) -> None:
    person = ada(policy)
    other = press(posted(policy, STRANGE, name="Ada Berg", old_address=person.email or ""), policy)
    certificate = erased(wish(person, policy), policy)
    statement = Paper.objects.get(request=other, kind="statement")
    assert "old_address" not in statement.data
    assert (statement.data["name"], statement.data["address"]) == ("Ada Berg", STRANGE)
    assert fresh(other).state == "new"
    assert certificate.scan["found"] == {}


def test_what_was_asked_from_the_same_address_is_answered_first(policy: PolicyVersion) -> None:
    person = ada(policy)
    said = {"name": "A. Berg", "old_address": "ab@home.example"}
    other = press(posted(policy, person.email or "", **said), policy)
    request = wish(person, policy)
    before = counted(), whole(other), whole(request)
    with pytest.raises(RequestError, match=other.number):
        erased(request, policy)
    assert (counted(), whole(other), whole(request)) == before


# Who had the details


@pytest.mark.promise("L4")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "We had given your details to Cloud Ltd and Tryckeriet AB, and tell them to delete them, too."),
        ("sv", "Vi hade lämnat dina uppgifter till Cloud Ltd och Tryckeriet AB, och ber dem att också radera dem."),
    ],
)
def test_the_letter_names_those_who_had_the_details(policy: PolicyVersion, language: str, told: str) -> None:
    person = ada(policy, language=language)
    for name in ("Tryckeriet AB", "Cloud Ltd"):
        recipient = RecipientFactory.create(name=name)
        gave(recipient, person)
        gave(recipient, person)
    RecipientFactory.create(name="Nobody Ltd")
    certificate = erased(wish(person, policy), policy)
    assert told in letter()
    assert certificate.told == ["Cloud Ltd", "Tryckeriet AB"]
    erasures = RecipientNotice.objects.filter(kind="erased").order_by("recipient__name")
    assert list(erasures.values_list("recipient__name", flat=True)) == certificate.told


@pytest.mark.promise("L4")
def test_of_whom_a_part_is_kept_they_hear_as_well_who_had_the_rest(policy: PolicyVersion) -> None:
    person = under_a_duty(policy)
    gave(RecipientFactory.create(name="Cloud Ltd"), person)
    certificate = erased(wish(person, policy), policy)
    assert "We had given your details to Cloud Ltd" in letter()
    assert certificate.told == ["Cloud Ltd"]
    assert not Disclosure.objects.exists()


@pytest.mark.promise("L4")
def test_where_nobody_had_them_nobody_is_named(policy: PolicyVersion) -> None:
    certificate = erased(wish(ada(policy, language="en"), policy), policy)
    assert "given your details" not in letter()
    assert certificate.told == []
    assert certificates.plain(certificate)["told"] == []


@pytest.mark.promise("L4")
def test_the_certificate_names_them_on_the_page_on_paper_and_for_scripts(
    log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    person = ada(policy)
    gave(RecipientFactory.create(name="Cloud & Sons Ltd"), person)
    certificate = erased(wish(person, policy), policy)
    officer = log_in("privacy officer")
    page = officer.get(f"/admin/dsr/request/{certificate.request.public_id}/certificate/").content.decode()
    assert "Recipients and other systems" in page
    assert "Cloud &amp; Sons Ltd" in page
    assert certificates.plain(certificate)["told"] == ["Cloud & Sons Ltd"]
    assert "Cloud & Sons Ltd: will be told as soon as the mail is sent" in certificates.words(
        certificate, policy=policy
    )
    for language in ("en", "sv"):
        assert certificates.pdf(certificate, policy=policy, language=language).startswith(b"%PDF")


def test_who_agreed_to_a_letter_that_names_others_is_asked_again(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = wish(person, policy)
    mark = proposal.of(request, TODAY).mark
    gave(RecipientFactory.create(), person)
    before = counted(), whole(request)
    with pytest.raises(RequestError, match="who is told, has changed"):
        erased(request, policy, mark=mark)
    assert (counted(), whole(request)) == before
