"""What each door does while a use waits for somebody, and what is said of it (L13, Art. 13(3), 14(4))."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from contacts.audiences import audience
from contacts.audiences.audience import Wanted
from contacts.disclosure import disclosing
from contacts.disclosure.disclosing import DisclosureError
from contacts.mailings import people, permission_words
from contacts.models import Contact, Message, PolicyVersion
from contacts.people import bounces
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.policy import purposes
from contacts.words.vocabulary import Channel, DisclosureKind, Scenario, Use
from dsr.package import periods
from dsr.package.people import Person
from privacy_crm.staff.people import contact_page
from retention.forecasts import explain, policy_effects, report, words
from retention.longer import notify
from tests.support import mailings
from tests.support.factories import NOON, ONE_DAY, ContactFactory, TopicFactory, hold
from tests.support.lengthening import lengthen
from tests.support.listing import EVERYTHING, free_country
from tests.support.mailing import send
from tests.support.sharing import RecipientFactory

__all__ = ["free_country"]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L13"), pytest.mark.usefixtures("free_country")]

TODAY, LATER = NOON.date(), NOON + ONE_DAY
SECOND = "Tell you about our services by e-mail, phone or post"  # of the two purposes of prospects


@pytest.fixture
def little(policy: PolicyVersion) -> PolicyVersion:
    """A version that uses prospects' details for nothing but service."""
    return lengthen(uses=["service", "other"])


@pytest.fixture
def more(little: PolicyVersion) -> PolicyVersion:
    """The next one, whose second purpose is marketing; who was shown the earlier waits."""
    return lengthen(uses=["service", "marketing"])


def shown(version: PolicyVersion, scenario: str = "prospect", contact: Contact | None = None) -> Contact:
    person = contact or ContactFactory.create(country="GB", **EVERYTHING)
    told = {"policy_shown": version, "policy_shown_on": TODAY - 9 * ONE_DAY}
    hold(person, scenario, dt.date(2026, 6, 1), policy=version, **told)
    return person


def by_mail(contact: Contact, topics: list[int] | None = None) -> str:
    return permission.of_one(contact, day=TODAY, topics=topics)[Channel.EMAIL]


def test_marketing_waits_until_a_mail_has_told_and_again_once_it_came_back(
    little: PolicyVersion, more: PolicyVersion
) -> None:
    person, other = shown(little), shown(more)
    assert (by_mail(person), by_mail(other)) == (Refusal.NEW_PURPOSE, "")
    notify.start(more, most=9, at=LATER, by="user:7")
    send(LATER)
    [sent] = mail.outbox
    assert SECOND in sent.body
    assert "Find out whether" not in sent.body
    assert by_mail(person) == ""
    message = Message.objects.get(contact=person)
    bounces.bounced(message.public_id, day=LATER.date() + ONE_DAY, at=LATER + ONE_DAY, by="task:mail")
    assert permission.of_one(person, day=TODAY)[Channel.POST] == Refusal.NEW_PURPOSE


def test_what_the_policy_in_force_does_not_name_is_done_to_nobody(policy: PolicyVersion, little: PolicyVersion) -> None:
    assert [by_mail(shown(version)) for version in (policy, little)] == [Refusal.NO_PURPOSE] * 2


def test_who_waits_as_a_prospect_gets_what_they_showed_interest_in_alone(
    little: PolicyVersion, more: PolicyVersion
) -> None:
    wanted, other = TopicFactory.create_batch(2)
    person = shown(more, "whitepaper", contact=shown(little))
    person.interests.create(topic=wanted, wanted=True, since=TODAY)
    assert by_mail(person, [wanted.pk]) == ""
    assert by_mail(person, [other.pk]) == Refusal.NO_INTEREST


def test_where_every_version_names_all_uses_nothing_else_is_asked(policy: PolicyVersion) -> None:
    def asked() -> str:
        return str(permission.judged(Channel.EMAIL, day=TODAY, topics=[1]).query)

    before = asked()
    lengthen(uses=["marketing", "service"])
    assert not purposes.ground(Use.MARKETING)
    assert asked() == before
    lengthen(uses=["other", "service"])
    assert asked() != before


def test_a_version_that_comes_into_force_while_a_mailing_leaves_holds_the_rest_back(policy: PolicyVersion) -> None:
    mailing = mailings.scheduled(mailings.drafted(topics=[TopicFactory.create()]), policy)
    mailings.readers(policy, mailing, 2)
    assert mailings.tick(policy) == 2
    lengthen("whitepaper", uses=["service", "other"])
    send(NOON + mailings.MINUTE)
    assert mail.outbox == []
    assert set(Message.objects.values_list("reason", flat=True)) == {Refusal.NO_PURPOSE}


def test_an_important_message_waits_for_a_purpose_of_service(policy: PolicyVersion) -> None:
    uses = [["other"] * 3 + ["marketing"], ["service"] * 3 + ["marketing"]]
    earlier, later = (lengthen("customer", uses=each) for each in uses)
    shown(earlier, "customer", contact=mailings.prospect(policy))
    mailing = mailings.scheduled(mailings.approved(), policy)
    found = people.preview(mailing, Contact.objects.all(), policy=later, at=NOON)
    assert found.left_out == {people.UNTOLD_OF_SERVICE: 1}
    told = permission_words.sentence(1, found.left_out)
    assert told == "1 of 1 is left out: 1 has not been told yet that we use the details for such messages."


# Sharing


@pytest.fixture
def sharing(policy: PolicyVersion) -> list[Contact]:
    """One who was not told that we share, and one who was."""
    return [shown(lengthen(uses=["marketing", use])) for use in ("other", "sharing")]


def give(asked: Any, **fields: Any) -> int:
    recipient = RecipientFactory.create(**fields)
    how = {"purpose": Scenario.PROSPECT, "kind": DisclosureKind.EXPORT, "at": NOON, "by": "user:1"}
    with transaction.atomic():
        act = disclosing.disclose if isinstance(asked, list) else disclosing.disclose_found
        return act(asked, recipient, **how).people


@pytest.mark.promise("P15")
@pytest.mark.parametrize("kind", ["reseller", "group"])
def test_details_go_to_nobody_with_purposes_of_their_own_before_the_person_knows(
    kind: str, sharing: list[Contact]
) -> None:
    waits, knows = sharing
    with pytest.raises(DisclosureError, match="the person is not told of a purpose for which we share their details"):
        give([waits.pk], kind=kind)
    assert give([knows.pk], kind=kind) == give(Contact.objects.all(), kind=kind) == 1
    assert give([waits.pk, knows.pk], kind="processor") == give(Contact.objects.all(), kind="processor") == 2


def test_a_list_for_a_reseller_says_why_they_are_left_out(sharing: list[Contact]) -> None:
    reseller = RecipientFactory.create(kind="reseller")
    wanted = Wanted(Channel.EMAIL, Scenario.PROSPECT, reseller)
    found = audience.reach(audience.question(wanted, day=TODAY))
    assert (found.may, found.left_out) == (1, {Refusal.NOT_SHARED: 1})


# What is said


def test_it_is_said_which_purposes_wait_and_why(little: PolicyVersion, more: PolicyVersion) -> None:
    person = shown(little)
    explanation = explain.of_one(person, policy=more, day=TODAY)
    assert explanation.bases[0].waiting == ("marketing",)
    told = words.sentences(explanation, person, more, TODAY)
    said = "As prospect, the person was promised version 2 and not told of version 3. Until then these purposes wait: "
    assert f"{said}{SECOND}." in told
    marks = {mark.why for mark in contact_page.marks(person, TODAY)}
    assert marks == {"they have not been told yet that we use their details for marketing"}
    [reason] = periods.kept(Person((person.pk,), (), (), ()), policy=more, language="sv", day=TODAY).reasons
    assert reason.waiting == ["Berätta om våra tjänster via e-post, telefon eller post"]


def test_the_preview_says_how_many_a_new_purpose_waits_for(
    little: PolicyVersion, policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    shown(little)
    shown(policy)
    next(rule for rule in policy_source["rule"] if rule["scenario"] == "prospect")["uses"] = ["service", "marketing"]
    figures = policy_effects.rehearse(policy_source, at=NOON)
    assert (figures["prospect"]["told"], figures["event"]["told"]) == (1, 0)
    assert (figures[""]["told"], figures[""]["waits"]) == (1, {"marketing": 1})
    assert report.of_policy(figures)[-2:] == [
        "1 person will be told of a new purpose.",
        "The use “marketing” waits for 1 person until they are told.",
    ]


def test_a_purpose_in_other_words_is_told_to_nobody_and_one_that_is_not_said_to_be_is(policy: PolicyVersion) -> None:
    shown(policy)
    texts = {"en": ["Find out", SECOND], "sv": ["Ta reda på", "Berätta"]}
    first = policy.rule("prospect").purposes["en"][0]
    same = lengthen(purposes=texts, rewords={"Find out": [first]})
    again = lengthen(purposes={"en": ["Find", SECOND]}, rewords={"Find": ["Find out", first]})
    unsaid = lengthen(purposes={"en": ["Find", SECOND]})
    owed = [notify.affected.people(version, at=NOON).count() for version in (same, again, unsaid)]
    assert owed == [0, 0, 1]
