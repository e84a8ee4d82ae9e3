"""Organisations: their people, and the agreements that decide how long these are kept."""

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.admin.shared.people import name_of, visible_to
from contacts.models import Agreement, Organisation
from contacts.people import agreements, organisations
from contacts.people.agreements import AgreementError
from contacts.people.organisations import Marked, OrganisationError
from contacts.words.numbers import grouped
from contacts.words.vocabulary import AgreementKind, AgreementState, LegalForm

FIRST = 10  # people on the page; the list has them all


class OrganisationForm(ActForm):
    refusals = (OrganisationError,)

    name = fields.text(gettext_lazy("Name"))
    country = fields.choice(gettext_lazy("Country"), (), required=False)
    reference = fields.text(gettext_lazy("Number in other systems"), required=False)
    legal_form = fields.choice(
        gettext_lazy("Legal form"), [("", gettext_lazy("not known")), *LegalForm.choices], required=False
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        held = getattr(record, "country", "")
        self.fields["country"].choices = fields.offered(countries, held)  # type: ignore[attr-defined]


class EnterForm(OrganisationForm):
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        on = company_day()
        self.record = organisations.enter(**self.cleaned_data, on=on, at=at, by=by)
        return _("The organisation is on record.")


class ChangeForm(OrganisationForm):
    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {name: getattr(record, name) for name in ("name", "country", "reference", "legal_form")}
        super().__init__(record, initial=initial, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        organisations.change(self.record, **self.cleaned_data, at=at, by=by)
        return _("The organisation is changed.")


class MarkForm(ActForm):
    explanation = gettext_lazy(
        "In Great Britain, people at companies, LLPs, Scottish partnerships and public bodies may get e-mail without"
        " consent. As long as the legal form is not known, we ask for consent."
    )
    submit = gettext_lazy("Save the legal form")
    result_template = "staff/organisations_marked.html"
    marked: Marked

    names = fields.long_text(
        gettext_lazy("Names of organisations"), help_text=gettext_lazy("One on each line, as it is on record.")
    )
    legal_form = fields.choice(gettext_lazy("Legal form"), [("", "–"), *LegalForm.choices])

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        lines = (line.strip() for line in self.cleaned_data["names"].splitlines())
        form = LegalForm(self.cleaned_data["legal_form"])
        self.marked = organisations.mark([line for line in lines if line], form, at=at, by=by)
        done = ngettext(
            "%(number)s organisation is now marked as %(form)s.",
            "%(number)s organisations are now marked as %(form)s.",
            self.marked.changed,
        )
        return done % {"number": grouped(self.marked.changed), "form": form.label}


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


MARK = Act("legal-forms", gettext_lazy("Fill in legal forms"), "contacts.change_organisation", MarkForm, "gavel")


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    heading = gettext_lazy("Organisations")
    page_template = "staff/organisation.html"
    list_before_template = "staff/organisation_list_before.html"
    list_display = ("name", "in_country", "form_of_law", "state", "ended")
    list_display_links = ("name",)
    list_filter = ("agreement_state", "legal_form")
    search_fields = ("name__icontains", "reference__iexact")
    search_help_text = gettext_lazy("Part of the name, or the number")
    ordering = ("name",)
    adding = Act("add", gettext_lazy("Enter an organisation"), "contacts.add_organisation", EnterForm)
    acts = (
        Act("change-details", gettext_lazy("Change details"), "contacts.change_organisation", ChangeForm, "edit"),
        Act("add-agreement", gettext_lazy("Add an agreement"), "contacts.add_agreement", AgreementForm, "handshake"),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(acts.show_or_do, self, MARK))
        return [path(f"{MARK.name}/", view, name=self._url_name(MARK.name)), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        button = {"act": MARK, "url": reverse(f"admin:{self._url_name(MARK.name)}"), "paged": True}
        buttons = [button] if request.user.has_perm(MARK.permission) else []
        return super().changelist_view(request, {"buttons": buttons, **(extra_context or {})})

    @display(
        description=gettext_lazy("agreements"),
        label={AgreementState.OPEN: "success", AgreementState.ENDED: "warning", AgreementState.NONE: "danger"},
    )
    def state(self, organisation: Organisation) -> tuple[str, str]:
        last_day, state = organisation.agreements_ended_on, AgreementState(organisation.agreement_state)
        to_come = last_day and last_day >= timezone.localdate()
        return state.value, _("all agreements have a last day") if to_come else str(state.label)

    @display(description=gettext_lazy("country"), ordering="country")
    def in_country(self, organisation: Organisation) -> str:
        return _country(organisation)

    @display(description=gettext_lazy("legal form"))
    def form_of_law(self, organisation: Organisation) -> str:
        return organisation.get_legal_form_display()

    @display(description=gettext_lazy("last agreement ends on"))
    def ended(self, organisation: Organisation) -> dt.date | None:
        return organisation.agreements_ended_on

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        agreement_admin = self.admin_site.get_model_admin(Agreement)
        sees_agreements = agreement_admin.has_view_permission(request)
        return {
            "country": _country(record),
            "agreements": _agreements(agreement_admin, request, record) if sees_agreements else None,
            "today": company_day(),
            **(_people(request, record) if request.user.has_perm("contacts.view_contact") else {}),
        }


def _country(organisation: Organisation) -> str:
    return str(countries.name(organisation.country) or organisation.country)


def _people(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """Return how many people belong to it, and the first of them, as far as the reader may see them."""
    people = visible_to(request.user, organisation.contacts.all())
    first = people.order_by("last_name", "first_name", "pk").prefetch_related("bases")[:FIRST]
    sees_bases = request.user.has_perm("contacts.view_basis")
    listed = [(each, name_of(each), each.bases.all() if sees_bases else []) for each in first]
    return {"people": people.count(), "first": listed}


def _agreements(model_admin: Any, request: HttpRequest, organisation: Organisation) -> list[tuple[Agreement, str, Any]]:
    listed = organisation.agreements.order_by(F("ended_on").desc(nulls_first=True), "-started_on", "pk")
    return [
        (agreement, model_admin.url_of(agreement), acts.offered(model_admin, request, agreement))
        for agreement in listed
    ]
