"""Enter an organisation and change what stands about it. It goes by the nightly run alone, once nobody is left."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Organisation
from contacts.words.vocabulary import LegalForm


class OrganisationError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class Marked:
    """How many organisations have got another legal form, how many had it already, and the names of no organisation."""

    changed: int
    had: int
    unknown: list[str]


@transaction.atomic
def enter(
    name: str,
    *,
    country: str = "",
    reference: str = "",
    legal_form: str = "",
    on: dt.date,
    at: dt.datetime,
    by: str,
) -> Organisation:
    """Put an organisation on record, entered `on` a day. Raises OrganisationError where its name is taken."""
    told = {"country": country, "reference": reference, "legal_form": legal_form, "entered_on": on}
    organisation, fresh = Organisation.objects.get_or_create(name=name, defaults=told)
    if not fresh:
        raise _taken()
    audit.record("organisation.entered", at=at, by=by, rule=f"organisation:{organisation.pk}")
    return organisation


@transaction.atomic
def change(
    organisation: Organisation,
    *,
    name: str,
    country: str,
    reference: str,
    legal_form: str,
    at: dt.datetime,
    by: str,
) -> None:
    """Change what stands about an organisation.

    Raises OrganisationError where the name is another's, or the organisation is gone.
    """
    try:
        with transaction.atomic():
            changed = Organisation.objects.filter(pk=organisation.pk).update(
                name=name, country=country, reference=reference, legal_form=legal_form
            )
    except IntegrityError:
        raise _taken() from None
    if not changed:
        raise OrganisationError(_("This organisation is not on record any more."))
    audit.record("organisation.changed", at=at, by=by, rule=f"organisation:{organisation.pk}")


@transaction.atomic
def mark(names: Collection[str], legal_form: LegalForm, *, at: dt.datetime, by: str) -> Marked:
    """Note the legal form of all organisations of these names. Names that are on record of none change nothing."""
    found = Organisation.objects.filter(name__in=names).order_by("pk").select_for_update(no_key=True)
    forms = {organisation.name: (organisation.pk, organisation.legal_form) for organisation in found}
    others = [key for key, form in forms.values() if form != legal_form]
    Organisation.objects.filter(pk__in=others).update(legal_form=legal_form)
    audit.record_rules("organisation.marked", [f"organisation:{key}" for key in others], at=at, by=by)
    unknown = [name for name in dict.fromkeys(names) if name not in forms]
    return Marked(len(others), len(forms) - len(others), unknown)


def _taken() -> OrganisationError:
    return OrganisationError(_("An organisation of this name is on record already."))
