"""Where the officer makes the report on one person: from the person's page, or by an e-mail address."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import acts, fields, second_factor
from contacts.models import Contact, PolicyVersion
from contacts.words.addresses import MalformedAddressError, normalise
from privacy_crm.staff.person_report import about, report
from privacy_crm.staff.person_report.about import About

# Whose page it is sees everybody: also those whose details are only stored, or reduced to what a duty names.
NEEDED = ("dsr.handle_request", "contacts.see_restricted", "contacts.see_reduced", "contacts.view_auditevent")


_NUMBER = RegexValidator(
    r"^(?=.*\d)[\w./-]+$",
    gettext_lazy("Use letters, digits, dots, hyphens and slashes: no spaces, and at least one digit."),
)


class ReportForm(forms.Form):
    address = fields.text(
        gettext_lazy("E-mail address"),
        error_messages={"required": gettext_lazy("Enter the e-mail address of the person.")},
    )
    person = forms.UUIDField(widget=forms.HiddenInput, required=False)
    purpose = fields.choice(gettext_lazy("What is it for?"), [("", "–"), *report.Purpose.choices])
    reference = fields.text(
        gettext_lazy("Reference"),
        max_length=40,
        validators=[_NUMBER],
        help_text=gettext_lazy(
            "The number of the case, such as IMY-2026-1234. The audit trail keeps it, so type no names."
        ),
    )
    language = fields.choice(gettext_lazy("Language of the report"), settings.LANGUAGES)

    def clean_address(self) -> str:
        try:
            return normalise(self.cleaned_data["address"])
        except MalformedAddressError:
            raise forms.ValidationError(_("This is not an e-mail address.")) from None


def show(request: HttpRequest) -> HttpResponse:
    """Show the form; a POST shows the report, on record."""
    if refusal := _refused(request, {"GET", "HEAD", "POST"}):
        return refusal
    policy = PolicyVersion.objects.in_force()
    form = _form(request)
    if request.method == "POST" and policy and form.is_valid():
        whom = _whom(form, policy)
        if whom is None:
            raise acts.gone()
        return _made(request, form, _make(request, form, whom))
    return _page(request, {"form": form, "policy": policy, "back": _back(form)})


def file(request: HttpRequest) -> HttpResponse:
    """Hand out the same on paper, on record."""
    if refusal := _refused(request, {"POST"}):
        return refusal
    policy, form = PolicyVersion.objects.in_force(), _form(request)
    whom = _whom(form, policy) if policy and form.is_valid() else None
    if whom is None:
        messages.warning(request, _("The report was not made. Fill in the form once more."))
        return redirect("admin:person-report")
    made = _make(request, form, whom, paper=True)
    headers = {"Content-Disposition": 'attachment; filename="person-report.pdf"'}
    return HttpResponse(report.pdf(made, at=whom.at), content_type="application/pdf", headers=headers)


def _refused(request: HttpRequest, methods: set[str]) -> HttpResponse | None:
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    if request.method not in methods:
        return HttpResponseNotAllowed(sorted(methods - {"HEAD"}))
    return second_factor.ask_anew(request, reverse("admin:person-report") if methods == {"POST"} else "")


def _form(request: HttpRequest) -> ReportForm:
    initial = {"person": request.GET.get("person"), "language": translation.get_language()}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=initial)
    if number := form["person"].value():
        _check_number(number)
        del form.fields["address"]
    return form


def _check_number(text: str) -> None:
    try:
        uuid.UUID(text)
    except ValueError:
        raise acts.gone() from None


def _whom(form: ReportForm, policy: PolicyVersion) -> About | None:
    """Return whom it is about; None where the person is not held any more."""
    told = {"policy": policy, "language": form.cleaned_data["language"], "at": timezone.now()}
    number: uuid.UUID | None = form.cleaned_data.get("person")
    if number is None:
        return about.under(form.cleaned_data["address"], **told)
    contact = Contact.objects.filter(public_id=number).first()
    return about.held(contact, **told) if contact else None


def _make(request: HttpRequest, form: ReportForm, whom: About, *, paper: bool = False) -> report.Report:
    purpose, reference = report.Purpose(form.cleaned_data["purpose"]), form.cleaned_data["reference"]
    return report.make(whom, purpose, reference, at=whom.at, by=acts.by(request), paper=paper)


def _made(request: HttpRequest, form: ReportForm, made: report.Report) -> HttpResponse:
    """Show it, with what the same on paper is asked for by."""
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    return _page(request, {"report": made, "asked": asked, "back": _back(form)})


def _back(form: ReportForm) -> str:
    """Return the page that it was opened from; empty where an address is typed."""
    number = form["person"].value()
    return reverse("admin:contacts_contact_change", args=[number]) if number else ""


def _page(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Report on one person"), **shown}
    return TemplateResponse(request, "staff/person_report.html", context)
