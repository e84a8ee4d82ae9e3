"""A letter about a request on paper, once more: where the first print was lost, or a mail has never left."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.looks import note_look
from contacts.models import PolicyVersion
from dsr.letters import paper
from dsr.models import Request
from dsr.words.vocabulary import LETTERS


def urls(model_admin: RecordAdmin, name: str) -> list[URLPattern]:
    """Return where the letters of a request are printed. `name` begins the name of the address."""
    view = model_admin.admin_site.admin_view(partial(page, model_admin))
    return [path("<path:object_id>/letter-<int:number>.pdf", view, name=f"{name}letter")]


def page(model_admin: RecordAdmin, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    """Hand out the letter with this key. It is a look at whoever the request is about."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    record: Request = model_admin.found(request, object_id)
    if not request.user.has_perm("dsr.handle_request"):
        raise PermissionDenied
    kept = record.papers.filter(pk=number, kind__in=LETTERS).select_related("request").first()
    policy = PolicyVersion.objects.in_force()
    if kept is None or policy is None:
        raise acts.gone()
    note_look(request, model_admin.shows(record), "letter")
    headers = {"Content-Disposition": f'attachment; filename="letter-{record.number}.pdf"'}
    return HttpResponse(paper.again(kept, policy=policy), content_type="application/pdf", headers=headers)
