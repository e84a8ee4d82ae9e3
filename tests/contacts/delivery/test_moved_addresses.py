"""An address that staff typed opens nothing, and one that was changed opens nothing any more (P17, P19)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.delivery import change_address_notified
from contacts.models import Contact, Message, PolicyVersion
from contacts.words.vocabulary import TrustReason
from dsr.intake import intake, proving
from dsr.intake.intake import Stranger
from dsr.models import Proof
from dsr.words.vocabulary import Kind
from privacy_crm.merging import merge
from tests.support.admin_pages import contents
from tests.support.deciding import ada
from tests.support.factories import DOUBTED, NOON, ContactFactory, place
from tests.support.merging import PAIRS, pair
from tests.support.requesting import asked_by, posted, press, proof_letter

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

NEW = "new@elsewhere.example"
SOON = NOON + dt.timedelta(minutes=5)


def visit(address: str, policy: PolicyVersion) -> Proof:
    intake.look(Stranger(address, "en"), proof_letter, at=NOON)
    token = proving.token_of(Proof.objects.latest("pk"))
    return intake.confirm(token, policy=policy, at=NOON, by="visitor")


def move(person: Contact, address: str = NEW, *, proven: bool = True) -> None:
    change_address_notified.change(
        person.pk, address, evidence=TrustReason.MET if proven else None, at=NOON, by="user:7"
    )


def page(person: Contact) -> str:
    return f"/admin/contacts/contact/{person.public_id}/change-address/"


def test_an_address_that_nobody_made_sure_of_opens_nothing(policy: PolicyVersion) -> None:
    person = ada(policy)
    move(person, proven=False)
    assert visit(NEW, policy).contact is None


def test_what_is_asked_from_it_is_about_nobody_until_the_officer_says_so(policy: PolicyVersion) -> None:
    person = ada(policy)
    move(person, proven=False)
    request = press(posted(policy, NEW, Kind.ERASURE), policy)
    assert (request.state, list(request.subjects.all())) == ("new", [])
    person.refresh_from_db()
    assert person.frozen_through is None


def test_an_address_that_was_made_sure_of_opens_my_data(policy: PolicyVersion) -> None:
    person = ada(policy)
    move(person)
    assert visit(NEW, policy).contact == person


@pytest.mark.parametrize("proven", [True, False])
def test_a_visit_ends_once_its_person_has_another_address(policy: PolicyVersion, proven: bool) -> None:
    person = ada(policy)
    proof = visit(str(person.email), policy)
    assert proving.visit(str(proof.public_id), at=SOON) == proof
    move(person, proven=proven)
    assert proving.visit(str(proof.public_id), at=SOON) is None


def test_the_old_address_hears_that_another_is_on_file(policy: PolicyVersion) -> None:
    person = ada(policy)
    move(person)
    told = Message.objects.get(address="ada@fjordkraft.example")
    assert "Adressen" in str(told.written)
    assert NEW not in str(told.written)
    assert (told.contact, told.written["language"]) == (None, "sv")


def test_the_old_address_hears_nothing_where_it_is_merely_made_sure_of(policy: PolicyVersion) -> None:
    person = ContactFactory.create(**DOUBTED)
    move(person, str(person.email))
    assert not Message.objects.exists()


@pytest.mark.parametrize("known", [{"bounced_on": dt.date(2026, 11, 1)}, DOUBTED], ids=["bounces", "doubted"])
def test_an_address_that_bounces_or_that_nobody_knows_is_not_written_to(
    policy: PolicyVersion, known: dict[str, Any]
) -> None:
    move(ContactFactory.create(**known))
    assert not Message.objects.exists()


@pytest.mark.parametrize("form", [{"email": NEW, "evidence": "met"}, {"email": NEW}])
@pytest.mark.parametrize("role", ["marketing", "privacy officer"])
def test_no_staff_change_the_address_while_a_request_is_answered(
    log_in: LogIn, policy: PolicyVersion, role: str, form: dict[str, str]
) -> None:
    person, client = ada(policy), log_in(role)
    asked_by(person, policy)
    before = contents()
    answer = client.post(page(person), form)
    assert "asked us for something" in answer.content.decode()
    assert contents() == before


def test_a_claim_alone_keeps_no_address_from_being_changed(log_in: LogIn, policy: PolicyVersion) -> None:
    person, client = ada(policy), log_in("marketing")
    place(person, "freeze", "legal_claim")
    client.post(page(person), {"email": NEW, "evidence": "met"})
    person.refresh_from_db()
    assert person.email == NEW


def told() -> dict[str, str]:
    """The letters that are owed: the first button of each, by the address that it goes to."""
    letters = Message.objects.filter(template="written").values_list("address", "written")
    return {address: next(part["url"] for part in said["parts"] if "url" in part) for address, said in letters}


@pytest.mark.promise("L15")
@pytest.mark.parametrize("taken", [[], ["email"]], ids=["the older stays", "the newer stays"])
def test_a_merge_tells_the_address_that_it_leaves_out(policy: PolicyVersion, taken: list[str]) -> None:
    """Found: a merge handed a record to another mailbox, whose owner read it under My data, and told nobody."""
    keep, gone = ContactFactory.create(), ContactFactory.create()
    merge(keep.pk, gone.pk, taken, policy=policy, at=NOON, by="user:7")
    assert set(told()) == {keep.email if taken else gone.email}


@pytest.mark.promise("L15")
@pytest.mark.parametrize("lost", [{}, {"lost": "on"}], ids=["still read", "lost"])
def test_a_merge_tells_no_address_that_they_no_longer_reach(
    log_in: LogIn, policy: PolicyVersion, lost: dict[str, str]
) -> None:
    """Found: a change of address asks whether they still read mail at the old one; a merge asked nothing."""
    two, client = pair(policy), log_in("marketing")
    ours = dict.fromkeys(("stays", "first_name", "last_name", "email", "phone", "job_title"), "one")
    page = client.get(f"{PAIRS}{two.pk}/merge/").content.decode()
    assert "read no mail any more at the address that is left out" in page
    client.post(f"{PAIRS}{two.pk}/merge/", ours | lost)
    assert Contact.objects.get().pk == two.one.pk
    assert set(told()) == (set() if lost else {two.other.email})


@pytest.mark.promise("L16")
def test_a_merge_within_one_mailbox_tells_nobody(policy: PolicyVersion) -> None:
    keep, gone = (ContactFactory.create(email=f"ada{tag}@fjordkraft.example") for tag in ("", "+crm"))
    merge(keep.pk, gone.pk, ["email"], policy=policy, at=NOON, by="user:7")
    assert not told()


@pytest.mark.promise("L15")
def test_who_asks_about_it_asks_the_officer_and_undoes_nothing(client: Client, policy: PolicyVersion) -> None:
    person = ada(policy)
    move(person)
    before = contents()
    page = client.get(told()["ada@fjordkraft.example"]).content.decode()
    assert contents() == before
    assert 'name="about"' in page
    assert 'value="complaint" id="id_kind_complaint" aria-describedby="hint_complaint" checked' in page
    assert str(person.public_id) not in page
    assert NEW not in page


@pytest.mark.parametrize("token", ["", "made-up", "made:up"])
def test_a_link_that_nobody_sealed_says_nothing_beforehand(client: Client, policy: PolicyVersion, token: str) -> None:
    assert "checked" not in client.get("/my-data/", {"about": token}).content.decode()


@pytest.mark.promise("L15")
@pytest.mark.parametrize("lost", [False, True])
def test_an_address_that_they_no_longer_reach_is_not_written_to(
    log_in: LogIn, policy: PolicyVersion, lost: bool
) -> None:
    person = ada(policy)
    log_in("marketing").post(page(person), {"email": NEW, "evidence": "met"} | ({"lost": "on"} if lost else {}))
    assert bool(told()) != lost
