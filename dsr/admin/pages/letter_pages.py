"""A letter about a request on paper, once more; and files of the person and of other systems, as they came."""

from functools import partial
from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.looks import note_look
from contacts.models import PolicyVersion
from dsr.answers.correspondence import MEDIA_TYPES
from dsr.letters import paper
from dsr.models import Attachment, Enclosure, Request
from dsr.words.vocabulary import LETTERS


def urls(model_admin: RecordAdmin, name: str) -> list[URLPattern]:
    """Return where letters are printed and files downloaded. `name` begins the names of the addresses."""
    view = model_admin.admin_site.admin_view
    return [
        path("<path:object_id>/letter-<int:number>.pdf", view(partial(page, model_admin)), name=f"{name}letter"),
        path("<path:object_id>/file-<int:number>/", view(partial(download, model_admin)), name=f"{name}attachment"),
        path("<path:object_id>/sent-<int:number>/", view(partial(sent, model_admin)), name=f"{name}enclosure"),
    ]


def page(model_admin: RecordAdmin, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    """Hand out the letter with this key. It is a look at whoever the request is about."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    record = _found(model_admin, request, object_id)
    kept = record.papers.filter(pk=number, kind__in=LETTERS).select_related("request").first()
    policy = PolicyVersion.objects.in_force()
    if kept is None or policy is None:
        raise acts.gone()
    note_look(request, model_admin.shows(record), "letter")
    headers = {"Content-Disposition": f'attachment; filename="letter-{record.number}.pdf"'}
    return HttpResponse(paper.again(kept, policy=policy), content_type="application/pdf", headers=headers)


def download(model_admin: RecordAdmin, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    """Hand out the file with this key, never to be shown in the browser. It is a look at the person, too."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    record = _found(model_admin, request, object_id)
    kept = Attachment.objects.filter(pk=number, paper__request=record).first()
    return _as_it_came(model_admin, request, record, kept)


def sent(model_admin: RecordAdmin, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    """Hand out a file that another system sent for the person, as the person would get it."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    record = _found(model_admin, request, object_id)
    return _as_it_came(model_admin, request, record, record.enclosures.filter(pk=number).first())


def _as_it_came(
    model_admin: RecordAdmin, request: HttpRequest, record: Request, kept: Attachment | Enclosure | None
) -> HttpResponse:
    if kept is None:
        raise acts.gone()
    note_look(request, model_admin.shows(record), "attachment")
    kind = MEDIA_TYPES.get(PurePath(kept.name).suffix.lower(), "application/octet-stream")
    headers = {"Content-Disposition": content_disposition_header(True, kept.name) or "attachment"}
    return HttpResponse(bytes(kept.content), content_type=kind, headers=headers)


def _found(model_admin: RecordAdmin, request: HttpRequest, object_id: str) -> Request:
    record: Request = model_admin.found(request, object_id)
    if not request.user.has_perm("dsr.handle_request"):
        raise PermissionDenied
    return record
