"""The measures of `privacy_crm.health` in words, with the limits of deploy/alerts.yml: what answers, and what waits."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.words.numbers import grouped
from privacy_crm.health.measures import DAYS_LEFT, Measure, Sample
from privacy_crm.staff.system.lines import Line, Section, Tone, span
from retention.watch import clock_watch

# Seconds, and mails: as in deploy/alerts.yml.
QUEUE_STANDS, LETTER_WAITS, SEARCH_WAITS, CLOCKS_APART = 600, 1800, 600, 60
REFUSED = 20

type Measured = Mapping[str, list[Sample]]


def by_name(measures: Iterable[Measure]) -> dict[str, list[Sample]]:
    return {measure.name: measure.samples for measure in measures}


def one(measured: Measured, name: str) -> float | None:
    """Return a measure that has one value; None where the part is away that would tell it."""
    samples = measured.get(name)
    return samples[0][1] if samples else None


def parts(measured: Measured) -> Section:
    """Tell which parts answer."""
    names = {"database": _("Database"), "broker": _("Broker"), "storage": _("Files")}
    lines = [_part(names[labels["part"]], labels["part"], up=bool(up)) for labels, up in measured["up"]]
    return Section(_("What answers"), lines)


def _part(name: str, part: str, *, up: bool) -> Line:
    answers, away, remedy = _PARTS[part]
    return Line(name, str(answers)) if up else Line(name, str(away), Tone.ACT, str(remedy))


_PARTS = {
    "database": (
        gettext_lazy("PostgreSQL answers."),
        gettext_lazy("PostgreSQL does not answer."),
        gettext_lazy("See whether it runs, and whether DATABASE_URL leads to it."),
    ),
    "broker": (
        gettext_lazy("Valkey answers."),
        gettext_lazy("Valkey does not answer, so no job begins."),
        gettext_lazy("See whether it runs, and whether REDIS_URL leads to it. What waits is in the database."),
    ),
    "storage": (
        gettext_lazy("The storage of whitepapers and lists answers."),
        gettext_lazy("The storage of whitepapers and lists does not answer, or it is full."),
        gettext_lazy(
            "See whether the folder or the storage that MEDIA_DIR or MEDIA_URL names can be reached and has room."
        ),
    ),
}


def clocks(measured: Measured) -> Section:
    """Tell whether the clocks agree: that of this machine, and those that other machines have noted."""
    skew = one(measured, "clock_skew_seconds")
    if skew is None:
        return Section(_("Clocks"))
    noted = clock_watch.seen()
    apart = clock_watch.apart(dt.timedelta(seconds=skew)) if abs(skew) > CLOCKS_APART else ""
    told = apart or (clock_watch.in_words(noted) if noted else "")
    if told:
        says = _("%s Nothing is deleted automatically until they agree.") % told
        return Section(
            _("Clocks"), [Line(_("Machine and database"), says, Tone.ACT, _("Set both clocks, best by NTP."))]
        )
    return Section(_("Clocks"), [Line(_("Machine and database"), _("The machine's clock and the database's agree."))])


def queues(measured: Measured) -> Section:
    """Tell what waits for a worker, queue by queue."""
    ages = {labels["queue"]: age for labels, age in measured.get("queue_oldest_seconds", [])}
    numbers = measured.get("queue_messages", [])
    lines = [_queue(labels["queue"], int(number), ages[labels["queue"]]) for labels, number in numbers]
    return Section(_("Queues"), lines)


def _queue(name: str, number: int, age: float) -> Line:
    if not number:
        return Line(name, _("Nothing waits."))
    text = ngettext(
        "%(number)s message waits in the queue “%(queue)s”, for %(span)s.",
        "%(number)s messages wait in the queue “%(queue)s”, the oldest for %(span)s.",
        number,
    )
    says = text % {"number": grouped(number), "queue": name, "span": span(age)}
    if age > QUEUE_STANDS:
        return Line(name, says, Tone.ACT, _("See whether a worker of this queue runs, and what it does."))
    return Line(name, says)


def mails(measured: Measured) -> Section:
    """Tell whether mails leave: those that somebody waits for, mailings aside."""
    lines = limited(
        measured,
        ("oldest_unsent_letter_seconds", LETTER_WAITS, Tone.ACT, _letter),
        ("mails_refused_last_hour", REFUSED, Tone.LOOK, _refused),
    )
    return Section(_("Mails"), lines)


def _letter(age: float) -> Line:
    says = _("The oldest mail has waited for %s.") % span(age) if age else _("No mail waits.")
    remedy = _("See whether the mail server of EMAIL_URL answers. After a restore, mails wait for a privacy officer.")
    return Line(_("Mails to one person"), says, remedy=remedy)


def _refused(number: float) -> Line:
    text = ngettext("%d mail was not delivered.", "%d mails were not delivered.", int(number))
    says = text % number if number else _("No mail was refused.")
    return Line(_("In the last hour"), says, remedy=_("Read in the mail server's log why it refused them."))


def people(measured: Measured) -> Section:
    """Tell what people wait for: searches after a deletion, and answers."""
    lines = limited(measured, ("oldest_search_seconds", SEARCH_WAITS, Tone.LOOK, _search))
    if "open_requests" in measured:
        lines.append(_requests({labels["days_left"]: int(number) for labels, number in measured["open_requests"]}))
    return Section(_("What people wait for"), lines)


def _search(age: float) -> Line:
    says = _("The oldest has waited for %s.") % span(age) if age else _("No search waits.")
    remedy = _("See whether a worker runs. Until it is done, the certificate says that the search is under way.")
    return Line(_("Searches after a deletion"), says, remedy=remedy)


def _requests(left: Mapping[str, int]) -> Line:
    overdue, soon, next_days, later = (left.get(days, 0) for *_ends, days in DAYS_LEFT)
    ahead = _("Still to answer: %(soon)s within 2 days, %(next)s in 3 to 7 days, %(later)s later.")
    ahead %= {"soon": grouped(soon), "next": grouped(next_days), "later": grouped(later)}
    text = ngettext(
        "%d request is past the day by which it has to be answered.",
        "%d requests are past the day by which they have to be answered.",
        overdue,
    )
    if overdue:
        remedy = _("Ask a privacy officer; they see which.")
        return Line(_("Requests"), f"{text % overdue} {ahead}", Tone.ACT, remedy)
    return Line(_("Requests"), f"{_('None is overdue.')} {ahead}")


type Limit = tuple[str, float, Tone, Callable[[float], Line]]


def limited(measured: Measured, *limits: Limit) -> list[Line]:
    """Return a line for each measure that is known; its remedy is said where it is above its limit."""
    lines = []
    for name, most, tone, tell in limits:
        value = one(measured, name)
        if value is not None:
            line = tell(value)
            lines.append(Line(line.name, line.says, tone, line.remedy) if value > most else Line(line.name, line.says))
    return lines
