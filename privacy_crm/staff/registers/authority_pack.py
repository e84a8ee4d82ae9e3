"""The authority pack: the officer has it made as of a day, and takes it along once it is there."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import acts, fields, second_factor
from contacts.admin.shared.base import company_day
from contacts.models import PolicyVersion
from privacy_crm.authority import ready

READ = "contacts.view_processingsnapshot"
MAKE = "dsr.handle_request"  # who answers for the registers in it


class DayForm(forms.Form):
    day = fields.day(gettext_lazy("As of which day?"))

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if day > company_day():
            raise forms.ValidationError(_("This day is yet to come."))
        return day


def show(request: HttpRequest) -> HttpResponse:
    """Show whether a pack is there; a POST has one made."""
    _check(request, READ)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    policy = PolicyVersion.objects.in_force()
    form = DayForm(request.POST if request.method == "POST" else None, initial={"day": company_day()})
    if request.method == "POST" and policy:
        _check(request, MAKE)
        if answer := second_factor.ask_anew(request):
            return answer
        if form.is_valid():
            return _asked(request, form.cleaned_data["day"], policy)
    return _page(request, form, policy)


def file(request: HttpRequest) -> HttpResponse:
    """Hand the pack out, on record."""
    _check(request, READ)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    page = reverse("admin:authority-pack")
    if answer := second_factor.ask_anew(request, page):
        return answer
    found = _state()
    if found is None or found.ready is None:
        messages.warning(request, _("The pack is no longer there. Make it again."))
        return redirect(page)
    content = ready.fetched(found.ready, at=timezone.now(), by=acts.by(request))
    headers = {"Content-Disposition": f'attachment; filename="authority-pack-{found.ready.day}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


def _asked(request: HttpRequest, day: dt.date, policy: PolicyVersion) -> HttpResponse:
    try:
        ready.ask(day, policy=policy, at=timezone.now(), by=acts.by(request))
        messages.success(request, _("The pack is being made. This takes less than a minute."))
    except ready.AwayError:
        messages.error(request, _("Nothing was done: the workers cannot be reached. Try again in a few minutes."))
    return redirect("admin:authority-pack")


def _page(request: HttpRequest, form: DayForm, policy: PolicyVersion | None) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Authority pack"),
        "form": form,
        "makes": policy is not None and request.user.has_perm(MAKE),
        "policy": policy,
        "state": _state(),
    }
    return TemplateResponse(request, "staff/authority_pack.html", context)


def _state() -> ready.State | None:
    """Return what is there; None where that cannot be asked."""
    try:
        return ready.state()
    except ready.AwayError:
        return None


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
