"""`manage.py check_statements`: what the records may not say is found, each of it and nothing else (L20)."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from psycopg2 import sql

from contacts.base import audit
from contacts.models import ChannelPermission, Contact, Message, Organisation, PolicyVersion, Suppression
from contacts.people import change_email, organisations
from contacts.permission import consents, objections
from contacts.words.addresses import hashes
from contacts.words.vocabulary import Channel, LegalForm, TrustReason
from privacy_crm.merging import merge
from retention.audit import contradictions, statements
from tests.support.factories import (
    NOON,
    ONE_DAY,
    AgreementFactory,
    ContactFactory,
    CountryRuleFactory,
    OrganisationFactory,
    SignUpFactory,
    hold,
    place,
)
from tests.support.objecting import suppress

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20")]

TODAY = NOON.date()
SENT = NOON - 10 * ONE_DAY
CODES = [each.code for each in contradictions.ALL]


def mailed(contact: Contact, purpose: str = "marketing", at: dt.datetime = SENT) -> Message:
    told = {"template": "mailing", "purpose": purpose, "created_at": at, "not_before": at, "sent_at": at}
    return Message.objects.create(contact=contact, **told)


@pytest.fixture
def somebody(policy: PolicyVersion) -> Contact:
    """Somebody of whom everything is in order: told, consenting, shown the policy, and written to ten days ago."""
    contact = ContactFactory.create(country="SE")
    told = {"source_kind": "public", "informed_on": TODAY - 40 * ONE_DAY}
    shown = {"policy_shown": policy, "policy_shown_on": TODAY - 40 * ONE_DAY}
    hold(contact, "prospect", TODAY - 50 * ONE_DAY, policy=policy, **told, **shown)
    ChannelPermission.objects.create(contact=contact, channel="email", state="consented", given_on=SENT.date())
    mailed(contact)
    for code in ("address.changed", "contact.merged", "consent.withdrawn"):
        audit.record(code, at=SENT - ONE_DAY, by="test", public_id=contact.public_id)
    return contact


@pytest.fixture
def bystanders(policy: PolicyVersion) -> None:
    """Others of whom everything is in order, each at the edge of a contradiction."""
    day, before = SENT.date(), SENT.date() - ONE_DAY
    objecting, consenting, stored, claiming, listed, told, given, nowhere = [
        neighbour(policy, country=country) for country in (*["SE"] * 7, "")
    ]
    said(objecting, "objected", day)
    suppress(objecting, Channel.EMAIL, day)
    for person in (objecting, consenting, listed, told, given):
        said(person, "consented", day)
        mailed(person)
    said(claiming, "consented", day)
    mailed(claiming, at=SENT - 2 * ONE_DAY)
    claiming.permissions.update(given_on=before - ONE_DAY)
    mailed(nowhere)
    mailed(stored, "service")
    mailed(stored, "important", SENT - 20 * ONE_DAY)
    frozen(stored, "restriction", before, None)
    frozen(consenting, "legal_claim", before, before)
    frozen(consenting, "request", day, None)
    mailed(claiming, "important")
    frozen(claiming, "request", before, None)
    place(claiming, "duty", "tax")
    claiming.holds.filter(kind="duty").update(placed_at=SENT - 9 * ONE_DAY)
    for person, collected_on, informed_on in ((listed, day, None), (told, before, day), (given, before, None)):
        person.bases.update(source_kind="public", collected_on=collected_on, informed_on=informed_on)
    nowhere.bases.update(source_kind="public", informed_on=TODAY)
    hold(given, "whitepaper", before, policy=policy)
    SignUpFactory.create(policy_version=policy, created_at=policy.published_at)
    reduced = ContactFactory.create()
    place(reduced, "duty", "bookkeeping", until=TODAY)
    Contact.objects.filter(pk=reduced.pk).update(email=None, address_hash=None, mailbox_hash=None, minimised_on=TODAY)


def neighbour(policy: PolicyVersion, **fields: Any) -> Contact:
    contact = ContactFactory.create(left_on=SENT.date(), **fields)
    hold(contact, "prospect", TODAY, policy=policy, policy_shown=policy, policy_shown_on=dt.date(2020, 1, 1))
    return contact


def said(contact: Contact, state: str, day: dt.date) -> None:
    ChannelPermission.objects.create(contact=contact, channel="email", state=state, given_on=day)


def frozen(contact: Contact, reason: str, placed_on: dt.date, until: dt.date | None) -> None:
    place(contact, "freeze", reason, until=until)
    contact.holds.filter(reason=reason).update(placed_at=dt.datetime.combine(placed_on, SENT.timetz()))


def found(policy: PolicyVersion, at: dt.datetime = NOON) -> dict[str, list[uuid.UUID]]:
    return {each.code: each.ids for each in statements.search(policy=policy, at=at) if each.count}


def write(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement), values)


PLANTED = {
    "shown_before_published": "UPDATE contacts_basis SET policy_shown_on = '2019-12-31' WHERE contact_id = %(id)s",
    "form_before_published": """
        INSERT INTO contacts_signup (public_id, kind, scenario, policy_version_id, email, first_name, last_name, phone,
            company, job_title, address, postal_code, city, country, language, consents, source, created_at)
        SELECT %(public_id)s, 'register', 'customer', id, 'x@home.example', '', '', '', '', '', '', '', '', '', 'en',
            '{}', 'form', published_at - interval '1 second' FROM contacts_policyversion""",
    "told_before_collected": "UPDATE contacts_basis SET informed_on = collected_on - 1 WHERE contact_id = %(id)s",
    "sent_after_objection": """
        INSERT INTO contacts_channelpermission (contact_id, channel, state, given_on, wording, source)
        VALUES (%(id)s, 'email', 'objected', %(day)s::date - 1, '', 'phone')""",
    "sent_without_consent": "DELETE FROM contacts_channelpermission WHERE contact_id = %(id)s",
    "sent_before_told": "UPDATE contacts_basis SET informed_on = %(day)s::date + 1 WHERE contact_id = %(id)s",
    "sent_while_frozen": """
        INSERT INTO retention_hold (contact_id, kind, reason, legal_reference, keeps, placed_at, until)
        VALUES (%(id)s, 'freeze', 'request', '', '{}', %(at)s - interval '2 days', %(day)s)""",
    "sent_after_leaving": "UPDATE contacts_contact SET left_on = %(day)s::date - 1 WHERE id = %(id)s",
    "held_without_basis": "DELETE FROM contacts_basis WHERE contact_id = %(id)s",
    "residue_without_duty": """
        WITH gone AS (DELETE FROM contacts_basis WHERE contact_id = %(id)s)
        UPDATE contacts_contact SET email = NULL, address_hash = NULL, mailbox_hash = NULL, minimised_on = %(day)s
        WHERE id = %(id)s""",
}

MORE = {
    "shown_before_published": [
        """WITH made AS (
            INSERT INTO contacts_policyversion (number, controller, time_zone, texts, digest)
            VALUES (99, '{}', 'Europe/Stockholm', '{}', 'x') RETURNING id)
        UPDATE contacts_basis SET policy_shown_id = made.id FROM made WHERE contact_id = %(id)s"""
    ],
    "form_before_published": [
        """WITH made AS (
            INSERT INTO contacts_policyversion (number, controller, time_zone, texts, digest)
            VALUES (99, '{}', 'Europe/Stockholm', '{}', 'x') RETURNING id)
        INSERT INTO contacts_signup (public_id, kind, scenario, policy_version_id, email, first_name, last_name, phone,
            company, job_title, address, postal_code, city, country, language, consents, source, created_at)
        SELECT %(public_id)s, 'register', 'customer', id, 'x@home.example', '', '', '', '', '', '', '', '', '', 'en',
            '{}', 'form', %(at)s FROM made"""
    ],
    "held_without_basis": [
        """WITH hold AS (
            INSERT INTO retention_hold (contact_id, kind, reason, legal_reference, keeps, placed_at, until, closed_on)
            VALUES (%(id)s, 'freeze', 'request', '', '{}', %(at)s, %(day)s, %(day)s::date + 1))
        DELETE FROM contacts_basis WHERE contact_id = %(id)s"""
    ],
    "sent_after_objection": [
        """INSERT INTO contacts_suppression (address_hash, mailbox_hash, channel, reason, since)
        SELECT address_hash, mailbox_hash, 'email', 'phone', %(day)s::date - 1
        FROM contacts_contact WHERE id = %(id)s"""
    ],
    "sent_without_consent": [
        "UPDATE contacts_channelpermission SET given_on = %(day)s::date + 1 WHERE contact_id = %(id)s",
        "UPDATE contacts_channelpermission SET channel = 'phone' WHERE contact_id = %(id)s",
    ],
    "sent_before_told": ["UPDATE contacts_basis SET informed_on = NULL WHERE contact_id = %(id)s"],
    "sent_while_frozen": [
        """WITH mail AS (UPDATE contacts_message SET purpose = 'important' WHERE contact_id = %(id)s)
        INSERT INTO retention_hold (contact_id, kind, reason, legal_reference, keeps, placed_at)
        VALUES (%(id)s, 'freeze', 'restriction', '', '{}', %(at)s - interval '2 days')"""
    ],
    "sent_after_leaving": [
        """WITH mail AS (UPDATE contacts_message SET purpose = 'important' WHERE contact_id = %(id)s)
        UPDATE contacts_contact SET left_on = %(day)s::date - 1 WHERE id = %(id)s"""
    ],
    "residue_without_duty": [
        """WITH hold AS (
            INSERT INTO retention_hold (contact_id, kind, reason, legal_reference, keeps, placed_at, until)
            VALUES (%(id)s, 'duty', 'tax', '', '{}', %(at)s, '2026-11-23'))
        UPDATE contacts_contact SET email = NULL, address_hash = NULL, mailbox_hash = NULL, minimised_on = %(day)s
        WHERE id = %(id)s""",
        """WITH hold AS (
            INSERT INTO retention_hold (contact_id, kind, reason, legal_reference, keeps, placed_at, until, closed_on)
            VALUES (%(id)s, 'duty', 'tax', '', '{}', %(at)s, '2026-11-24', '2026-11-25'))
        UPDATE contacts_contact SET email = NULL, address_hash = NULL, mailbox_hash = NULL, minimised_on = %(day)s
        WHERE id = %(id)s""",
    ],
}

CASES = [*PLANTED.items(), *((code, statement) for code, listed in MORE.items() for statement in listed)]


def test_each_contradiction_is_planted_below() -> None:
    assert list(PLANTED) == CODES


@pytest.mark.usefixtures("somebody", "bystanders")
def test_where_everything_is_in_order_nothing_is_found(policy: PolicyVersion) -> None:
    assert found(policy) == {}


@pytest.mark.usefixtures("bystanders")
@pytest.mark.parametrize(("code", "statement"), CASES)
def test_each_contradiction_that_is_planted_is_named_and_exactly_it(
    policy: PolicyVersion, somebody: Contact, code: str, statement: str
) -> None:
    if code == "held_without_basis":
        Message.objects.filter(contact=somebody).delete()
    write(statement, id=somebody.pk, public_id=str(somebody.public_id), day=SENT.date(), at=SENT)
    assert found(policy) == {code: [somebody.public_id]}


# What the law asked for on the day


@pytest.mark.parametrize(
    ("rules", "agreed", "is_found"),
    [
        ([], None, True),
        ([("SE", False, "legitimate_interest", 0)], None, False),
        ([("SE", False, "legitimate_interest", 1)], None, True),  # in force from the day after
        ([("SE", False, "legitimate_interest", -9), ("SE", False, "consent", 0)], None, True),
        ([("", False, "legitimate_interest", 0)], None, False),
        ([("", False, "legitimate_interest", 0), ("SE", False, "consent", -9)], None, True),
        ([("SE", True, "legitimate_interest", 0), ("SE", False, "consent", 0)], "customer", False),
        ([("SE", True, "legitimate_interest", 0), ("SE", False, "consent", 0)], "partner", True),
        ([("", True, "legitimate_interest", 0), ("SE", False, "consent", 0)], "customer", True),
        ([("NO", False, "legitimate_interest", 0)], None, True),
        ([("SE", True, "legitimate_interest", 0)], (0, 1), False),
        ([("SE", True, "legitimate_interest", 0)], (1, 2), True),
        ([("SE", True, "legitimate_interest", 0)], (-9, 0), True),
    ],
)
def test_consent_is_asked_for_by_the_law_of_the_country_on_the_day(
    policy: PolicyVersion, somebody: Contact, rules: Any, agreed: Any, *, is_found: bool
) -> None:
    for country, existing, ground, days in rules:
        CountryRuleFactory.create(
            country=country,
            channel="email",
            existing_customers=existing,
            ground=ground,
            valid_from=SENT.date() + days * ONE_DAY,
        )
    if agreed:
        kind = agreed if isinstance(agreed, str) else "customer"
        first, last = (-9, 9) if isinstance(agreed, str) else agreed
        days = {"started_on": SENT.date() + first * ONE_DAY, "ended_on": SENT.date() + last * ONE_DAY}
        agreement = AgreementFactory.create(kind=kind, **days)
        Contact.objects.filter(pk=somebody.pk).update(organisation=agreement.organisation)
    somebody.permissions.all().delete()
    assert found(policy) == ({"sent_without_consent": [somebody.public_id]} if is_found else {})


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("legal_form", "address", "is_found"),
    [
        ("company", "anna@fjordkraft.example", False),
        ("public_body", "anna@fjordkraft.example", False),
        ("company", "anna@gmail.com", True),
        ("sole_trader", "anna@fjordkraft.example", True),
        ("", "anna@fjordkraft.example", True),
        (None, "anna@fjordkraft.example", True),
    ],
)
@pytest.mark.parametrize("country", ["GB", ""])
def test_where_companies_alone_may_be_written_to_the_others_are_found(
    policy: PolicyVersion, somebody: Contact, country: str, legal_form: str | None, address: str, *, is_found: bool
) -> None:
    corporate(somebody, legal_form, address, country)
    assert found(policy) == ({"sent_without_consent": [somebody.public_id]} if is_found else {})


@pytest.mark.promise("P11")
def test_a_legal_form_that_was_changed_since_says_nothing_of_the_day_of_the_mail(
    policy: PolicyVersion, somebody: Contact
) -> None:
    employer = corporate(somebody, "company", "anna@fjordkraft.example")
    organisations.mark([employer.name], LegalForm.SOLE_TRADER, at=NOON, by="user:1")
    assert found(policy) == {}
    Message.objects.filter(contact=somebody).update(sent_at=NOON + dt.timedelta(hours=1))
    assert found(policy) == {"sent_without_consent": [somebody.public_id]}


@pytest.mark.promise("P11")
def test_an_address_at_a_public_provider_is_found_whatever_the_legal_form_was(
    policy: PolicyVersion, somebody: Contact
) -> None:
    employer = corporate(somebody, "company", "anna@gmail.com")
    organisations.mark([employer.name], LegalForm.LLP, at=NOON, by="user:1")
    assert found(policy) == {"sent_without_consent": [somebody.public_id]}


def corporate(contact: Contact, legal_form: str | None, address: str, country: str = "GB") -> Organisation:
    """Where the law of Great Britain, or of all countries, asks all but companies: somebody without consent."""
    rule = {"country": country, "ground": "corporate", "valid_from": SENT.date()}
    CountryRuleFactory.create(channel="email", **rule)
    employer = OrganisationFactory.create(legal_form=legal_form or "")
    works_at = employer if legal_form is not None else None
    at = {"email": address, "organisation": works_at, "country": "GB"}
    Contact.objects.filter(pk=contact.pk).update(**at, **hashes(address))
    contact.permissions.all().delete()
    return employer


# What the records cannot tell any more


def test_a_consent_that_was_withdrawn_since_leaves_nothing_to_be_found(
    policy: PolicyVersion, somebody: Contact
) -> None:
    consents.withdraw(somebody, Channel.EMAIL, reason="withdrawn on My data", day=TODAY, at=NOON, by="visitor")
    somebody.permissions.all().delete()
    assert found(policy) == {}


def test_an_address_that_somebody_else_had_objected_under_says_nothing_of_what_was_sent_before(
    policy: PolicyVersion, somebody: Contact
) -> None:
    Suppression.objects.create(**hashes("new@home.example"), channel="email", since=dt.date(2026, 1, 1))
    change_email.change(somebody.pk, "new@home.example", evidence=TrustReason.MET, at=NOON, by="user:1")
    assert found(policy) == {}


def test_who_was_merged_is_not_judged_by_what_the_other_record_said(policy: PolicyVersion, somebody: Contact) -> None:
    other = ContactFactory.create(left_on=dt.date(2026, 1, 1))
    hold(other, "prospect", TODAY, policy=policy)
    ChannelPermission.objects.create(contact=other, channel="email", state="objected", given_on=dt.date(2026, 1, 1))
    merge(somebody.pk, other.pk, [], policy=policy, at=NOON, by="user:1")
    assert found(policy) == {}


def test_a_hold_whose_last_day_was_yesterday_is_the_business_of_the_next_run(policy: PolicyVersion) -> None:
    reduced = ContactFactory.create()
    place(reduced, "duty", "bookkeeping", until=TODAY)
    Contact.objects.filter(pk=reduced.pk).update(email=None, address_hash=None, mailbox_hash=None, minimised_on=TODAY)
    night = dt.datetime(2026, 11, 25, 1, 30, tzinfo=dt.UTC)  # half past two in Stockholm
    assert found(policy, night - dt.timedelta(seconds=1)) == {}
    assert found(policy, night) == {"residue_without_duty": [reduced.public_id]}


# The command


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def ask(*options: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            call_command("check_statements", *options, "--at", NOON.isoformat())
        return int(str(end.value.code)), capsys.readouterr().out

    return ask


@pytest.mark.usefixtures("somebody")
def test_the_command_says_in_words_and_by_its_exit_that_nothing_was_found(told: Any) -> None:
    assert told() == (0, "No contradictions were found.\n")
    code, out = told("--json")
    answer = json.loads(out)
    assert (code, answer["at"], answer["found"]) == (0, "2026-11-24T12:00:00Z", 0)
    assert [(each["code"], each["count"], each["ids"]) for each in answer["statements"]] == [
        (each, 0, []) for each in CODES
    ]


def test_the_command_names_what_it_found_by_code_sentence_number_and_random_ids(told: Any, somebody: Contact) -> None:
    write(PLANTED["told_before_collected"], id=somebody.pk)
    text = contradictions.ALL[2].text
    assert told() == (3, f"told_before_collected: 1. {text}\n    {somebody.public_id}\n")
    code, out = told("--json")
    answer = json.loads(out)
    assert (code, answer["found"]) == (3, 1)
    expected = {"code": "told_before_collected", "text": text, "count": 1, "ids": [str(somebody.public_id)]}
    assert answer["statements"][2] == expected
    assert str(somebody.email) not in out


def test_of_many_the_first_are_named_and_all_are_counted(
    told: Any, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MOST", 2)
    people = sorted(person.public_id for person in ContactFactory.create_batch(3))
    [finding] = [each for each in statements.search(policy=policy, at=NOON) if each.count]
    assert (finding.code, finding.count, finding.ids) == ("held_without_basis", 3, people[:2])
    assert told()[1].endswith(f"    {people[1]}\n    and 1 more\n")


def test_without_a_policy_the_command_is_wrong_use() -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("check_statements")
    assert refusal.value.returncode == 2


def test_a_search_can_only_read(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = sql.SQL("SELECT nextval('contacts_contact_id_seq') AS id")
    monkeypatch.setattr(contradictions, "ALL", [contradictions.Contradiction("x", "x", writing)])
    with pytest.raises(DatabaseError, match="read-only"):
        statements.search(policy=policy, at=NOON)


# What is kept of the night's


@pytest.mark.usefixtures("bystanders")
def test_the_night_keeps_how_many_were_found_and_nobody(policy: PolicyVersion, somebody: Contact) -> None:
    assert statements.latest() is None
    assert statements.keep(policy=policy, at=NOON, now=lambda: NOON + ONE_DAY).found == {}
    write(PLANTED["told_before_collected"], id=somebody.pk)
    statements.keep(policy=policy, at=NOON, now=lambda: NOON + ONE_DAY)
    kept = statements.latest()
    assert kept
    assert (kept.at, kept.finished_at, kept.failure) == (NOON, NOON + ONE_DAY, "")
    assert kept.found == {"told_before_collected": 1}


def test_of_a_search_that_fails_the_error_is_kept(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [contradictions.Contradiction("x", "x", sql.SQL("SELECT id FROM nowhere"))]
    monkeypatch.setattr(contradictions, "ALL", broken)
    with pytest.raises(DatabaseError):
        statements.keep(policy=policy, at=NOON, now=lambda: NOON)
    kept = statements.latest()
    assert kept
    assert (kept.failure, kept.found) == ("ProgrammingError", {})


def test_a_consent_that_an_objection_ended_since_stands_in_the_ledger(policy: PolicyVersion, somebody: Contact) -> None:
    consents.give(somebody, Channel.EMAIL, "Yes.", source="form", day=SENT.date(), at=SENT - ONE_DAY, by="visitor")
    objections.record(
        str(somebody.address_hash),
        public_id=somebody.public_id,
        channels=[Channel.EMAIL],
        reason="unsubscribe",
        day=SENT.date() + ONE_DAY,
        at=NOON,
        by="visitor",
    )
    assert not somebody.permissions.filter(state="consented").exists()
    assert found(policy) == {}


@pytest.mark.promise("L16")
def test_a_mail_to_a_mailbox_that_objected_under_another_tag_is_found(policy: PolicyVersion, somebody: Contact) -> None:
    local, domain = str(somebody.email).split("@")
    day = SENT.date() - ONE_DAY
    Suppression.objects.create(**hashes(f"{local}+crm@{domain}"), channel="email", since=day)
    assert found(policy) == {"sent_after_objection": [somebody.public_id]}
