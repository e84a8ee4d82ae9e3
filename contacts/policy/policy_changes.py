"""What changed between two versions of the policy, computed from their records, in the reader's words (P24)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from contacts.base.differences import Mark, Piece, compare
from contacts.models import PolicyVersion, ScenarioRule
from contacts.policy import policy_words
from contacts.policy.policy_words import FALLBACK
from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis, Use


@dataclass(frozen=True)
class Change:
    """A sentence that says what changed; for a text, its name and those paragraphs that differ, in pieces."""

    sentence: str
    paragraphs: tuple[tuple[Piece, ...], ...] = ()


@dataclass(frozen=True)
class Chapter:
    """All that changed about one scenario, one section or the company; `anchor` is its place in either version.

    `language` is that of the texts compared: both versions have them in it.
    """

    anchor: str
    title: str
    changes: list[Change]
    language: str


def between(old: PolicyVersion, new: PolicyVersion, language: str) -> list[Chapter]:
    """Return what changed, in the order of the page, and nothing for what stayed. Call with the language active."""
    chapters = [*_rules(old, new, language), *_sections(old, new, language), _controller(old, new, language)]
    return [chapter for chapter in chapters if chapter.changes]


def _rules(old: PolicyVersion, new: PolicyVersion, language: str) -> Iterator[Chapter]:
    before = {rule.scenario: rule for rule in old.each_rule}
    for rule in new.each_rule:
        earlier = before.get(rule.scenario)
        spoken = _common(language, rule.text, earlier.text if earlier else rule.text)
        title = policy_words.promise(rule, language).title
        yield Chapter(rule.scenario, title, _rule(earlier, rule, spoken), spoken)


def _rule(old: ScenarioRule | None, new: ScenarioRule, language: str) -> list[Change]:
    return (
        [*_facts(old, new), *_purposes(old, new), *_texts(old, new, language)]
        if old
        else [Change(_("This reason is new"))]
    )


def _facts(old: ScenarioRule, new: ScenarioRule) -> Iterator[Change]:
    if old.months != new.months:
        words = {"new": policy_words.period(new.months), "old": old.months}
        yield Change(_("Kept for %(new)s (was %(old)s)") % words)
    if old.clock != new.clock:
        yield _was(_("Counted from"), _start(old), _start(new))
    if old.legal_basis != new.legal_basis:
        yield _was(_("Why we may"), str(LegalBasis(old.legal_basis).label), str(LegalBasis(new.legal_basis).label))
    yield from _categories(old.categories, new.categories)


def _categories(old: list[str], new: list[str]) -> Iterator[Change]:
    for sentence, found in (
        (_("Details we now use as well: %s"), [word for word in new if word not in old]),
        (_("Details we no longer use: %s"), [word for word in old if word not in new]),
    ):
        if found:
            yield Change(sentence % ", ".join(str(Category(word).label) for word in found))


def _purposes(old: ScenarioRule, new: ScenarioRule) -> Iterator[Change]:
    """Say which purposes are earlier ones in other words, and which stand for something else, by their English."""
    before = dict(zip_longest(old.purposes[FALLBACK], old.uses, fillvalue=""))
    for text, use in zip_longest(new.purposes[FALLBACK], new.uses, fillvalue=""):
        same = new.wordings(text) if text not in before else {text}
        earlier = next((words for words in before if words in same), "")
        if earlier and text not in before:
            words = {"new": text, "old": earlier}
            yield Change(_("The same purpose in other words: %(new)s (was: %(old)s)") % words)
        if earlier and use != before[earlier]:
            yield _was(text, *(str(Use(each).label) if each else _("not said") for each in (before[earlier], use)))


def _texts(old: ScenarioRule, new: ScenarioRule, language: str) -> Iterator[Change]:
    names = {
        "title": _("The heading"),
        "purposes": _("What we use it for"),
        "recipients": _("Who else gets them"),
        "transfers": _("Outside the EU and the EEA"),
        "note": _("The note by the form"),
        "text": _("The text"),
    }
    for name, title in names.items():
        before, after = (_paragraphs(getattr(rule, name), language) for rule in (old, new))
        if paragraphs := compare(before, after):
            yield Change(title, tuple(_with_periods(pieces, old, new) for pieces in paragraphs))


def _sections(old: PolicyVersion, new: PolicyVersion, language: str) -> Iterator[Chapter]:
    for name in policy_words.SECTIONS:
        before, after = old.texts.get(name, {}), new.texts.get(name, {})
        spoken = _common(language, *filter(None, (before, after)))
        paragraphs = compare(_paragraphs(before, spoken), _paragraphs(after, spoken))
        changes = [Change(_section_sentence(before, after), paragraphs)] if paragraphs else []
        yield Chapter(policy_words.anchor(name), policy_words.heading(name), changes, spoken)


def _section_sentence(old: dict[str, str], new: dict[str, str]) -> str:
    if not old:
        return _("This section is new")
    return _("The text") if new else _("This section is gone")


def _controller(old: PolicyVersion, new: PolicyVersion, language: str) -> Chapter:
    """Compare what the page says about the company."""
    changes = [
        _was(title, read(old.controller), read(new.controller))
        for title, read in _facts_of_company().items()
        if read(old.controller) != read(new.controller)
    ]
    return Chapter("contact", _("How to reach us"), changes, language)


def _facts_of_company() -> dict[str, Callable[[dict[str, Any]], str]]:
    plain = {
        _("Company"): ("name",),
        _("Company number"): ("number",),
        _("Questions about privacy"): ("privacy_contact",),
        _("E-mail"): ("email",),
        _("Phone"): ("phone",),
        _("Post"): ("address",),
        _("Supervisory authority"): ("authority", "name"),
        _("Address of the supervisory authority"): ("authority", "url"),
        _("Our careers site"): ("links", "careers"),
        _("Cookie policy"): ("links", "cookies"),
        _("Privacy terms of our services"): ("links", "services"),
        _("Time zone"): ("time_zone",),
    }
    return {title: _reader(path) for title, path in plain.items()}


def _reader(path: tuple[str, ...]) -> Callable[[dict[str, Any]], str]:
    def read(found: Any) -> str:
        for name in path:
            found = found.get(name, {})
        return str(found or "")

    return read


def _was(title: str, old: str, new: str) -> Change:
    nothing = _("nothing")
    words = {"title": title, "new": new or nothing, "old": old or nothing}
    return Change(_("%(title)s: %(new)s (was: %(old)s)") % words)


def _start(rule: ScenarioRule) -> str:
    return {
        Clock.AGREEMENT_END: _("the end of your organisation's last agreement"),
        Clock.LAST_ACTIVITY: _("your last activity"),
        Clock.COLLECTION: _("the day on which we collected your details"),
    }[Clock(rule.clock)]


def _common(language: str, *texts: dict[str, Any]) -> str:
    """Compare nobody's Swedish with English: where one of the texts lacks the language, read all in English."""
    return language if all(language in text for text in texts) else FALLBACK


def _paragraphs(texts: dict[str, Any], language: str) -> list[str]:
    found = texts.get(language) or texts.get(FALLBACK) or []
    return found if isinstance(found, list) else re.split(r"\n\s*\n", found.strip())


def _with_periods(pieces: tuple[Piece, ...], old: ScenarioRule, new: ScenarioRule) -> tuple[Piece, ...]:
    """Fill in the periods afterwards: a period that changed is told once, not wherever a text names it."""
    return tuple(
        replace(piece, text=piece.text.replace("{period}", policy_words.period(rule.months)))
        for piece in pieces
        for rule in [old if piece.mark == Mark.REMOVED else new]
    )
