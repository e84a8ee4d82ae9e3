"""Buttons that do one thing: a form in a dialog, and the act that it calls. A GET shows the form, only a POST acts."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.admin.shared import second_factor
from contacts.models import PolicyVersion

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

# Sent along where the browser only asks what would follow from what is typed so far (staff/follows.html).
LOOK = "look"


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
    blocked: Any = False  # then there is no button: what the form shows says why
    reveals = False  # shows the details of whom the record's page shows: whoever opens it has looked at them
    found: list[uuid.UUID] | None = None  # the public ids of those whom a search of the form's own has found
    result_template = ""  # shows what is told once alone, in the answer itself, since a message would keep it

    def __init__(self, record: Any = None, *, user: Any = None, asked: Any = None, **options: Any) -> None:
        self.record, self.user = record, user
        self.asked = asked or {}  # what the form's own address says, where it is opened
        super().__init__(**options)

    def so_far(self, name: str) -> Any:
        """Return what a field says, in a form that may be incomplete; None where that is nothing that could be."""
        try:
            return self.fields[name].clean(self[name].value())
        except ValidationError:
            return None

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        raise NotImplementedError

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """Carry the act out, or show on the form why it was refused."""
        try:
            return self.carry_out(at=at, by=by)
        except self.refusals as refusal:
            self.add_error(None, str(refusal))
            return None


class UnderPolicyForm(ActForm):
    """An act under the policy in force, which it finds in `cleaned_data["policy"]`; refused where none is published."""

    without_policy: Any = ""  # says what cannot be without one

    def clean(self) -> dict[str, Any]:
        policy = PolicyVersion.objects.in_force()
        if policy is None:
            raise ValidationError(self.without_policy)
        return {**(super().clean() or self.cleaned_data), "policy": policy}


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


class ActsPage(Protocol):
    """What shows acts: a page of the admin for each record (`base.WithActs` says what each method does)."""

    admin_site: "AdminSite"

    @property
    def acts(self) -> tuple[Act, ...]: ...
    def found(self, request: HttpRequest, object_id: str) -> Any: ...
    def url_of(self, record: Any = None, act: str = "change") -> str: ...
    def after(self, act: Act, record: Any, form: ActForm) -> str: ...
    def trail(self, title: Any) -> list[tuple[Any, str]]: ...
    def note_form(self, request: HttpRequest, form: ActForm, page: str) -> None: ...


def by(request: HttpRequest) -> str:
    """Return the actor's name for the audit trail: an id, never a name."""
    return f"user:{request.user.pk}"


def who(actors: Iterable[str]) -> dict[str, str]:
    """Return for each actor what to show: a member of staff's log-in name, anybody else as the trail has them."""
    told = list(actors)
    keys = {number for actor in told if (number := actor.removeprefix("user:")).isdecimal()}
    found = get_user_model().objects.filter(pk__in=keys).values_list("pk", "username") if keys else []
    names = {f"user:{pk}": name for pk, name in found}
    return {actor: names.get(actor, actor) for actor in told}


def offered(model_admin: ActsPage, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
    """Return the buttons that this user finds on this record, for the templates."""
    return [
        {"act": act, "url": model_admin.url_of(record, act.name)}
        for act in model_admin.acts
        if request.user.has_perm(act.permission) and act.offered(record)
    ]


def show_or_do(model_admin: ActsPage, act: Act, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
    """Show the form of an act, or carry it out where the form was sent."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    if not request.user.has_perm(act.permission):
        raise PermissionDenied
    record = model_admin.found(request, object_id) if object_id else None
    if elsewhere := _elsewhere(model_admin, act, request, record):
        return elsewhere
    sent = request.method == "POST"
    told = {"data": request.POST, "files": request.FILES} if sent else {"asked": request.GET}
    form = act.form(record, user=request.user, **told)
    if sent and LOOK not in request.POST and form.is_valid():
        done = _attempt(act, request, form)
        if done is not None:
            return _tell(model_admin, act, request, form, done)
    return _form(model_admin, act, request, form)


def _elsewhere(model_admin: ActsPage, act: Act, request: HttpRequest, record: Any) -> HttpResponse | None:
    """Lead away where the act is not to be had any more, or where the second factor comes before its form."""
    if not act.offered(record):
        messages.warning(request, _("This is not possible any more."))
        return second_factor.go(request, model_admin.url_of(record))
    return second_factor.ask_anew(request) if act.fresh and request.method != "POST" else None


def _attempt(act: Act, request: HttpRequest, form: ActForm) -> str | None:
    """Carry the act out, unless the second factor was shown too long ago: then what was typed is shown again."""
    if act.fresh and not second_factor.is_fresh(request):
        form.add_error(None, second_factor.nothing_done(request))
        return None
    return form.attempt(at=timezone.now(), by=by(request))


def _tell(model_admin: ActsPage, act: Act, request: HttpRequest, form: ActForm, done: str) -> HttpResponse:
    if form.result_template:
        return _form(model_admin, act, request, form, done)
    messages.success(request, done)
    return second_factor.go(request, model_admin.after(act, form.record, form))


def _form(model_admin: ActsPage, act: Act, request: HttpRequest, form: ActForm, done: str = "") -> HttpResponse:
    record = form.record
    model_admin.note_form(request, form, act.name)
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


def gone() -> Http404:
    return Http404(_("There is no such record, or not any more."))
