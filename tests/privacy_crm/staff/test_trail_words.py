"""Whatever the audit trail is told has words: each code, each actor, each page and each kind of record."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.utils import translation

from contacts.admin.shared.base import RecordAdmin, WithActs
from contacts.base.merge_redirects import CODE
from contacts.models import MaintenanceKind
from dsr.words.vocabulary import Step
from privacy_crm.staff.trail import actors, deeds, places

pytestmark = [pytest.mark.promise("P17"), pytest.mark.promise("L20")]

APPS = ("contacts", "dsr", "retention", "privacy_crm")
# The modules that pass a code or the end of one on to `audit.record`, and the functions that take it.
PASSED_ON = {
    "contacts/breaches": ("note", "breach."),
    "contacts/people/segments.py": ("_note", "segment."),
    "contacts/disclosure/documents.py": ("_note", "agreement_document."),
    "contacts/events/places.py": ("_trace", ""),
    "contacts/merging/duplicates.py": ("_decide", ""),
}
# What is made of a list of choices, or stands in another module.
NAMED = {
    CODE,
    *(f"request.{step}" for step in Step.values),
    *(f"maintenance.{kind}" for kind in MaintenanceKind.values),
}


@cache
def modules() -> list[tuple[str, ast.Module]]:
    found = [path for app in APPS for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py"))]
    short = [(str(path.relative_to(settings.BASE_DIR)), path) for path in found]
    return [
        (name, ast.parse(path.read_text()))
        for name, path in short
        if "/migrations/" not in name and "/demo/" not in name
    ]


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def texts(node: ast.AST) -> set[str]:
    """Return the texts in an expression, and in what it is built from, which are not keys or f-strings."""
    match node:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.IfExp():
            return texts(node.body) | texts(node.orelse)
    return set()


def constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module, or a function of it, gives a name."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
            for target, value in pairs:
                for text in texts(value):
                    found[f"{getattr(target, 'id', '')} {text}"] = text
    return found


def written(name: str, tree: ast.Module) -> Iterator[str]:
    """Yield each code that a module writes."""
    if name.startswith("privacy_crm/access/"):
        every = {text for node in ast.walk(tree) for text in texts(node)}
        # Only a mail is called "account.invited".
        yield from (text for text in every - {"account.invited"} if re.fullmatch(r"account\.[a-z_]+", text))
    named = constants(tree)
    for called, call in calls(tree):
        yield from recorded(called, call, named)
        for place, (function, beginning) in PASSED_ON.items():
            if name.startswith(place) and called == function:
                said = set().union(*map(texts, call.args))
                yield from (f"{beginning}{code}" for code in said if beginning or "." in code)


def recorded(called: str, call: ast.Call, named: dict[str, str]) -> set[str]:
    """Return the codes that a call of `audit.record…` names, itself or by a name of its module."""
    if (
        not called.startswith("record")
        or not call.args
        or getattr(getattr(call.func, "value", None), "id", "") != "audit"
    ):
        return set()
    first = call.args[0]
    return texts(first) | {text for key, text in named.items() if key.split(" ")[0] == getattr(first, "id", None)}


@cache
def codes() -> set[str]:
    return NAMED | {code for name, tree in modules() for code in written(name, tree)}


def test_each_code_that_is_written_has_words() -> None:
    found = codes()
    assert len(found) > 150, "the reader of the source finds too little"
    assert sorted(found - set(deeds.DEEDS)) == []


def test_no_words_are_kept_for_a_code_that_nothing_writes() -> None:
    assert sorted(set(deeds.DEEDS) - codes()) == []


def test_each_code_is_of_one_kind() -> None:
    assert sum(len(words) for _label, words in deeds.KINDS.values()) == len(deeds.DEEDS)


def test_each_name_by_which_something_acts_has_words() -> None:
    acting = set()
    for _name, tree in modules():
        acting |= {
            text
            for _called, call in calls(tree)
            for word in call.keywords
            if word.arg == "by"
            for text in texts(word.value)
        }
        acting |= {text for key, text in constants(tree).items() if key.split(" ")[0] in {"BY", "_BY"}}
    assert {"visitor", "task:mail"} <= acting
    assert sorted(acting - set(actors.ACTORS) - {""}) == []


def test_each_record_that_a_rule_names_has_words() -> None:
    beginnings = set()
    for _name, tree in modules():
        for _called, call in calls(tree):
            for word in call.keywords:
                if word.arg == "rule" and isinstance(word.value, ast.JoinedStr):
                    first = word.value.values[0]
                    beginnings |= {text.partition(":")[0] for text in texts(first) if ":" in text}
    others = {"page", "list", "art18-1"}
    assert {"event", "run", "system"} <= beginnings
    assert sorted(beginnings - set(places.RECORDS) - set(places.COUNTS) - others) == []


@pytest.mark.django_db
def test_each_page_and_each_list_that_shows_people_has_words() -> None:
    admin.site.get_urls()
    pages, lists = set(), set()
    for model, page in admin.site._registry.items():
        if not isinstance(page, WithActs):
            continue
        if type(page).shows is not WithActs.shows:
            pages |= {str(model._meta.model_name), *(act.name for act in page.acts if act.form.reveals)}
        if isinstance(page, RecordAdmin) and (page.lists_people or type(page).listed is not RecordAdmin.listed):
            lists.add(str(model._meta.model_name))
    for _name, tree in modules():
        for called, call in calls(tree):
            pages |= texts(call.args[2]) if called == "note_look" and len(call.args) > 2 else set()
            if called == "note_list" and len(call.args) > 2:
                lists |= {text.removeprefix("list:") for text in texts(call.args[2])}
    assert {"contact", "package", "letter"} <= pages
    assert sorted(pages - set(places.PAGES)) == []
    assert sorted(lists - set(places.LISTS)) == []


def test_the_words_are_there_in_swedish_too() -> None:
    said = [*deeds.DEEDS.values(), *actors.ACTORS.values(), *places.PAGES.values(), *places.LISTS.values()]
    said += [label for label, _codes in deeds.KINDS.values()] + [words for *_rest, words in places.RECORDS.values()]
    with translation.override("sv"):
        swedish = [str(words) for words in said]
    with translation.override("en"):
        english = [str(words) for words in said]
    same = {one for one, other in zip(english, swedish, strict=True) if one == other}
    assert same <= {"whitepaper %s", "version %s", "system %s", "segment %s", "organisation %s", "policy"}
