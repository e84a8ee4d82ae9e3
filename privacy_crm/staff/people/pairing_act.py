"""Say on a person's page that they may be on file once more, under another address."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from contacts.merging import duplicates
from contacts.merging.duplicates import PairError
from privacy_crm.staff.people.contact_acts import may_change_whole
from privacy_crm.staff.people.detail_acts import GROUP

PERMISSION = "contacts.merge_contacts"


class PairForm(ActForm):
    refusals = (PairError,)
    explanation = gettext_lazy("You see both side by side first. Nothing changes before you have chosen what is right.")
    submit = gettext_lazy("Show both")
    leads_to = ""

    email = fields.text(gettext_lazy("The e-mail address of the other record"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        day = company_day()
        pair = duplicates.choose(self.record.pk, self.cleaned_data["email"], day=day, at=at, by=by)
        self.leads_to = reverse("admin:contacts_duplicatepair_change", args=[pair.pk])
        return _("These are the two records. Choose what is right.")


ACT = Act(
    "merge-with",
    gettext_lazy("Merge with another record"),
    PERMISSION,
    PairForm,
    "merge",
    offered=may_change_whole,
    group=GROUP,
)
