"""The certificate of a deletion as a page to be printed, and on paper: under the request that it belongs to."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.models import PolicyVersion
from dsr.decisions import certificates
from dsr.letters.common import spoken
from dsr.models import Certificate, Request


def urls(model_admin: RecordAdmin, name: str) -> list[URLPattern]:
    """Return where a request's certificate is found. `name` begins the names of the addresses."""
    guard = model_admin.admin_site.admin_view
    return [
        path("<path:object_id>/certificate/", guard(partial(page, model_admin)), name=f"{name}certificate"),
        path(
            "<path:object_id>/certificate-<str:language>.pdf", guard(partial(paper, model_admin)), name=f"{name}paper"
        ),
    ]


def page(model_admin: RecordAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    record, certificate, policy = _found(model_admin, request, object_id)
    title = _("Certificate of deletion for request %s") % record.number
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "trail": [*model_admin.trail(model_admin.title_of(record))[:-1], *_back(model_admin, record), (title, "")],
        "record": record,
        "said": certificates.said(certificate, policy=policy, language=get_language() or "en"),
        "papers": [(code, str(name)) for code, name in settings.LANGUAGES],
    }
    return TemplateResponse(request, "staff/certificate.html", context)


def paper(model_admin: RecordAdmin, request: HttpRequest, object_id: str, language: str) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    record, certificate, policy = _found(model_admin, request, object_id)
    if language != spoken(language):
        raise acts.gone()
    made = certificates.pdf(certificate, policy=policy, language=language)
    name = f"certificate-{record.number}-{language}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _found(
    model_admin: RecordAdmin, request: HttpRequest, object_id: str
) -> tuple[Request, Certificate, PolicyVersion]:
    record = model_admin.found(request, object_id)
    certificate = record.certificates.order_by("-pk").first()
    policy = PolicyVersion.objects.in_force()
    if certificate is None or policy is None:
        raise acts.gone()
    return record, certificate, policy


def _back(model_admin: RecordAdmin, record: Request) -> list[tuple[str, str]]:
    return [(model_admin.title_of(record), model_admin.url_of(record))]
