"""Make a list: who would be in it and who would not is shown by GET, and a POST answers with the file itself."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.admin.recipients import country_of, safeguard_of
from contacts.admin.shared import acts, second_factor
from contacts.admin.shared.base import RecordAdmin, today
from contacts.audiences import exporting
from contacts.audiences.audience import Wanted
from contacts.audiences.exporting import Custody, ExportError, File
from contacts.disclosure.disclosing import DisclosureError
from contacts.mailings import permission_words
from contacts.models import PolicyVersion, Recipient
from contacts.permission.permission import Reach
from contacts.words.vocabulary import FileFormat
from privacy_crm.staff.audiences.audience_forms import ReasonForm, WantedForm

PERMISSION = "contacts.export_audience"

_MEDIA_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def answer(model_admin: RecordAdmin, request: HttpRequest) -> HttpResponseBase:
    """Show what a list would be, or export it where the choices in the address were confirmed."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    policy = PolicyVersion.objects.in_force()
    day = today(policy)
    asked = "channel" in request.GET
    initial = {"segment": request.GET.get("segment", "")}
    form = WantedForm(request.user, day, data=request.GET if asked else None, initial=initial)
    reason = ReasonForm(request.POST if request.method == "POST" else None)
    ready = policy is not None and asked and form.is_valid()
    if policy and ready and request.method == "POST" and reason.is_valid():
        file = _export(request, form, reason, policy)
        if file:
            return _sent(file)
    shown = {"form": form, "reason": reason, "policy": policy}
    if policy and ready:
        shown |= _look(form, form.wanted(policy, day), day)
    return _page(model_admin, request, shown)


def _export(request: HttpRequest, form: WantedForm, reason: ReasonForm, policy: PolicyVersion) -> File | None:
    """Export the list, or say on the form why not."""
    if not second_factor.is_fresh(request):
        reason.add_error(None, second_factor.nothing_done(request))
        return None
    user: Any = request.user
    custody = Custody(
        holder_id=user.pk,
        days=settings.AUDIENCE_DAYS,
        reason_above=settings.AUDIENCE_REASON_ABOVE,
        reason=reason.cleaned_data["reason"],
        segment=form.segment_chosen,
    )
    try:
        wanted = form.wanted(policy, today(policy))
        return exporting.export(wanted, custody, policy=policy, at=timezone.now(), by=acts.by(request))
    except (DisclosureError, ExportError) as refusal:
        reason.add_error(None, str(refusal))
        return None


def _sent(file: File) -> StreamingHttpResponse:
    """Answer with the file while it is made; whoever has read it, or broken off, has it closed."""
    made = file.audience
    headers = {
        "Content-Disposition": f'attachment; filename="audience-{made.public_id}.{made.file_format}"',
        "Cache-Control": "no-store, private",
    }
    return StreamingHttpResponse(file, content_type=_MEDIA_TYPES[FileFormat(made.file_format)], headers=headers)


def _look(form: WantedForm, wanted: Wanted, day: dt.date) -> dict[str, Any]:
    """Return what would follow: how many, who is left out and why, where it goes and until when."""
    try:
        reach = exporting.look(wanted, day=day)
    except DisclosureError as refusal:
        form.add_error(None, str(refusal))
        return {}
    return {
        "reach": reach,
        "outcome": _outcome(reach),
        "left_out": permission_words.left_out(reach),
        "needs_reason": reach.may > settings.AUDIENCE_REASON_ABOVE,
        "most": settings.AUDIENCE_REASON_ABOVE,
        "goes_to": wanted.recipient and place_of(wanted.recipient),
        "valid_through": day + dt.timedelta(days=settings.AUDIENCE_DAYS),
        "button": _button(reach, wanted.file_format),
    }


def place_of(recipient: Recipient) -> dict[str, str]:
    """Return who gets a list, where that is and what protects it there, in words."""
    return {"name": recipient.name, "country": country_of(recipient), "safeguard": safeguard_of(recipient)}


def counted(number: int) -> dict[str, Any]:
    return {"number": number_format(number, force_grouping=True)}


def _outcome(reach: Reach) -> str:
    if not reach.may:
        return _("Nobody is left whom this list could have.")
    text = ngettext("%(number)s person would be on this list.", "%(number)s people would be on this list.", reach.may)
    return text % counted(reach.may)


def _button(reach: Reach, file_format: FileFormat) -> str:
    text = ngettext("Export %(number)s person as %(format)s", "Export %(number)s people as %(format)s", reach.may)
    return text % {**counted(reach.may), "format": file_format.label}


def _page(model_admin: RecordAdmin, request: HttpRequest, shown: dict[str, Any]) -> TemplateResponse:
    title = _("Make a list")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "trail": model_admin.trail(title),
        "back": model_admin.url_of(),
        "choices": request.GET.urlencode(),
        **shown,
    }
    return TemplateResponse(request, "staff/audience_new.html", context)
