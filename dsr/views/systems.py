"""The owner of another system reads what a request asks of it, and says what they did (L18).

The link is sealed and says a random number, and for which owner it was made: it ends with that owner, with the system,
with its task, and some days after the task's own day (`owner_links`). Its server may post to the same address, as
multipart/form-data.
"""

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contacts.outbox import links
from contacts.people import restriction_guard
from contacts.views import refusals
from contacts.views.frame import Visit, framed
from dsr.models import SystemTask
from dsr.records.transitions import RequestError
from dsr.systems import asking_words, owner_links, reporting, sought
from dsr.systems.reporting import File, Said
from dsr.words.vocabulary import TaskAnswer

_MOST_BYTES = reporting.MOST_BYTES + 64 * 1024


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(choices=TaskAnswer, error_messages={"required": gettext_lazy("Choose what you did.")})
    words = forms.CharField(required=False, max_length=10_000)


# No cookie tells who its reader is, so that a token against forged posts would guard nothing: who knows the link may.
@cache_control(private=True, no_store=True)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@framed
def task(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show whom it is about and what to do; a post answers it, once."""
    try:
        found, said = owner_links.found(token)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    if owner_links.has_ended(found, said, day=restriction_guard.today(timezone.now())):
        return _ended(visit)
    if request.method == "POST" and found.is_open:
        return _take(visit, found)
    return _show(visit, found)


def _ended(visit: Visit) -> HttpResponse:
    said = {
        "heading": _("This link has expired"),
        "text": _("It shows nobody any more. If you still have to answer, ask our privacy contact for a new link."),
    }
    return visit.show("contacts/message.html", said, status=HTTPStatus.GONE)


def _take(visit: Visit, task: SystemTask) -> HttpResponse:
    if int(visit.request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
        most = reporting.MOST_BYTES // 1024**2
        text = _("All files together may have %d MB at most. Nothing was stored.") % most
        return _show(visit, task, text, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    form = AnswerForm(visit.request.POST)
    if not form.is_valid():
        wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _show(visit, task, wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    said = Said(TaskAnswer(form.cleaned_data["answer"]), form.cleaned_data["words"], _files(visit.request))
    try:
        reporting.report(task.pk, said, at=timezone.now(), by=f"system:{task.system_id}")
    except RequestError as refusal:
        return _show(visit, task, str(refusal), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    task.refresh_from_db()
    return _show(visit, task)


def _files(request: HttpRequest) -> list[File]:
    return [(each.name or "file", each.read()) for each in request.FILES.getlist("files")]


def _show(visit: Visit, task: SystemTask, wrong: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    day = date_format(task.due_on, "DATE_FORMAT")
    about = sought.on_page(task)
    context: dict[str, Any] = {
        "task": task,
        "number": task.request.number,
        "heading": asking_words.heading(task.request),
        "what": asking_words.what(task),
        "answers": asking_words.answers(task.request),
        "facts": _facts(about),
        "words": about.get("words", ""),
        "day": day,
        "wrong": wrong,
        "typed": visit.request.POST,
    }
    is_over = task.called_off_at is not None and not task.is_to_undo
    return visit.show("my_data/system_task.html", context, status=HTTPStatus.GONE if is_over else status)


def _facts(about: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [(_("Name"), "names"), (_("E-mail"), "emails"), (_("Company"), "companies")]
    return [(label, ", ".join(about[key])) for label, key in rows if about.get(key)]
