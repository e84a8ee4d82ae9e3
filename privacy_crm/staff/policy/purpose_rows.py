"""The purposes of a rule in the form of a draft: a row for each, with its use, and what it was called before."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from contacts.admin.shared import fields
from contacts.models import ScenarioRule
from contacts.policy import purposes
from contacts.policy.drafting import Source
from contacts.policy.source_checks import PolicyError, Problem
from contacts.words.vocabulary import Use

FIRST = {"purposes": "purpose_1_en", "uses": "purpose_1_use", "rewords": "purpose_1_same"}
_FREE = 2  # rows for purposes to come
_LONGEST = 500
_PURPOSE = gettext_lazy("Purpose %d")


def offered(rule: Source, in_force: ScenarioRule, codes: list[str]) -> Iterator[tuple[str, forms.Field]]:
    """Yield the fields of each row, with what the draft says now, and of some empty ones."""
    texts, uses = rule["purposes"], rule.get("uses", [])
    for place in range(len(texts["en"]) + _FREE):
        name, label = f"purpose_{place + 1}", _PURPOSE % (place + 1)
        for code in codes:
            named = f"{label} ({get_language_info(code)['name_translated']})"
            initial = _at(texts.get(code, []), place)
            yield f"{name}_{code}", fields.text(named, required=False, initial=initial, max_length=_LONGEST)
        which = format_lazy("{}: {}", label, gettext_lazy("what it stands for"))
        yield f"{name}_use", fields.choice(which, _USES, required=False, initial=_at(uses, place))
        same = format_lazy("{}: {}", label, gettext_lazy("if its text is new"))
        earlier = _earlier(rule, in_force, _at(texts["en"], place))
        yield f"{name}_same", fields.choice(same, _others(in_force), required=False, initial=earlier)


def read(typed: dict[str, Any], in_force: ScenarioRule, codes: list[str]) -> Source:
    """Return what a rule says of its purposes. Raises PolicyError where a row says one half alone."""
    names = [name.removesuffix("_use") for name in typed if name.startswith("purpose_") and name.endswith("_use")]
    rows = [name for name in names if any(typed[f"{name}_{code}"] for code in codes)]
    texts = {code: [typed[f"{name}_{code}"] for name in rows] for code in codes}
    uses = [typed[f"{name}_use"] for name in rows]
    spoken = {code: found for code, found in texts.items() if any(found)}
    _check(in_force.scenario, spoken, uses)
    same = {typed[f"{name}_en"]: typed[f"{name}_same"] for name in rows}
    used = {typed[f"{name}_en"]: typed[f"{name}_use"] for name in rows}
    marks = {"uses": uses if any(uses) else [], "rewords": purposes.rewords(in_force, same, used)}
    return {"purposes": spoken, **{name: said for name, said in marks.items() if said}}


_USES = [
    ("", gettext_lazy("Not said: it may be any of these")),
    *((use.value, use.label) for use in Use),
]


def _others(in_force: ScenarioRule) -> list[tuple[str, Any]]:
    again = gettext_lazy("The same purpose in other words: %s")
    new = ("", gettext_lazy("A new purpose: people are told of it first"))
    return [new, *((text, again % text) for text in in_force.purposes["en"])]


def _earlier(rule: Source, in_force: ScenarioRule, text: str) -> str:
    """Return which purpose in force a new text rewords, as far as the draft says."""
    said = rule.get("rewords", {}).get(text, []) if text not in in_force.purposes["en"] else []
    return next((words for words in said if words in in_force.purposes["en"]), "")


def _check(scenario: str, texts: dict[str, list[str]], uses: list[str]) -> None:
    if not all(all(found) for found in texts.values()):
        raise PolicyError([Problem(("rule", scenario, "purposes"), _("Write each purpose in every language."))])
    if any(uses) and not all(uses):
        sentence = _("Say of each purpose what it stands for, or of none.")
        raise PolicyError([Problem(("rule", scenario, "uses"), sentence)])


def _at(found: list[str], place: int) -> str:
    return found[place] if place < len(found) else ""
