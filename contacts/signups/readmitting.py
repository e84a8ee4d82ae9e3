"""Enter somebody who was erased at their request: the privacy officer alone, with a reason, as a contact that an
organisation with an open agreement needs (L12).

No marketing reaches them, and the letter of the next morning tells them where we have their details from (Art. 14).
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.base.days import day_of
from contacts.models import Contact, Organisation, PolicyVersion
from contacts.people import tombstones
from contacts.permission import objections
from contacts.signups import entering
from contacts.signups.entering import EnteringError, Reason
from contacts.signups.sign_ups import Typed
from contacts.words.addresses import MalformedAddressError, hashes, known, normalise
from contacts.words.vocabulary import AGREEMENT_SCENARIOS, AgreementState, Channel, SourceKind


class Grounds(TextChoices):
    """Why somebody is entered again who was erased at their request."""

    NAMED = "named", _("their organisation names them as its contact")
    ASKED = "asked", _("they have asked us to")
    MISTAKEN = "mistaken", _("somebody else was to be erased")


@transaction.atomic
def readmit(
    typed: Typed,
    reason: Reason,
    grounds: Grounds,
    *,
    organisation_id: int | None,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Contact:
    """Put a person on record of whom a tombstone says that they were erased, and lift it.

    Raises EnteringError as `entering.enter` does, and where they are no contact of an organisation with an open
    agreement or are said to have given the details themselves: then the tombstone stands.
    """
    day = day_of(at, policy.zone)
    _check(reason, organisation_id, day)
    try:
        address = normalise(typed.email)
    except MalformedAddressError:
        raise EnteringError(gettext("This is no e-mail address.")) from None
    if tombstones.standing(known(address), day=day) is None:
        raise EnteringError(gettext("Nobody was erased under this address."))
    contact = entering.enter(typed, reason, organisation_id=organisation_id, again=True, policy=policy, at=at, by=by)
    tombstones.lift(known(address), public_id=contact.public_id, rule=grounds, at=at, by=by)
    objections.record(
        **hashes(address),
        public_id=contact.public_id,
        channels=list(Channel),
        reason="asked to be deleted",
        day=day,
        at=at,
        by=by,
    )
    return contact


def _check(reason: Reason, organisation_id: int | None, day: dt.date) -> None:
    open_ones = Q(agreement_state=AgreementState.OPEN) | Q(agreements_ended_on__gt=day)
    needed = Organisation.objects.filter(open_ones, pk=organisation_id or 0)
    if reason.scenario not in AGREEMENT_SCENARIOS or not needed.exists():
        raise EnteringError(gettext("They can only come back as a contact of an organisation with an open agreement."))
    if reason.source_kind == SourceKind.PERSON:
        raise EnteringError(gettext("Say who gave us the details: they did not sign up themselves."))
