"""One processing as a row of the record: a column for each letter of Art. 30(1)(b) to (g) GDPR, in a list of lines."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from dsr.package import walking
from privacy_crm.registers import data_map, measures, outside, table_names
from privacy_crm.registers.own import PERIODS, Own


def processing(key: str, title: str, **lines: Iterable[str]) -> dict[str, Any]:
    """Return a processing as plain data, with its columns in the order of the law."""
    told = [[name, label, [capfirst(line) for line in lines[name]]] for name, label in labels().items()]
    return {"key": key, "title": title, "columns": told}


def labels() -> dict[str, str]:
    """Return what the columns are called, in the language that is active."""
    return {
        "purposes": _("Purposes (b)"),
        "people": _("Categories of people (c)"),
        "data": _("Categories of data (c)"),
        "recipients": _("Recipients (d)"),
        "transfers": _("Transfers outside the EEA (e)"),
        "periods": _("When it is deleted (f)"),
        "measures": _("Security (g)"),
    }


def of_own(own: Own, day: dt.date) -> dict[str, Any]:
    """Return a processing of the product's own."""
    given = outside.standing(day)
    return processing(
        own.key,
        str(own.title),
        purposes=[str(own.purpose)],
        people=[str(own.people)],
        data=names_of(own.tables) or [_("copies of everything in this record, or numbers of its records")],
        recipients=outside.told(given),
        transfers=outside.transfers(given, day),
        periods=_periods(own),
        measures=[measures.readers({f"{_app(label)}.view_{_model(label)}" for label in own.tables})]
        if own.tables
        else [_("only the operators of the system")],
    )


def names_of(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(table_names.of(apps.get_model(label)) for label in labels))


def _periods(own: Own) -> list[str]:
    if own.key == "server_log":
        return [measures.logs()]
    if own.key == "backups":
        return [_("%s days after each was made") % settings.BACKUP_DAYS]
    return list(dict.fromkeys(line for label in own.tables for line in _goes(label)))


def _goes(label: str) -> list[str]:
    """Return how a table's rows go: in the words of the policy's page, or as its personal fields say."""
    if label in PERIODS:
        return [PERIODS[label].until()]
    return [data_map.goes(field) for field in walking.named()[label].values() if field.personal]


def _app(label: str) -> str:
    return label.partition(".")[0]


def _model(label: str) -> str:
    return label.partition(".")[2].lower()
