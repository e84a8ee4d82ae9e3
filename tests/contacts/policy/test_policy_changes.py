import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from contacts.base.differences import Mark
from contacts.models import PolicyVersion
from contacts.policy import policies, policy_changes

LATER = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.promise("P24")

type Source = dict[str, Any]


def told(old: PolicyVersion, source: Source, language: str = "en") -> dict[str, list[str]]:
    """Publish the source, and say what changed: anchor → sentences."""
    with translation.override(language):
        return {chapter.anchor: [c.sentence for c in chapter.changes] for chapter in chapters(old, source, language)}


def chapters(old: PolicyVersion, source: Source, language: str = "en") -> list[policy_changes.Chapter]:
    new, _ = policies.publish_source(source, at=LATER, by="test")
    as_stored = [PolicyVersion.objects.get(pk=version.pk) for version in (old, new)]  # sources share their texts
    return policy_changes.between(*as_stored, language)


def test_a_period_is_told_once_and_not_wherever_a_text_names_it(policy: PolicyVersion, policy_source: Source) -> None:
    policy_source["rule"][3]["months"] = 1
    assert told(policy, policy_source) == {"webinar": ["Kept for 1 month (was 18)"]}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Counted from: your last activity (was: the day on which we collected your details)"),
        ("sv", "Tiden räknas från: din senaste aktivitet (tidigare: den dag då vi samlade in dina uppgifter)"),
    ],
)
def test_another_clock_is_told_in_the_words_of_the_reader(
    policy: PolicyVersion, policy_source: Source, language: str, sentence: str
) -> None:
    policy_source["rule"][5]["clock"] = "last_activity"
    assert told(policy, policy_source, language) == {"prospect": [sentence]}


def test_another_legal_basis_is_told(policy: PolicyVersion, policy_source: Source) -> None:
    policy_source["rule"][2]["legal_basis"] = "attendance_and_legitimate_interest"
    [sentence] = told(policy, policy_source)["whitepaper"]
    assert sentence.startswith("Why we may: needed to attend")
    assert "(was: our legitimate interest" in sentence


def test_categories_that_come_and_go_are_told(policy: PolicyVersion, policy_source: Source) -> None:
    policy_source["rule"][2]["categories"].remove("phone")
    policy_source["rule"][2]["categories"].remove("city")
    policy_source["rule"][2]["categories"].append("food_preferences")
    assert told(policy, policy_source) == {
        "whitepaper": ["Details we now use as well: dietary needs", "Details we no longer use: phone, city"]
    }


def test_purposes_that_come_and_go_are_shown_whole(policy: PolicyVersion, policy_source: Source) -> None:
    policy_source["rule"][2]["purposes"]["en"][0] = "Ask what you thought of it"
    [chapter] = chapters(policy, policy_source)
    assert [change.sentence for change in chapter.changes] == ["What we use it for"]
    assert [[(p.mark, p.text) for p in pieces] for pieces in chapter.changes[0].paragraphs] == [
        [(Mark.REMOVED, "Send you what you asked for")],
        [(Mark.ADDED, "Ask what you thought of it")],
    ]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("title", "The heading"),
        ("note", "The note by the form"),
        ("text", "The text"),
        ("transfers", "Outside the EU and the EEA"),
    ],
)
def test_a_changed_text_of_a_scenario_is_told(
    policy: PolicyVersion, policy_source: Source, field: str, sentence: str
) -> None:
    policy_source["rule"][1][field]["en"] += " Always."
    assert told(policy, policy_source) == {"partner": [sentence]}


def test_a_text_that_moves_with_its_period_names_the_period_of_each_version(
    policy: PolicyVersion, policy_source: Source
) -> None:
    rule = policy_source["rule"][3]
    rule["months"] = 12
    rule["note"]["en"] = rule["note"]["en"].replace("We keep your details until {period} after", "Gone {period} after")
    [chapter] = chapters(policy, policy_source)
    pieces = [(piece.mark, piece.text) for piece in chapter.changes[-1].paragraphs[0]]
    assert (Mark.ADDED, "Gone") in pieces
    assert [text for mark, text in pieces if mark == Mark.SAME][-1] == "12 months after your last activity."


def test_recipients_that_were_not_named_before_are_shown_as_new(db: None, policy_source: Source) -> None:
    named = {rule["scenario"]: rule.pop("recipients") for rule in policy_source["rule"]}
    old, _ = policies.publish_source(policy_source, at=LATER, by="test")
    policy_source["rule"][0]["recipients"] = named["customer"]
    [chapter] = chapters(old, policy_source)
    assert [piece.mark for pieces in chapter.changes[0].paragraphs for piece in pieces] == [Mark.ADDED] * len(
        named["customer"]["en"]
    )


def test_a_section_that_is_new_or_gone_is_told(policy: PolicyVersion, policy_source: Source) -> None:
    PolicyVersion.objects.filter(pk=policies.draft(policy_source).pk).update(texts={"introduction": {"en": "We."}})
    bare = PolicyVersion.objects.get(number=2)
    gone = {chapter.anchor: chapter for chapter in policy_changes.between(policy, bare, "en")}
    new = {chapter.anchor: chapter for chapter in policy_changes.between(bare, policy, "en")}
    assert gone["third-party-sites"].changes[0].sentence == "This section is gone"
    assert new["third-party-sites"].changes[0].sentence == "This section is new"
    assert {piece.mark for pieces in new["rights"].changes[0].paragraphs for piece in pieces} == {Mark.ADDED}


@pytest.mark.promise("P25")
def test_what_the_page_says_about_the_company_is_compared_as_well(policy: PolicyVersion, policy_source: Source) -> None:
    policy_source["controller"]["authority"]["name"] = "Datatilsynet"
    del policy_source["controller"]["phone"]
    assert told(policy, policy_source) == {
        "contact": [
            "Phone: nothing (was: +46 8 465 004 10)",
            "Supervisory authority: Datatilsynet (was: Integritetsskyddsmyndigheten (IMY))",
        ]
    }


def test_swedish_is_never_compared_with_english(db: None, policy_source: Source) -> None:
    swedish = policy_source["texts"]["security"].pop("sv")
    old, _ = policies.publish_source(policy_source, at=LATER, by="test")
    policy_source["texts"]["security"]["sv"] = swedish
    assert chapters(old, policy_source, "sv") == []


def test_all_that_is_said_about_changes_has_a_swedish_translation(policy: PolicyVersion, policy_source: Source) -> None:
    spoil_everything(policy_source)
    english, swedish = told(policy, policy_source), told(policy, policy_source, "sv")
    assert english.keys() == swedish.keys()
    assert len(english) > 5
    same = {"Post: Sjögatan 9"}
    assert [s for anchor in english for s in english[anchor] if s in swedish[anchor] and s not in same] == []


def spoil_everything(source: Source) -> None:
    """Change each kind of thing that a policy says."""
    for language, words in (("en", " Always."), ("sv", " Alltid.")):
        for field in ("title", "note", "text", "transfers"):
            source["rule"][0][field][language] += words
        source["rule"][0]["purposes"][language].append(words)
        source["rule"][0]["recipients"][language].append(words)
        for texts in source["texts"].values():
            texts[language] += words
    source["rule"][0] |= {
        "months": 7,
        "clock": "collection",
        "legal_basis": "legitimate_interest",
        "categories": ["name"],
    }
    source["controller"] |= {"number": "1", "email": "a@b.example", "time_zone": "Europe/Oslo"}
