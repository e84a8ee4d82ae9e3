"""Staff say by what they know that an address is somebody's; the person's page says whether it is known, and why."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion
from contacts.people import address_trust
from contacts.words.vocabulary import AddressTrust, TrustReason
from tests.support.admin_pages import contents
from tests.support.factories import DOUBTED, NOON, UNPROVEN, ContactFactory, customer
from tests.support.requesting import asked_by

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15")]


def page(person: Contact, act: str = "confirm-address") -> str:
    return f"/admin/contacts/contact/{person.public_id}/{act}/"


@pytest.mark.parametrize("role", ["marketing", "privacy officer"])
def test_staff_confirm_an_address_and_say_how_they_know(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    person = customer(policy, **UNPROVEN)
    answer = log_in(role).post(page(person), {"evidence": "phoned"}, follow=True)
    said = answer.content.decode()
    assert "is confirmed." in said
    assert "proven: confirmed on a phone number on file, 24 November 2026" in said
    person.refresh_from_db()
    assert (person.address_trust, person.address_trust_reason) == ("proven", "phoned")
    assert AuditEvent.objects.get(code="address.trust").rule == "proven:phoned"


@pytest.mark.parametrize("evidence", ["", "list", "form_button", "officer", "made-up"])
def test_without_evidence_nothing_is_confirmed(log_in: LogIn, policy: PolicyVersion, evidence: str) -> None:
    person, client = customer(policy, **UNPROVEN), log_in("marketing")
    before = contents()
    assert client.post(page(person), {"evidence": evidence}).status_code == 200
    assert {name for name, rows in contents().items() if rows != before.get(name)} <= {"contacts_auditevent"}
    person.refresh_from_db()
    assert person.address_trust == "unproven"


@pytest.mark.parametrize("role", ["sales", "events", "auditor"])
def test_nobody_else_confirms_it(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    person = customer(policy, **UNPROVEN)
    assert log_in(role).post(page(person), {"evidence": "met"}).status_code == 403
    person.refresh_from_db()
    assert person.address_trust == "unproven"


def test_while_a_request_is_open_the_officer_alone_finds_out_whose_it_is(log_in: LogIn, policy: PolicyVersion) -> None:
    person = customer(policy, **UNPROVEN)
    asked_by(person, policy)
    answer = log_in("marketing").post(page(person), {"evidence": "met"})
    assert "A request of theirs is open" in answer.content.decode()
    person.refresh_from_db()
    assert person.address_trust == "unproven"


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        ({}, "proven: a form, confirmed by the button in our mail, 24 May 2025"),
        (UNPROVEN, "not proven: came in a list, 24 May 2025"),
        (DOUBTED, "doubted: a change that nobody made sure of, 24 May 2025"),
        ({"address_trust": "unproven", "address_trust_reason": "not_known", "address_trust_since": None},
         "not proven: it is not known how it came in<"),
    ],
)  # fmt: skip
def test_the_page_of_a_person_says_whether_and_why(
    log_in: LogIn, policy: PolicyVersion, trust: dict[str, str], said: str
) -> None:
    person: Contact = ContactFactory.create(**trust)
    shown = log_in("marketing").get(page(person, "change")).content.decode()
    assert said in shown
    assert ("Confirm the address" in shown) == (bool(trust))


def contested(policy: PolicyVersion) -> Contact:
    return customer(policy, **address_trust.says(TrustReason.CONTESTED, NOON.date()))


@pytest.mark.parametrize(
    ("act", "form"),
    [("confirm-address", {"evidence": "met"}), ("change-address", {"email": "eve@x.example", "evidence": "met"})],
)
@pytest.mark.parametrize(("role", "settled"), [("marketing", False), ("privacy officer", True)])
def test_what_the_owner_of_the_address_before_contests_the_officer_settles(
    log_in: LogIn, policy: PolicyVersion, role: str, settled: bool, act: str, form: dict[str, str]
) -> None:
    person = contested(policy)
    answer = log_in(role).post(page(person, act), form, follow=True).content.decode()
    person.refresh_from_db()
    assert ("the privacy officer settles it" in answer) != settled
    assert (person.address_trust_reason, person.address_trust) == (
        ("met", "proven") if settled else ("contested", "doubted")
    )


@pytest.mark.parametrize(
    ("reason", "waits"), [("denied", True), ("contested", True), ("changed", False), ("bounced", False)]
)
def test_the_officer_hears_which_addresses_are_said_to_be_wrong(
    log_in: LogIn, policy: PolicyVersion, reason: str, waits: bool
) -> None:
    person = customer(policy, **address_trust.says(TrustReason(reason), NOON.date()))
    other = customer(policy)
    officer = log_in("privacy officer")
    said = "1 e-mail address is said to be wrong: find out whose it is"
    assert (said in officer.get("/admin/").content.decode()) == waits
    assert "said to be wrong" not in log_in("marketing").get("/admin/").content.decode()
    listed = officer.get("/admin/contacts/contact/?trust=wrong").content.decode()
    assert (str(person.public_id) in listed, str(other.public_id) in listed) == (waits, False)


@pytest.mark.parametrize("state", AddressTrust)
def test_people_are_found_by_whether_their_address_is_known(
    log_in: LogIn, policy: PolicyVersion, state: AddressTrust
) -> None:
    people = {
        kind: customer(policy, **fields)
        for kind, fields in (("proven", {}), ("unproven", UNPROVEN), ("doubted", DOUBTED))
    }
    listed = log_in("marketing").get(f"/admin/contacts/contact/?trust={state}").content.decode()
    assert [kind for kind, person in people.items() if str(person.public_id) in listed] == [state]
