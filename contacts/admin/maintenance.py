"""Restore drills and key rotations. Staff record drills here; the command that changes a key records that."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.information import maintenance
from contacts.information.maintenance import MaintenanceError
from contacts.models import Maintenance, MaintenanceKind


class DrillForm(ActForm):
    refusals = (MaintenanceError,)
    explanation = gettext_lazy(
        "Record a drill on the day you do it, whether or not it worked. Reviews show the last one."
    )

    on = fields.day(gettext_lazy("When was it done?"))
    note = fields.text(
        gettext_lazy("Which backup was restored, and what was found?"), help_text=gettext_lazy("No names of people.")
    )
    worked = fields.tick(gettext_lazy("The restore worked"), required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"on": company_day()}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = maintenance.drilled(**self.cleaned_data, at=at, by=by)
        return _("The restore drill is on record.")


@admin.register(Maintenance)
class MaintenanceAdmin(RecordAdmin):
    heading = gettext_lazy("Maintenance")
    empty_text = gettext_lazy("No restore drill is on record. Restore a backup into an empty database, and record it.")
    page_template = "staff/maintenance.html"
    list_display = ("what", "outcome", "done", "note")
    list_display_links = ("what",)
    list_filter = ("kind",)
    ordering = ("-done_on", "-pk")
    adding = Act("add", gettext_lazy("Record a restore drill"), "contacts.add_maintenance", DrillForm)

    @display(description=gettext_lazy("what"))
    def what(self, record: Maintenance) -> str:
        return str(capfirst(MaintenanceKind(record.kind).label))

    @display(description=gettext_lazy("outcome"), label={"worked": "success", "failed": "danger"})
    def outcome(self, record: Maintenance) -> tuple[str, str]:
        return ("worked", _("worked")) if record.worked else ("failed", _("failed"))

    @display(description=gettext_lazy("done on"))
    def done(self, record: Maintenance) -> str:
        return date_format(record.done_on)

    def title_of(self, record: Any) -> str:
        return _("%(what)s of %(day)s") % {"what": self.what(record), "day": date_format(record.done_on)}

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"who": acts.who([record.by])[record.by], "recorded_at": localtime(record.at)}
