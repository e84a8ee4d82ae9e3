"""The columns of a table in the package: how each is read from the database, and what a machine and a person get of it.

A foreign key is read as the name of what it points to. Members of staff never have one.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Field, ForeignKey, Model, Subquery, Value
from django.db.models.expressions import Combinable, OuterRef
from django.db.models.functions import Cast, Coalesce, Concat, ExtractYear, Greatest, JSONObject, Length, LPad
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.models import Event, PolicyVersion, Whitepaper
from contacts.policy import policy_words
from dsr.package import naming, trail
from dsr.records import paper_words

type Read = Callable[[Any], Any]
type Told = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """One column. `label` is empty where it is for machines alone."""

    name: str
    label: str
    machine: Read
    told: Told


def columns(model: type[Model], names: Collection[str], zone: ZoneInfo) -> list[Column]:
    """Return these columns of a model, in words of the language that is active."""
    label = model._meta.label
    return [
        Column(name, naming.column(label, name), *_readers(label, model._meta.get_field(name), zone)) for name in names
    ]


def sources(model: type[Model], names: Collection[str]) -> dict[str, Combinable]:
    """Return what is read for each column."""
    label = model._meta.label
    return {name: _source(label, model._meta.get_field(name)) for name in names}


# How it is read


def _source(label: str, field: Any) -> Combinable:
    if special := _SOURCES.get(f"{label}.{field.name}"):
        return special
    if not isinstance(field, ForeignKey):
        return F(field.name)
    if field.related_model._meta.label == settings.AUTH_USER_MODEL:
        return Value("staff")
    if field.related_model._meta.label == "dsr.Request":
        return _request_number(f"{field.name}__")
    return F(f"{field.name}__{_named_by(field.related_model)}")


def _named_by(model: type[Model]) -> str:
    """Return the field that holds a record's public name. Raises LookupError where a model has none."""
    fields = {field.name for field in model._meta.concrete_fields}
    for name in ("title", "name", "number"):
        if name in fields:
            return name
    raise LookupError(f"{model._meta.label} has no name to show to a person")


def _request_number(prefix: str) -> Combinable:
    number = Cast(f"{prefix}pk", CharField())
    padded = LPad(number, Greatest(Length(number), 4), Value("0"))
    return Concat(Cast(ExtractYear(f"{prefix}received_on"), CharField()), Value("-"), padded)


def _titled(model: type[Model]) -> Subquery:
    return Subquery(model._default_manager.filter(slug=OuterRef("reference")).values("title")[:1])


_SOURCES: dict[str, Combinable] = {
    "contacts.Activity.reference": Coalesce(_titled(Event), _titled(Whitepaper), F("reference")),
    # What the person read; what staff call a mailing is no business of theirs.
    "contacts.Message.mailing": F("mailing__subject"),
    "contacts.Message.breach_letter": F("breach_letter__breach__title"),
    "contacts.Basis.policy_shown": JSONObject(
        number="policy_shown__number", then=PolicyVersion.objects.number_on(OuterRef("collected_on"))
    ),
    "contacts.PolicyTelling.version": F("version__number"),
    "dsr.Request.id": _request_number(""),
}

# What is made of it


def _readers(label: str, field: Any, zone: ZoneInfo) -> tuple[Read, Told]:
    if special := _SPECIAL.get(f"{label}.{field.name}") or _SPECIAL.get(field.name):
        return special
    if isinstance(field, ForeignKey) or f"{label}.{field.name}" in _SOURCES:
        return _plain, _named
    if isinstance(field, ArrayField):
        return list, _listed(_chosen(label, field.base_field) if field.base_field.choices else naming.word)
    if field.choices:
        return _plain, _chosen(label, field)
    return _BY_TYPE.get(field.get_internal_type(), _text)(zone)


def _plain(value: Any) -> Any:
    return value


def _text(_zone: ZoneInfo) -> tuple[Read, Told]:
    return _plain, _written


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _named(value: Any) -> str:
    """The public name of a topic is kept in all languages."""
    if isinstance(value, dict):
        return str(value.get(get_language()) or value.get("en") or "")
    return _written(value)


def _chosen(label: str, field: "Field[Any, Any]") -> Told:
    labels = {value: str(text) for value, text in field.flatchoices} | naming.choices(label, field.name)
    return lambda value: labels.get(value, _written(value))


def _listed(one: Told) -> Told:
    return lambda values: ", ".join(one(value) for value in values or ())


def _date(_zone: ZoneInfo) -> tuple[Read, Told]:
    return _iso, lambda day: date_format(day, "DATE_FORMAT") if day else ""


def _moment(zone: ZoneInfo) -> tuple[Read, Told]:
    def local(at: dt.datetime) -> dt.datetime:
        return at.astimezone(zone)

    return (
        lambda at: local(at).isoformat() if at else None,
        lambda at: date_format(local(at), "DATETIME_FORMAT") if at else "",
    )


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _either(_zone: ZoneInfo) -> tuple[Read, Told]:
    return _plain, lambda value: "" if value is None else _("yes") if value else _("no")


def _number(_zone: ZoneInfo) -> tuple[Read, Told]:
    return _random, _written


def _random(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None


def _document(_zone: ZoneInfo) -> tuple[Read, Told]:
    return _plain, lambda value: "; ".join(spell_out(value)) if value else ""


def spell_out(value: Any) -> list[str]:
    """Return what a document says, a line for each of its texts."""
    if isinstance(value, dict):
        return [f"{naming.word(key)}: {', '.join(spell_out(part))}" for key, part in value.items() if part]
    if isinstance(value, list):
        return [line for part in value for line in spell_out(part)]
    return [value if isinstance(value, str) else json.dumps(value)]


_BY_TYPE: dict[str, Callable[[ZoneInfo], tuple[Read, Told]]] = {
    "DateField": _date,
    "DateTimeField": _moment,
    "BooleanField": _either,
    "UUIDField": _number,
    "JSONField": _document,
}


def _country(code: Any) -> str:
    return str(countries.name(code) or code or "")


def _language(code: Any) -> str:
    return str(dict(settings.LANGUAGES).get(code, code or ""))


def _letter(written: Any) -> str:
    """What a letter says, without how it is laid out."""
    if not written:
        return ""
    return "\n".join([written.get("subject", ""), *(_part(part) for part in written.get("parts", []))])


def _part(part: dict[str, Any]) -> str:
    rows = [f"{name}: {value}" for name, value in part.get("rows", [])]
    return "\n".join([*(part[name] for name in ("text", "label", "url") if name in part), *rows])


def _facts(data: Any) -> str:
    return "; ".join(f"{name}: {value}" for name, value in paper_words.rows(data))


def _through(day: dt.date | None) -> str:
    """What has no end yet is stored as the last day that there is."""
    if day is None:
        return ""
    return _("until it ends") if day == dt.date.max else date_format(day, "DATE_FORMAT")


def _shown(policy: dict[str, int | None]) -> str:
    return policy_words.shown(policy["number"], policy["then"])


_SPECIAL: dict[str, tuple[Read, Told]] = {
    "contacts.Basis.policy_shown": (lambda policy: policy["number"], _shown),
    "frozen_through": (_iso, _through),
    "restricted_through": (_iso, _through),
    "country": (_plain, _country),
    "language": (_plain, _language),
    "contacts.Message.written": (_plain, _letter),
    "dsr.Paper.data": (_plain, _facts),
    "contacts.AuditEvent.by": (trail.role_of, trail.told_role),
    "contacts.AuditEvent.code": (_plain, trail.deed),
}
