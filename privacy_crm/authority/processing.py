"""The record of processing (Art. 30 GDPR) as of a day, and when it was kept."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contacts.models import ProcessingSnapshot, SnapshotReason
from privacy_crm.authority.tables import AsOf, Table
from privacy_crm.registers import papers, processing, snapshots
from privacy_crm.registers.processing import Record

_OURS = "en"
# What a policy says of the company that may be a person, or lead to one.
_OF_PEOPLE = ("privacy_contact", "data_protection_officer", "representative", "joint_controllers")
_TYPED = ("recipients", "transfers")  # what staff wrote; the rest are words of the product and of the policy


def tables(as_of: AsOf) -> Iterator[Table]:
    if said := record(as_of):
        names, rows = papers.record_rows(said)
        note = _("Who is responsible for privacy at the company is named in the privacy policy.")
        yield Table("record-of-processing", _("Record of processing"), names, rows, (note,))
    else:
        note = _("Not known: no record was kept by that day.")
        yield Table("record-of-processing", _("Record of processing"), [], [], (note,))
    yield Table(
        "record-of-processing-kept",
        _("When the record of processing was kept"),
        [_("Kept"), _("Reason"), _("Version of the policy"), _("Changes since the one before")],
        list(_kept(as_of)),
    )


def record(as_of: AsOf) -> Record | None:
    """Return it as it stands, or as it was last kept by a day that is over; None where it was not."""
    language = get_language() or _OURS
    if not as_of.is_past:
        said, company = processing.compose(as_of.policy, at=as_of.at), as_of.policy.controller
    else:
        kept = ProcessingSnapshot.objects.filter(made_at__lte=as_of.at).select_related("policy_version").first()
        if kept is None:
            return None
        said, company = kept.said, kept.policy_version.controller
    return _nameless(said.get(language) or said[_OURS], company, as_of)


def _nameless(said: Record, company: dict[str, Any], as_of: AsOf) -> Record:
    hidden = {str(company.get(name)) for name in _OF_PEOPLE if company.get(name)}
    hidden.add(", ".join(str(company[name]) for name in ("email", "phone") if company.get(name)))
    public = _("as the privacy policy says")
    return said | {
        "controller": [[name, public if text in hidden else text] for name, text in said["controller"]],
        "processings": [_without_names(each, as_of) for each in said["processings"]],
    }


def _without_names(each: dict[str, Any], as_of: AsOf) -> dict[str, Any]:
    told = [[name, label, _said(lines, as_of) if name in _TYPED else lines] for name, label, lines in each["columns"]]
    return each | {"columns": told}


def _said(lines: list[str], as_of: AsOf) -> list[str]:
    return [as_of.said(line) for line in lines]


def _kept(as_of: AsOf) -> Iterator[list[str]]:
    found = list(ProcessingSnapshot.objects.filter(made_at__lte=as_of.at).select_related("policy_version"))
    for each, before in zip(found, [*found[1:], None], strict=False):
        changed = str(len(snapshots.differences(before.said[_OURS], each.said[_OURS]))) if before else ""
        why = each.quarter or str(SnapshotReason(each.reason).label)
        yield [as_of.moment(each.made_at), why, str(each.policy_version.number), changed]
