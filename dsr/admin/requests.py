"""The officer's inbox, and a request as one page: its acts come from the modules beside this one."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.models import PolicyVersion
from dsr.admin.acts import (
    agreeing_acts,
    answer_acts,
    correcting_act,
    correspondence_acts,
    erasure_acts,
    handover_acts,
    intake_acts,
    pass_on,
    representing_acts,
    restricting_acts,
    scope_acts,
    stopping_act,
    systems_acts,
    undelivered_act,
    weighing_acts,
)
from dsr.admin.pages import certificate_pages, inbox, letter_pages, package_pages, request_page
from dsr.models import Request
from dsr.records import searching
from dsr.words.vocabulary import State

_GROUPS = (
    (gettext_lazy("Who asks"), (*intake_acts.ACTS, scope_acts.SCOPE)),
    (gettext_lazy("Somebody acts for the person"), representing_acts.ACTS),
    (
        gettext_lazy("Decide"),
        (
            *correcting_act.ACTS,
            *restricting_acts.ACTS,
            *weighing_acts.ACTS,
            *agreeing_acts.ACTS,
            *stopping_act.ACTS,
        ),
    ),
    (gettext_lazy("Other systems"), systems_acts.ACTS),
    (gettext_lazy("Hand over"), handover_acts.ACTS),
    (gettext_lazy("Delete"), erasure_acts.ACTS),
    (gettext_lazy("Answer"), (*answer_acts.ACTS, scope_acts.FEE, *undelivered_act.ACTS)),
    (gettext_lazy("Write and note"), correspondence_acts.ACTS),
)


@admin.register(Request)
class RequestAdmin(RecordAdmin):
    heading = gettext_lazy("Requests")
    empty_text = gettext_lazy(
        "Nobody is waiting for an answer. Requests on the website come in by themselves. Enter the ones that came by"
        " e-mail, letter or phone."
    )
    page_template = "staff/request.html"
    list_display = ("request_number", "asked_for", "person", "due", "state_now", "worker", "came_in")
    list_display_links = ("request_number",)
    list_filter = (
        inbox.StateFilter,
        inbox.DueFilter,
        inbox.WorkerFilter,
        "kind",
        inbox.PassedOnFilter,
        inbox.FoundFilter,
        inbox.LetterFilter,
        inbox.SystemsFilter,
    )
    search_fields = ("pk",)
    search_help_text = gettext_lazy("Number, name, address, right or state")
    adding = intake_acts.ENTER
    acts = tuple(replace(act, group=heading) for heading, group in _GROUPS for act in group)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out what nobody has proven: it is anybody's, and not to be acted on."""
        return super().get_queryset(request).exclude(state=State.UNPROVEN)

    def get_ordering(self, request: HttpRequest) -> Any:
        return Request.objects.by_due().query.order_by

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return searching.found(queryset, search_term), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Request | None:
        try:
            with_acting = self.get_queryset(request).prefetch_related("representatives")
            found: Request | None = with_acting.filter(public_id=object_id).first()
        except (ValidationError, ValueError):
            return None
        return found

    def key_of(self, record: Any) -> str:
        return str(record.public_id)

    def get_urls(self) -> list[URLPattern]:
        """Add where staff pass a request on, who may open nothing else here."""
        show = partial(acts.show_or_do, pass_on.desk(self.admin_site), pass_on.ACT)
        view = self.admin_site.admin_view(show)
        return [
            path("pass-on/", view, name=self._url_name(pass_on.ACT.name)),
            *certificate_pages.urls(self, self._url_name("")),
            *letter_pages.urls(self, self._url_name("")),
            *package_pages.urls(self, self._url_name("")),
            *super().get_urls(),
        ]

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        inbox.complete(records, company_day())

    def listed(self, records: list[Any]) -> list[uuid.UUID]:
        return [public_id for record in records for public_id in record.people]

    @display(description=gettext_lazy("number"))
    def request_number(self, record: Request) -> str:
        return record.number

    @display(description=gettext_lazy("asked for"))
    def asked_for(self, record: Request) -> str:
        return capfirst(record.get_kind_display())

    @display(description=gettext_lazy("person"))
    def person(self, record: Any) -> str:
        return str(record.who)

    @display(description=gettext_lazy("answer by"))
    def due(self, record: Any) -> str:
        return inbox.due(record, record.seen_on)

    @display(
        description=gettext_lazy("state"),
        label={"overdue": "danger", "soon": "warning", State.ASKED: "info", State.NEW: "primary", State.OPEN: None},
    )
    def state_now(self, record: Any) -> tuple[str, str]:
        return inbox.standing(record, record.seen_on)

    @display(description=gettext_lazy("assigned to"))
    def worker(self, record: Any) -> str:
        return str(record.worker)

    @display(description=gettext_lazy("came in by"))
    def came_in(self, record: Request) -> str:
        text = record.get_source_display()
        return _("%s, passed on by staff") % text if record.passed_on_by else text

    def title_of(self, record: Any) -> str:
        return str(_("Request %s") % record.number)

    def shows(self, record: Any) -> Iterable[uuid.UUID]:
        return record.subjects.values_list("contact__public_id", flat=True)  # type: ignore[no-any-return]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return request_page.fill(record, PolicyVersion.objects.in_force(), record.seen_on)
