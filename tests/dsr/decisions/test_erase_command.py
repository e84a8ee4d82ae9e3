"""`manage.py erase`: for scripts, on record as the operator's, all or nothing."""

import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import AuditEvent, Contact, Message, PolicyVersion
from dsr.models import Certificate, Request
from dsr.words.vocabulary import Kind, State
from tests.dsr.traces.test_scanning import note
from tests.support.deleting import counted, full
from tests.support.factories import ContactFactory, customer, is_held, place
from tests.support.requesting import asked_by

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21"), pytest.mark.usefixtures("at_noon")]

type Ended = tuple[int, str, str]


@pytest.fixture
def erase(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command; returns its exit code, stdout and stderr."""

    def run(*arguments: str) -> Ended:
        code = 0
        try:
            call_command("erase", *arguments)
        except SystemExit as end:
            code = int(str(end.code))
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_person_goes_and_the_certificate_is_printed(policy: PolicyVersion, erase: Any) -> None:
    contact = full(policy)
    code, out, _err = erase(contact.email, "--ground", "unlawful")
    assert code == 0
    assert not is_held(contact)
    deleted = Certificate.objects.get().deleted
    assert f"{sum(deleted.values())} in all" in out
    assert "On 24 November 2026 everything held about the person" in out
    assert "Nothing about them was found." in out


def test_json_is_a_contract(policy: PolicyVersion, erase: Any) -> None:
    contact = customer(policy)
    place(contact, "duty", "bookkeeping")
    code, out, err = erase(contact.email, "--ground", "left", "--json")
    told = json.loads(out)
    certificate = Certificate.objects.get()
    assert (code, err) == (0, "")
    assert set(told) == {
        "request", "certificate", "outcome", "ground", "erased_at", "deleted", "kept", "backups_until", "scan", "told",
    }  # fmt: skip
    assert told["request"] == certificate.request.number
    assert told["deleted"] == certificate.deleted
    assert (told["outcome"], told["ground"], told["backups_until"]) == ("partly_refused", "left", "2026-12-24")
    assert told["kept"] == [
        {
            "reason": "bookkeeping",
            "legal_reference": "",
            "categories": ["company", "name"],
            "until": None,
            "numbers": [str(contact.public_id)],
        }
    ]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_nothing_that_it_prints_names_anybody(policy: PolicyVersion, erase: Any, form: list[str]) -> None:
    contact = full(policy)
    _code, out, err = erase(contact.email, "--ground", "not_needed", *form)
    said = (out + err).replace("Zyxmark Print Ltd", "")  # a recipient, who is told
    for trace in ("zyxmark@", "Zyxmark", "+46 70"):
        assert trace not in said


def test_it_is_on_record_as_the_operators(policy: PolicyVersion, erase: Any) -> None:
    erase(ContactFactory.create().email, "--ground", "not_needed")
    done = AuditEvent.objects.exclude(code__startswith="policy")
    assert set(done.values_list("by", flat=True)) == {"operator"}
    request = Request.objects.get()
    assert (request.kind, request.state, request.source) == (Kind.ERASURE, State.CLOSED, "email")


def test_whoever_left_is_on_record_as_a_leaver(policy: PolicyVersion, erase: Any) -> None:
    erase(ContactFactory.create().email, "--ground", "left", "--source", "phone")
    assert (Request.objects.get().kind, Request.objects.get().source) == (Kind.LEAVER, "phone")


def test_the_person_is_told(policy: PolicyVersion, erase: Any) -> None:
    contact = ContactFactory.create()
    erase(contact.email, "--ground", "not_needed")
    assert Message.objects.get().address == contact.email


def test_any_spelling_of_the_address_will_do(policy: PolicyVersion, erase: Any) -> None:
    contact = ContactFactory.create(email="aino@fjordkraft.example")
    assert erase(" AINO@Fjordkraft.example", "--ground", "not_needed")[0] == 0
    assert not is_held(contact)


# Refusals


def test_an_address_that_nobody_is_held_under_ends_with_1(policy: PolicyVersion, erase: Any) -> None:
    before = counted()
    assert erase("nobody@fjordkraft.example", "--ground", "left") == (1, "", "Nobody is held under this address.\n")
    assert counted() == before


def test_again_is_an_address_that_nobody_is_held_under(policy: PolicyVersion, erase: Any) -> None:
    contact = ContactFactory.create()
    assert erase(contact.email, "--ground", "left")[0] == 0
    assert erase(contact.email, "--ground", "left")[0] == 1
    assert Certificate.objects.count() == 1


def test_what_stands_in_the_way_ends_with_3_and_says_what_to_do(policy: PolicyVersion, erase: Any) -> None:
    contact = ContactFactory.create()
    other = asked_by(contact, policy)
    before = counted()
    code, out, err = erase(contact.email, "--ground", "not_needed", "--json")
    assert (code, out) == (3, "")
    assert err == (
        f"Nothing was deleted. Other requests of this person are open: {other.number}. Answer or close them first.\n"
    )
    assert counted() == before


def test_a_legal_claim_ends_with_3(policy: PolicyVersion, erase: Any) -> None:
    contact = ContactFactory.create()
    place(contact, "freeze", "legal_claim")
    before = counted()
    code, _out, err = erase(contact.email, "--ground", "not_needed")
    assert (code, counted()) == (3, before)
    assert "A legal claim stands in the way" in err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no-address", "--ground", "left"], "EMAIL is no e-mail address"),
        (["a@fjordkraft.example", "--ground", "whim"], "invalid choice: 'whim'"),
        (["a@fjordkraft.example"], "--ground"),
    ],
)
def test_wrong_use_is_told(policy: PolicyVersion, arguments: list[str], why: str) -> None:
    before = counted()
    with pytest.raises(CommandError, match=re.escape(why)):
        call_command("erase", *arguments)
    assert counted() == before


@pytest.mark.django_db
def test_without_a_policy_nothing_happens() -> None:
    contact = ContactFactory.create()
    with pytest.raises(CommandError, match="No policy is published"):
        call_command("erase", contact.email, "--ground", "left")
    assert Contact.objects.get() == contact


def test_a_finding_ends_with_4(policy: PolicyVersion, erase: Any) -> None:
    contact = ContactFactory.create()
    note(f"their colleague is {contact.email}")
    code, out, _err = erase(contact.email, "--ground", "not_needed")
    assert code == 4
    assert "Something about them was still found in: words and letters about requests (1 entry)." in out
