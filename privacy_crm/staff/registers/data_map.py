"""The data map, table by table: the fields that are held for the same reason together, and every field as a file."""

from itertools import groupby
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from privacy_crm.registers import data_map, papers

PERMISSION = "contacts.view_processingsnapshot"


def show(request: HttpRequest) -> HttpResponse:
    _check(request)
    tables = [_table(list(rows)) for _label, rows in groupby(data_map.rows(), key=lambda row: row.table)]
    context = {
        **admin.site.each_context(request),
        "title": _("Data map"),
        "tables": sorted((table for table in tables if table["held"]), key=lambda table: str(table["title"])),
        "impersonal": sorted(table["title"] for table in tables if not table["held"]),
    }
    return TemplateResponse(request, "staff/data_map.html", context)


def file(request: HttpRequest) -> HttpResponse:
    _check(request)
    headers = {"Content-Disposition": 'attachment; filename="data-map.csv"'}
    made = papers.map_csv(data_map.rows())
    return HttpResponse(made, content_type="text/csv; charset=utf-8", headers=headers)


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _table(rows: list[data_map.Row]) -> dict[str, Any]:
    held: dict[tuple[str, str, bool], list[str]] = {}
    for row in rows:
        if row.personal:
            held.setdefault((row.why, row.goes, row.exported), []).append(row.name)
    lines = [(", ".join(names), *about) for about, names in held.items()]
    return {"title": rows[0].title, "held": lines, "others": sum(not row.personal for row in rows)}
