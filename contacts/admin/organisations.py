"""Organisations, and the agreements whose end starts the clock of their people."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts import agreements, organisations
from contacts.admin import acts, fields
from contacts.admin.acts import Act, ActForm
from contacts.admin.base import RecordAdmin, today
from contacts.admin.people import visible_to
from contacts.agreements import AgreementError
from contacts.models import Agreement, Organisation, PolicyVersion
from contacts.organisations import OrganisationError
from contacts.vocabulary import AgreementKind, AgreementState


class OrganisationForm(ActForm):
    refusals = (OrganisationError,)

    name = fields.text(gettext_lazy("Name"))
    country = fields.text(gettext_lazy("Country"), required=False, help_text=gettext_lazy("Two letters, such as SE."))
    reference = fields.text(gettext_lazy("Number in other systems"), required=False)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class EnterForm(OrganisationForm):
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        on = today(PolicyVersion.objects.in_force())
        self.record = organisations.enter(**self.cleaned_data, on=on, at=at, by=by)
        return _("The organisation is on record.")


class ChangeForm(OrganisationForm):
    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {name: getattr(record, name) for name in ("name", "country", "reference")}
        super().__init__(record, initial=initial, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        organisations.change(self.record, **self.cleaned_data, at=at, by=by)
        return _("The organisation is changed.")


class AgreementForm(ActForm):
    refusals = (AgreementError,)

    kind = fields.choice(gettext_lazy("Kind"), AgreementKind.choices)
    reference = fields.text(gettext_lazy("Number of the agreement"), required=False)
    started_on = fields.day(gettext_lazy("Starts on"), required=False)
    ended_on = fields.day(
        gettext_lazy("Ends on"), required=False, help_text=gettext_lazy("Leave empty while no end is known.")
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreements.add(self.record.pk, **self.cleaned_data, at=at, by=by)
        return _("The agreement is on record.")


class EndForm(ActForm):
    refusals = (AgreementError,)
    explanation = gettext_lazy("The clock of the organisation's people starts when its last agreement has ended.")

    ended_on = fields.day(gettext_lazy("Last day of the agreement"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreements.end(self.record, self.cleaned_data["ended_on"], at=at, by=by)
        return _("The agreement ends on %s.") % date_format(self.cleaned_data["ended_on"])


class ReopenForm(ActForm):
    refusals = (AgreementError,)
    explanation = gettext_lazy("The end is taken back, and the clock of the organisation's people stops.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreements.reopen(self.record, at=at, by=by)
        return _("The agreement is in force again.")


@admin.register(Agreement)
class AgreementAdmin(RecordAdmin):
    heading = gettext_lazy("Agreements")
    page_template = "staff/agreement.html"
    list_display = ("agreement", "organisation", "kind", "started_on", "ends")
    list_display_links = ("agreement",)
    list_filter = ("kind", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("organisation",)
    ordering = ("-pk",)
    acts = (
        Act("end", gettext_lazy("Set the last day"), "contacts.change_agreement", EndForm, "event_busy"),
        Act(
            "reopen",
            gettext_lazy("Take back the end"),
            "contacts.change_agreement",
            ReopenForm,
            "undo",
            offered=lambda agreement: agreement.ended_on is not None,
        ),
    )

    @display(description=gettext_lazy("agreement"))
    def agreement(self, agreement: Agreement) -> str:
        return agreement.reference or _("without a number")

    @display(description=gettext_lazy("ends on"))
    def ends(self, agreement: Agreement) -> str:
        return date_format(agreement.ended_on) if agreement.ended_on else _("no end set")

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        return reverse("admin:contacts_organisation_change", args=[record.organisation_id])

    def title_of(self, record: Any) -> str:
        return capfirst(str(record))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"today": today(PolicyVersion.objects.in_force())}


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    heading = gettext_lazy("Organisations")
    page_template = "staff/organisation.html"
    list_display = ("name", "country", "state", "ended")
    list_display_links = ("name",)
    list_filter = ("agreement_state",)
    search_fields = ("name__icontains", "reference__iexact")
    search_help_text = gettext_lazy("Part of the name, or the number")
    ordering = ("name",)
    adding = Act("add", gettext_lazy("Enter an organisation"), "contacts.add_organisation", EnterForm)
    acts = (
        Act("change-details", gettext_lazy("Change details"), "contacts.change_organisation", ChangeForm, "edit"),
        Act("add-agreement", gettext_lazy("Add an agreement"), "contacts.add_agreement", AgreementForm, "handshake"),
    )

    @display(
        description=gettext_lazy("agreements"),
        label={AgreementState.OPEN: "success", AgreementState.ENDED: "warning", AgreementState.NONE: "danger"},
    )
    def state(self, organisation: Organisation) -> tuple[str, str]:
        return organisation.agreement_state, str(AgreementState(organisation.agreement_state).label)

    @display(description=gettext_lazy("last agreement ends on"))
    def ended(self, organisation: Organisation) -> dt.date | None:
        return organisation.agreements_ended_on

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        agreement_admin = self.admin_site.get_model_admin(Agreement)
        sees_agreements = agreement_admin.has_view_permission(request)
        return {
            "agreements": _agreements(agreement_admin, request, record) if sees_agreements else None,
            "today": today(PolicyVersion.objects.in_force()),
            "people": visible_to(request.user, record.contacts.all()).count()
            if request.user.has_perm("contacts.view_contact")
            else None,
        }


def _agreements(model_admin: Any, request: HttpRequest, organisation: Organisation) -> list[tuple[Agreement, str, Any]]:
    listed = organisation.agreements.order_by(F("ended_on").desc(nulls_first=True), "-started_on", "pk")
    return [
        (agreement, model_admin.url_of(agreement), acts.offered(model_admin, request, agreement))
        for agreement in listed
    ]
