"""Which tables hold something about a person, and by which of their columns it is found.

Found by walking the foreign keys from the contact, so that a new table is in the package though nobody thought of it.
What hangs on nobody and is the person's all the same (a sign-up that waits, a suppression) is named in `BESIDE`.
"""

import importlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Field, ForeignKey, Model, Q

from contacts.models import Contact
from contacts.people import suppressions
from contacts.personal_data import Table
from dsr.package.people import Person
from dsr.records import requesters

type Label = str  # "contacts.Activity"

CONTACT: Label = Contact._meta.label

# What no foreign key ties to a contact, and how it is found.
BESIDE: dict[Label, Callable[[Person], Q]] = {
    "contacts.SignUp": lambda who: Q(contact=None, email__in=who.addresses),
    "contacts.Message": lambda who: Q(contact=None, address__in=who.addresses, forget_at__isnull=False),
    "contacts.Suppression": lambda who: suppressions.under(who.mailboxes),
    "contacts.Tombstone": lambda who: suppressions.under(who.mailboxes),
    "contacts.RecipientNotice": lambda who: Q(reference__in=who.public_ids),
    "contacts.Strike": lambda who: Q(reference__in=who.public_ids),
    "contacts.AuditEvent": lambda who: Q(public_id__in=who.public_ids),
    "contacts.JournalLine": lambda who: (
        Q(public_ids__overlap=list(who.public_ids)) | Q(hashes__has_any_keys=list(who.mailboxes))
    ),
    "dsr.Evidence": lambda who: requesters.evidence_of(who.hashes, who.contact_ids),
    "dsr.Request": lambda who: requesters.asked_by(who.hashes, who.contact_ids),
}


@dataclass(frozen=True)
class Hanging:
    """A table of the person's. `keys` are its columns that name a row of theirs, with the table which that is in."""

    model: type[Model]
    exported: tuple[str, ...]
    keys: tuple[tuple[str, Label], ...]

    @property
    def label(self) -> Label:
        return self.model._meta.label

    def condition(self, who: Person, found: Mapping[Label, Collection[int]]) -> Q:
        """Return what holds for the person's rows, given those `found` in the tables that this one hangs on.

        A row that names its contact belongs to that one alone, whatever else it hangs on (Art. 15(4) GDPR).
        """
        if self.label == CONTACT:
            return Q(pk__in=who.contact_ids)
        own = [name for name, parent in self.keys if parent == CONTACT]
        theirs, nobodys, elsewhere = Q(pk__in=[]), Q(), self._elsewhere(who, found)
        for name in own:
            theirs |= Q((f"{name}__in", who.contact_ids))
            nobodys &= Q((f"{name}__isnull", True))
        return theirs | (nobodys & elsewhere) if self._may_be_nobodys(own) else theirs

    def _elsewhere(self, who: Person, found: Mapping[Label, Collection[int]]) -> Q:
        beside = BESIDE.get(self.label)
        condition = beside(who) if beside else Q(pk__in=[])
        for name, parent in self.keys:
            if parent != CONTACT:
                condition |= Q((f"{name}__in", found[parent]))
        return condition

    def _may_be_nobodys(self, own: Iterable[str]) -> bool:
        return all(self.model._meta.get_field(name).null for name in own)


@cache
def hanging() -> tuple[Hanging, ...]:
    """Return the tables of the installed apps that say something about a person, each after those it hangs on."""
    return walk(apps.get_models(), named())


def named() -> dict[Label, Table]:
    """Return what the installed apps say of their fields, by model."""
    names = [f"{app.name}.personal_data" for app in apps.get_app_configs()]
    modules = [importlib.import_module(name) for name in names if find_spec(name)]
    return complete({label: table for module in modules for label, table in module.MODELS.items()}, apps.get_models())


def complete(said: dict[Label, Table], models: Iterable[type[Model]]) -> dict[Label, Table]:
    """Return what is said of these models. Raises ImproperlyConfigured where nothing is."""
    if missing := sorted({model._meta.label for model in models} - said.keys()):
        raise ImproperlyConfigured(f"No personal_data.py says what is held in {', '.join(missing)}")
    return said


def walk(models: Iterable[type[Model]], said: Mapping[Label, Table]) -> tuple[Hanging, ...]:
    """Return those of the models that are reached and export something, or lead to one that does."""
    by_label = {model._meta.label: model for model in models}
    keys = _reached(by_label)
    exported = {label: tuple(exported_of(said.get(label, {}))) for label in keys}
    needed = {label for label, names in exported.items() if names}
    while more := {parent for label in needed for _, parent in keys[label]} - needed:
        needed |= more
    order = TopologicalSorter({label: [parent for _, parent in keys[label]] for label in sorted(needed)})
    return tuple(Hanging(by_label[label], exported[label], keys[label]) for label in order.static_order())


def exported_of(table: Table) -> list[str]:
    return [name for name, field in table.items() if field.exported]


def _reached(by_label: Mapping[Label, type[Model]]) -> dict[Label, tuple[tuple[str, Label], ...]]:
    """Return every model that hangs on a contact, directly or not, or stands beside, with the keys by which it does."""
    reached = {CONTACT, *(BESIDE.keys() & by_label)}
    while more := {label for label, model in by_label.items() if _keys(model, reached)} - reached:
        reached |= more
    return {label: _keys(by_label[label], reached) for label in reached}


def _keys(model: type[Model], reached: Collection[Label]) -> tuple[tuple[str, Label], ...]:
    """Return the columns of a model that name a row of these; its contact alone, where it always names one."""
    fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)
    keys = [(field, field.related_model._meta.label) for field in fields if isinstance(field, ForeignKey)]
    own = [(field.name, label) for field, label in keys if label == CONTACT and not field.null]
    if own and model._meta.label != CONTACT:
        return tuple(own)
    return tuple((field.name, label) for field, label in keys if label in reached and label != model._meta.label)
