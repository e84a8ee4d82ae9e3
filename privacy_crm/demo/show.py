"""The demo's tables: what a night does, in a form that people like to read."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count
from psycopg2 import sql
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from contacts.models import (
    Basis,
    Contact,
    Event,
    PolicyVersion,
    Recipient,
    RecipientNotice,
    SignUp,
    Whitepaper,
)
from contacts.words.vocabulary import Clock, Scenario
from retention.due import retention_schedule
from retention.forecasts import explain, words
from retention.models import Hold, HoldKind
from retention.nights.outcomes import Outcome

_PERIOD = {
    Clock.LAST_ACTIVITY: "{months} months after the person's last activity",
    Clock.COLLECTION: "{months} months after collection, whatever happens later",
    Clock.AGREEMENT_END: "{months} months after the last agreement ended; no end while one is open",
}


@dataclass(frozen=True)
class Held:
    """How many people there are, and how many bases of each scenario."""

    people: int
    bases: dict[str, int]


def held(_policy: PolicyVersion) -> Held:
    counted = Basis.objects.values_list("scenario").annotate(Count("id"))
    return Held(Contact.objects.count(), dict.fromkeys(Scenario.values, 0) | dict(counted))


def rehearsal(outcome: Outcome) -> RenderableType:
    """Return the dry run as a line: nothing is written yet."""
    return Text.from_markup(
        f"\n[bold]Dry run[/] (nothing is written): {outcome.contacts_deleted} people would be deleted,"
        f" {outcome.contacts_minimised} reduced, {sum(outcome.bases_lapsed.values())} reasons would lapse."
    )


def night(policy: PolicyVersion, before: Held, outcome: Outcome) -> RenderableType:
    """Return what went and what stays, and why: a row a scenario, then the people."""
    after = held(policy)
    return Group(Text(""), _bases(policy, before, outcome, after), Text(""), _people(before, outcome, after))


def _bases(policy: PolicyVersion, before: Held, outcome: Outcome, after: Held) -> Table:
    table = Table(title="What we hold people for", title_style="bold", title_justify="left", header_style="bold")
    table.add_column("held as")
    for heading in ("before", "lapsed", "still held"):
        table.add_column(heading, justify="right")
    table.add_column("because we promised to delete")
    for scenario in Scenario.values:
        rule = policy.rule(scenario)
        table.add_row(
            scenario,
            str(before.bases[scenario]),
            str(outcome.bases_lapsed[scenario]),
            str(after.bases[scenario]),
            _PERIOD[Clock(rule.clock)].format(months=rule.months),
        )
    return table


def _people(before: Held, outcome: Outcome, after: Held) -> Table:
    spared = outcome.contacts_held - Contact.objects.minimised().count()
    table = Table(title="The people", title_style="bold", title_justify="left", show_header=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_row(str(before.people), "people were held when the night began")
    table.add_row(str(outcome.contacts_deleted), "were deleted, everywhere: their last reason had lapsed")
    table.add_row(str(outcome.contacts_minimised), "were reduced to what the Bookkeeping Act makes us keep")
    table.add_row(str(spared), "were spared: a request or a legal claim about them is open")
    table.add_row(str(outcome.food_preferences_deleted), "food preferences went")
    table.add_row(str(after.people), "people are held now")
    return table


def examples(policy: PolicyVersion, today: dt.date) -> RenderableType:
    """Return, for a few people, the answer to "why do you keep me, and until when?"."""
    told = [_explain(pk, policy, today) for pk in _a_few(policy, today)]
    return Panel("\n\n".join(told), title="Why we keep …", title_align="left", padding=(1, 2))


def _explain(pk: int, policy: PolicyVersion, today: dt.date) -> str:
    contact = Contact.objects.select_related("organisation").get(pk=pk)
    explanation = explain.of_one(contact, policy=policy, day=today)
    return " ".join(words.sentences(explanation, contact, policy, today))


def website(at: dt.datetime) -> RenderableType:
    """Return what visitors find, as a line."""
    papers, events = Whitepaper.objects.published(at).count(), Event.objects.filter(signup_open=True).count()
    waiting = SignUp.objects.waiting().count()
    return Text.from_markup(
        f"\n[bold]On the website[/] there are {papers} whitepapers to ask for and {events} events to sign up for;"
        f" {waiting} people have signed up and not opened our mail yet."
    )


def recipients(at: dt.datetime) -> RenderableType:
    """Return who outside was given people's data, and what they hear of the night, as a line."""
    notices, overdue = RecipientNotice.objects.open(), RecipientNotice.objects.overdue(at).count()
    return Text.from_markup(
        f"[bold]Outside[/] there are {Recipient.objects.count()} recipients in the register, which are told of"
        f" {notices.count() - overdue} erasures of last night; {overdue} notice is overdue."
    )


_CHOOSE = sql.SQL("""
    SELECT min(contact_id) FILTER (WHERE reasons = 1 AND scenario = 'event' AND lapses_on IS NOT NULL),
        min(contact_id) FILTER (WHERE reasons = 1 AND lapses_on IS NULL),
        min(contact_id) FILTER (WHERE reasons = 1 AND scenario = 'prospect')
    FROM (SELECT lapse.*, count(*) OVER (PARTITION BY contact_id) AS reasons FROM ({lapses}) lapse) lapse""")


def _a_few(policy: PolicyVersion, today: dt.date) -> list[int]:
    """Choose a guest, somebody with an agreement in force, a prospect, somebody reduced and somebody frozen."""
    bases, values = retention_schedule.of_everyone(policy)
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE.format(lapses=bases), values)
        chosen = list(cursor.fetchone())
    reduced = Contact.objects.minimised().values_list("pk", flat=True).first()
    frozen = Hold.objects.standing(today).filter(kind=HoldKind.FREEZE).values_list("contact", flat=True).first()
    return [pk for pk in (*chosen, reduced, frozen) if pk]
