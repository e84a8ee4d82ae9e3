"""Who may see whom, and under which name. Names are read for display alone."""

from typing import Any

from django.utils.translation import gettext as _

from contacts.admin.shared.base import company_day
from contacts.models import Contact

SEE_REDUCED = "contacts.see_reduced"
SEE_RESTRICTED = "contacts.see_restricted"


def name_of(contact: Contact) -> str:
    """Return the name for a page that shows the person, also where a duty left none."""
    if contact.minimised_on is None:
        return contact.display_name
    return f"{contact.first_name} {contact.last_name}".strip() or _("Person without a name")


def visible_to(user: Any, people: Any) -> Any:
    """Narrow a queryset of contacts to those whom this user may see.

    Those reduced to what a duty names, and those whose details are only stored, are for the officer (P5, L6).
    """
    if not user.has_perm(SEE_REDUCED):
        people = people.whole()
    if not user.has_perm(SEE_RESTRICTED):
        people = people.unrestricted(company_day())
    return people
