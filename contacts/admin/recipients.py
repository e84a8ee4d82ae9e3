"""The register of recipients (P15, P16), and the notices that they are owed (L4)."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries
from unfold.decorators import display

from contacts.admin import recipient_acts, recipient_paper_acts, recipient_papers
from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.disclosure import notice_words
from contacts.models import Recipient, RecipientNotice
from contacts.words.vocabulary import RecipientKind, Safeguard, Scenario, ToldBy

LATEST = 20


@admin.register(Recipient)
class RecipientAdmin(RecordAdmin):
    heading = gettext_lazy("Recipients")
    empty_text = gettext_lazy("Add every recipient outside that gets people's data from us, with its agreement.")
    page_template = "staff/recipient.html"
    list_display = ("recipient", "kind_of", "place", "agreement", "protected_by")
    list_display_links = ("recipient",)
    list_filter = ("kind",)
    search_fields = ("name__icontains",)
    search_help_text = gettext_lazy("Part of the name")
    ordering = ("name",)
    adding = Act("add", gettext_lazy("Add a recipient"), "contacts.add_recipient", recipient_acts.AddForm)
    acts = (
        Act(
            "change-details",
            gettext_lazy("Change details"),
            "contacts.change_recipient",
            recipient_acts.ChangeForm,
            "edit",
        ),
        Act("agree", gettext_lazy("New agreement"), "contacts.change_recipient", recipient_acts.AgreeForm, "handshake"),
        Act(
            "end-agreement",
            gettext_lazy("End the agreement"),
            "contacts.change_recipient",
            recipient_acts.EndForm,
            "event_busy",
            grave=True,
            offered=lambda recipient: recipient.agreement_from is not None,
        ),
        Act(
            "secret",
            gettext_lazy("Show the secret"),
            "contacts.change_recipient",
            recipient_acts.SecretForm,
            "key",
            offered=lambda recipient: recipient.told_by == ToldBy.WEBHOOK,
        ),
        *recipient_paper_acts.ACTS,
    )

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        day = company_day()
        for recipient in records:
            recipient.agreed = recipient.is_agreed(day)

    @display(description=gettext_lazy("recipient"))
    def recipient(self, recipient: Recipient) -> str:
        return recipient.name

    @display(description=gettext_lazy("kind"))
    def kind_of(self, recipient: Recipient) -> str:
        return str(RecipientKind(recipient.kind).label)

    @display(description=gettext_lazy("country"))
    def place(self, recipient: Recipient) -> str:
        return country_of(recipient)

    @display(description=gettext_lazy("agreement"), label={"in_force": "success", "none": "danger"})
    def agreement(self, recipient: Any) -> tuple[str, str]:
        return ("in_force", _("in force")) if recipient.agreed else ("none", _("none in force"))

    @display(description=gettext_lazy("safeguard"))
    def protected_by(self, recipient: Recipient) -> str:
        return safeguard_of(recipient)

    def title_of(self, record: Any) -> str:
        return str(record.name)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.fetch)
        return [
            path("<path:object_id>/document/<int:document>/", view, name=self._url_name("document")),
            *super().get_urls(),
        ]

    def fetch(self, request: HttpRequest, object_id: str, document: int) -> HttpResponseBase:
        """Hand out a document of the agreement. Who fetched it is recorded, though that is a GET (ADR 0016)."""
        return recipient_papers.fetch(request, self.found(request, object_id), document)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        sees_notices = request.user.has_perm("contacts.view_recipientnotice")
        return {
            "country": country_of(record),
            "safeguard": safeguard_of(record),
            "purposes": [capfirst(each.label) for each in Scenario if each in record.purposes],
            "told_by": ToldBy(record.told_by).label,
            "notices": _open(record) if sees_notices else None,
            "copies": _copies(record),
            **recipient_papers.of(record, company_day()),
            "people": _people(record) if request.user.has_perm("contacts.view_disclosure") else None,
        }


def country_of(recipient: Recipient) -> str:
    return str(countries.name(recipient.country) or recipient.country)


def safeguard_of(recipient: Recipient) -> str:
    """Return what protects data there, in words."""
    if recipient.safeguard:
        return str(Safeguard(recipient.safeguard).label)
    return _("missing") if recipient.is_outside_the_eea else _("none needed in the EEA")


def _copies(recipient: Recipient) -> str:
    """Return what becomes of a copy there that cannot be reached."""
    days = recipient.copy_days or 0
    text = ngettext("Its copies are deleted after %d day.", "Its copies are deleted after %d days.", days)
    return text % days if recipient.untold_because else ""


def _people(recipient: Recipient) -> int:
    return recipient.disclosures.values("contact").distinct().count()


def _open(recipient: Recipient) -> list[RecipientNotice]:
    still_open: list[RecipientNotice] = list(recipient.notices.open().order_by("created_at", "pk")[:LATEST])
    return _judged(still_open)


def _judged(notices: list[Any]) -> list[Any]:
    """Give notices the state and the words that lists and pages show."""
    now = timezone.now()
    for notice in notices:
        notice.standing = _standing(notice, now)
        notice.standing_label = _STANDINGS[notice.standing]
        notice.heading = notice_words.heading(notice)
    return notices


_STANDINGS = {
    "done": gettext_lazy("done"),
    "overdue": gettext_lazy("overdue"),
    "sent": gettext_lazy("sent, not acknowledged"),
    "failing": gettext_lazy("could not be sent yet"),
    "waiting": gettext_lazy("waits to be sent"),
}


def _standing(notice: RecipientNotice, now: dt.datetime) -> str:
    if notice.acknowledged_at:
        return "done"
    if notice.is_overdue(now):
        return "overdue"
    if notice.sent_at:
        return "sent"
    return "failing" if notice.attempts else "waiting"


class Standing(ChoiceFilter):
    """Whether a recipient has said that it has done what a notice asks for."""

    title = gettext_lazy("state")
    parameter_name = "standing"
    offered = (
        Choice("overdue", gettext_lazy("overdue"), lambda notices: notices.overdue(timezone.now())),
        Choice("open", gettext_lazy("not acknowledged"), lambda notices: notices.open()),
        Choice("done", gettext_lazy("done"), lambda notices: notices.filter(acknowledged_at__isnull=False)),
    )


@admin.register(RecipientNotice)
class RecipientNoticeAdmin(RecordAdmin):
    heading = gettext_lazy("Notices to recipients")
    empty_text = gettext_lazy(
        "Here, recipients that were given a person's data are told of erasures, objections and corrections."
    )
    page_template = "staff/notice.html"
    list_display = ("what", "recipient", "state", "owed_on", "person")
    list_display_links = ("what",)
    list_filter = (Standing, "kind", "recipient")
    list_select_related = ("recipient",)
    search_fields = ("reference",)
    search_help_text = gettext_lazy("The whole number of a person")
    ordering = ("-pk",)
    acts = (
        Act(
            "acknowledge",
            gettext_lazy("Record that it is done"),
            "contacts.change_recipientnotice",
            recipient_acts.HeardForm,
            "task_alt",
            offered=lambda notice: notice.acknowledged_at is None,
        ),
    )

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        _judged(records)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(reference=uuid.UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    @display(description=gettext_lazy("what it is asked to do"))
    def what(self, notice: Any) -> str:
        return str(notice.heading)

    @display(
        description=gettext_lazy("state"),
        label={"done": "success", "overdue": "danger", "sent": "info", "failing": "warning", "waiting": None},
    )
    def state(self, notice: Any) -> tuple[str, str]:
        return notice.standing, str(notice.standing_label)

    @display(description=gettext_lazy("owed since"))
    def owed_on(self, notice: RecipientNotice) -> str:
        return date_format(timezone.localtime(notice.created_at))

    @display(description=gettext_lazy("number of the person"))
    def person(self, notice: RecipientNotice) -> str:
        return str(notice.reference)

    def title_of(self, record: Any) -> str:
        return f"{record.heading}: {record.recipient.name}"

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"what_to_do": notice_words.what_to_do(record)}
