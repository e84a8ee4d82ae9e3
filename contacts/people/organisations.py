"""Enter an organisation and change what stands about it. It goes by the nightly run alone, once nobody is left."""

import datetime as dt

from django.db import IntegrityError, transaction

from contacts.base import audit
from contacts.models import Organisation


class OrganisationError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def enter(name: str, *, country: str = "", reference: str = "", on: dt.date, at: dt.datetime, by: str) -> Organisation:
    """Put an organisation on record, entered `on` a day. Raises OrganisationError where its name is taken."""
    organisation, fresh = Organisation.objects.get_or_create(
        name=name, defaults={"country": country, "reference": reference, "entered_on": on}
    )
    if not fresh:
        raise _taken()
    audit.record("organisation.entered", at=at, by=by, rule=f"organisation:{organisation.pk}")
    return organisation


@transaction.atomic
def change(organisation: Organisation, *, name: str, country: str, reference: str, at: dt.datetime, by: str) -> None:
    """Change what stands about an organisation.

    Raises OrganisationError where the name is another's, or the organisation is gone.
    """
    try:
        with transaction.atomic():
            changed = Organisation.objects.filter(pk=organisation.pk).update(
                name=name, country=country, reference=reference
            )
    except IntegrityError:
        raise _taken() from None
    if not changed:
        raise OrganisationError("This organisation is not on record any more.")
    audit.record("organisation.changed", at=at, by=by, rule=f"organisation:{organisation.pk}")


def _taken() -> OrganisationError:
    return OrganisationError("An organisation of this name is on record already.")
