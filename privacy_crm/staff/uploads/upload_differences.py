"""Where a list and the records of people say different things: on the page before it comes in, and for a day after."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext
from django_countries import countries

from contacts.admin.shared.base import Pages
from contacts.admin.shared.looks import note_look
from contacts.admin.shared.people import name_of, visible_to
from contacts.models import Contact, Upload, UploadedDifference
from contacts.words.differences import ListField, ListMode, Stays
from contacts.words.numbers import grouped
from contacts.words.vocabulary import UploadState

_ON_A_PAGE = 50
_LAST_PAGE = 1_000_000
_SHOWN_WHILE = {UploadState.PREVIEWED, UploadState.DONE}


def fill(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return a page of the differences, and record a look at each person on it."""
    if upload.mode != ListMode.UPDATE or upload.state not in _SHOWN_WHILE:
        return {}
    page = Pages(_visible(request, upload), _ON_A_PAGE).page(_number(request))
    people = [(contact, list(rows)) for contact, rows in groupby(page, lambda each: each.contact)]
    note_look(request, [contact.public_id for contact, _rows in people], "upload")
    return {
        "differences": [_person(contact, rows) for contact, rows in people],
        "differences_total": grouped(_total(upload.result or upload.preview)),
        "differences_page": page,
    }


def sentences(upload: Upload, found: dict[str, Any]) -> list[str]:
    """Return how many details an update leaves as they are, and why."""
    if upload.state == UploadState.REMOVED:
        return _undone(found)
    return [*_staying(found), _since(found)]


def would_change(upload: Upload) -> str:
    """Return for the headline how many details would change; empty where none would."""
    number = int(upload.preview.get("differences", 0))
    said = ngettext("%s detail on file would change", "%s details on file would change", number)
    return said % grouped(number) if number else ""


def changed(upload: Upload) -> str:
    """Return for the headline how many details were changed; empty where none were."""
    number = int(upload.result.get("differences", 0))
    said = ngettext("%s detail on file was changed", "%s details on file were changed", number)
    return said % grouped(number) if number else ""


def words_of_undo(upload: Upload) -> str:
    """Return what the undo does with details that were changed; empty where none were."""
    number = int(upload.result.get("differences", 0))
    said = ngettext(
        "%s detail gets its old value back, unless it has changed since.",
        "%s details get their old values back, unless they have changed since.",
        number,
    )
    return said % grouped(number) if number else ""


def outcome_of_undo(upload: Upload) -> str:
    """Return a headline: how many old values were put back."""
    number = int(upload.result.get("restored", 0))
    return ngettext("%s old detail was put back", "%s old details were put back", number) % grouped(number)


def _visible(request: HttpRequest, upload: Upload) -> QuerySet[UploadedDifference]:
    people = visible_to(request.user, Contact.objects.all())
    found = UploadedDifference.objects.filter(upload=upload, contact__in=people)
    return found.select_related("contact").order_by("contact_id", "detail")


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdecimal() else 1


def _person(contact: Contact, differences: list[UploadedDifference]) -> dict[str, Any]:
    return {
        "who": name_of(contact),
        "url": reverse("admin:contacts_contact_change", args=[contact.public_id]),
        "rows": [_row(each) for each in differences],
    }


def _row(difference: UploadedDifference) -> dict[str, Any]:
    field = ListField(difference.detail)
    return {
        "key": difference.pk,
        "field": field.label,
        "old": _says(field, difference.old),
        "new": _says(field, difference.new),
        "reason": Stays(difference.reason).label if difference.reason else "",
        "other": {"": "keep", Stays.LEFT.value: "change"}.get(difference.reason, ""),  # what can be chosen instead
    }


def _says(field: ListField, value: str) -> str:
    match field:
        case ListField.COUNTRY:
            return str(countries.name(value) or value)
        case ListField.LANGUAGE:
            return str(dict(settings.LANGUAGES).get(value, value))
    return value


def _total(found: dict[str, Any]) -> int:
    """Return how many rows are shown: after the import, those that were written alone."""
    stays: dict[str, int] = found.get("stays", {}) if "since" not in found else {}
    return int(found.get("differences", 0)) + sum(stays.values())


def _staying(found: dict[str, Any]) -> list[str]:
    stays = found.get("stays", {})
    return [_stay(stays[reason], reason.label) for reason in Stays if stays.get(reason) and reason != Stays.SINCE]


def _stay(number: int, reason: Any) -> str:
    said = ngettext(
        "%(number)s detail differs and stays as it is: %(reason)s.",
        "%(number)s details differ and stay as they are: %(reason)s.",
        number,
    )
    return said % {"number": grouped(number), "reason": reason}


def _since(found: dict[str, Any]) -> str:
    number = found.get("since", 0)
    said = ngettext(
        "%s difference was not written: the record has changed since the preview, or is gone.",
        "%s differences were not written: the records have changed since the preview, or are gone.",
        number,
    )
    return said % grouped(number) if number else ""


def _undone(found: dict[str, Any]) -> list[str]:
    number = found.get("unrestored", 0)
    said = ngettext(
        "%s detail was not put back: it has changed since, is protected, or the person is gone.",
        "%s details were not put back: they have changed since, are protected, or the person is gone.",
        number,
    )
    return [said % grouped(number)] if number else []
