"""The categories of data that the policy names (P2), and the fields of a contact that hold each."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Category(TextChoices):
    NAME = "name", _("name")
    EMAIL = "email", _("work e-mail")
    POSTAL_ADDRESS = "postal_address", _("postal address")
    PHONE = "phone", _("phone")
    COMPANY = "company", _("company")
    CITY = "city", _("city")
    COUNTRY = "country", _("country")
    JOB_TITLE = "job_title", _("professional role")
    FOOD_PREFERENCES = "food_preferences", _("dietary needs")


FIELDS: dict[Category, tuple[str, ...]] = {
    Category.NAME: ("first_name", "last_name"),
    Category.EMAIL: ("email", "address_hash", "mailbox_hash"),
    Category.POSTAL_ADDRESS: ("address", "postal_code"),
    Category.PHONE: ("phone",),
    Category.COMPANY: ("company", "organisation"),
    Category.CITY: ("city",),
    Category.COUNTRY: ("country",),
    Category.JOB_TITLE: ("job_title",),
}

# Absent stands for NULL in these, for the empty text in all others.
NULLABLE = frozenset({"email", "address_hash", "mailbox_hash", "organisation"})

# What a form may ask for besides the e-mail address (P2).
OPTIONAL_FIELDS = (
    "first_name",
    "last_name",
    "phone",
    "company",
    "job_title",
    "address",
    "postal_code",
    "city",
    "country",
)


def blank(categories: set[Category]) -> dict[str, str | None]:
    """Return the values that empty these categories, for an UPDATE of contacts."""
    names = [name for category in categories for name in FIELDS.get(category, ())]
    return {name: None if name in NULLABLE else "" for name in names}
