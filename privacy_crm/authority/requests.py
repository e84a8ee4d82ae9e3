"""The register of requests with their clocks (Art. 12(3) GDPR, L1): numbers, codes and days, and no person."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from dsr.models import Request, YearCount
from dsr.records import deadlines
from dsr.words.vocabulary import Kind, Outcome, State
from privacy_crm.authority.tables import AsOf, Table, unknown


def tables(as_of: AsOf) -> Iterator[Table]:
    yield Table("requests", _("Requests and their deadlines"), _names(), list(_requests(as_of)), tuple(_notes(as_of)))
    gone = [] if as_of.is_past else YearCount.objects.order_by("-year", "kind", "outcome")
    yield Table(
        "requests-of-earlier-years",
        _("Earlier requests, kept only as numbers"),
        [_("Year"), _("Right"), _("Outcome"), _("Number"), _("Late"), _("Days to the answer, in total")],
        [[str(each.year), *_labels(each), str(each.number), str(each.late), str(each.days)] for each in gone],
        (_("Not known: these numbers have no history."),) if as_of.is_past else (),
    )


def _names() -> list[str]:
    return [
        *(_("Number"), _("Right"), _("Received"), _("Came by"), _("Answer by"), _("Last day by law")),
        *(_("Days paused"), _("Extended by two months on"), _("State"), _("Outcome"), _("Closed")),
    ]


def _notes(as_of: AsOf) -> Iterator[str]:
    yield _("Requests that nobody has confirmed are not included. Closed ones are deleted after their period.")
    if as_of.is_past:
        yield _(
            "Where a deadline was paused, its dates before the answer are not known: paused days are counted at the"
            " end."
        )


def _labels(each: YearCount) -> list[str]:
    return [str(Kind(each.kind).label), str(Outcome(each.outcome).label)]


def _requests(as_of: AsOf) -> Iterator[list[str]]:
    received = Request.objects.exclude(state=State.UNPROVEN).filter(received_on__lte=as_of.day)
    for each in received.order_by("-received_on", "-pk"):
        who = [each.number, str(each.get_kind_display()), each.received_on.isoformat(), str(each.get_source_display())]
        yield [*who, *_clock(each, as_of), *_end(each, as_of)]


def _clock(each: Request, as_of: AsOf) -> list[str]:
    """Return the dates and pauses: as they are, or as they were before an extension that came later."""
    extended = as_of.on(each.extended_on)
    if _is_as_it_was(each, as_of):
        return [each.safe_on.isoformat(), each.legal_on.isoformat(), str(each.paused_days), extended]
    if each.paused_days or each.paused_since:
        return [unknown(), unknown(), unknown(), extended]
    due = deadlines.deadline(each.received_on, extended=bool(extended))
    return [due.safe_on.isoformat(), due.legal_on.isoformat(), "0", extended]


def _end(each: Request, as_of: AsOf) -> list[str]:
    if closed := as_of.on(each.closed_on):
        return [str(State.CLOSED.label), str(each.get_outcome_display()), closed]
    return [str(each.get_state_display()) if not as_of.is_past else _("not closed"), "", ""]


def _is_as_it_was(each: Request, as_of: AsOf) -> bool:
    return not as_of.is_past or bool(as_of.on(each.closed_on))
