"""What was deleted and when, by which rule, and what stays: from the trail, certificates and what outlasts a record."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base.days import day_of
from contacts.models import AuditEvent, JournalLine, Suppression, Tombstone
from contacts.people import suppressions
from contacts.policy import remains
from contacts.words.vocabulary import Scenario
from dsr.decisions import certificates
from dsr.models import Certificate
from dsr.words.vocabulary import ErasureGround
from privacy_crm.staff.person_report import asked
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Grid, Part, grid

_DEEDS: dict[str, Any] = {
    "contact.deleted": gettext_lazy("a record of the person was deleted"),
    "contact.reduced": gettext_lazy("a record was reduced to what the law makes us keep"),
    "contact.merged": gettext_lazy("two records of the person were merged"),
    "tombstone.lifted": gettext_lazy("the person came back after an erasure"),
    "sign_up.disowned": gettext_lazy("a form was deleted, since it was not theirs"),
}

_RULES: dict[str, Any] = {
    "hold": gettext_lazy("a hold had ended"),
    "merged": gettext_lazy("merged with another record"),
    "replayed": gettext_lazy("deleted again after a restore"),
    "objection": gettext_lazy("objected to all marketing"),
}


def part(about: About) -> Part:
    texts = [
        _("When one of several reasons lapses, only a number is kept. Such days are not known for one person."),
        _("Dietary needs are deleted after each event. Whose they were is not on record."),
    ]
    if not about.contacts and not about.references:
        texts.insert(
            0, _("If the nightly deletion removed somebody with this address, no record leads there any more.")
        )
    return Part(_("What was deleted, and when"), texts, [*_deeds(about), *_certified(about), *_stays(about)])


def _deeds(about: About) -> list[Grid]:
    found = AuditEvent.objects.filter(code__in=list(_DEEDS), public_id__in=about.references).order_by("-at", "-pk")
    rows = ([about.moment(each.at), _DEEDS[each.code], _rule(each)] for each in found)
    return grid(_("From the audit trail"), [_("On"), _("What"), _("Why")], rows)


def _rule(each: AuditEvent) -> str:
    """Return by which rule, as far as a code says it; numbers of records say nothing to a reader."""
    kind, _colon, ground = each.rule.partition(":")
    if kind in Scenario.values:
        return _("the period of the policy was over (%s)") % Scenario(kind).label
    if kind == "erasure" and ground in ErasureGround.values:
        return str(ErasureGround(ground).label)
    return str(_RULES.get(kind, "–"))


def _certified(about: About) -> list[Grid]:
    headings = [_("Request"), _("Deleted on"), _("Ground"), _("Entries"), _("In backups until"), _("Kept by law")]
    rows = (_certificate(each, about) for each in about.certificates)
    return grid(_("Certificates of deletion"), headings, rows)


def _certificate(each: Certificate, about: About) -> list[str]:
    said = certificates.said(each, policy=about.policy, language=about.language)
    kept = "; ".join(f"{what} ({law}), {until}" for what, law, until in said["kept"])
    day = about.moment(each.erased_at)
    ground = str(ErasureGround(each.ground).label)
    return [each.request.number, day, ground, said["total"], on(each.backups_until), kept or _("nothing")]


def _stays(about: About) -> list[Grid]:
    headings = [_("What"), _("Since"), _("Ground"), _("How long")]
    return grid(_("What stays when a record is gone"), headings, _remaining(about))


def _remaining(about: About) -> Iterator[list[str]]:
    under = suppressions.under(about.person.mailboxes)
    if since := Suppression.objects.filter(under).order_by("since").values_list("since", flat=True).first():
        yield _row(_("The address in coded form, after an objection"), since, remains.OBJECTION)
    if stone := Tombstone.objects.filter(under).order_by("-erased_on").first():
        row = _row(_("The address in coded form, so that nobody enters it again"), stone.erased_on, remains.TOMBSTONE)
        yield [*row[:3], _("until %s") % on(stone.ends_on)]
    if about.requests:
        row = _row(_("Requests, without a name"), min(each.received_on for each in about.requests), remains.REQUEST)
        yield [*row[:3], _("%s months after each answer") % settings.REQUEST_MONTHS]
    if sealed := asked.sealed(about):
        row = _row(
            _("Requests and our letters, sealed"), day_of(sealed[-1].sealed_at, about.policy.zone), remains.EVIDENCE
        )
        yield [*row[:3], _("until %s") % on(max(each.ends_on for each in sealed))]
    if AuditEvent.objects.filter(public_id__in=about.references).exists():
        yield _row(_("Our log, by a random number"), None, remains.TRAIL)
    coded = Q(public_ids__overlap=about.references) | Q(hashes__has_any_keys=list(about.person.hashes))
    if JournalLine.objects.filter(coded).exists():
        yield _row(_("Random number and coded address outside the database"), None, remains.JOURNAL)


def _row(what: str, since: dt.date | None, remain: remains.Remain) -> list[str]:
    return [what, on(since) if since else "–", capfirst(str(remain.ground)), remain.until()]
