"""Keep the register of those outside who get personal data from us: who they are, and what was agreed (P15, P16)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.base import audit
from contacts.disclosure import ssrf_guard, webhook_client
from contacts.disclosure.ssrf_guard import TargetRefusedError
from contacts.models import Recipient
from contacts.words.vocabulary import ToldBy


class RecipientError(ValueError):
    """What was told cannot be put on record; the message says why."""


@dataclass(frozen=True)
class Particulars:
    """What the register says of a recipient besides its agreement. `country` is ISO 3166-1 alpha-2.

    Who sends our mail is put on record as a standing recipient.
    """

    name: str
    kind: str
    service: str
    country: str
    contact_email: str
    safeguard: str = ""
    safeguard_reference: str = ""
    told_by: str = ToldBy.MAIL
    webhook_url: str = ""
    sends_our_mail: bool = False
    standing: bool = False
    untold_because: str = ""
    copy_days: int | None = None


@dataclass(frozen=True)
class Terms:
    """An agreement: its days, both included, and the scenarios whose people it covers."""

    reference: str
    begins_on: dt.date
    purposes: Collection[str]
    ends_on: dt.date | None = None


@transaction.atomic
def add(particulars: Particulars, *, at: dt.datetime, by: str) -> Recipient:
    """Put a recipient on record, which is given nothing before an agreement is, too. Raises RecipientError."""
    recipient = Recipient()
    _describe(recipient, particulars)
    audit.record("recipient.added", at=at, by=by, rule=f"recipient:{recipient.pk}")
    return recipient


@transaction.atomic
def change(recipient_id: int, particulars: Particulars, *, at: dt.datetime, by: str) -> None:
    """Change what the register says of a recipient. Raises RecipientError."""
    _describe(_locked(recipient_id), particulars)
    audit.record("recipient.changed", at=at, by=by, rule=f"recipient:{recipient_id}")


@transaction.atomic
def agree(recipient_id: int, terms: Terms, *, at: dt.datetime, by: str) -> None:
    """Put the agreement with a recipient on record, in the place of an earlier one. Raises RecipientError."""
    recipient = _locked(recipient_id)
    if not terms.reference.strip():
        raise RecipientError(_("Say where the agreement is found, such as its number."))
    if not terms.purposes:
        raise RecipientError(_("Say what the agreement covers: without a purpose, nothing may be given."))
    recipient.agreement_reference, recipient.purposes = terms.reference.strip(), sorted(set(terms.purposes))
    recipient.agreement_from, recipient.agreement_until = terms.begins_on, terms.ends_on
    _save(recipient)
    audit.record("recipient.agreed", at=at, by=by, rule=f"recipient:{recipient_id}")


@transaction.atomic
def end_agreement(recipient_id: int, ends_on: dt.date, *, at: dt.datetime, by: str) -> None:
    """Set the last day of the agreement with a recipient: nothing is given after it. Raises RecipientError."""
    recipient = _locked(recipient_id)
    if recipient.agreement_from is None:
        raise RecipientError(_("No agreement is on record that could end."))
    recipient.agreement_until = ends_on
    _save(recipient)
    audit.record("recipient.agreement_ended", at=at, by=by, rule=f"recipient:{recipient_id}")


@transaction.atomic
def reveal_secret(recipient: Recipient, *, at: dt.datetime, by: str) -> str:
    """Return what signs a recipient's webhooks, for whoever sets its server up. Raises RecipientError without one."""
    if recipient.told_by != ToldBy.WEBHOOK:
        raise RecipientError(_("This recipient is told by e-mail, and there is nothing to sign."))
    audit.record("recipient.secret_shown", at=at, by=by, rule=f"recipient:{recipient.pk}")
    return webhook_client.secret(recipient)


def _locked(recipient_id: int) -> Recipient:
    recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=recipient_id).first()
    if recipient is None:
        raise RecipientError(_("This recipient is no longer on record."))
    return recipient


def _describe(recipient: Recipient, particulars: Particulars) -> None:
    if particulars.country not in dict(countries):
        raise RecipientError(_("No country has this code (ISO 3166-1, two letters)."))
    if particulars.safeguard and not particulars.safeguard_reference.strip():
        raise RecipientError(_("Say where the safeguard is found, such as the decision's number."))
    if particulars.told_by == ToldBy.WEBHOOK and particulars.webhook_url:
        _check_webhook(particulars.webhook_url)
    for name, value in asdict(particulars).items():
        setattr(recipient, name, value.strip() if isinstance(value, str) else value)
    recipient.standing |= recipient.sends_our_mail
    _save(recipient)


def _check_webhook(url: str) -> None:
    try:
        ssrf_guard.check(url)
    except TargetRefusedError as refusal:
        raise RecipientError(str(refusal)) from None


def _save(recipient: Recipient) -> None:
    """Save what every constraint of the register allows."""
    try:
        recipient.full_clean()
    except ValidationError as error:
        raise RecipientError(" ".join(error.messages)) from None
    recipient.save()
