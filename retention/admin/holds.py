"""Holds: what keeps people beyond their time. They are placed on the person's page and ended here."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.admin.shared.people import SEE_REDUCED, SEE_RESTRICTED, name_of, visible_to
from contacts.models import Contact
from contacts.words.categories import Category
from retention.holds import holds
from retention.holds.holds import HoldError
from retention.models import OF_REQUESTS, Hold, HoldKind


class EndForm(ActForm):
    refusals = (HoldError,)
    explanation = gettext_lazy("The run on the day after the last day decides what happens to the person.")

    day = fields.day(gettext_lazy("Last day of the hold"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"day": company_day()}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        holds.end(self.record, day=self.cleaned_data["day"], at=at, by=by)
        return _("The hold ends on %s.") % date_format(self.cleaned_data["day"])


class Standing(ChoiceFilter):
    """Whether a hold stands today."""

    title = gettext_lazy("state")
    parameter_name = "standing"
    offered = (
        Choice("yes", gettext_lazy("stands"), lambda placed: placed.standing(company_day())),
        Choice(
            "no",
            gettext_lazy("has ended"),
            lambda placed: placed.exclude(pk__in=Hold.objects.standing(company_day()).values("pk")),
        ),
    )


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    heading = gettext_lazy("Holds")
    empty_text = gettext_lazy("A hold is placed on the page of the person.")
    page_template = "staff/hold.html"
    list_display = ("person", "state", "why", "last_day", "legal_reference", "placed_on")
    list_display_links = ("person",)
    list_filter = (Standing, "kind", "reason")
    list_select_related = ("contact",)
    ordering = ("-placed_at", "-pk")
    acts = (
        Act(
            "end",
            gettext_lazy("End this hold"),
            "retention.change_hold",
            EndForm,
            "lock_open",
            offered=lambda hold: hold.closed_on is None and hold.reason not in OF_REQUESTS,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset = super().get_queryset(request)
        if request.user.has_perms([SEE_REDUCED, SEE_RESTRICTED]):
            return queryset
        return queryset.filter(contact__in=visible_to(request.user, Contact.objects.all()))

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        day = company_day()
        sees_people = request.user.has_perm("contacts.view_contact")
        for hold in records:
            hold.stands = hold.until is None or hold.until >= day
            hold.who = name_of(hold.contact) if sees_people else str(hold.contact)

    @display(description=gettext_lazy("person"))
    def person(self, hold: Any) -> str:
        return str(hold.who)

    @display(description=gettext_lazy("state"), label={"stands": "info", "ended": None})
    def state(self, hold: Any) -> tuple[str, str]:
        return ("stands", _("stands")) if hold.stands else ("ended", _("has ended"))

    @display(description=gettext_lazy("reason"))
    def why(self, hold: Hold) -> str:
        kind = _("freeze") if hold.kind == HoldKind.FREEZE else _("duty")
        return f"{kind}: {hold.get_reason_display()}"

    @display(description=gettext_lazy("last day"))
    def last_day(self, hold: Hold) -> str:
        return date_format(hold.until) if hold.until else _("no end set")

    @display(description=gettext_lazy("placed on"))
    def placed_on(self, hold: Hold) -> dt.date:
        return localtime(hold.placed_at).date()

    def title_of(self, record: Any) -> str:
        return _("Hold on %s") % str(record.who)

    def shows(self, record: Any) -> list[uuid.UUID]:
        return [record.contact.public_id]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "keeps": [Category(word).label for word in record.keeps] if record.kind == HoldKind.DUTY else [],
            "by_request": record.reason in OF_REQUESTS,
            "person_url": reverse("admin:contacts_contact_change", args=[record.contact.public_id]),
        }
