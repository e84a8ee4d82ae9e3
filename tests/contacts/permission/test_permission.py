import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.mailings.permission_words import left_out, marks
from contacts.models import Basis, ChannelPermission, Contact, CountryRule, Interest, PolicyVersion
from contacts.permission import permission
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import Channel
from tests.support import objecting
from tests.support.factories import (
    DOUBTED,
    ContactFactory,
    CountryRuleFactory,
    OrganisationFactory,
    TopicFactory,
    agree,
    contact_of,
    customer,
    hold,
)
from tests.support.preferring import reachable

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
YESTERDAY = TODAY - dt.timedelta(days=1)
EVERYTHING = {"phone": "+46 8 465 00 00", "address": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"}


def somebody(policy: PolicyVersion, scenario: str = "prospect", **fields: Any) -> Contact:
    """A person in a country whose law asks for nothing, with an address on every channel."""
    return contact_of(None, scenario, policy, **{"country": "GB", **EVERYTHING, **fields})


@pytest.fixture(autouse=True)
def free_country() -> None:
    for channel in Channel:
        _rule("GB", "legitimate_interest", channel)


def _rule(
    country: str, ground: str, channel: str = "email", day: dt.date = dt.date(2020, 1, 1), *, customers: bool = False
) -> CountryRule:
    return CountryRuleFactory.create(
        country=country, ground=ground, channel=channel, valid_from=day, existing_customers=customers
    )


def said(contact: Contact, state: str, channel: str = "email", day: dt.date = YESTERDAY) -> None:
    ChannelPermission.objects.create(contact=contact, channel=channel, state=state, given_on=day)


def change(**fields: Any) -> Callable[[Contact], None]:
    return lambda contact: Contact.objects.filter(pk=contact.pk).update(**fields) and None


def suppress(contact: Contact, channel: str = "email") -> None:
    objecting.suppress(contact, channel, TODAY)


def untold(contact: Contact) -> None:
    Basis.objects.filter(contact=contact).update(source_kind="public", informed_on=None)


def lapse(contact: Contact) -> None:
    Basis.objects.filter(contact=contact).delete()


REASONS: dict[Refusal, Callable[[Contact], None]] = {
    Refusal.RESTRICTED: change(restricted_through=TODAY),
    Refusal.FROZEN: change(frozen_through=TODAY),
    Refusal.OBJECTED: lambda contact: said(contact, "objected"),
    Refusal.SUPPRESSED: suppress,
    Refusal.NO_BASIS: lapse,
    Refusal.LEFT: change(left_on=YESTERDAY),
    Refusal.UNCONFIRMED: change(**DOUBTED),
    Refusal.BOUNCING: change(bounced_on=YESTERDAY),
    Refusal.NOT_TOLD: untold,
    Refusal.NO_COUNTRY: change(country=""),
    Refusal.NO_CONSENT: change(country="SE"),
}


def by_mail(contact: Contact, topics: list[int] | None = None) -> str:
    return permission.of_one(contact, day=TODAY, topics=topics)[Channel.EMAIL]


def reachable_on(contact: Contact) -> set[str]:
    return {channel.value for channel, refusal in permission.of_one(contact, day=TODAY).items() if not refusal}


@pytest.mark.promise("P11")
def test_whoever_is_not_refused_may_be_written_to_on_every_channel(policy: PolicyVersion) -> None:
    contact = somebody(policy)
    assert reachable_on(contact) == {"email", "phone", "post"}
    assert contact in reachable(Channel.EMAIL, day=TODAY)


@pytest.mark.promise("P11")
@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_alone_refuses(reason: Refusal, policy: PolicyVersion) -> None:
    contact = somebody(policy)
    REASONS[reason](contact)
    assert by_mail(contact) == reason
    assert contact not in reachable(Channel.EMAIL, day=TODAY)


def test_of_several_reasons_the_weightiest_is_named(policy: PolicyVersion) -> None:
    contact = somebody(policy)
    for reason in reversed(REASONS):
        REASONS[reason](contact)
        # With no basis left nobody has to be told where it came from, and a missing country hides which.
        assert by_mail(contact) == reason


@pytest.mark.parametrize(
    ("missing", "channel"),
    [({"phone": ""}, "phone"), ({"address": ""}, "post"), ({"city": "", "postal_code": ""}, "post")],
)
def test_a_channel_without_an_address_of_its_own_is_unreachable(
    missing: dict[str, str], channel: str, policy: PolicyVersion
) -> None:
    contact = somebody(policy, **missing)
    assert permission.of_one(contact, day=TODAY)[Channel(channel)] == Refusal.UNREACHABLE
    assert reachable_on(contact) == {"email", "phone", "post"} - {channel}


def test_an_address_that_bounces_closes_email_alone(policy: PolicyVersion) -> None:
    assert reachable_on(somebody(policy, bounced_on=YESTERDAY)) == {"phone", "post"}


def test_what_is_doubted_closes_every_channel(policy: PolicyVersion) -> None:
    assert reachable_on(somebody(policy, **DOUBTED)) == set()


@pytest.mark.promise("P12")
def test_an_objection_to_one_channel_leaves_the_others_open(policy: PolicyVersion) -> None:
    contact = somebody(policy)
    said(contact, "objected", "phone")
    suppress(contact, "post")
    assert reachable_on(contact) == {"email"}


@pytest.mark.promise("P12")
@pytest.mark.parametrize("days", [-30, 30])
def test_an_objection_wins_over_a_consent_whichever_came_first(days: int, policy: PolicyVersion) -> None:
    contact = somebody(policy, country="SE")
    said(contact, "consented")
    said(contact, "objected", day=YESTERDAY + dt.timedelta(days=days))
    assert by_mail(contact) == Refusal.OBJECTED


@pytest.mark.promise("P12")
def test_an_address_that_objected_is_refused_whoever_has_it_and_consents_on_file(policy: PolicyVersion) -> None:
    contact = somebody(policy)
    said(contact, "consented")
    suppress(contact)
    assert by_mail(contact) == Refusal.SUPPRESSED


@pytest.mark.promise("P11")
@pytest.mark.parametrize("reason", sorted(set(REASONS) - {Refusal.NO_COUNTRY, Refusal.NO_CONSENT}))
def test_consent_takes_the_place_of_the_law_alone(reason: Refusal, policy: PolicyVersion) -> None:
    contact = somebody(policy)
    said(contact, "consented")
    REASONS[reason](contact)
    assert by_mail(contact) == reason


@pytest.mark.promise("P11")
@pytest.mark.parametrize("country", ["SE", ""])
def test_where_the_law_asks_for_consent_it_is_enough(country: str, policy: PolicyVersion) -> None:
    contact = somebody(policy, country=country)
    said(contact, "consented")
    assert by_mail(contact) == ""


def test_a_consent_to_one_channel_opens_no_other(policy: PolicyVersion) -> None:
    contact = somebody(policy, country="SE")
    said(contact, "consented", "phone")
    assert by_mail(contact) == Refusal.NO_CONSENT


@pytest.mark.promise("P11")
def test_without_any_rule_email_and_phone_need_consent_and_post_does_not(policy: PolicyVersion) -> None:
    CountryRule.objects.all().delete()
    assert reachable_on(somebody(policy, country="NO")) == {"post"}


@pytest.mark.parametrize("typed", ["", "Sweden", "S", "XX"])
def test_who_may_live_anywhere_is_asked_for_the_country_where_any_law_asks_for_consent(
    typed: str, policy: PolicyVersion
) -> None:
    contact = somebody(policy, country=typed)
    answers = permission.of_one(contact, day=TODAY)
    assert (answers[Channel.EMAIL], answers[Channel.POST]) == (Refusal.NO_COUNTRY, "")
    _rule("DE", "consent", "post")
    assert permission.of_one(contact, day=TODAY)[Channel.POST] == Refusal.NO_COUNTRY


@pytest.mark.promise("P11")
def test_a_rule_holds_from_its_day_on_and_until_a_later_one(policy: PolicyVersion) -> None:
    contact = somebody(policy, country="FR")
    _rule("FR", "legitimate_interest", day=dt.date(2026, 1, 1))
    _rule("FR", "consent", day=dt.date(2027, 1, 1))
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [contact in reachable(Channel.EMAIL, day=day) for day in days] == [False, True, True, False]


@pytest.fixture
def german(policy: PolicyVersion) -> Contact:
    """A contact of a customer in Germany, where the law tells existing customers apart."""
    _rule("DE", "consent")
    _rule("DE", "legitimate_interest", customers=True)
    return customer(policy, country="DE")


@pytest.mark.promise("P11")
def test_existing_customers_may_be_written_to_where_their_law_says_so(german: Contact) -> None:
    assert by_mail(german) == ""


@pytest.mark.promise("P11")
def test_who_is_no_customer_needs_consent_there(german: Contact, policy: PolicyVersion) -> None:
    assert by_mail(somebody(policy, country="DE")) == Refusal.NO_CONSENT


def test_whose_agreement_has_ended_is_no_existing_customer(german: Contact) -> None:
    german.organisation.agreements.update(ended_on=TODAY)  # type: ignore[union-attr]
    assert by_mail(german) == Refusal.NO_CONSENT


def test_whose_agreement_ends_tomorrow_still_is(german: Contact) -> None:
    german.organisation.agreements.update(ended_on=TODAY + dt.timedelta(days=1))  # type: ignore[union-attr]
    assert by_mail(german) == ""


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("days", "answer"), [(1, Refusal.NO_CONSENT), (0, ""), (-1, "")])
def test_an_agreement_makes_an_existing_customer_from_its_first_day_on(german: Contact, days: int, answer: str) -> None:
    german.organisation.agreements.update(started_on=TODAY + dt.timedelta(days=days))  # type: ignore[union-attr]
    assert by_mail(german) == answer


def test_an_agreement_that_began_nobody_knows_when_makes_an_existing_customer(german: Contact) -> None:
    german.organisation.agreements.update(started_on=None)  # type: ignore[union-attr]
    assert by_mail(german) == ""


def test_a_partner_is_no_existing_customer(german: Contact) -> None:
    german.organisation.agreements.all().delete()  # type: ignore[union-attr]
    agree(german.organisation, None, "partner")  # type: ignore[arg-type]
    assert by_mail(german) == Refusal.NO_CONSENT


def test_an_address_from_a_third_party_is_not_what_the_customer_gave(german: Contact) -> None:
    german.bases.update(source_kind="third_party", informed_on=YESTERDAY)
    assert by_mail(german) == Refusal.NO_CONSENT


def test_an_existing_customer_of_another_country_is_not_meant(german: Contact, policy: PolicyVersion) -> None:
    assert by_mail(customer(policy, country="SE")) == Refusal.NO_CONSENT


def test_a_country_s_own_rule_goes_before_that_for_all_others_customers_or_not(policy: PolicyVersion) -> None:
    _rule("", "legitimate_interest", customers=True)
    _rule("SE", "consent")
    assert by_mail(customer(policy, country="NO")) == ""
    assert by_mail(customer(policy, country="SE")) == Refusal.NO_CONSENT
    assert by_mail(somebody(policy, country="NO")) == Refusal.NO_CONSENT


def test_a_law_may_ask_more_of_mail_to_customers_than_of_others(policy: PolicyVersion) -> None:
    _rule("FR", "legitimate_interest")
    _rule("FR", "consent", customers=True)
    assert by_mail(customer(policy, country="FR")) == Refusal.NO_CONSENT
    assert by_mail(somebody(policy, country="FR")) == ""


@pytest.mark.promise("P11")
@pytest.mark.parametrize("scenario", ["whitepaper", "webinar", "event"])
def test_people_held_for_their_interest_alone_get_what_matches_it(scenario: str, policy: PolicyVersion) -> None:
    shown, other = TopicFactory.create(), TopicFactory.create()
    contact = somebody(policy, scenario)
    Interest.objects.create(contact=contact, topic=shown, since=YESTERDAY)
    assert by_mail(contact, [shown.pk]) == by_mail(contact, [shown.pk, other.pk]) == ""
    assert by_mail(contact, [other.pk]) == by_mail(contact, []) == Refusal.NO_INTEREST


@pytest.mark.promise("P11")
def test_people_held_for_another_reason_too_get_any_topic_but_what_they_refused(policy: PolicyVersion) -> None:
    refused, other = TopicFactory.create(), TopicFactory.create()
    contact = somebody(policy, "whitepaper")
    hold(contact, "prospect", YESTERDAY, policy=policy)
    Interest.objects.create(contact=contact, topic=refused, wanted=False, since=YESTERDAY)
    assert by_mail(contact, [other.pk]) == by_mail(contact, []) == ""
    assert by_mail(contact, [refused.pk]) == Refusal.NO_INTEREST


def test_who_is_reduced_is_asked_about_by_nobody_and_may_get_nothing(policy: PolicyVersion) -> None:
    reduced = ContactFactory.create(email=None, minimised_on=YESTERDAY, country="GB", **EVERYTHING)
    assert set(permission.of_one(reduced, day=TODAY).values()) == {Refusal.NO_BASIS}
    assert permission.reach(Channel.POST, day=TODAY) == Reach()


def test_who_has_gone_in_the_meantime_may_get_nothing(policy: PolicyVersion) -> None:
    contact = somebody(policy)
    Contact.objects.filter(pk=contact.pk).delete()
    assert set(permission.of_one(contact, day=TODAY).values()) == {Refusal.NO_BASIS}


@pytest.mark.promise("P11")
def test_everybody_left_out_is_counted_by_reason_in_words(policy: PolicyVersion) -> None:
    for number, reason in enumerate([Refusal.BOUNCING, Refusal.OBJECTED, Refusal.NO_CONSENT], 1):
        for _ in range(number):
            REASONS[reason](somebody(policy))
    somebody(policy)
    found = permission.reach(Channel.EMAIL, day=TODAY)
    assert (found.may, found.asked) == (1, 7)
    assert left_out(found) == (
        "6 of 7 are left out: 3 need consent in their country and have not given it, 2 objected, 1 address bounces."
    )


def test_the_sentence_groups_large_numbers_and_says_where_nobody_is_left_out() -> None:
    counted = {Refusal.OBJECTED: 88, Refusal.NO_CONSENT: 190, Refusal.BOUNCING: 34}
    assert left_out(Reach(1204, counted)) == (
        "312 of 1,516 are left out: 190 need consent in their country and have not given it, 88 objected,"
        " 34 addresses bounce."
    )
    assert left_out(Reach(1516)) == "Nobody of 1,516 is left out."


@pytest.mark.parametrize("refusal", Refusal)
@pytest.mark.parametrize("number", [1, 2000])
def test_every_reason_has_words_for_one_and_for_many(refusal: Refusal, number: int) -> None:
    text = left_out(Reach(0, {refusal: number}))
    assert text.count("2,000" if number > 1 else "1 ") >= 2
    assert [mark.why for mark in marks({Channel.EMAIL: refusal})] == [refusal.label]


def test_questions_do_not_grow_with_people(policy: PolicyVersion) -> None:
    counts = []
    for size in (1, 20):
        people = [somebody(policy) for _ in range(size)]
        with CaptureQueriesContext(connection) as asked:
            permission.reach(Channel.EMAIL, day=TODAY, topics=[1])
            list(reachable(Channel.PHONE, day=TODAY))
            permission.of_one(people[0], day=TODAY)
        counts.append(len(asked))
    # Each of the three reads the rules first, and which versions of the policy there are.
    assert counts == [9, 9]


@pytest.mark.promise("P12")
@pytest.mark.parametrize(
    ("by_them", "by_address", "to_all"),
    [
        (["email", "phone", "post"], [], True),
        ([], ["email", "phone", "post"], True),
        (["email"], ["phone", "post"], True),
        (["email", "phone"], ["email", "phone"], False),
        (["email", "phone"], [], False),
        ([], ["phone", "post"], False),
        ([], [], False),
    ],
)
def test_an_objection_to_all_is_theirs_or_their_address_s_on_each_channel(
    policy: PolicyVersion, by_them: list[str], by_address: list[str], to_all: bool
) -> None:
    contact, other = somebody(policy), somebody(policy)
    for channel in by_them:
        said(contact, "objected", channel)
    for channel in by_address:
        objecting.suppress(contact, channel, TODAY)
    for channel in Channel:
        said(other, "consented", channel)
    found = Contact.objects.filter(permission.objected_to_all())
    assert set(found) == ({contact} if to_all else set())


def test_nobody_is_answered_for_who_was_not_asked_about(policy: PolicyVersion) -> None:
    asked, other = somebody(policy), somebody(policy)
    assert set(permission.of_each([asked.pk], day=TODAY)) == {asked.pk} != {other.pk}


@pytest.mark.parametrize(
    ("fields", "reached"),
    [
        ({"city": "", "postal_code": "111 29"}, True),
        ({"city": "Stockholm", "postal_code": ""}, True),
        ({"city": "", "postal_code": ""}, False),
        ({"address": ""}, False),
    ],
)
def test_a_letter_needs_a_street_and_a_town_or_its_code(
    policy: PolicyVersion, fields: dict[str, str], reached: bool
) -> None:
    assert ("post" in reachable_on(somebody(policy, **fields))) == reached


def test_an_address_from_their_organisation_is_what_the_customer_gave(german: Contact) -> None:
    german.bases.update(source_kind="organisation", informed_on=YESTERDAY)
    assert by_mail(german) == ""


def test_whoever_works_for_a_customer_and_is_held_for_something_else_is_none(
    german: Contact, policy: PolicyVersion
) -> None:
    colleague = contact_of(german.organisation, "prospect", policy, country="DE", **EVERYTHING)
    assert by_mail(colleague) == Refusal.NO_CONSENT


def test_the_agreement_of_another_organisation_makes_nobody_a_customer(german: Contact, policy: PolicyVersion) -> None:
    without = OrganisationFactory.create()
    assert by_mail(contact_of(without, "customer", policy, country="DE", **EVERYTHING)) == Refusal.NO_CONSENT


@pytest.mark.promise("P11")
def test_the_interest_of_one_person_is_not_another_s(policy: PolicyVersion) -> None:
    topic = TopicFactory.create()
    one, other = (somebody(policy, "whitepaper") for _ in range(2))
    Interest.objects.create(contact=one, topic=topic, since=YESTERDAY)
    answers = [permission.of_one(each, day=TODAY, topics=[topic.pk])[Channel.EMAIL] for each in (one, other)]
    assert answers == ["", Refusal.NO_INTEREST]
