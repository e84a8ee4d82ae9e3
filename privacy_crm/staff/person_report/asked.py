"""What the person asked of us, with clocks and outcomes; which systems were asked; what is sealed, and was opened."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.models import Evidence, Request, SystemTask
from dsr.records import requesters
from dsr.words.vocabulary import State
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Grid, Name, Part, grid


def part(about: About) -> Part:
    grids = [*_requests(about), *_systems(about), *_evidence(about)]
    texts = [] if about.requests else [_("No request is on record. Closed ones are deleted after their period.")]
    return Part(_("Requests, and the proof of our answers"), [*texts, *_sealed(about)], grids)


def _requests(about: About) -> list[Grid]:
    headings = [_("Number"), _("Right"), _("Received"), _("Answer due by law"), _("Clock"), _("Outcome"), _("Closed")]
    return grid(_("Requests"), headings, (_request(each) for each in about.requests))


def _request(each: Request) -> list[str]:
    closed = each.state == State.CLOSED
    outcome = each.get_outcome_display() if closed else each.get_state_display()
    received = _("%(day)s, %(way)s") % {"day": on(each.received_on), "way": each.get_source_display()}
    days = [on(each.legal_on), "; ".join(_clock(each)) or "–"]
    return [
        each.number,
        each.get_kind_display(),
        received,
        *days,
        outcome,
        on(each.closed_on) if each.closed_on else "–",
    ]


def _clock(each: Request) -> Iterator[str]:
    if each.paused_since:
        yield _("waits for the person since %s") % on(each.paused_since)
    if each.paused_days:
        yield (
            ngettext("waited %d day for the person", "waited %d days for the person", each.paused_days)
            % each.paused_days
        )
    if each.extended_on:
        yield _("two months added on %s") % on(each.extended_on)
    if each.closed_on and each.closed_on > each.legal_on:
        yield _("answered late")


def _systems(about: About) -> list[Grid]:
    headings = [_("Request"), _("System"), _("Asked on"), _("Answer"), _("On")]
    found = SystemTask.objects.standing().filter(request__in=about.requests).select_related("system", "request")
    rows = (_task(each, about) for each in found.order_by("-opened_at", "-pk"))
    return grid(_("Other systems of ours that were asked"), headings, rows)


def _task(each: SystemTask, about: About) -> list[str]:
    asked = [each.request.number, Name(each.system.name), about.moment(each.opened_at)]
    if each.answered_at is None:
        return [*asked, _("none yet"), "–"]
    return [*asked, each.get_answer_display(), about.moment(each.answered_at)]


def sealed(about: About) -> list[Evidence]:
    """Return what proves answers to their own requests, also where the request is gone by now."""
    theirs = requesters.evidence_of(about.person.hashes, about.person.contact_ids)
    found = Evidence.objects.filter(theirs, ends_on__gt=about.day).defer("content").prefetch_related("openings")
    return list(found.order_by("-sealed_at", "-pk"))


def _sealed(about: About) -> Iterator[str]:
    last = {each.number: each.ends_on for each in sorted(sealed(about), key=lambda each: each.ends_on)}
    for number, day in sorted(last.items()):
        text = _("We keep sealed evidence of request %(number)s until %(day)s.")
        yield text % {"number": number, "day": on(day)}


def _evidence(about: About) -> list[Grid]:
    headings = [_("Request"), _("What is sealed"), _("Sealed on"), _("Deleted on"), _("Opened by our staff")]
    return grid(_("Sealed evidence"), headings, (_file(each, about) for each in sealed(about)))


def _file(each: Evidence, about: About) -> list[str]:
    days = [about.moment(each.sealed_at), on(each.ends_on)]
    return [each.number, each.get_kind_display(), *days, "; ".join(_openings(each, about)) or _("never")]


def _openings(each: Evidence, about: About) -> Iterator[str]:
    """Yield each time that it was opened, and by how many: who they are is not said."""
    for one in each.openings.all():
        if one.opened_at:
            people = 2 if one.confirmed_by else 1
            day = about.moment(one.opened_at)
            yield ngettext("%(day)s by one person", "%(day)s by %(people)d people", people) % {
                "day": day,
                "people": people,
            }
