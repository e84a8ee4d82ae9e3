"""Where a list and a person's record say different things: of which field, and why the record stays (L15)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ListMode(TextChoices):
    """What a list in the browser does with people who are held already."""

    FILL = "fill", _("Fill in blanks")
    UPDATE = "update", _("Update details")


class ListField(TextChoices):
    """What a list can say of a person, beside the address, which it never changes."""

    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    JOB_TITLE = "job_title", _("Job title")
    PHONE = "phone", _("Phone")
    ORGANISATION = "organisation", _("Organisation")
    ADDRESS = "address", _("Address")
    POSTAL_CODE = "postal_code", _("Postal code")
    CITY = "city", _("City")
    COUNTRY = "country", _("Country")
    LANGUAGE = "language", _("Language")

    @property
    def column(self) -> str:
        """The column of the person's record."""
        return "organisation_id" if self is ListField.ORGANISATION else self.value


class Stays(TextChoices):
    """Why a record keeps what it says though a list says something else, the weightiest first."""

    CORRECTED = "corrected", _("corrected at the person's request")
    FROZEN = "frozen", _("a request or a claim is open")
    AGREEMENT = "agreement", _("held under an agreement in force")
    COUNTRY = "country", _("a list never changes a country")
    OPENS = "opens", _("the new organisation could allow marketing that is not allowed now")
    LEFT = "left", _("left out of this update")
    SINCE = "since", _("the record has changed since the preview")
