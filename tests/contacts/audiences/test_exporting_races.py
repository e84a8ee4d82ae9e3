"""An export to a recipient while something happens to those in it, and one that is killed on the way."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from contacts.audiences.audience import Wanted
from contacts.models import Contact, Disclosure, PolicyVersion, Recipient
from contacts.permission.permission import Reach
from contacts.words.vocabulary import Channel, Scenario
from retention.lapses.objections import object_to_marketing
from tests.contacts.disclosure.test_disclosing_races import erase
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, meanwhile, uncommitted
from tests.support import listing
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.listing import content, from_csv
from tests.support.processes import PATIENCE as LONG
from tests.support.processes import Site, kill
from tests.support.sharing import RecipientFactory, owed

__all__ = ["meanwhile"]

pytestmark = pytest.mark.django_db(transaction=True)


def customer(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(country="SE")
    hold(contact, "customer", NOON.date(), policy=policy)
    contact.permissions.create(channel="email", state="consented", given_on=NOON.date())
    return contact


@pytest.fixture
def people(policy: PolicyVersion) -> list[Contact]:
    return [customer(policy) for _ in range(3)]


@pytest.fixture
def recipient(policy: PolicyVersion) -> Recipient:
    return RecipientFactory.create()


def export(policy: PolicyVersion, recipient: Recipient) -> tuple[set[str], Reach]:
    file = listing.export(policy, Wanted(Channel.EMAIL, Scenario.CUSTOMER, recipient))
    return {row["public_id"] for row in from_csv(content(file))}, file.draft.reach


def objects(person: Contact, policy: PolicyVersion) -> None:
    object_to_marketing(
        person.address_hash,
        public_id=person.public_id,
        channels=[Channel.EMAIL],
        reason="told us by phone",
        policy=policy,
        at=NOON,
        by="test",
    )


@pytest.mark.promise("P15")
@pytest.mark.parametrize("what", ["objects", "erased"])
def test_who_objects_or_goes_while_an_export_waits_for_them_is_neither_in_it_nor_on_record(
    what: str, people: list[Contact], recipient: Recipient, policy: PolicyVersion, meanwhile: Any
) -> None:
    person, *others = people
    act = partial(objects, person, policy) if what == "objects" else partial(erase, person)
    with uncommitted(act, meanwhile):
        exported = meanwhile(partial(export, policy, recipient))
        await_waiting(1)
    numbers, found = exported.result(PATIENCE)
    assert numbers == {str(other.public_id) for other in others}
    assert set(Disclosure.objects.values_list("contact", flat=True)) == {other.pk for other in others}
    assert found.may == 2
    assert owed() == []


# Killed

MANY = 5_000
ENTER = f"""
    INSERT INTO contacts_contact (
        first_name, last_name, job_title, phone, address, postal_code, city, country, language, company,
        email, address_hash, mailbox_hash, public_id
    )
    SELECT 'x', 'x', '', '', '', '', '', 'SE', 'sv', '', n || '@fjordkraft.example', md5(n::text), md5(n::text),
        gen_random_uuid()
    FROM generate_series(1, {MANY}) n"""  # noqa: S608  a number of our own
HOLD = """
    INSERT INTO contacts_basis
        (contact_id, scenario, legal_basis, collected_on, clock_from, source, source_kind)
    SELECT contact.id, 'customer', 'legitimate_interest', current_date, current_date, '', 'person'
    FROM contacts_contact contact"""
CONSENT = """
    INSERT INTO contacts_channelpermission (contact_id, channel, state, given_on, wording, source)
    SELECT id, 'email', 'consented', current_date, '', '' FROM contacts_contact"""
RECIPIENT = """
    INSERT INTO contacts_recipient (
        public_id, name, kind, service, agreement_reference, agreement_from, purposes, country, safeguard,
        safeguard_reference, contact_email, told_by, webhook_url, sends_our_mail
    )
    VALUES (gen_random_uuid(), 'Printer', 'processor', 'prints', 'P-1', '2020-01-01', '{customer}', 'SE', '', '',
        'privacy@printer.example', 'mail', '', FALSE)"""
KIM = """
    INSERT INTO auth_user (
        username, password, first_name, last_name, email, is_staff, is_active, is_superuser, date_joined
    )
    VALUES ('kim', '', '', '', '', TRUE, TRUE, TRUE, now())"""
GIVEN = "SELECT count(*) FROM contacts_disclosure"
LISTS = "SELECT count(*) FROM contacts_audience"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    for statement in (ENTER, HOLD, CONSENT, RECIPIENT, KIM):
        installed.rows(statement)
    yield installed
    installed.end_all()


@pytest.mark.promise("P15")
def test_an_export_killed_before_it_is_on_record_leaves_nothing_and_one_killed_later_is_on_record_whole(
    site: Site,
) -> None:
    who = ("--holder", "kim", "--recipient", "Printer", "--purpose", "customer", "--reason", "an invitation")
    command = ("manage.py", "audience", "email", *who)
    with site.locked("contacts_contact", "email = '2500@fjordkraft.example'") as holder:
        early = site.start(*command)
        site.await_standstill(holder)
        early.kill()
        printed, _ = early.communicate(timeout=LONG)
    assert (printed, site.number(GIVEN), site.number(LISTS)) == ("", 0, 0)
    late = site.start(*command)
    assert late.stdout is not None
    first = late.stdout.readline()  # the pipe is full long before the end, and nobody reads on
    kill(late)
    assert first.startswith("public_id,email")
    assert (site.number(GIVEN), site.number(LISTS)) == (MANY, 1)
    done = site.start(*command)
    printed, said = done.communicate(timeout=LONG)
    assert (printed.count("\n") - 1, site.number(GIVEN)) == (MANY, 2 * MANY)
    assert said.startswith("Nobody of")
