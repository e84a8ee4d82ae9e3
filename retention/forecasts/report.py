"""What a run did and what a policy would do, in the words of their readers."""

from dataclasses import fields
from typing import Any

from retention.forecasts.forecast import Day
from retention.forecasts.policy_effects import Figures
from retention.models import PurgeRun, RunStatus
from retention.nights.outcomes import Outcome


def people(number: int) -> str:
    return f"{number} person" if number == 1 else f"{number} people"


def unknown(purge_run: PurgeRun) -> dict[str, object]:
    """Return what can be said of a run whose ledger is out of reach: an empty number is truer than a zero."""
    nothing: dict[str, object] = dict.fromkeys(field.name for field in fields(Outcome))
    return nothing | {"run": purge_run.pk, "at": purge_run.at, "dry_run": False, "status": RunStatus.FAILED}


def in_words(outcome: Outcome) -> str:
    """Return a run as a paragraph and a list of its lapsed bases."""
    would = "would be" if outcome.dry_run else "were"
    lines = [
        f"{people(outcome.contacts_deleted)} {would} deleted.",
        f"{people(outcome.contacts_minimised)} {would} reduced to what the law makes us keep.",
        f"{people(outcome.contacts_held)} stay because of a hold alone.",
        f"{outcome.food_preferences_deleted} dietary needs {would} deleted.",
        *_skipped(outcome),
        *[f"  {scenario:<12}{number:>8} lapsed" for scenario, number in outcome.bases_lapsed.items()],
        _STATUS.get(outcome.status, f"The run is {outcome.status}."),
    ]
    return "\n".join(lines)


def _skipped(outcome: Outcome) -> list[str]:
    if not outcome.skipped:
        return []
    records = "1 record was" if outcome.skipped == 1 else f"{outcome.skipped:,} records were"
    return [f"{records} locked and skipped; the next ticks of the night try again."]


_STATUS = {
    RunStatus.FINISHED.value: "Nothing failed.",
    RunStatus.NEEDS_APPROVAL.value: (
        "The run waits for approval, and its page says why. Approve it there, or run it with --approve --reason TEXT."
    ),
    RunStatus.FAILED.value: "A part of the run failed; the run's page names it, and it is tried again each hour.",
}


def forecast_line(day: Day) -> str:
    """Return one day of the forecast as a line."""
    lapsing = ", ".join(f"{number} {scenario}" for scenario, number in day.bases.items() if number)
    return f"{day.day}  {day.contacts:>7} deleted" + (f"  ({lapsing} lapse)" if lapsing else "")


def of_policy(figures: Figures) -> list[str]:
    """Return what a version of the policy would do as lines: each scenario that it changes, and people at the end."""
    lines = [_of_policy(name or "people", figures[name]) for name in figures if _moves(figures[name])]
    lines += _of_purposes(figures[""]) if figures else []
    return lines or ["It changes no period of anybody who is held."] if figures else []


def _moves(row: dict[str, Any]) -> bool:
    return bool(row["sooner"] or row["later"] or row["grows"] or row["now"] != row["then"])


def _of_purposes(row: dict[str, Any]) -> list[str]:
    """Say who would be told of a new purpose, and which uses wait for that; in words of the command."""
    told = [f"{people(row['told'])} will be told of a new purpose."] if row["told"] else []
    waits = row["waits"].items()
    return told + [f"The use “{use}” waits for {people(number)} until they are told." for use, number in waits]


def _of_policy(name: str, row: dict[str, Any]) -> str:
    tonight, month, year = (f"{then} (today {now})" for now, then in zip(row["now"], row["then"], strict=True))
    return (
        f"{name}: {tonight} tonight, {month} within 30 days, {year} within 365 days;"
        f" {row['sooner']} sooner, {row['later']} later than today,"
        f" {row['grows']} promised a shorter period, which applies until they are told"
    )
