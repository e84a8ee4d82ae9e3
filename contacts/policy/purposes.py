"""What a version of the policy uses details for that somebody was not told of, and which uses wait for that (L13).

A basis is a ground for a use where the version in force names it and so does the one that binds us towards the person
(Art. 6(4), 13(3) and 14(4) GDPR). Every door asks `ground`.
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.models import ScenarioRule
from contacts.policy import promised
from contacts.policy.promised import Span
from contacts.policy.source_checks import PolicyError, Problem
from contacts.words.vocabulary import HELD_BACK, Scenario, Use

_NO_BASIS = Q(scenario="")


def new(old: ScenarioRule, new: ScenarioRule, language: str) -> list[str]:
    """Return the purposes of the new rule, in a language, that the old one had in no words, or not for their use."""
    return [text for place, text in enumerate(_spoken(new, language)) if not _is_told(old, new, place)]


def waiting(old: ScenarioRule, new: ScenarioRule, language: str) -> list[str]:
    """Return those of them that stand for a use which the old rule has no purpose for: it waits (see `ground`)."""
    return [text for place, text in enumerate(_spoken(new, language)) if _more(old, new, place)]


def uses_waiting(old: ScenarioRule, new: ScenarioRule) -> list[Use]:
    """Return the uses that the new rule has a purpose for, and the old one has not."""
    return [use for use in HELD_BACK if new.stands_for(use) and not old.stands_for(use)]


def rewords(in_force: ScenarioRule, same: dict[str, str], uses: dict[str, str]) -> dict[str, list[str]]:
    """Return what a version says of its English purposes, each of which is told to be one in force in other words.

    It keeps the words before those, so that people who were told long ago are not told again. A text that is in force
    is itself; what is told to be none is a new purpose. Raises PolicyError where one would stand for another use.
    """
    english = in_force.purposes["en"]
    before = dict(zip(english, in_force.uses, strict=False))
    if any(uses[text] not in {"", before.get(earlier) or uses[text]} for text, earlier in same.items()):
        sentence = _("A purpose in other words stands for the same as before. Call it a new purpose instead.")
        raise PolicyError([Problem(("rule", in_force.scenario, "rewords"), sentence)])
    chains = {text: [earlier] if text not in english and earlier in english else [] for text, earlier in same.items()}
    said = {text: [*found, *in_force.rewords.get((found or [text])[0], [])] for text, found in chains.items()}
    return {text: found for text, found in said.items() if found}


def ground(use: Use) -> Q:
    """Return which bases are a ground for a use: told of, and named by the version in force.

    It is empty where every version that was ever published names the use, as all are then.
    """
    spans = promised.spans()
    by_spans: dict[tuple[Span, ...], list[str]] = {}
    for scenario in _named(use, spans):
        by_spans.setdefault(_naming(use, scenario, spans), []).append(scenario)
    if not spans or by_spans == {tuple(spans): Scenario.values}:
        return Q()
    return reduce(or_, (_told(scenarios, naming, spans) for naming, scenarios in by_spans.items()), _NO_BASIS)


def named(use: Use) -> Q:
    """Return which bases the version in force names a use for; empty where it does for all of them."""
    scenarios = list(_named(use, promised.spans()))
    return Q() if len(scenarios) == len(Scenario) else Q(scenario__in=scenarios) | _NO_BASIS


def _named(use: Use, spans: list[Span]) -> Iterator[str]:
    for scenario in Scenario.values:
        if not spans or spans[-1].version.rule(scenario).stands_for(use):
            yield scenario


def _naming(use: Use, scenario: str, spans: list[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.version.rule(scenario).stands_for(use))


def _told(scenarios: list[str], naming: tuple[Span, ...], spans: list[Span]) -> Q:
    known = Q(scenario__in=scenarios)
    return known if len(naming) == len(spans) else known & promised.bound_by(naming)


def _is_told(old: ScenarioRule, new: ScenarioRule, place: int) -> bool:
    return bool(new.wordings(new.purposes["en"][place]) & set(old.purposes["en"])) and not _more(old, new, place)


def _more(old: ScenarioRule, new: ScenarioRule, place: int) -> bool:
    """Tell whether a purpose stands for a use which the old rule has no purpose for; where none is said, for any."""
    return any(use in HELD_BACK and not old.stands_for(use) for use in new.uses[place : place + 1] or HELD_BACK)


def _spoken(rule: ScenarioRule, language: str) -> list[str]:
    """Return the purposes in a language, where it has them all, else in English."""
    english: list[str] = rule.purposes["en"]
    spoken: list[str] = rule.purposes.get(language) or english
    return spoken if len(spoken) == len(english) else english
