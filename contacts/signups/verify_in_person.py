"""Staff vouch for an address: they met or spoke with the person, which proves it as well as a mail does."""

import datetime as dt

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.base import audit
from contacts.models import Contact, PolicyVersion, SignUp
from contacts.signups import proof
from contacts.signups.proof import SignUpGoneError
from contacts.signups.sign_ups import SignUpRefusedError


class Grounds(TextChoices):
    """How staff know that the address is the person's."""

    MET = "met", _("met them at the event")
    SPOKE = "spoke", _("spoke with them")


class VouchError(ValueError):
    """What was asked for cannot be; the message says why, and `code` as SignUpRefusedError does."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


_WORDS = {
    "closed": _("Sign-up for the event is closed. Open it, and confirm then."),
    "past": _("The event is over."),
    "cancelled": _("The event is cancelled."),
    "full": _("The event is full."),
    "withdrawn": _("The whitepaper is withdrawn."),
}


@transaction.atomic
def vouch(
    sign_up: SignUp, grounds: Grounds, *, anyway: bool = False, policy: PolicyVersion, at: dt.datetime, by: str
) -> Contact:
    """Confirm a sign-up on the person's behalf, but none of its consents: those are theirs alone (Art. 7 GDPR).

    `anyway` gives a place where all are taken. Raises VouchError where the sign-up is gone, or what was asked for is
    not to be had any more: then all stays as it was.
    """
    try:
        proven = proof.confirm(sign_up.public_id, consent=False, own=False, anyway=anyway, policy=policy, at=at, by=by)
    except SignUpGoneError:
        raise VouchError(gettext("This sign-up is not on record any more.")) from None
    except SignUpRefusedError as refusal:
        raise VouchError(str(_WORDS[refusal.code]), refusal.code) from None
    audit.record("sign_up.vouched", at=at, by=by, public_id=proven.contact.public_id, rule=grounds)
    return proven.contact
