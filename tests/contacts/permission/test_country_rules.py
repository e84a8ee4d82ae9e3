import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import AuditEvent, ChannelPermission, Contact, CountryRule, PolicyVersion
from contacts.permission import consent_law, country_rules
from contacts.permission.country_rules import CountryRuleError, Effect
from contacts.words.vocabulary import Channel, MarketingGround
from tests.support.examples import examples
from tests.support.factories import NOON, CountryRuleFactory, OrganisationFactory, contact_of, customer
from tests.support.preferring import reachable

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
NEW_YEAR = dt.date(2027, 1, 1)
EVERYTHING = {"phone": "+46 8 465 00 00", "address": "Storgatan 1", "city": "Stockholm"}


def rule(**fields: Any) -> CountryRule:
    defaults = {"country": "GB", "channel": "email", "ground": "consent", "valid_from": NEW_YEAR, "source": "An Act"}
    return CountryRule(**{**defaults, **fields})


def grounds(day: dt.date = TODAY) -> dict[str, MarketingGround]:
    law = consent_law.laws(day)[Channel.EMAIL]
    return {"": law.default, **law.by_country}


def adopt() -> int:
    return country_rules.adopt(at=NOON, by="test")


def add(new: CountryRule) -> CountryRule:
    country_rules.add(new, at=NOON, by="test")
    return new


def effect(new: CountryRule) -> tuple[int, int]:
    found = country_rules.effect(new, today=TODAY)
    return found.lost, found.gained


@pytest.mark.promise("P11")
def test_the_defaults_say_what_each_country_asks_for_by_email() -> None:
    adopt()
    asking, resting = MarketingGround.CONSENT, MarketingGround.INTEREST
    asked = dict.fromkeys(("", "DE", "SE", "NL", "IT", "DK"), asking)
    assert grounds() == {**asked, "GB": MarketingGround.CORPORATE, **dict.fromkeys(("FR", "FI", "IE"), resting)}


@pytest.mark.promise("P11")
def test_the_defaults_ask_for_consent_by_phone_and_not_by_post() -> None:
    adopt()
    found = consent_law.laws(TODAY)
    assert found[Channel.PHONE].default == MarketingGround.CONSENT
    assert found[Channel.POST].default == MarketingGround.INTEREST
    assert not found[Channel.PHONE].by_country
    assert not found[Channel.POST].by_country


@pytest.mark.promise("P11")
def test_the_defaults_let_german_customers_be_written_to(policy: PolicyVersion) -> None:
    adopt()
    german = customer(policy, country="DE")
    assert german in reachable(Channel.EMAIL, day=TODAY)
    assert german not in reachable(Channel.PHONE, day=TODAY)


@pytest.mark.promise("P11")
def test_every_default_names_its_source() -> None:
    adopt()
    assert CountryRule.objects.count() == len(country_rules.DEFAULTS) > 10
    assert not CountryRule.objects.filter(source="").exists()


def test_adopting_again_changes_nothing_and_leaves_what_was_added(capsys: Any) -> None:
    call_command("adopt_country_rules")
    add(rule(valid_from=dt.date(2026, 1, 1)))
    before = list(CountryRule.objects.values())
    call_command("adopt_country_rules")
    assert list(CountryRule.objects.values()) == before
    assert capsys.readouterr().out == f"{len(before) - 1} rules are added.\nThe rules are on record already.\n"
    assert grounds()["GB"] == MarketingGround.CONSENT
    assert AuditEvent.objects.get(code="country_rules.adopted").rule == f"rules:{len(country_rules.DEFAULTS)}"


def test_a_rule_is_added_with_its_day_and_the_one_before_it_stays() -> None:
    adopt()
    before = list(CountryRule.objects.values())
    new = add(rule())
    assert grounds(NEW_YEAR - dt.timedelta(days=1))["GB"] == MarketingGround.CORPORATE
    assert grounds(NEW_YEAR)["GB"] == MarketingGround.CONSENT
    assert list(CountryRule.objects.exclude(pk=new.pk).values()) == before
    assert AuditEvent.objects.get(code="country_rule.added").rule == f"country_rule:{new.pk}"


@pytest.mark.parametrize("refused", [{"country": "XX"}, {"country": "gb"}, {"source": " "}])
def test_a_rule_without_a_country_that_exists_or_a_source_is_refused(refused: dict[str, str]) -> None:
    for ask in (add, effect):
        with pytest.raises(CountryRuleError):
            ask(rule(**refused))
    assert not CountryRule.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_second_rule_of_its_kind_on_one_day_is_refused() -> None:
    first = add(rule())
    with pytest.raises(CountryRuleError):
        add(rule(ground="legitimate_interest"))
    add(rule(existing_customers=True))
    first.refresh_from_db()
    assert first.ground == "consent"
    assert CountryRule.objects.count() == 2


def test_a_rule_that_has_not_begun_can_be_withdrawn_once() -> None:
    new = add(rule())
    country_rules.withdraw(new, today=NEW_YEAR - dt.timedelta(days=1), at=NOON, by="test")
    assert not CountryRule.objects.exists()
    with pytest.raises(CountryRuleError):
        country_rules.withdraw(new, today=TODAY, at=NOON, by="test")
    assert AuditEvent.objects.filter(code="country_rule.withdrawn").count() == 1


def test_to_withdraw_one_leaves_all_others() -> None:
    other, new = add(rule(country="SE")), add(rule())
    country_rules.withdraw(new, today=TODAY, at=NOON, by="test")
    assert list(CountryRule.objects.all()) == [other]


def test_a_rule_that_would_begin_with_another_of_its_kind_does_nothing(policy: PolicyVersion) -> None:
    contact_of(None, "prospect", policy, country="GB", **EVERYTHING)
    add(rule(ground="legitimate_interest"))
    assert effect(rule()) == (0, 0)
    assert effect(rule(valid_from=NEW_YEAR + dt.timedelta(days=1))) == (1, 0)


def test_the_defaults_hold_since_the_gdpr_applies() -> None:
    assert {each.valid_from for each in country_rules.DEFAULTS} == {dt.date(2018, 5, 25)}


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_a_rule_for_existing_customers_is_no_rule_for_all(order: tuple[bool, bool]) -> None:
    grounds_of = {True: MarketingGround.INTEREST, False: MarketingGround.CONSENT}
    law = consent_law.of_rules(
        [rule(country="DE", ground=grounds_of[each], existing_customers=each) for each in order]
    )[Channel.EMAIL]
    assert law.by_country == {"DE": MarketingGround.CONSENT}
    assert law.for_customers == {"DE": MarketingGround.INTEREST}


def test_a_rule_that_has_begun_stays_on_record() -> None:
    new = add(rule())
    with pytest.raises(CountryRuleError):
        country_rules.withdraw(new, today=NEW_YEAR, at=NOON, by="test")
    assert CountryRule.objects.filter(pk=new.pk).exists()


@pytest.fixture
def people(policy: PolicyVersion) -> list[Contact]:
    """Three at a British company, of whom one consented; two in Sweden; one nobody knows where."""
    adopt()
    company = OrganisationFactory.create(legal_form="company")
    found = [contact_of(company, "prospect", policy, country="GB", **EVERYTHING) for _ in range(3)]
    found += [contact_of(None, "prospect", policy, country=c, **EVERYTHING) for c in ("SE", "SE", "")]
    ChannelPermission.objects.create(contact=found[0], channel="email", state="consented", given_on=TODAY)
    return found


@pytest.mark.promise("P11")
@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("new", "lost", "gained"),
    [
        (rule(), 2, 0),
        (rule(country="SE", ground="legitimate_interest"), 0, 2),
        (rule(country="SE"), 0, 0),
        (rule(country="", ground="legitimate_interest"), 0, 0),
        (rule(country="NO", channel="post"), 1, 0),
        (rule(country="", channel="post"), 6, 0),
        (rule(country="", channel="phone", ground="legitimate_interest"), 0, 6),
    ],
)
def test_the_effect_counts_whom_a_rule_makes_reachable_or_not(new: CountryRule, lost: int, gained: int) -> None:
    assert country_rules.effect(new, today=TODAY) == Effect(NEW_YEAR, lost, gained)


@pytest.mark.usefixtures("people")
def test_the_effect_of_a_rule_that_began_in_the_past_is_that_of_today() -> None:
    assert country_rules.effect(rule(valid_from=dt.date(2026, 1, 1)), today=TODAY) == Effect(TODAY, 2, 0)


@pytest.mark.usefixtures("people")
def test_a_rule_that_a_later_one_has_replaced_already_has_no_effect() -> None:
    add(rule(valid_from=dt.date(2026, 6, 1), ground="legitimate_interest"))
    assert effect(rule(valid_from=dt.date(2026, 1, 1))) == (0, 0)


@pytest.mark.usefixtures("people")
def test_the_effect_writes_nothing_and_asks_three_questions() -> None:
    with CaptureQueriesContext(connection) as asked:
        effect(rule())
    assert [query["sql"][:6] for query in asked] == ["SELECT"] * 3  # the versions of the policy among them
    assert CountryRule.objects.filter(valid_from=NEW_YEAR).count() == 0


NEW_RULES = st.builds(
    rule,
    country=st.sampled_from(["", "GB", "SE", "DE", "NO"]),
    channel=st.sampled_from(Channel.values),
    ground=st.sampled_from(MarketingGround.values),
    existing_customers=st.booleans(),
    valid_from=st.sampled_from([dt.date(2017, 1, 1), dt.date(2026, 1, 1), TODAY, NEW_YEAR]),
)


@pytest.mark.promise("P11")
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(new=NEW_RULES)
def test_what_the_effect_foretold_is_what_happens(
    policy: PolicyVersion, people: list[Contact], new: CountryRule
) -> None:
    CountryRule.objects.exclude(valid_from=dt.date(2018, 5, 25)).delete()
    if Contact.objects.filter(country="DE").count() == 0:
        customer(policy, country="DE", **EVERYTHING)
        contact_of(None, "prospect", policy, country="DE", **EVERYTHING)
    foretold = country_rules.effect(new, today=TODAY)
    before = _reached(new, foretold.day)
    add(new)
    after = _reached(new, foretold.day)
    assert (foretold.lost, foretold.gained) == (len(before - after), len(after - before))


def _reached(new: CountryRule, day: dt.date) -> set[int]:
    return set(reachable(Channel(new.channel), day=day).values_list("pk", flat=True))


def test_the_factory_makes_a_rule_that_can_still_be_withdrawn() -> None:
    country_rules.withdraw(CountryRuleFactory.create(), today=TODAY, at=NOON, by="test")
    assert not CountryRule.objects.exists()
