"""The list of those whom a letter by post has to tell, as a file for whoever writes the letters."""

import csv
import io

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from contacts.admin.shared import acts, second_factor
from contacts.audiences.audience import Inert
from contacts.base import audit
from contacts.models import Contact

COLUMNS = ("first_name", "last_name", "company", "address", "postal_code", "city", "country", "language")


def answer(request: HttpRequest, people: QuerySet[Contact], permission: str, back: str) -> HttpResponse:
    """Return the file, in CSV in which no cell is a formula, and record each of them as exported.

    It takes a fresh factor, which is shown on the way `back` to the page of the list.
    """
    if not request.user.has_perm(permission):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if asked := second_factor.ask_anew(request, back):
        return asked
    cells = {f"{name}_cell": Inert(F(name)) for name in COLUMNS}
    rows = list(people.annotate(**cells).values_list("public_id", *cells))
    numbers = [public_id for public_id, *_row in rows]
    audit.record_each("contact.exported", numbers, at=timezone.now(), by=acts.by(request), rule="letters")
    return HttpResponse(
        _csv([row for _public_id, *row in rows]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="letters.csv"'},
    )


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()
