"""What papers hold beside their text is said in words, to the officer and to the person: no codes, and full dates."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from contacts.models import PolicyVersion
from dsr import package
from dsr.answers import refusing
from dsr.decisions import ending
from dsr.letters import refusals
from dsr.records import paper_words
from dsr.words.vocabulary import Kind, RefusalGround, RestrictionGround
from tests.support.deciding import BECAUSE, TODAY, asks, draft, url
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, question

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20")]


@pytest.mark.parametrize(
    ("data", "english", "swedish"),
    [
        ({"by": "2026-12-01"}, "Promised by: 1 December 2026", "Utlovat till: 1 december 2026"),
        ({"done": True}, "Done: yes", "Klart: ja"),
        ({"what": ["email", "food"]}, "e-mail, dietary needs", "e-post, kostbehov"),
        ({"phone": {"old": "", "new": "1"}}, "Phone: – → 1", "Telefon: – → 1"),
        ({"country": {"old": "DE", "new": "SE"}}, "Germany → Sweden", "Tyskland → Sverige"),
        ({"outcome": "not_upheld", "reasons": "said above"}, "Outcome: the objection is rejected", "avslås"),
        ({"restriction": "c"}, "for a legal claim (Art. 18(1)(c))", "rättsligt anspråk (artikel 18.1 c)"),
    ],
)
def test_a_fact_is_told_in_words(data: dict[str, Any], english: str, swedish: str) -> None:
    for language, words in (("en", english), ("sv", swedish)):
        with translation.override(language):
            ((name, value),) = paper_words.rows(data)
            assert words in f"{name}: {value}"


def test_what_says_nothing_or_something_to_machines_alone_is_left_out() -> None:
    assert paper_words.rows({"name": "", "done": False, "message": "5f3c", "ends": [], "on": None}) == []


@pytest.mark.parametrize("language", ["en", "sv"])
def test_no_ground_is_told_as_a_code(language: str) -> None:
    with translation.override(language):
        for name, codes in {"ground": RefusalGround, "restriction": RestrictionGround}.items():
            for code in codes:
                assert paper_words.rows({name: code})[0][1] != code


@pytest.mark.usefixtures("at_noon")
def test_the_officer_reads_days_and_grounds_in_words(log_in: Callable[[str], Client], policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    letter = draft(refusals.refused, request, policy, ground="excessive", reasons=BECAUSE)
    refusing.refuse(request.pk, RefusalGround.EXCESSIVE, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    back = asks(policy, Kind.ACCESS, email="other@fjordkraft.example")
    ending.taken_back(back.pk, "by phone", on=TODAY, policy=policy, at=NOON, by=OFFICER)
    officer = log_in("privacy officer")
    shown = officer.get(url(request, "change")).content.decode()
    assert "<dt>Ground</dt><dd>unfounded or excessive (Art. 12(5))</dd>" in shown
    shown = officer.get(url(back, "change")).content.decode()
    assert "<dt>Taken back on</dt><dd>24 November 2026</dd>" in shown


def test_the_person_reads_in_their_language_which_letter_it_was(policy: PolicyVersion) -> None:
    request = question(asks(policy, Kind.ACCESS), policy)
    shown = package.html([request.subjects.get().contact_id], policy=policy, language="sv", at=NOON)
    assert "Ämne: Who are you?; Språk: Engelska" in shown
    assert request.papers.get(kind="question").data["message"] not in shown
