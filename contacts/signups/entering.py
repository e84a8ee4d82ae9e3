"""Enter somebody by hand, or a further reason to hold them: by the rules of the import (P1, P12, L5).

Whoever did not give us their details themselves is told by the next mornings' letters (`contacts.informing`).
"""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext

from contacts.base import audit
from contacts.base.days import day_of
from contacts.models import Basis, Contact, Organisation, PolicyVersion
from contacts.people import address_trust, agreements, clocks, rekeying, suppressions, tombstones
from contacts.people.activities import ContactGoneError
from contacts.permission import permission
from contacts.signups.sign_ups import Typed
from contacts.words.addresses import MalformedAddressError, hashes, normalise
from contacts.words.vocabulary import ACTIVITY_SCENARIOS, Scenario, TrustReason


class EnteringError(ValueError):
    """What was told cannot be entered; the message says why, and quotes nothing."""


class HeldError(EnteringError):
    """Somebody is held under this address already."""


@dataclass(frozen=True)
class Reason:
    """Why somebody is held from now on, where we have their details from, and since when (P1)."""

    scenario: str
    source: str
    source_kind: str
    collected_on: dt.date


@transaction.atomic
def enter(
    typed: Typed,
    reason: Reason,
    *,
    organisation_id: int | None = None,
    again: bool = False,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Contact:
    """Put a person on record, of an organisation or with the company as typed.

    Raises HeldError where somebody is held under the address; ErasedError where its person was erased at their request,
    unless `again` says that the officer lets them come back; EnteringError where it is no address, the day of
    collection lies in the future, the organisation is gone, or a prospect has objected to all marketing. Then nobody is
    entered.
    """
    if organisation_id is not None:
        _join(organisation_id)
    address = _spelled(typed.email)
    known = {**asdict(typed), "email": address, **hashes(address), "organisation_id": organisation_id}
    known |= address_trust.says(TrustReason.STAFF, day_of(at, policy.zone))
    # Of two who enter the same address at once, the second waits here until the first is done.
    contact, fresh = Contact.objects.get_or_create(email=address, defaults=known)
    if not fresh:
        raise HeldError(gettext("Somebody is held under this address already."))
    rekeying.bring_forward([address])
    # Only now: an erasure may have been what the address waited for.
    if not again:
        tombstones.refuse(suppressions.hashes_of([contact]), day=day_of(at, policy.zone))
    _hold(contact, reason, policy, at)
    audit.record("contact.created", at=at, by=by, public_id=contact.public_id, rule=reason.scenario)
    return contact


@transaction.atomic
def add_reason(contact_id: int, reason: Reason, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Hold a person for a further reason, beside those that they are held for.

    Raises EnteringError where they are held for it already, or as `enter` does; ContactGoneError where they are no
    longer held, or were reduced to what a duty names.
    """
    contact = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if contact is None:
        raise ContactGoneError(gettext("This person is no longer held."))
    _hold(contact, reason, policy, at)
    audit.record("basis.added", at=at, by=by, public_id=contact.public_id, rule=reason.scenario)


def _join(organisation_id: int) -> None:
    """Lock the organisation before the person, as every act does: no nightly run finds it empty meanwhile."""
    agreements.lock([organisation_id])
    if not Organisation.objects.filter(pk=organisation_id).exists():
        raise EnteringError(gettext("This organisation is not on record any more."))


def _spelled(text: str) -> str:
    try:
        return normalise(text)
    except MalformedAddressError:
        raise EnteringError(gettext("This is no e-mail address.")) from None


def _hold(contact: Contact, reason: Reason, policy: PolicyVersion, at: dt.datetime) -> None:
    _check(contact, reason, day_of(at, policy.zone))
    _, fresh = Basis.objects.get_or_create(
        contact=contact,
        scenario=reason.scenario,
        defaults={
            "legal_basis": policy.rule(reason.scenario).legal_basis,
            "collected_on": reason.collected_on,
            "source": reason.source,
            "source_kind": reason.source_kind,
        },
    )
    if not fresh:
        raise EnteringError(gettext("They are held for this reason already."))
    if reason.scenario in ACTIVITY_SCENARIOS:
        latest = Greatest("last_activity_on", Value(reason.collected_on))
        Contact.objects.filter(pk=contact.pk).update(last_activity_on=latest)
    clocks.refresh_contacts([contact.pk])


def _check(contact: Contact, reason: Reason, day: dt.date) -> None:
    if reason.collected_on > day:
        raise EnteringError(gettext("The details cannot have been collected in the future."))
    objected = Contact.objects.filter(permission.objected_to_all(), pk=contact.pk)
    if reason.scenario == Scenario.PROSPECT and objected.exists():
        raise EnteringError(gettext("They objected to all marketing, and cannot be entered as a prospect."))
