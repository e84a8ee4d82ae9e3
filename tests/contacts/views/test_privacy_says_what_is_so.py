"""The policy's page names what is processed beside the forms, and what holds where nothing proves a contract (L20)."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from contacts.policy import policies, source_checks
from contacts.words.vocabulary import AGREEMENT_SCENARIOS, Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20")]

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
UNVERIFIED = {
    "en": "Until we have found an agreement with your organisation, we keep your details for {} months after the day on"
    " which we collected them.",
    "sv": "Tills vi har hittat ett avtal med din organisation sparar vi dina uppgifter i {} månader från den dag då vi"
    " samlade in dem.",
}


def read(client: Client, address: str, language: str = "en") -> str:
    page = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}").content.decode()
    return " ".join(html.unescape(page).split())


def part(shown: str, anchor: str) -> str:
    return shown.split(f'id="{anchor}"', 1)[1].split("</section>", 1)[0]


@pytest.mark.parametrize(
    ("language", "news", "food"),
    [
        ("en", "your consent (Art. 6(1)(a) GDPR)", "your explicit consent (Art. 9(2)(a) GDPR)"),
        ("sv", "ditt samtycke (artikel 6.1 a i GDPR)", "ditt uttryckliga samtycke (artikel 9.2 a i GDPR)"),
    ],
)
def test_each_scenario_says_what_rests_on_consent(
    client: Client, policy: PolicyVersion, language: str, news: str, food: str
) -> None:
    shown = read(client, "/privacy/", language)
    assert [scenario for scenario in Scenario.values if news not in part(shown, scenario)] == []
    assert [scenario for scenario in Scenario.values if food in part(shown, scenario)] == ["event"]


@pytest.mark.promise("P14")
@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("months", [18, 7])
def test_page_and_form_say_how_long_somebody_is_kept_whose_organisation_has_no_agreement(
    client: Client, policy_source: dict[str, Any], language: str, months: int
) -> None:
    [prospects] = [rule for rule in policy_source["rule"] if rule["scenario"] == "prospect"]
    prospects["months"] = months
    policies.publish_source(policy_source, at=NOW, by="test")
    told = UNVERIFIED[language].format(months)
    shown = read(client, "/privacy/", language)
    assert [scenario for scenario in Scenario.values if told in part(shown, scenario)] == list(AGREEMENT_SCENARIOS)
    for scenario in AGREEMENT_SCENARIOS:
        assert told in read(client, f"/register/?as={scenario}", language)


@pytest.mark.parametrize(
    ("language", "beside", "changes"),
    [
        (
            "en",
            ["topics", "24 months", "coded form", "one hour", "Each entry is deleted"],
            ["All earlier versions stay"],
        ),
        (
            "sv",
            ["ämnen", "24 månader", "kodad form", "en timme", "raderas i sin tur"],
            ["Alla tidigare versioner"],
        ),
    ],
)
def test_the_page_names_what_is_processed_beside_the_forms_and_how_changes_are_announced(
    client: Client, policy: PolicyVersion, language: str, beside: list[str], changes: list[str]
) -> None:
    shown = read(client, "/privacy/", language)
    assert [word for word in beside if word not in part(shown, "beside")] == []
    assert [word for word in changes if word not in part(shown, "changes")] == []


def test_a_policy_from_before_these_sections_is_published_and_shown_without_them(
    client: Client, policy_source: dict[str, Any]
) -> None:
    for name in source_checks.OPTIONAL_SECTIONS:
        del policy_source["texts"][name]
    policies.publish_source(policy_source, at=NOW, by="test")
    shown = read(client, "/privacy/")
    assert 'id="sharing"' in shown
    assert 'id="beside"' not in shown
    assert 'id="changes"' not in shown


NOT_KEPT = (
    *("every look", "never makes us keep you longer", "every time your details", "varje gång någon tittar"),
    *("aldrig längre", "varje gång dina uppgifter lämnas ut"),
)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_says_nothing_that_the_product_does_not_keep(
    client: Client, policy: PolicyVersion, language: str
) -> None:
    shown = re.sub(r"<[^>]+>", "", read(client, "/privacy/", language))
    assert len(shown) > 10_000
    assert [words for words in NOT_KEPT if words in shown] == []
