"""Agreements with organisations: their start, end and reopening, and the one clock that all their people share."""

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Agreement, Organisation
from contacts.people import clocks
from contacts.words.vocabulary import AgreementState


class AgreementError(ValueError):
    """What was asked for contradicts the agreement on record; the message says how."""


@transaction.atomic
def add(
    organisation_id: int,
    kind: str,
    reference: str,
    *,
    started_on: dt.date | None,
    ended_on: dt.date | None = None,
    at: dt.datetime,
    by: str,
) -> Agreement:
    """Put an agreement on record. Raises AgreementError where it ended before it started or is on record already."""
    lock([organisation_id])
    _check(started_on, ended_on)
    agreement, fresh = Agreement.objects.get_or_create(
        organisation_id=organisation_id,
        kind=kind,
        reference=reference,
        defaults={"started_on": started_on, "ended_on": ended_on},
    )
    if not fresh:
        raise AgreementError(_("This agreement is on record already."))
    settle([organisation_id])
    audit.record("agreement.added", at=at, by=by, rule=f"{kind}:{agreement.pk}")
    return agreement


@transaction.atomic
def end(agreement: Agreement, ended_on: dt.date, *, at: dt.datetime, by: str) -> None:
    """End an agreement on a day, past or to come. Costs the same whatever the number of people it concerns.

    Raises AgreementError where it would end before it started, or is no longer on record.
    """
    lock([agreement.organisation_id])
    _check(agreement.started_on, ended_on)
    _set_end(agreement, ended_on)
    settle([agreement.organisation_id])
    audit.record("agreement.ended", at=at, by=by, rule=f"{agreement.kind}:{agreement.pk}")


@transaction.atomic
def reopen(agreement: Agreement, *, at: dt.datetime, by: str) -> None:
    """Take back the end of an agreement; the clock of its people stops.

    Raises AgreementError where it is no longer on record.
    """
    lock([agreement.organisation_id])
    _set_end(agreement, None)
    settle([agreement.organisation_id])
    audit.record("agreement.reopened", at=at, by=by, rule=f"{agreement.kind}:{agreement.pk}")


def _set_end(agreement: Agreement, ended_on: dt.date | None) -> None:
    if not Agreement.objects.filter(pk=agreement.pk).update(ended_on=ended_on):
        raise AgreementError(_("This agreement is no longer on record."))


def lock(organisation_ids: Collection[int]) -> None:
    """Lock these organisations in key order, before any of their contacts: the order that every act keeps."""
    list(
        Organisation.objects.filter(pk__in=organisation_ids)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


_SETTLE = """
    UPDATE contacts_organisation target
    SET agreement_state = fresh.state, agreements_ended_on = fresh.ended_on
    FROM (
        SELECT organisation.id,
            CASE WHEN count(agreement.id) = 0 THEN 'none'
                 WHEN count(agreement.id) > count(agreement.ended_on) THEN 'open'
                 ELSE 'ended' END AS state,
            CASE WHEN count(agreement.id) = count(agreement.ended_on) THEN max(agreement.ended_on) END AS ended_on
        FROM contacts_organisation organisation
        LEFT JOIN contacts_agreement agreement ON agreement.organisation_id = organisation.id
        WHERE organisation.id = ANY(%(organisations)s)
        GROUP BY organisation.id
    ) fresh, contacts_organisation old
    WHERE target.id = fresh.id AND old.id = target.id
        AND (target.agreement_state, target.agreements_ended_on) IS DISTINCT FROM (fresh.state, fresh.ended_on)
    RETURNING target.id, old.agreement_state, target.agreement_state"""


def settle(organisation_ids: Collection[int]) -> None:
    """Derive the organisations' clock from their agreements, of either kind: it starts when the last has ended.

    Only the step between unverified and verified touches the people themselves.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"organisations": list(organisation_ids)})
        moved = cursor.fetchall()
    none = AgreementState.NONE
    clocks.refresh_organisations([pk for pk, before, after in moved if (before == none) != (after == none)])


def _check(started_on: dt.date | None, ended_on: dt.date | None) -> None:
    if started_on and ended_on and ended_on < started_on:
        raise AgreementError(_("The agreement cannot end before it started."))
