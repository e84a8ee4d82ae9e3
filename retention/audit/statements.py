"""Look for contradictions in the records, and keep how many of each the night found: counts, and nobody (L20)."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.words.mail_providers import public_domains
from retention.audit import contradictions, trail
from retention.audit.contradictions import Contradiction
from retention.models import StatementCheck
from retention.watch import monitoring

MOST = 100  # people named for each contradiction

_COUNT = sql.SQL("""
    SELECT count(*), (array_agg(id ORDER BY id))[1:{most}]::text[]
    FROM (SELECT DISTINCT id FROM ({found}) each) found""")


@dataclass(frozen=True)
class Finding:
    """How often a contradiction was found. `ids` are the first public ids of whom, or of the sign-ups."""

    code: str
    text: str
    count: int
    ids: list[uuid.UUID]


def search(
    *, policy: PolicyVersion, at: dt.datetime, only: Collection[str] | None = None, longest: str = "0"
) -> list[Finding]:
    """Return every contradiction with what was found of it, as the records stand; the day is that of `at`.

    Each is one statement in a transaction of its own that can only read. `only` names some by their codes; `longest` is
    how long one may take, as PostgreSQL writes it: with more, OperationalError is raised.
    """
    values = {
        "zone": policy.time_zone,
        "night": day_of(monitoring.last_run_time(policy, at), policy.zone),
        "public_domains": sorted(public_domains()),
        "trail_from": trail.begins(),
    }
    return [_find(each, values, longest) for each in contradictions.ALL if only is None or each.code in only]


def keep(*, policy: PolicyVersion, at: dt.datetime, now: Callable[[], dt.datetime]) -> StatementCheck:
    """Search, and write down how it went. An error is kept by its class, and raised again."""
    check = StatementCheck.objects.create(at=at)
    try:
        found = {each.code: each.count for each in search(policy=policy, at=at) if each.count}
    except Exception as error:
        StatementCheck.objects.filter(pk=check.pk).update(finished_at=now(), failure=type(error).__name__)
        raise
    check.found, check.finished_at = found, now()
    check.save(update_fields=["found", "finished_at"])
    return check


def latest() -> StatementCheck | None:
    """Return the last search, or None where there was none yet."""
    return StatementCheck.objects.order_by("-pk").first()


@transaction.atomic
def _find(contradiction: Contradiction, values: dict[str, Any], longest: str) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("SELECT set_config('statement_timeout', %(longest)s, TRUE)", {"longest": longest})
        cursor.execute(_COUNT.format(most=sql.Literal(MOST), found=contradiction.found), values)
        number, ids = cursor.fetchone()
    return Finding(contradiction.code, contradiction.text, number, [uuid.UUID(each) for each in ids or []])
