"""News that go out through a recipient of the register: each mail that is owed is on record as given to it."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.disclosure.disclosing import DisclosureError
from contacts.events import announcing
from contacts.events.announcing import HAD_IT, Announced
from contacts.models import AuditEvent, Contact, Disclosure, Event, Message, PolicyVersion, Recipient, Whitepaper
from contacts.words.vocabulary import Scenario
from retention.lapses.objections import object_to_marketing
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, EventFactory, TopicFactory, WhitepaperFactory, hold
from tests.support.mailing import reader, send
from tests.support.sharing import RecipientFactory, owed

pytestmark = pytest.mark.django_db

REFUSALS = [
    ({"agreement_from": None, "agreement_reference": ""}, "no agreement"),
    ({"agreement_until": dt.date(2026, 11, 23)}, "no agreement"),
    ({"country": "US"}, "outside the EEA, and no safeguard"),
]


@pytest.fixture
def whitepaper() -> Whitepaper:
    whitepaper = WhitepaperFactory.create()
    whitepaper.topics.add(TopicFactory.create())
    return whitepaper


def provider(**fields: Any) -> Recipient:
    return RecipientFactory.create(name="Brevduva", sends_our_mail=True, **fields)


def consenting(policy: PolicyVersion, *scenarios: str) -> Contact:
    """Somebody who consented to news, held as this."""
    contact = ContactFactory.create(country="SE")
    for scenario in scenarios:
        hold(contact, scenario, NOON.date(), policy=policy)
    contact.permissions.create(channel="email", state="consented", given_on=NOON.date())
    return contact


def announce(policy: PolicyVersion, **about: Any) -> Announced:
    return announcing.announce(**about, at=NOON, by="test", policy=policy)


@pytest.mark.promise("P15")
def test_the_mails_that_are_owed_and_the_people_on_record_are_the_same(
    whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    recipient, told = provider(), [reader(policy, whitepaper) for _ in range(3)]
    objecting = reader(policy, whitepaper)
    objecting.permissions.create(channel="email", state="objected", given_on=NOON.date())
    assert announce(policy, whitepaper=whitepaper).owed == 3
    assert set(Message.objects.values_list("contact", flat=True)) == {each.pk for each in told}
    given = Disclosure.objects.values_list("contact", "recipient", "kind", "purpose", "at")
    assert set(given) == {(each.pk, recipient.pk, "mailing", "whitepaper", NOON) for each in told}
    assert AuditEvent.objects.filter(code="contact.disclosed", rule=f"recipient:{recipient.pk}").count() == 3


@pytest.mark.promise("P15")
@pytest.mark.parametrize(("kind", "purpose"), [("webinar", "webinar"), ("physical", "event")])
def test_an_event_is_announced_for_the_purpose_of_its_kind(kind: str, purpose: str, policy: PolicyVersion) -> None:
    provider()
    event: Event = EventFactory.create(kind=kind, signup_open=True)
    event.topics.add(TopicFactory.create())
    hold(reader(policy, event), purpose, NOON.date(), policy=policy)
    announce(policy, event=event)
    assert [each.purpose for each in Disclosure.objects.all()] == [purpose]


@pytest.mark.promise("P15")
@pytest.mark.parametrize(
    ("held", "covered", "purpose"),
    [
        (["prospect", "whitepaper", "customer"], list(Scenario), "whitepaper"),
        (["prospect", "whitepaper", "customer"], ["prospect", "customer"], "customer"),
        (["prospect", "partner"], list(Scenario), "partner"),
        (["prospect", "partner"], ["prospect"], "prospect"),
        (["customer"], ["customer", "whitepaper"], "customer"),
    ],
)
def test_each_is_given_for_what_they_are_held_for_themselves_the_announced_before_the_rest(
    held: list[str], covered: list[str], purpose: str, whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    provider(purposes=covered)
    person = consenting(policy, *held)
    assert announce(policy, whitepaper=whitepaper) == Announced(1)
    assert list(Disclosure.objects.values_list("contact", "purpose")) == [(person.pk, purpose)]


@pytest.mark.promise("P15")
def test_of_all_mixtures_each_purpose_is_held_and_covered_or_the_person_left_out(
    whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    """Customers who are held for one or two things more; the agreement covers half of those, and no customers."""
    covered, besides = ["partner", "webinar", "prospect"], [each for each in Scenario.values if each != "customer"]
    provider(purposes=covered)
    mixtures = [mixture for size in (1, 2) for mixture in itertools.combinations(besides, size)]
    held = {consenting(policy, "customer", *mixture).pk: mixture for mixture in mixtures}
    announce(policy, whitepaper=whitepaper)
    given = dict(Disclosure.objects.values_list("contact", "purpose"))
    assert given == {
        pk: next(scenario for scenario in besides if scenario in mixture and scenario in covered)
        for pk, mixture in held.items()
        if set(mixture) & set(covered)
    }
    assert set(given) == set(Message.objects.values_list("contact", flat=True))


@pytest.mark.promise("P15")
@pytest.mark.parametrize("covered", [[], ["webinar"]])
def test_an_agreement_that_covers_nobody_leaves_everybody_out_and_refuses_nothing(
    covered: list[str], whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    provider(purposes=covered)
    reader(policy, whitepaper)
    ahead = announcing.preview(whitepaper=whitepaper, at=NOON, policy=policy)
    assert ahead == announce(policy, whitepaper=whitepaper) == Announced(0, {"not_covered": 1})
    assert not Disclosure.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.promise("P15")
def test_who_is_held_for_nothing_that_is_covered_is_left_out_and_counted_before(
    whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    provider(purposes=["whitepaper", "prospect"])
    one, _ = reader(policy, whitepaper), consenting(policy, "customer", "partner")
    ahead = announcing.preview(whitepaper=whitepaper, at=NOON, policy=policy)
    assert ahead == announce(policy, whitepaper=whitepaper) == Announced(1, {"not_covered": 1})
    assert [each.contact for each in Disclosure.objects.all()] == [one]
    assert announce(policy, whitepaper=whitepaper) == Announced(0, {HAD_IT: 1, "not_covered": 1})
    assert Disclosure.objects.count() == 1


def test_from_a_mail_server_of_our_own_nothing_is_given_to_anybody(
    whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    RecipientFactory.create(agreement_from=None, agreement_reference="")
    reader(policy, whitepaper)
    consenting(policy, "customer")
    assert announce(policy, whitepaper=whitepaper) == Announced(2)
    assert not Disclosure.objects.exists()


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
@pytest.mark.parametrize(("fields", "why"), REFUSALS)
def test_what_the_register_refuses_is_not_announced(
    fields: dict[str, Any], why: str, whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    provider(**fields)
    reader(policy, whitepaper)
    before = contents()
    with pytest.raises(DisclosureError, match=why):
        announcing.preview(whitepaper=whitepaper, at=NOON, policy=policy)
    with pytest.raises(DisclosureError, match=why):
        announce(policy, whitepaper=whitepaper)
    assert contents() == before


@pytest.mark.promise("L4")
def test_the_provider_hears_of_an_objection_that_comes_after_the_mail(
    whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    recipient, person = provider(), reader(policy, whitepaper)
    announce(policy, whitepaper=whitepaper)
    assert send() == 1
    object_to_marketing(
        person.address_hash,
        public_id=person.public_id,
        channels=["email"],
        reason="told us by phone",
        policy=policy,
        at=NOON,
        by="test",
    )
    assert owed(recipient) == [("objected", person.public_id, ["email"])]


def test_statements_do_not_grow_with_people(policy: PolicyVersion) -> None:
    provider()
    counts = []
    for size in (1, 40):
        whitepaper = WhitepaperFactory.create()
        whitepaper.topics.add(TopicFactory.create())
        for _ in range(size):
            reader(policy, whitepaper)
        with CaptureQueriesContext(connection) as asked:
            assert announce(policy, whitepaper=whitepaper).owed == size
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


@pytest.mark.usefixtures("at_noon")
def test_marketing_sees_why_nobody_can_be_told_before_and_after_pressing(
    log_in: Callable[[str], Client], whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    provider(agreement_until=dt.date(2026, 11, 23))
    reader(policy, whitepaper)
    client, url = log_in("marketing"), f"/admin/contacts/whitepaper/{whitepaper.pk}/announce/"
    before = contents()
    shown = client.get(url).content.decode()
    assert "Nobody can be told now." in shown
    assert "no agreement with Brevduva is in force" in shown
    assert "no agreement with Brevduva is in force" in client.post(url).content.decode()
    assert contents() == before


@pytest.mark.usefixtures("at_noon")
def test_marketing_sees_who_is_left_out_because_the_provider_may_not_have_their_details(
    log_in: Callable[[str], Client], whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    provider(purposes=["whitepaper"])
    reader(policy, whitepaper)
    consenting(policy, "customer")
    shown = log_in("marketing").get(f"/admin/contacts/whitepaper/{whitepaper.pk}/announce/").content.decode()
    assert "1 person may be told by e-mail" in shown
    assert "They are not held for what the recipient would get their details for" in shown
