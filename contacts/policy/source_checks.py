"""What is wrong with the source of a policy: one place for the file that is loaded and for the forms of the draft."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis, Scenario, Use

LONGEST_PERIOD = 1200  # months

# What every policy says around its six rules, and where it leads (P10, P24).
SECTIONS = (
    "introduction",
    "meaning",
    "rights",
    "complaints",
    "sharing",
    "transfers",
    "security",
    "cookies",
    "third_party_sites",
    "applicants",
)
OPTIONAL_SECTIONS = ("beside", "changes")  # what a policy from before them does without
LINKS = ("careers", "cookies", "services")
COMPANY = ("name", "number", "address", "email", "privacy_contact", "authority")
SPOKEN = ("title", "purposes", "note", "text")
OPTIONAL: dict[str, type] = {"recipients": list, "transfers": str}  # with the type of a text in one language
MARKS = ("uses", "rewords")  # what a rule may say of its purposes

_KNOWN = {"scenario", "clock", "months", "legal_basis", "categories", *SPOKEN, *OPTIONAL, *MARKS}
_ENGLISH = _("Write an English text (en).")
_CHOSEN = _("Choose from %s.")


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, and where: the part of the source, the table in it, and the field where there is one."""

    where: tuple[str, ...]
    sentence: Any

    def __str__(self) -> str:
        return f"{' '.join(self.where)}: {self.sentence}"


class PolicyError(ValueError):
    """The source of a policy lacks something or contradicts itself; `problems` has a line each."""

    def __init__(self, problems: list[Any]) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = problems


def check(source: dict[str, Any]) -> list[Problem]:
    """Return what is wrong with a source, a line for each thing, or nothing."""
    controller, texts, rules = source.get("controller"), source.get("texts"), source.get("rule")
    if not (isinstance(controller, dict) and isinstance(texts, dict) and isinstance(rules, list)):
        return [Problem(("file",), _("It needs a [controller], [texts.…] and six [[rule]] tables."))]
    found = [*_controller(controller), *_texts(texts), *_scenarios(rules)]
    return found + [problem for rule in rules if isinstance(rule, dict) for problem in _rule(rule)]


def _controller(controller: dict[str, Any]) -> Iterator[Problem]:
    for name in COMPANY:
        if not controller.get(name):
            yield Problem(("controller", name), _("Fill this in."))
    if controller.get("time_zone") not in available_timezones():
        yield Problem(("controller", "time_zone"), _("Enter a known time zone, such as Europe/Stockholm."))
    yield from _addresses(controller)


def _addresses(controller: dict[str, Any]) -> Iterator[Problem]:
    """An address that pages link to leads to another page, and runs nothing."""
    addresses = {f"links.{name}": table(controller, "links").get(name) for name in LINKS}
    addresses["authority.url"] = table(controller, "authority").get("url")
    for name, address in addresses.items():
        if not str(address).startswith(("https://", "http://")):
            yield Problem(("controller", name), _("Enter the address of a page, from https:// on."))


def _texts(texts: dict[str, Any]) -> Iterator[Problem]:
    yield from (Problem(("texts", name), _ENGLISH) for name in SECTIONS if not _english(texts, name))
    for name in sorted(set(texts) - {*SECTIONS, *OPTIONAL_SECTIONS}):
        yield Problem(("texts", name), _("This is not a section of a policy."))


def _scenarios(rules: list[Any]) -> Iterator[Problem]:
    found = sorted(str(rule.get("scenario")) if isinstance(rule, dict) else "?" for rule in rules)
    if found != sorted(Scenario.values):
        sentence = _("Each of the six scenarios needs one rule; found: %s.")
        yield Problem(("rule",), str(sentence) % (", ".join(found) or "–"))


def _rule(rule: dict[str, Any]) -> Iterator[Problem]:
    for name, sentence in (*_terms(rule), *_words(rule), *_marks(rule)):
        yield Problem(("rule", str(rule.get("scenario")), name), sentence)


def _terms(rule: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    months = rule.get("months")
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= LONGEST_PERIOD:
        yield "months", str(_("Enter a whole number of months from 1 to %s.")) % LONGEST_PERIOD
    for name, allowed in (("clock", Clock.values), ("legal_basis", LegalBasis.values)):
        if rule.get(name) not in allowed:
            yield name, str(_CHOSEN) % ", ".join(allowed)
    if not rule.get("categories") or not set(rule["categories"]) <= set(Category.values):
        yield "categories", str(_CHOSEN) % ", ".join(Category.values)


def _words(rule: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, _ENGLISH) for name in SPOKEN if not _english(rule, name))
    for name, kind in OPTIONAL.items():
        if name in rule and not _whole(rule, name, kind):
            yield name, _("Write it in each language that the text is in, or in none.")
    yield from ((name, _("This is not a field of a rule.")) for name in sorted(set(rule) - _KNOWN))


def _marks(rule: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each purpose stands for a use, or none says; and what one rewords is a text for one of them (ADR 0081)."""
    purposes = [texts for texts in table(rule, "purposes").values() if isinstance(texts, list)]
    uses, rewords = rule.get("uses", []), rule.get("rewords", {})
    if not isinstance(uses, list) or not all(use in Use.values for use in uses):
        yield "uses", str(_CHOSEN) % ", ".join(Use.values)
    elif uses and any(len(texts) != len(uses) for texts in purposes):
        yield "uses", _("Name one use for each purpose, and write each purpose in every language.")
    if not isinstance(rewords, dict) or not all(map(_are_texts, rewords.values())):
        yield "rewords", _("Write the earlier words of a purpose as a list of texts.")
    elif not set(rewords) <= set(table(rule, "purposes").get("en") or []):
        yield "rewords", _("Only an English purpose of this rule can be one in other words.")


def _are_texts(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(text, str) for text in found)


def _english(spoken: dict[str, Any], name: str) -> bool:
    return bool(table(spoken, name).get("en"))


def _whole(rule: dict[str, Any], name: str, kind: type) -> bool:
    texts = table(rule, name)
    return set(texts) == set(table(rule, "text")) and all(isinstance(text, kind) for text in texts.values())


def table(source: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table of a source, empty where there is none."""
    found = source.get(name)
    return found if isinstance(found, dict) else {}
