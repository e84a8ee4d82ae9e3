"""How many people the coming nights will see go, kept by each night for the next: what the cap compares with.

What is overdue already is in no forecast: whoever is left over is a catch-up, and asked about when there are many. A
night that failed has let people go as well, so that it keeps one, too; whom its broken rule left is a catch-up.
"""

import datetime as dt

from django.db import connection
from django.db.models import Sum
from psycopg2 import sql

from contacts.base.days import day_of, last_run, run_of
from contacts.words.vocabulary import Scenario
from retention.due import retention_schedule
from retention.due.due_bases import RetentionDate
from retention.models import PurgeForecast, PurgeRun, RunStatus

DAYS = 45  # a night later than this after the last finished one waits, whatever its numbers

# A person counts on the day of the last of their bases. Whoever a freeze will stand on then stays, and whoever a hold
# lets go of on that very day is no business of the cap.
_KEEP = sql.SQL("""
    WITH person AS MATERIALIZED (SELECT DISTINCT contact_id FROM ({due}) due),
    lapse AS MATERIALIZED ({lapses}),
    leaving AS (
        SELECT DISTINCT ON (contact_id) contact_id, scenario, lapses_on AS day
        FROM lapse ORDER BY contact_id, lapses_on DESC NULLS FIRST, scenario
    )
    INSERT INTO retention_purgeforecast (run_id, day, scenario, people)
    SELECT %(run)s, day, scenario, count(*) FROM leaving
    WHERE day > %(first)s AND day <= %(last)s AND NOT EXISTS (
        SELECT 1 FROM retention_hold hold WHERE hold.contact_id = leaving.contact_id
            AND ((hold.kind = 'freeze' AND (hold.until IS NULL OR hold.until >= day)) OR hold.until = day - 1)
    )
    GROUP BY day, scenario""")


def keep(run: PurgeRun, night: RetentionDate, *, at: dt.datetime) -> None:
    """Write down who goes on the days after a run that ended at `at`, in the place of all that was foreseen before.

    Of a run for an earlier day, the nights until `at` count as well: whom they have left is overdue.
    """
    zone = night.policy.zone
    first = max(night.day, day_of(last_run(at, zone), zone))
    last = first + dt.timedelta(days=DAYS)
    due, due_values = RetentionDate(night.policy, run_of(last, zone)).all_due()
    lapses, values = retention_schedule.of_each(night.policy, sql.SQL("SELECT contact_id FROM person"))
    PurgeForecast.objects.all().delete()
    with connection.cursor() as cursor:
        span = {"run": run.pk, "first": first, "last": last}
        cursor.execute(_KEEP.format(due=due, lapses=lapses), due_values | values | span)
    PurgeRun.objects.filter(pk=run.pk).update(foreseen_through=last)


def people(night: RetentionDate) -> int | None:
    """Return how many people the nights since the last forecast were to see go; None where none covers this one."""
    latest = PurgeRun.objects.filter(foreseen_through__isnull=False).order_by("-pk").first()
    if latest is None or latest.at > night.at or (latest.foreseen_through or night.day) < night.day:
        return None
    foreseen = latest.forecasts.filter(day__lte=night.day).aggregate(people=Sum("people", default=0))["people"]
    # Whom that run left out since somebody else held them goes with this one.
    left = latest.counts.filter(rule__in=Scenario.values).aggregate(people=Sum("skipped", default=0))["people"]
    return int(foreseen + left)


def last_finished(at: dt.datetime) -> PurgeRun | None:
    """Return the finished run of the latest moment up to this one."""
    finished = PurgeRun.objects.filter(status=RunStatus.FINISHED, at__lte=at)
    return finished.select_related("policy_version").order_by("-at", "-pk").first()


def finished_before(run: PurgeRun) -> PurgeRun | None:
    """Return the run that had finished last when this one asked."""
    finished = PurgeRun.objects.filter(status=RunStatus.FINISHED, at__lte=run.at, pk__lt=run.pk)
    return finished.select_related("policy_version").order_by("-at", "-pk").first()


def days_since(run: PurgeRun, night: RetentionDate) -> int:
    """Return how many days lie between a run and a night."""
    return (night.day - day_of(run.at, night.policy.zone)).days
