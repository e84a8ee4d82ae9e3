"""Who may see whom, and under which name. Names are read for display alone."""

from typing import Any

from django.utils.translation import gettext as _

from contacts.models import Contact

SEE_REDUCED = "contacts.see_reduced"


def name_of(contact: Contact) -> str:
    """Return the name for a page that shows the person, also where a duty left none."""
    if contact.minimised_on is None:
        return contact.display_name
    return f"{contact.first_name} {contact.last_name}".strip() or _("Person without a name")


def visible_to(user: Any, people: Any) -> Any:
    """Narrow a queryset of contacts to those whom this user may see: reduced ones are for the officer (P5)."""
    return people if user.has_perm(SEE_REDUCED) else people.whole()
