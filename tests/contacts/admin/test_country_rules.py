import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.admin.country_rules import in_words
from contacts.models import AuditEvent, CountryRule, PolicyVersion
from contacts.permission import country_rules
from contacts.permission.country_rules import Effect
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON, CountryRuleFactory, OrganisationFactory, contact_of

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon", "policy")

LIST = "/admin/contacts/countryrule/"
FORM = {
    "country": "GB",
    "channel": "email",
    "ground": "consent",
    "valid_from": "2027-01-01",
    "source": "A new Act",
    "note": "",
}


@pytest.fixture
def two_britons(policy: PolicyVersion) -> None:
    country_rules.adopt(at=NOON, by="test")
    company = OrganisationFactory.create(legal_form="company")
    for _ in range(2):
        contact_of(company, "prospect", policy, country="GB")


def sent(client: Client, **fields: str) -> Any:
    return client.post(f"{LIST}add/", {**FORM, **fields})


def seen_in(page: Any) -> str:
    """Return what the page hands back once its effect was shown."""
    found = re.search(r'name="seen" value="([^"]*)"', page.content.decode())
    assert found
    return html.unescape(found[1])


@pytest.mark.promise("P11")
@pytest.mark.usefixtures("two_britons")
def test_the_officer_sees_whom_a_rule_concerns_before_anything_is_saved(log_in: LogIn) -> None:
    before = list(CountryRule.objects.values())
    page = sent(log_in("privacy officer"))
    assert page.status_code == 200
    assert "On 1 January 2027 this makes 2 people unreachable by e-mail." in page.content.decode()
    assert "Save the rule" in page.content.decode()
    assert list(CountryRule.objects.values()) == before
    assert not AuditEvent.objects.filter(code="country_rule.added").exists()


@pytest.mark.usefixtures("two_britons")
def test_what_was_shown_is_saved_when_it_is_sent_back(log_in: LogIn) -> None:
    client = log_in("privacy officer")
    answer = sent(client, seen=seen_in(sent(client)))
    rule = CountryRule.objects.get(valid_from=dt.date(2027, 1, 1))
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{rule.pk}/change/")
    assert (rule.country, rule.ground, rule.source) == ("GB", "consent", "A new Act")


@pytest.mark.usefixtures("two_britons")
@pytest.mark.parametrize("changed", [{"country": "FR"}, {"valid_from": "2027-02-01"}, {"existing_customers": "on"}])
def test_what_was_changed_after_the_look_is_shown_again_first(log_in: LogIn, changed: dict[str, str]) -> None:
    client = log_in("privacy officer")
    page = sent(client, seen=seen_in(sent(client)), **changed)
    assert page.status_code == 200
    assert "this changes nothing" in page.content.decode() or "unreachable" in page.content.decode()
    assert not CountryRule.objects.filter(valid_from__gte=dt.date(2027, 1, 1)).exists()
    assert sent(client, seen=seen_in(page), **changed).status_code == 302


@pytest.mark.parametrize("seen", ["", "yes", "{}"])
def test_a_made_up_look_saves_nothing(log_in: LogIn, seen: str) -> None:
    assert sent(log_in("privacy officer"), seen=seen).status_code == 200
    assert not CountryRule.objects.exists()


def test_a_rule_that_is_refused_keeps_what_was_typed(log_in: LogIn) -> None:
    CountryRuleFactory.create(country="GB", valid_from=dt.date(2027, 1, 1))
    client = log_in("privacy officer")
    page = sent(client, seen=seen_in(sent(client)))
    assert "begins on that day already" in page.content.decode()
    assert 'value="A new Act"' in page.content.decode()
    assert CountryRule.objects.count() == 1


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor", "administrator"])
def test_nobody_but_the_officer_adds_or_withdraws_a_rule(log_in: LogIn, role: str) -> None:
    rule = CountryRuleFactory.create()
    client = log_in(role)
    assert sent(client).status_code == 403
    assert client.post(f"{LIST}{rule.pk}/withdraw/").status_code == 403
    assert list(CountryRule.objects.all()) == [rule]


def test_a_rule_to_come_is_withdrawn_and_one_in_force_is_not(log_in: LogIn) -> None:
    coming = CountryRuleFactory.create()
    standing = CountryRuleFactory.create(valid_from=dt.date(2026, 1, 1))
    client = log_in("privacy officer")
    for rule in (coming, standing):
        assert client.post(f"{LIST}{rule.pk}/withdraw/").status_code == 302
    assert list(CountryRule.objects.all()) == [standing]


def test_the_list_and_the_page_say_which_rule_stands(log_in: LogIn) -> None:
    old, new, coming = (
        CountryRuleFactory.create(valid_from=dt.date(year, 1, 1), source=f"Act {year}") for year in (2020, 2026, 2027)
    )
    client = log_in("marketing")
    shown = client.get(LIST).content.decode()
    assert [word in shown for word in ("Sweden", "replaced", "in force", "to come", "Act 2020")] == [True] * 5
    words = {old: "replaced since", new: "In force since 1 January 2026", coming: "Begins on 1 January 2027"}
    for rule, text in words.items():
        assert text in client.get(f"{LIST}{rule.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("lost", "gained", "sentence"),
    [
        (190, 3, "On 1 January 2027 this makes 190 people unreachable by e-mail and 3 reachable."),
        (1, 0, "On 1 January 2027 this makes 1 person unreachable by e-mail."),
        (0, 1516, "On 1 January 2027 this makes 1,516 people reachable by e-mail."),
        (0, 0, "On 1 January 2027 this changes nothing for the people who are held today."),
    ],
)
def test_the_effect_in_words(lost: int, gained: int, sentence: str) -> None:
    assert in_words(Effect(dt.date(2027, 1, 1), lost, gained), Channel.EMAIL) == sentence
