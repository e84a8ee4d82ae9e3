"""The data map: each field of each table, what it is held for and how it goes, as the apps' `personal_data.py` say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.personal_data import Field, Table
from contacts.words.categories import FIELDS
from dsr.package import naming, walking
from privacy_crm.registers import table_names

# What stands for a number in how something goes: the settings say it, and the nightly jobs go by them.
_SETTINGS = ("AUDIT_MONTHS", "EVIDENCE_MONTHS", "MESSAGE_MONTHS", "REQUEST_MONTHS")
# The numbers of promises, which mean nothing to whoever reads a register.
_PROMISES = (re.compile(r" \([PL]\d+(?:, [PL]\d+)*\)"), re.compile(r", [PL]\d+(?=[,)])"))

_CATEGORIES = {name: category for category, names in FIELDS.items() for name in names}


@dataclass(frozen=True)
class Row:
    """One field of a table. `table` and `field` are names for scripts, `title` and `name` for people."""

    table: str
    field: str
    title: str
    name: str
    category: str
    personal: bool
    why: str
    exported: bool
    goes: str


def rows() -> Iterator[Row]:
    """Yield the fields of every installed app, in the language that is active."""
    said = walking.named()
    for model in apps.get_models():
        table = said[model._meta.label]
        yield from (_row(model, name, field) for name, field in table.items())


def unnamed(said: Mapping[str, Table], models: Iterable[type[Model]]) -> list[str]:
    """Return the fields of these models that nobody says anything of, and those said of that are not there."""
    real = {
        f"{model._meta.label}.{field.name}"
        for model in models
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
    }
    named = {f"{label}.{name}" for label, table in said.items() for name in table}
    return sorted(real ^ named)


def why(field: Field) -> str:
    """Return what a field is held for, without the numbers of our promises; empty where it is about nobody."""
    return plain(_(field.why)) if field.why else ""


def goes(field: Field) -> str:
    """Return how and when a field goes, with the periods that the settings name."""
    return _(field.goes) % {name: getattr(settings, name) for name in _SETTINGS} if field.goes else ""


def plain(text: str) -> str:
    for numbers in _PROMISES:
        text = numbers.sub("", text)
    return text


def _row(model: type[Model], name: str, field: Field) -> Row:
    label = model._meta.label
    category = _CATEGORIES.get(name) if label == "contacts.Contact" else None
    return Row(
        table=label,
        field=name,
        title=capfirst(table_names.of(model)),
        name=_name(label, name),
        category=str(category.label) if category else "",
        personal=field.personal,
        why=why(field),
        exported=field.exported,
        goes=goes(field),
    )


def _name(label: str, name: str) -> str:
    """Return what people call a field: as a package does, or its own name read aloud."""
    named: Any = naming.COLUMNS.get(f"{label}.{name}") or naming.COLUMNS.get(name)
    return str(named) if named else capfirst(name.replace("_", " "))
