"""What the page of an import shows: how far it is, what would come of it, what came of it."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.models import Upload
from contacts.words.differences import ListMode
from contacts.words.numbers import grouped
from contacts.words.vocabulary import Scenario, SourceKind, UploadState
from privacy_crm.crm_import import locking
from privacy_crm.staff.uploads import refusal_words, upload_differences, upload_forms, upload_tiles
from privacy_crm.uploads import fields, importing, moving, working

_SHOWN = 50  # refused rows

_OF_THE_OTHERS = gettext_lazy("What it filled in for people who were held before stays.")


def fill(upload: Upload) -> dict[str, Any]:
    """Return the page's parts, from what the look through or the import itself found."""
    found, said = (
        upload.result or (upload.preview if upload.state != UploadState.UPLOADED else {}),
        refusal_words.of_row,
    )
    return {
        "outcome": outcome(upload),
        "failure": refusal_words.of_file(upload.failure),
        "progress": progress(upload) if upload.state in moving.WORKED_ON else None,
        "tiles": upload_tiles.tiles(upload, found) if found else [],
        "sentences": sentences(upload, found) if found else [],
        "reasons": [(_column(column), said(why), grouped(number)) for column, why, number in found.get("reasons", [])],
        "refused": [(grouped(line), _column(column), said(why)) for line, column, why in upload.rejects[:_SHOWN]],
        "refused_more": max(len(upload.rejects) - _SHOWN, 0),
        "staying": upload_forms.staying(upload.result.get("stayed", {})),
        "yes": upload_forms.words_of_yes(upload),
        "seen": importing.mark(upload),
        "facts": _facts(upload),
    }


def outcome(upload: Upload) -> str:
    """Return how the import stands, as a headline."""
    match upload.state:
        case UploadState.UPLOADED:
            return _("The file is here. Say what its columns are.")
        case UploadState.PREVIEWED:
            return _would_come(upload)
        case UploadState.DONE:
            return _came(upload)
        case UploadState.REMOVED:
            return _removed(upload)
        case UploadState.FAILED:
            return _("Nobody came in: %s") % refusal_words.of_file(upload.failure)
    return str(UploadState(upload.state).label).capitalize()


def progress(upload: Upload) -> dict[str, Any]:
    """Return how far the work is: `share` is None where nobody can know."""
    knows = bool(upload.step) and upload.step != working.UNPACKING
    return {
        "words": _step(upload),
        "share": round(upload.share, 3) if knows else None,
        "over": upload.state not in moving.WORKED_ON,
    }


def sentences(upload: Upload, found: dict[str, Any]) -> list[str]:
    """Return what follows from the import, in the order in which it matters to the people in it."""
    updates = upload.mode == ListMode.UPDATE
    if upload.state == UploadState.REMOVED:
        of_the_others = upload_differences.sentences(upload, found) if updates else [str(_OF_THE_OTHERS)]
        return [*of_the_others, _("What people said no to stays on record.")]
    done = bool(upload.result)
    told = [
        *(upload_differences.sentences(upload, found) if updates else [_differing(found)]),
        _lapsed(found),
        _told(found),
        _objected(found),
        _deleted(found),
        _nowhere(found),
        _organisations(found, done=done),
    ]
    if upload.state == UploadState.DONE:
        told.append(_until(upload))
    if found.get("changed") and done and not updates:
        told.append(str(_OF_THE_OTHERS))
    return [sentence for sentence in told if sentence]


def _until(upload: Upload) -> str:
    """Say how long the import can be undone, where there is anything to undo."""
    found = upload.result
    if not upload.forget_at or not (found.get("new") or found.get("differences")):
        return ""
    until = date_format(localtime(upload.forget_at), "DATETIME_FORMAT")
    if not found.get("differences"):
        return _("Until %s the people who are new can be removed again.") % until
    return _("Until %s this import can be undone: new people are removed, and old details are put back.") % until


def _would_come(upload: Upload) -> str:
    """Name what the button does: those who are new, and those who are held and would change, or their details."""
    new = int(upload.preview.get("new", 0))
    come = ngettext("%s new person would come in", "%s new people would come in", new) % grouped(new)
    change = upload_differences.would_change(upload) if upload.mode == ListMode.UPDATE else _would_change(upload)
    told = [said for said in (come if new else "", change) if said]
    return get_text_list(told, _("and")) or _("Nobody would come in")


def _would_change(upload: Upload) -> str:
    changed = int(upload.preview.get("changed", 0))
    said = ngettext("%s person held already would change", "%s people held already would change", changed)
    return said % grouped(changed) if changed else ""


def _came(upload: Upload) -> str:
    new = int(upload.result["new"])
    day = date_format(localtime(upload.done_at)) if upload.done_at else ""
    said = ngettext("%(new)s new person came in on %(day)s", "%(new)s new people came in on %(day)s", new)
    changed = upload_differences.changed(upload)
    told = [said % {"new": grouped(new), "day": day}] if new or not changed else []
    return get_text_list([*told, *([changed] if changed else [])], _("and"))


def _removed(upload: Upload) -> str:
    number = upload.result.get("removed", 0)
    people = ngettext("%s person was removed again", "%s people were removed again", number) % grouped(number)
    if not upload.result.get("differences"):
        return people
    told = [upload_differences.outcome_of_undo(upload), *([people] if number else [])]
    return get_text_list(told, _("and"))


def _step(upload: Upload) -> str:
    if upload.step == working.WRITING and not upload.share and locking.is_awaited():
        return _("Waiting until another import is done")
    words = {
        "": _("Waiting for its turn"),
        working.WAITING: _("Waiting for its turn"),
        working.UNPACKING: _("Opening the workbook"),
        working.READING: _("Reading the rows"),
        working.WRITING: _("Looking up who is held already")
        if upload.state == UploadState.PREVIEWING
        else _("Writing"),
        working.REMOVING: _("Removing people"),
    }
    return words[upload.step]


def _differing(found: dict[str, Any]) -> str:
    number = found.get("differing", 0)
    said = ngettext(
        "The list has other details of %s person who is held already. Their record stays: only blanks are filled in.",
        "The list has other details of %s people who are held already. Their records stay: only blanks are filled in.",
        number,
    )
    return said % grouped(number) if number else ""


def _lapsed(found: dict[str, Any]) -> str:
    number = found.get("lapsed", 0)
    said = ngettext(
        "%s person who is new was collected so long ago that the next nightly run deletes them.",
        "%s people who are new were collected so long ago that the next nightly run deletes them.",
        number,
    )
    return said % grouped(number) if number else ""


def _told(found: dict[str, Any]) -> str:
    number = found.get("untold", 0)
    if not number:
        return ""
    told_by, must_by = (dt.date.fromisoformat(found[name]) for name in ("told_by", "must_by"))
    told = ngettext(
        "By %(day)s, %(number)s person is told by e-mail where we have their details from. No marketing reaches them"
        " before.",
        "By %(day)s, %(number)s people are told by e-mail where we have their details from. No marketing reaches them"
        " before.",
        number,
    ) % {"day": date_format(told_by), "number": grouped(number)}
    if told_by <= must_by:
        return told
    late = _("The month that the law gives for it ended on %s: they are told as soon as possible.")
    return f"{told} {late % date_format(must_by)}"


def _objected(found: dict[str, Any]) -> str:
    number = found.get("objected", 0)
    if not number:
        return ""
    said = ngettext(
        "%s person has said no to marketing: that holds here as well.",
        "%s people have said no to marketing: that holds here as well.",
        number,
    )
    return said % grouped(number)


def _nowhere(found: dict[str, Any]) -> str:
    number = found.get("nowhere", 0)
    said = ngettext(
        "%s row names a country that we do not know: say which one it is, under Contacts, Unknown countries.",
        "%s rows name a country that we do not know: say which one it is, under Contacts, Unknown countries.",
        number,
    )
    return said % grouped(number) if number else ""


def _deleted(found: dict[str, Any]) -> str:
    number = found.get("deleted", 0)
    said = ngettext(
        "%s person whom we held as a prospect alone has said no to everything, and is deleted.",
        "%s people whom we held as prospects alone have said no to everything, and are deleted.",
        number,
    )
    return said % grouped(number) if number else ""


def _organisations(found: dict[str, Any], *, done: bool) -> str:
    number = found.get("organisations", 0)
    if not number:
        return ""
    if done:
        return ngettext("%s organisation is new.", "%s organisations are new.", number) % grouped(number)
    return ngettext("%s organisation would be new.", "%s organisations would be new.", number) % grouped(number)


def _column(name: str) -> str:
    field = fields.FIELDS.get(name)
    return str(field.label) if field else name.replace("_", " ").capitalize()


def _facts(upload: Upload) -> list[tuple[str, Any]]:
    if not upload.scenario:
        return []
    updates = upload.mode == ListMode.UPDATE
    return [
        (_("People who are on file"), _("Details are updated") if updates else _("Blanks are filled in")),
        (_("Held as"), Scenario(upload.scenario).label),
        (_("Source"), upload.source),
        (_("Given to us by"), SourceKind(upload.source_kind).label),
        (_("Collected on"), date_format(upload.collected_on) if upload.collected_on else "–"),
    ]
