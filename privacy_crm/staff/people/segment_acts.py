"""What can be done with a segment: save it, rename it, share it or not, delete it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.people import segments as acts
from contacts.people.segments import LONGEST, SegmentError
from privacy_crm import segments
from privacy_crm.segments import FILTERS, FilterError

_SHARED = gettext_lazy("Colleagues see it, use it and may change it, too")


class SaveForm(ActForm):
    refusals = (SegmentError, FilterError)
    explanation = gettext_lazy(
        "Whom these filters find is asked anew whenever the segment is used. What is searched for is not saved: a word "
        "may be somebody's name."
    )
    body_template = "staff/segment_organisation.html"
    placed = ("organisation",)

    name = fields.text(gettext_lazy("Name of the segment"), max_length=LONGEST)
    shared = fields.tick(_SHARED, required=False)

    def __init__(self, record: Any = None, *, asked: Any = None, **options: Any) -> None:
        given = {name: asked[name] for name in FILTERS if name in asked} if asked else {}
        super().__init__(record, initial=given, **options)
        self.fields |= {name: _field(name) for name in FILTERS}

    def of_organisation(self) -> str:
        """Return the name of the organisation whose people the filters narrow to, for the form to say so."""
        value = str(self["organisation"].value() or "")
        return FILTERS["organisation"].names([value]).get(value, segments.gone()) if value else ""

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        filters = segments.checked({name: told[name] for name in FILTERS})
        self.record = acts.save(told["name"], filters, shared=told["shared"], owner=self.user.pk, at=at, by=by)
        return _("The segment is saved.")


class ChangeForm(ActForm):
    refusals = (SegmentError,)

    name = fields.text(gettext_lazy("Name of the segment"), max_length=LONGEST)
    shared = fields.tick(_SHARED, required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"name": record.name, "shared": record.shared}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        acts.change(self.record, self.cleaned_data["name"], shared=self.cleaned_data["shared"], at=at, by=by)
        return _("The segment is changed.")


class DeleteForm(ActForm):
    refusals = (SegmentError,)
    explanation = gettext_lazy("The filters go, no person does. Lists and mailings that were made with them stay.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        acts.delete(self.record, at=at, by=by)
        self.record = None
        return _("The segment is deleted.")


def _field(name: str) -> forms.Field:
    label = capfirst(FILTERS[name].label)
    options = FILTERS[name].options()
    if not options:
        return forms.CharField(label=label, required=False, widget=forms.HiddenInput)
    return fields.choice(label, [("", _("any")), *options], required=False)


SAVE = Act("add", gettext_lazy("Save as a segment"), "contacts.add_segment", SaveForm, "bookmark_add")

_CHANGE = "contacts.change_segment"
ACTS = (
    Act("name-and-share", gettext_lazy("Rename, or share"), _CHANGE, ChangeForm, "edit"),
    Act("delete-segment", gettext_lazy("Delete"), _CHANGE, DeleteForm, "delete", grave=True),
)
