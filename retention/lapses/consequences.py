"""What would become of an organisation's people if an agreement ended on a day, as things stand (P3)."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import TextChoices
from psycopg2 import sql

from contacts.models import Agreement, PolicyVersion
from retention.due import retention_schedule


class Stay(TextChoices):
    """What keeps people whom the end of the agreement does not let go."""

    AGREEMENT = "agreement", "another agreement of their organisation"
    BASIS = "basis", "something else that they are held for"
    HOLD = "hold", "a hold"


@dataclass(frozen=True)
class Ending:
    """How many are deleted because of it, by the day whose run does it, and how many stay, by what keeps them."""

    deleted: dict[dt.date, int] = field(default_factory=dict)
    stay: dict[Stay, int] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return sum(self.deleted.values()) + sum(self.stay.values())


# The clock of the organisation, as `contacts.agreements` would derive it once the agreement had ended.
_SUPPOSED = sql.SQL("""
    SELECT organisation_id AS id, CASE WHEN count(*) = count(ends_on) THEN max(ends_on) END AS agreements_ended_on,
        CASE WHEN count(*) = count(ends_on) THEN 'ended' ELSE 'open' END AS agreement_state
    FROM (
        SELECT organisation_id, CASE WHEN id = %(ending)s THEN %(ended_on)s ELSE ended_on END AS ends_on
        FROM contacts_agreement WHERE organisation_id = %(organisation)s
    ) agreement
    GROUP BY organisation_id""")

# Those reduced to what a duty names are not counted: no agreement keeps them, and few may know of them (P5).
_ENDING = sql.SQL("""
    WITH supposed AS ({supposed}),
    person AS MATERIALIZED (
        SELECT id FROM contacts_contact WHERE organisation_id = %(organisation)s AND minimised_on IS NULL
    ),
    basis AS MATERIALIZED ({lapses}),
    departure AS ({departures}),
    clock AS (
        SELECT contact_id, max(lapses_on) AS last,
            max(lapses_on) FILTER (WHERE clock = 'agreement_end') AS agreed,
            bool_or(clock = 'agreement_end' AND lapses_on IS NULL) AS open
        FROM basis GROUP BY contact_id
    )
    SELECT CASE WHEN clock.open THEN {agreement}
                WHEN departure.leaves_on = clock.agreed THEN 'deleted'
                WHEN departure.leaves_on <= clock.last THEN {basis}
                ELSE {hold} END AS fate,
        GREATEST(departure.leaves_on, %(day)s) AS day, count(*)
    FROM departure LEFT JOIN clock ON clock.contact_id = departure.id
    GROUP BY 1, 2 ORDER BY 2""")

_PERSON = sql.SQL("SELECT id FROM person")
_BASES = sql.SQL("SELECT * FROM basis")


def if_ended(agreement: Agreement, ended_on: dt.date, *, policy: PolicyVersion, day: dt.date) -> Ending:
    """Return what would follow, seen from `day`, if the agreement ended on another: one query, which writes nothing."""
    bases, values = retention_schedule.of_each(policy, _PERSON, sql.Identifier("supposed"))
    query = _ENDING.format(
        supposed=_SUPPOSED,
        lapses=bases,
        departures=retention_schedule.departures(_BASES, _PERSON),
        agreement=sql.Literal(Stay.AGREEMENT),
        basis=sql.Literal(Stay.BASIS),
        hold=sql.Literal(Stay.HOLD),
    )
    supposed = {"ending": agreement.pk, "ended_on": ended_on, "organisation": agreement.organisation_id, "day": day}
    ending = Ending()
    with connection.cursor() as cursor:
        cursor.execute(query, values | supposed)
        for fate, on, number in cursor:
            if fate == "deleted":
                ending.deleted[on] = number
            else:
                ending.stay[Stay(fate)] = ending.stay.get(Stay(fate), 0) + number
    return ending
