"""Who received what: each disclosure, standing recipients and since when, and what recipients were told later."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.disclosure import notice_words
from contacts.models import AuditEvent, Disclosure, Recipient, RecipientNotice
from contacts.outbox import notices
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Grid, Name, Part, grid, unknown

_DAYS = 12  # of one recipient that stand in a cell


def part(about: About) -> Part:
    grids = [*_disclosed(about), *_standing(about), *_told(about)]
    texts = list(_lists(about))
    if grids and about.contacts:
        texts.append(_("Which of the details went each time is not on record."))
    elif about.contacts:
        texts.append(_("Nobody outside has received anything, as far as the records go."))
    if not about.contacts:
        texts.append(_("Single disclosures are not known any more: they go with the record of the person."))
    return Part(_("Who received what"), texts, grids)


def _disclosed(about: About) -> list[Grid]:
    """Return each disclosure, those of one kind to one recipient together."""
    found = Disclosure.objects.filter(contact__in=about.contacts).select_related("recipient").order_by("-at", "-pk")
    days: dict[tuple[str, str, str], list[dt.date]] = defaultdict(list)
    for each in found:
        what = (Name(each.recipient.name), str(each.get_purpose_display()), str(each.get_kind_display()))
        days[what].append(day_of(each.at, about.policy.zone))
    headings = [_("Recipient"), _("For people held as"), _("How"), _("On")]
    return grid(_("Disclosures"), headings, ([*what, _listed(theirs)] for what, theirs in days.items()))


def _listed(days: list[dt.date]) -> str:
    """Return the days, the last one first; of very many the first one and how many there were."""
    one = list(dict.fromkeys(days))
    said = ", ".join(date_format(day, "SHORT_DATE_FORMAT") for day in one[:_DAYS])
    if len(one) <= _DAYS:
        return said
    return _("%(days)s and %(more)d more since %(first)s") % {
        "days": said,
        "more": len(one) - _DAYS,
        "first": date_format(one[-1], "SHORT_DATE_FORMAT"),
    }


def _standing(about: About) -> list[Grid]:
    headings = [_("Recipient"), _("What it does"), _("Has had the details since"), _("Agreement until")]
    found = notices.holders(about.person.contact_ids, at=about.at).filter(standing=True)
    rows = ([Name(each.name), each.service, _since(each, about), _until(each)] for each in found)
    return grid(_("Recipients that have everybody’s details"), headings, rows)


def _since(recipient: Recipient, about: About) -> str:
    """Return the day from which the agreement and a reason to hold the person stood together."""
    covered = [basis.collected_on for basis in about.bases if basis.scenario in recipient.purposes]
    begun = recipient.agreement_from
    return on(max(min(covered), begun)) if covered and begun else unknown()


def _until(recipient: Recipient) -> str:
    return on(recipient.agreement_until) if recipient.agreement_until else _("no end on record")


def _told(about: About) -> list[Grid]:
    """Return what recipients were asked to do about the person, by the numbers that they know (Art. 19 GDPR, L4)."""
    headings = [_("Recipient"), _("What it was told"), _("Sent on"), _("Confirmed on")]
    found = RecipientNotice.objects.filter(reference__in=about.references).select_related("recipient")
    rows = (_notice(each, about) for each in found.order_by("-created_at", "-pk"))
    return grid(_("Notices to recipients"), headings, rows)


def _notice(each: RecipientNotice, about: About) -> list[str]:
    sent = about.moment(each.sent_at) if each.sent_at else _("not sent yet")
    confirmed = about.moment(each.acknowledged_at) if each.acknowledged_at else _("not confirmed")
    return [Name(each.recipient.name), notice_words.heading(each), sent, confirmed]


def _lists(about: About) -> Iterator[str]:
    exported = AuditEvent.objects.filter(code="contact.exported", public_id__in=about.references).order_by("at")
    days = [day_of(at, about.policy.zone) for at in exported.values_list("at", flat=True)]
    if days:
        yield _("Our staff took the person out of the system on a list on these days: %s.") % _listed(days[::-1])
