"""Find the entries about a person by their whole e-mail address, which is sent as a form and stands in no address."""

import datetime as dt
import uuid

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.people import visible_to
from contacts.base import audit
from contacts.models import Contact
from privacy_crm.staff.trail.sentences import SEES_PEOPLE


class FindForm(ActForm):
    explanation = gettext_lazy("The search is recorded in the audit trail, without what you type.")
    submit = gettext_lazy("Find entries")
    person: uuid.UUID | None = None

    email = fields.text(gettext_lazy("The whole e-mail address"))

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """Find who has this address, put the search on record, and say so where nobody has it."""
        people = visible_to(self.user, Contact.objects.by_typed_address(self.cleaned_data["email"]))
        self.person = people.values_list("public_id", flat=True).first()
        audit.record("contact.searched", at=at, by=by, rule=f"found:{int(bool(self.person))}")
        if self.person is None:
            self.add_error("email", _("Nobody is held under this address. Check how it is spelled."))
            return None
        audit.record("contact.found", at=at, by=by, public_id=self.person)
        return _("These are the entries about this person.")


ADDING = Act("find-person", gettext_lazy("Find a person"), SEES_PEOPLE, FindForm, "search")
