"""The package of a request as the person will read it, and as a file for the officer who sends it by post."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.admin.shared import acts, second_factor
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.looks import note_look
from dsr import package
from dsr.admin.letters import in_force
from dsr.answers import answering
from dsr.decisions import handing_over
from dsr.letters.common import spoken
from dsr.models import Request
from dsr.records import timeline
from dsr.records.transitions import RequestError


def urls(model_admin: RecordAdmin, name: str) -> list[URLPattern]:
    """Return where a request's package is found. `name` begins the name of the address."""
    view = model_admin.admin_site.admin_view(partial(page, model_admin))
    return [path("<path:object_id>/package/", view, name=f"{name}package")]


def page(model_admin: RecordAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show the package by GET, and hand the file out by POST, which is written down."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    record = _found(model_admin, request, object_id)
    if asked := second_factor.ask_anew(request):
        return asked
    return _file(record, request) if request.method == "POST" else _look(model_admin, record, request)


def _found(model_admin: RecordAdmin, request: HttpRequest, object_id: str) -> Request:
    record: Request = model_admin.found(request, object_id)
    if not request.user.has_perm("dsr.handle_request"):
        raise PermissionDenied
    if record.kind not in handing_over.KINDS or not record.subjects.exists():
        raise acts.gone()
    return record


def _look(model_admin: RecordAdmin, record: Request, request: HttpRequest) -> HttpResponse:
    title = _("Package for request %s") % record.number
    people = timeline.people(record)
    note_look(request, [person.public_id for person in people], "package")
    language = spoken(answering.language(record))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "trail": [
            *model_admin.trail(title)[:-1],
            (model_admin.title_of(record), model_admin.url_of(record)),
            (title, ""),
        ],
        "record": record,
        "shown": package.html(
            [person.pk for person in people], policy=in_force(), language=language, at=timezone.now()
        ),
    }
    return TemplateResponse(request, "staff/package.html", context)


def _file(record: Request, request: HttpRequest) -> HttpResponse:
    language = spoken(answering.language(record))
    try:
        made = handing_over.take_out(
            record.pk, language=language, policy=in_force(), at=timezone.now(), by=acts.by(request)
        )
    except RequestError as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'attachment; filename="request-{record.number}.zip"'}
    return HttpResponse(made, content_type="application/zip", headers=headers)
