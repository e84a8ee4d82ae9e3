"""Recipients with their agreements, sub-processors and transfers (Art. 28 and 44 to 46 GDPR)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from contacts.models import Recipient, SubProcessor, TransferAssessment
from contacts.words.vocabulary import Safeguard, Scenario
from privacy_crm.authority.tables import AsOf, Table, unknown, words, yes
from privacy_crm.registers.outside import country


def tables(as_of: AsOf) -> Iterator[Table]:
    yield Table(
        "recipients", _("Recipients and their agreements"), _names(), list(_recipients(as_of)), tuple(_notes(as_of))
    )
    yield Table(
        "sub-processors",
        _("Sub-processors"),
        [_("Recipient"), _("Sub-processor"), _("Service"), _("Country"), _("Safeguard"), _("Since"), _("Last day")],
        [_sub_processor(each, as_of) for each in _sub_processors(as_of)],
    )
    yield Table(
        "transfer-assessments",
        _("Assessments of transfers outside the EEA"),
        [_("Recipient"), _("Assessed on"), _("Transfer allowed"), _("To be assessed again by")],
        [_assessment(each, as_of) for each in _assessments(as_of)],
        (_("Their conclusions are left out, since they are free text. The company has them."),),
    )


def _names() -> list[str]:
    return [
        *(_("Recipient"), _("Kind"), _("Service"), _("Country"), _("Purposes"), _("Has everybody’s data")),
        *(_("Agreement"), _("First day"), _("Last day"), _("On the day asked for")),
        *(_("Safeguard"), _("Its reference"), _("Documents on record")),
    ]


def _notes(as_of: AsOf) -> Iterator[str]:
    yield _("Documents are counted. Points of contact are left out.")
    if as_of.is_past:
        yield _("Details have no history: apart from dates, they are as they were when this pack was made.")
        yield _("Recipients without an agreement by that day are left out: the day they were added is not known.")


def _recipients(as_of: AsOf) -> Iterator[list[str]]:
    found: Any = Recipient.objects.annotate(papers=Count("documents", filter=Q(documents__added_at__lte=as_of.at)))
    if as_of.is_past:
        found = found.filter(agreement_from__lte=as_of.day)
    for each in found:
        yield [*_who(each, as_of), *_agreement(each, as_of), *_safeguard(each, as_of), str(each.papers)]


def _who(each: Recipient, as_of: AsOf) -> list[str]:
    purposes = words(Scenario, each.purposes)
    said = [as_of.said(each.name), str(each.get_kind_display()), as_of.said(each.service), country(each.country)]
    return [*said, purposes, yes(each.standing)]


def _agreement(each: Recipient, as_of: AsOf) -> list[str]:
    days = [day.isoformat() if day else "" for day in (each.agreement_from, each.agreement_until)]
    return [as_of.said(each.agreement_reference), *days, _standing(each, as_of)]


def _standing(each: Recipient, as_of: AsOf) -> str:
    if each.agreement_from is None:
        return _("none on record")
    if each.is_agreed(as_of.day):
        return _("in force")
    return _("not begun") if each.agreement_from > as_of.day else _("ended")


def _safeguard(each: Recipient, as_of: AsOf) -> list[str]:
    if not each.is_outside_the_eea:
        return [_("none needed: inside the EEA"), ""]
    label = str(Safeguard(each.safeguard).label) if each.safeguard else unknown()
    return [label, as_of.said(each.safeguard_reference)]


def _sub_processors(as_of: AsOf) -> Iterator[SubProcessor]:
    found = SubProcessor.objects.filter(since__lte=as_of.day).select_related("recipient")
    yield from found.order_by("recipient__name", "name", "pk")


def _sub_processor(each: SubProcessor, as_of: AsOf) -> list[str]:
    safeguard = str(Safeguard(each.safeguard).label) if each.safeguard else _("none needed: inside the EEA")
    names = [as_of.said(text) for text in (each.recipient.name, each.name, each.service)]
    return [*names, country(each.country), safeguard, each.since.isoformat(), as_of.on(each.ended_on)]


def _assessments(as_of: AsOf) -> Iterator[TransferAssessment]:
    found = TransferAssessment.objects.filter(assessed_on__lte=as_of.day).select_related("recipient")
    yield from found.order_by("recipient__name", "-assessed_on", "-pk")


def _assessment(each: TransferAssessment, as_of: AsOf) -> list[str]:
    days = [each.assessed_on.isoformat(), yes(each.allowed), each.review_on.isoformat()]
    return [as_of.said(each.recipient.name), *days]
