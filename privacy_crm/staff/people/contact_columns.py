"""The columns of the list of contacts to choose from. Phone and postal address are on a person's own page only."""

import datetime as dt
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.models import ListLayout
from contacts.people import segments

# Each with what it takes to see it. The name is always there.
COLUMNS: dict[str, tuple[Any, str]] = {
    "e_mail": (gettext_lazy("e-mail"), "contacts.view_contact"),
    "company_name": (gettext_lazy("organisation"), "contacts.view_contact"),
    "scenarios": (gettext_lazy("held as"), "contacts.view_basis"),
    "may_write": (gettext_lazy("marketing"), "contacts.view_channelpermission"),
    "kept_until": (gettext_lazy("kept until"), "contacts.view_contact"),
    "country_name": (gettext_lazy("country"), "contacts.view_contact"),
    "spoken": (gettext_lazy("language"), "contacts.view_contact"),
    "role": (gettext_lazy("professional role"), "contacts.view_contact"),
    "collected": (gettext_lazy("collected on"), "contacts.view_basis"),
    "last_active": (gettext_lazy("last activity"), "contacts.view_activity"),
}
_AT_FIRST = ("e_mail", "company_name", "scenarios", "may_write", "kept_until")


def shown_to(user: Any) -> list[str]:
    """Return the names of the columns that a user chose, or of those that everybody begins with."""
    layout = ListLayout.objects.filter(user=user.pk).first()
    wanted = _AT_FIRST if layout is None else layout.columns
    return [name for name in _open_to(user) if name in wanted]


class ColumnsForm(ActForm):
    explanation = gettext_lazy("The name is always there. Your choice is yours alone, and stays.")
    submit = gettext_lazy("Show these columns")

    def __init__(self, record: Any = None, *, user: Any, **options: Any) -> None:
        super().__init__(record, user=user, **options)
        offered = [(name, capfirst(COLUMNS[name][0])) for name in _open_to(user)]
        self.fields["columns"] = fields.choices(_("Columns"), offered, required=False, initial=shown_to(user))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        segments.choose_columns(self.cleaned_data["columns"], user=self.user.pk, at=at, by=by)
        return _("The list shows the columns that you chose.")


ACT = Act("columns", gettext_lazy("Columns"), "contacts.view_contact", ColumnsForm, "view_column")


def _open_to(user: Any) -> list[str]:
    return [name for name, (_label, permission) in COLUMNS.items() if user.has_perm(permission)]
