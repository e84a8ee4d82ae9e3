"""The register of breaches (Art. 33(5) GDPR): times, codes and numbers. What was written about them is left out."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from contacts.breaches import clock
from contacts.models import Breach, BreachReport
from contacts.words.breaches import BreachKind, BreachState, LetterFate, ReportWay
from contacts.words.categories import Category
from privacy_crm.authority.tables import AsOf, Table, unknown, words, yes


def tables(as_of: AsOf) -> Iterator[Table]:
    found = _known(as_of)
    yield Table("breaches", _("Breaches"), _names(), [_breach(each, as_of) for each in found], tuple(_notes(as_of)))
    yield Table(
        "breach-reports",
        _("Reports of breaches to the authority"),
        [_("Breach"), _("Report"), _("Sent"), _("Way"), _("Reasons for a delay given")],
        [_report(each, as_of) for each in BreachReport.objects.filter(sent_at__lte=as_of.at).order_by("-breach", "pk")],
        (_("The authority has the reports themselves."),),
    )


def _names() -> list[str]:
    return [
        *(_("Breach"), _("Kinds"), _("Known since"), _("72 hours end"), _("Last moment by law")),
        *(_("Began"), _("Ended"), _("A processor told us"), _("State"), _("Risk"), _("Severity")),
        *(_("Categories of data"), _("People found"), _("Letters"), _("Notices on the public site"), _("Closed")),
    ]


def _notes(as_of: AsOf) -> Iterator[str]:
    yield _("What happened, what follows from it, measures and reasons are free text, and left out.")
    yield _("A breach is included from the moment the company knew of it.")
    if as_of.is_past:
        yield _("For a breach that was still open on that day, the findings have no history: they are not known.")


def _known(as_of: AsOf) -> QuerySet[Breach]:
    until = Q(found_groups__found_at__lte=as_of.at)
    known = Breach.objects.filter(aware_at__lte=as_of.at).annotate(people=Sum("found_groups__people", filter=until))
    return known.prefetch_related("letter_counts", "affected", "notices", "reports")


def _breach(each: Breach, as_of: AsOf) -> list[str]:
    due = clock.of(each, as_of.policy)
    ends = [as_of.wall(moment) for moment in (due.safe_at, due.legal_at)]
    return [
        *(str(each.pk), words(BreachKind, each.kinds), as_of.moment(each.aware_at), *ends),
        *(as_of.moment(each.began_at), as_of.moment(each.ended_at), yes(each.processor_id)),
        *(_state(each, as_of), *_findings(each, as_of)),
        *(str(each.people or 0), _letters(each, as_of), str(_notices(each, as_of)), as_of.moment(each.closed_at)),  # type: ignore[attr-defined]
    ]


def _is_as_it_was(each: Breach, as_of: AsOf) -> bool:
    return not as_of.is_past or bool(as_of.moment(each.closed_at))


def _state(each: Breach, as_of: AsOf) -> str:
    if _is_as_it_was(each, as_of):
        return str(BreachState(each.state).label)
    if any(report.sent_at <= as_of.at for report in each.reports.all()):
        return str(BreachState.REPORTED.label)
    return unknown() if each.unreported_because else str(BreachState.OPEN.label)


def _findings(each: Breach, as_of: AsOf) -> list[str]:
    if not _is_as_it_was(each, as_of):
        return [unknown()] * 3
    found = [str(each.get_risk_display()), str(each.get_severity_display()), words(Category, each.categories)]
    return [text or unknown() for text in found]


def _letters(each: Breach, as_of: AsOf) -> str:
    """Return how many letters came to which end; numbers stay when the people have gone."""
    if not _is_as_it_was(each, as_of):
        return unknown()
    numbers = Counter({count.fate: count.number for count in each.letter_counts.all()})
    return ", ".join(f"{LetterFate(fate).label}: {number}" for fate, number in sorted(numbers.items()))


def _notices(each: Breach, as_of: AsOf) -> int:
    return sum(notice.published_at <= as_of.at for notice in each.notices.all())


def _report(each: BreachReport, as_of: AsOf) -> list[str]:
    way = str(ReportWay(each.way).label)
    return [str(each.breach_id), str(each.number), as_of.moment(each.sent_at), way, yes(each.late_because)]
