"""Buttons that do one thing: a form in a dialog, and the act that it calls. A GET shows the form, only a POST acts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from contacts.admin.base import RecordAdmin


class ActForm(forms.Form):
    """What an act needs to be told. `carry_out` calls it and returns what happened, in words.

    `refusals` are the errors by which the act says no; their text is shown to the user. `{name}` in the answer stands
    for the person whose page shows it: messages wait in a cookie, where no name belongs.
    """

    refusals: tuple[type[Exception], ...] = ()
    explanation: Any = ""
    submit: Any = ""  # what the button says, where that is more than the act's name
    body_template = ""  # shows what the act is about, above the fields
    after_template = ""  # shows what follows from the fields, below them
    placed: tuple[str, ...] = ()  # fields that the body or what follows shows itself
    result_template = ""  # shows what is told once alone, in the answer itself, since a message would keep it

    def __init__(self, record: Any = None, **options: Any) -> None:
        self.record = record
        super().__init__(**options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        raise NotImplementedError

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """Carry the act out, or show on the form why it was refused."""
        try:
            return self.carry_out(at=at, by=by)
        except self.refusals as refusal:
            self.add_error(None, str(refusal))
            return None


@dataclass(frozen=True)
class Act:
    """A button: its words, who may press it, and when it is there at all."""

    name: str
    label: Any
    permission: str
    form: type[ActForm]
    icon: str = ""
    grave: bool = False
    offered: Callable[[Any], bool] = lambda _record: True
    fresh: bool = False  # asks for the second factor anew
    group: Any = ""  # the heading that it stands under, on a page with many


def by(request: HttpRequest) -> str:
    """Return the actor's name for the audit trail: an id, never a name."""
    return f"user:{request.user.pk}"


def offered(model_admin: "RecordAdmin", request: HttpRequest, record: Any) -> list[dict[str, Any]]:
    """Return the buttons that this user finds on this record, for the templates."""
    return [
        {"act": act, "url": model_admin.url_of(record, act.name)}
        for act in model_admin.acts
        if request.user.has_perm(act.permission) and act.offered(record)
    ]


def show_or_do(
    model_admin: "RecordAdmin", act: Act, request: HttpRequest, object_id: str | None = None
) -> HttpResponse:
    """Show the form of an act, or carry it out where the form was sent."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    if not request.user.has_perm(act.permission):
        raise PermissionDenied
    record = model_admin.found(request, object_id) if object_id else None
    if not act.offered(record):
        messages.warning(request, _("This is not possible any more."))
        return _go(request, model_admin.url_of(record))
    sent = request.method == "POST"
    form = act.form(record, data=request.POST if sent else None, files=request.FILES if sent else None)
    if sent and form.is_valid():
        done = form.attempt(at=timezone.now(), by=by(request))
        if done is not None:
            return _tell(model_admin, act, request, form, done)
    return _form(model_admin, act, request, form)


def _tell(model_admin: "RecordAdmin", act: Act, request: HttpRequest, form: ActForm, done: str) -> HttpResponse:
    if form.result_template:
        return _form(model_admin, act, request, form, done)
    messages.success(request, done)
    return _go(request, model_admin.after(act, form.record, form))


def _form(model_admin: "RecordAdmin", act: Act, request: HttpRequest, form: ActForm, done: str = "") -> HttpResponse:
    record = form.record
    in_dialog = bool(request.headers.get("HX-Request"))
    context = {
        "act": act,
        "form": form,
        "done": done,
        "trail": model_admin.trail(act.label),
        "back": model_admin.url_of(record),
        "in_dialog": in_dialog,
        "title": act.label,
    }
    if not in_dialog:
        context = {**model_admin.admin_site.each_context(request), **context}
    return TemplateResponse(request, "staff/dialog.html" if in_dialog else "staff/act.html", context)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Leave the dialog: the script in the page follows this header, a plain form follows the redirect."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)


def gone() -> Http404:
    return Http404(_("There is no such record, or not any more."))
