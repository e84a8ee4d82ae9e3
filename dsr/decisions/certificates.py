"""What a certificate of deletion says, for pages, paper and scripts: numbers and dates, and no personal data (P21)."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base.days import add_months, day_of
from contacts.look import papers
from contacts.models import JournalLine, PolicyVersion
from contacts.policy import remains
from dsr.decisions import certificate_recipients
from dsr.models import Certificate, Evidence
from dsr.traces import proposal
from dsr.words import places
from dsr.words.vocabulary import ErasureGround

_JOURNAL = JournalLine._meta.db_table
_SEGMENT = dt.timedelta(days=3)  # a segment is sealed after a day, and looked at once a day

TEMPLATE = Path(__file__).parent / "certificate.typ"


def plain(certificate: Certificate) -> dict[str, Any]:
    """Return it for machines: codes, ISO 8601 dates and names of tables, which no language changes."""
    return {
        "request": certificate.request.number,
        "certificate": str(certificate.public_id),
        "outcome": certificate.request.outcome,
        "ground": certificate.ground,
        "erased_at": certificate.erased_at.isoformat(),
        "deleted": certificate.deleted,
        "told": certificate.told,
        "kept": certificate.kept,
        "backups_until": certificate.backups_until.isoformat(),
        "scan": certificate.scan,
    }


def said(certificate: Certificate, *, policy: PolicyVersion, language: str) -> dict[str, Any]:
    """Return it for people, as texts in a language of ours: the same for the page and for paper."""
    with translation.override(language):
        return {
            "language": language,
            "title": _title(certificate),
            "company": policy.controller["name"],
            "company_address": policy.controller["address"],
            "outcome": _outcome(certificate, policy),
            "facts": _facts(certificate, policy),
            "deleted": [[name, places.grouped(number)] for name, number in places.deleted(certificate.deleted)],
            "total": places.grouped(sum(certificate.deleted.values())),
            "told": certificate_recipients.said(certificate, zone=policy.zone),
            "kept": [_kept(duty) for duty in certificate.kept],
            "coded": _coded(certificate, policy),
            "scan": scanned(certificate),
            "alarm": bool(certificate.scan.get("found")),
            "backups": _("The last copy in a backup will be gone on %s.")
            % date_format(certificate.backups_until, "DATE_FORMAT"),
            "words": _words(),
        }


def pdf(certificate: Certificate, *, policy: PolicyVersion, language: str) -> bytes:
    """Return it as a tagged PDF (PDF/UA-1, ISO 14289-1). The same certificate gives the same bytes."""
    told = said(certificate, policy=policy, language=language)
    return papers.typeset(TEMPLATE, told, at=certificate.erased_at)


def words(certificate: Certificate, *, policy: PolicyVersion) -> str:
    """Return it for a terminal."""
    told = said(certificate, policy=policy, language="en")
    lines = [told["outcome"], *(f"{name}: {value}" for name, value in told["facts"])]
    lines += [f"{number:>9} {name}" for name, number in told["deleted"]]
    lines += [f"{told['total']:>9} {told['words']['in_all'].lower()}"]
    lines += [f"Kept: {what}, by law ({law}), {until}." for what, law, until in told["kept"]]
    lines += [f"Kept without a name: {what} ({ground}), {until}." for what, ground, until in told["coded"]]
    if told["told"]:
        lines += [f"{told['words']['told']}: {'; '.join(told['told'])}."]
    return "\n".join([*lines, *told["scan"], told["backups"]])


def scanned(certificate: Certificate) -> list[str]:
    """Return what the search of the whole database found afterwards, in the language that is active."""
    scan = certificate.scan
    if not scan:
        return [_("The whole database is being searched for the person. What was found will stand here.")]
    searched = _(
        "Afterwards the whole database was searched for the person: %(tables)s tables, %(columns)s columns."
    ) % {
        "tables": places.grouped(scan["tables"]),
        "columns": places.grouped(scan["columns"]),
    }
    told = [searched, _sought(scan), _("Nothing about them was found.")]
    if scan["found"]:
        told[-1] = _("Something about them was still found in: %s. This has to be looked into.") % places.found(
            scan["found"]
        )
    if scan["others"]:
        told.append(
            _("A name, phone number or address that others share was found in: %s.") % places.found(scan["others"])
        )
    if coded := scan.get("coded"):
        told.append(_("As said above, their number or coded address stays in: %s.") % places.found(coded))
    return list(filter(None, told))


def _sought(scan: dict[str, Any]) -> str:
    """Return by which texts it was searched: how many of each, and none of them. Empty where that is not on record."""
    sought = scan.get("sought", {})
    said = {
        "own": ngettext("%d e-mail address", "%d e-mail addresses", sought.get("own", 0)),
        "shared": ngettext("%d name, phone or street", "%d names, phones or streets", sought.get("shared", 0)),
        "numbers": ngettext("%d number of a record", "%d numbers of records", sought.get("numbers", 0)),
        "coded": ngettext("%d coded address", "%d coded addresses", sought.get("coded", 0)),
    }
    texts = [text % sought[kind] for kind, text in said.items() if sought.get(kind)]
    return _("It was searched by %s.") % proposal.listed(texts) if texts else ""


def _title(certificate: Certificate) -> str:
    """Return its title, which says so while a restore could still undo the deletion."""
    return _("Certificate of deletion (not final yet)") if _waits_for(certificate) else _("Certificate of deletion")


def _waits_for(certificate: Certificate) -> str:
    """Return why it is not final yet; empty where it is."""
    if not certificate.scan:
        return _("the whole database is still being searched for the person")
    if certificate_recipients.waits_for_journal(certificate):
        return _("the deletion is not recorded outside the database yet, so a restored backup could undo it")
    return ""


def _outcome(certificate: Certificate, policy: PolicyVersion) -> str:
    day = date_format(day_of(certificate.erased_at, policy.zone), "DATE_FORMAT")
    text = (
        _("On %(day)s everything held about the person of request %(number)s was deleted, except for a part.")
        if certificate.kept
        else _("On %(day)s everything held about the person of request %(number)s was deleted.")
    )
    return text % {"day": day, "number": certificate.request.number}


def _facts(certificate: Certificate, policy: PolicyVersion) -> list[list[str]]:
    moment = certificate.erased_at.astimezone(policy.zone)
    reason = _waits_for(certificate)
    return [
        *([[_("Not final yet"), capfirst(reason)]] if reason else []),
        [_("Reference"), certificate.request.number],
        [_("Ground"), capfirst(str(ErasureGround(certificate.ground).label))],
        [_("Deleted"), date_format(moment, "DATETIME_FORMAT")],
    ]


def _kept(duty: dict[str, Any]) -> list[str]:
    until = dt.date.fromisoformat(duty["until"]) if duty["until"] else None
    what, numbers = capfirst(proposal.categories(duty["categories"])), duty.get("numbers")
    return [
        _("%(what)s, under the number %(numbers)s") % {"what": what, "numbers": ", ".join(numbers)}
        if numbers
        else what,
        proposal.law(duty["reason"], duty["legal_reference"]),
        proposal.until(until),
    ]


def _coded(certificate: Certificate, policy: PolicyVersion) -> list[list[str]]:
    """Return what stays without the person's name: what, on which ground, and how long."""
    return [
        *_address(certificate),
        _request(certificate, policy),
        *_evidence(certificate),
        *_backups(certificate),
        [
            _("The record of who looked at and changed what, by a random number alone"),
            str(remains.TRAIL.ground),
            remains.TRAIL.until(),
        ],
    ]


def _address(certificate: Certificate) -> Iterator[list[str]]:
    if certificate.letter_until:
        yield [
            _("The letter to them, with their address, until it has left"),
            _("our duty to tell them (Article 12(3) GDPR)"),
            proposal.until(certificate.letter_until),
        ]
    if certificate.remembered_until:
        yield [
            _("Their address in coded form, so that nobody brings them back"),
            str(remains.TOMBSTONE.ground),
            proposal.until(certificate.remembered_until),
        ]
    if certificate.suppressed:
        yield [
            _("Their address in coded form, so that no marketing reaches them"),
            str(remains.OBJECTION.ground),
            remains.OBJECTION.until(),
        ]


def _request(certificate: Certificate, policy: PolicyVersion) -> list[str]:
    closed = certificate.request.closed_on or day_of(certificate.erased_at, policy.zone)
    return [
        _("The request: its number, kind, dates and outcome, and the address in coded form"),
        str(remains.REQUEST.ground),
        proposal.until(add_months(closed, settings.REQUEST_MONTHS)),
    ]


def _evidence(certificate: Certificate) -> Iterator[list[str]]:
    sealed = Evidence.objects.filter(request=certificate.request).order_by("-ends_on").first()
    if sealed:
        yield [
            _("The request and our letters, sealed"),
            str(remains.EVIDENCE.ground),
            proposal.until(sealed.ends_on),
        ]


def _backups(certificate: Certificate) -> Iterator[list[str]]:
    if _JOURNAL in certificate.scan.get("coded", {}):
        yield [
            _("Their number and coded address, so that no backup that is restored brings them back"),
            str(remains.JOURNAL.ground),
            proposal.until(certificate.backups_until + _SEGMENT),
        ]


def _words() -> dict[str, Any]:
    return {
        "deleted": _("What was deleted"),
        "deleted_headings": [_("What"), _("Entries")],
        "in_all": _("In all"),
        "kept": _("What the law requires us to keep"),
        "kept_headings": [_("What"), _("Law"), _("How long")],
        "nothing_kept": _("No details of the person are kept."),
        "coded": _("What stays without a name"),
        "coded_headings": [_("What"), _("Ground"), _("How long")],
        "told": _("Recipients and other systems"),
        "scan": _("Check after the deletion"),
        "backups": _("Backups"),
        "no_data": _(
            "This certificate does not name the person. It has only the reference of the request and of what is kept."
        ),
    }
