"""The lists that left as files: who holds each, for what and until when, and what became of it (P15)."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.audiences import exporting, striking
from contacts.audiences.exporting import AudienceError
from contacts.mailings import permission_words
from contacts.models import Audience
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import AudienceEnd, Channel, FileFormat, Scenario
from privacy_crm import segments
from privacy_crm.staff.audiences import audience_page
from privacy_crm.staff.audiences.audience_page import PERMISSION, counted, place_of

SEE = "contacts.view_audience"
CONFIRM = "contacts.change_audience"
# Whoever may see what anybody was given sees everybody's lists; all others see their own.
SEE_ALL = "contacts.view_disclosure"


def visible_to(user: Any, lists: QuerySet[Audience]) -> QuerySet[Audience]:
    """Narrow lists to those that this user may see: their own, or everybody's."""
    return lists if user.has_perm(SEE_ALL) else lists.filter(holder=user.pk)


def tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what this user has to say of lists whose time is over, as sentences that lead there."""
    if not request.user.has_perm(CONFIRM):
        return []
    mine, since, others, longest = _overdue(request.user.pk)
    others = others if request.user.has_perm(SEE_ALL) else 0
    told = [
        (mine, since, ngettext("Say what became of %d list of yours", "Say what became of %d lists of yours", mine)),
        (
            others,
            longest,
            ngettext(
                "%d list is overdue: its holder has not said what became of it",
                "%d lists are overdue: their holders have not said what became of them",
                others,
            ),
        ),
    ]
    link = f"{reverse('admin:contacts_audience_changelist')}?standing=overdue"
    return [{"text": text % number, "link": link, "day": day} for number, day, text in told if number]


def _overdue(holder: int | None) -> tuple[int, dt.date | None, int, dt.date | None]:
    """Return how many lists of a holder's are overdue and which last day comes first, and the same of all others."""
    late, own = Audience.objects.overdue(timezone.localdate()), Q(holder=holder)
    return late.aggregate(  # type: ignore[return-value]
        mine=Count("pk", filter=own),
        since=Min("valid_through", filter=own),
        others=Count("pk", filter=~own),
        longest=Min("valid_through", filter=~own),
    ).values()


def badge(request: HttpRequest) -> str | None:
    """Return how many lists are overdue that this user sees, for the sidebar."""
    if not request.user.has_perm(SEE):
        return None
    # The company's day: `frame.our_way` has set its zone.
    late = Audience.objects.overdue(timezone.localdate())
    return str(visible_to(request.user, late).count() or "") or None


class Standing(ChoiceFilter):
    """Whether the holder of a list has said what became of it."""

    title = gettext_lazy("state")
    parameter_name = "standing"
    offered = (
        Choice("overdue", gettext_lazy("overdue"), lambda lists: lists.overdue(company_day())),
        Choice("outstanding", gettext_lazy("not confirmed"), lambda lists: lists.outstanding()),
        Choice("confirmed", gettext_lazy("confirmed"), lambda lists: lists.filter(confirmed_at__isnull=False)),
    )


class ConfirmForm(ActForm):
    refusals = (AudienceError,)
    end = AudienceEnd.USED

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        exporting.confirm(self.record, self.end, at=at, by=by)
        return _("Noted: %s.") % self.end.label


class UsedForm(ConfirmForm):
    explanation = gettext_lazy("The list was used for its purpose, and no copy of the file is left anywhere.")


class DestroyedForm(ConfirmForm):
    end = AudienceEnd.DESTROYED
    explanation = gettext_lazy("Nobody was written to or called from it, and no copy of the file is left anywhere.")


class StruckForm(ActForm):
    explanation = gettext_lazy(
        "Everybody who is named on this page has been removed from the file and from every copy of it."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        number = striking.struck(self.record, at=at, by=by)
        return ngettext("Noted: %d person removed.", "Noted: %d people removed.", number) % number


def _is_outstanding(audience: Audience) -> bool:
    return audience.confirmed_at is None


class AudienceAdmin(RecordAdmin):
    heading = gettext_lazy("Audiences")
    empty_text = gettext_lazy("A list that left as a file stands here with its holder, and with what became of it.")
    page_template = "staff/audience.html"
    list_display = ("what", "goes_to", "holder_name", "valid_through", "state")
    list_display_links = ("what",)
    list_filter = (Standing, "channel")
    list_select_related = ("recipient", "holder", "segment")
    ordering = ("-made_at", "-pk")
    # The page that makes a list is no form of one act, since its answer is a file: `audience_page`.
    adding = Act("add", gettext_lazy("Make a list"), PERMISSION, ActForm)
    acts = (
        Act(
            "struck",
            gettext_lazy("Confirm removal"),
            CONFIRM,
            StruckForm,
            "person_remove",
            offered=lambda audience: striking.waiting().filter(audience=audience).exists(),
        ),
        Act("used", gettext_lazy("Used, and deleted"), CONFIRM, UsedForm, "task_alt", offered=_is_outstanding),
        Act(
            "destroyed",
            gettext_lazy("Deleted without being used"),
            CONFIRM,
            DestroyedForm,
            "delete_forever",
            offered=_is_outstanding,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return visible_to(request.user, super().get_queryset(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Audience | None:
        lists = Audience.objects.select_related(*self.list_select_related)
        return lists.filter(pk=object_id).first() if object_id.isdecimal() else None

    def found(self, request: HttpRequest, object_id: str) -> Audience:
        """Return a list to its holder, and to whoever sees everybody's; 403 to all others."""
        record: Audience = super().found(request, object_id)
        if record.holder_id != request.user.pk and not request.user.has_perm(SEE_ALL):
            raise PermissionDenied
        return record

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        day = company_day()
        for audience in records:
            audience.standing = _standing(audience, day)

    @display(description=gettext_lazy("list"))
    def what(self, audience: Audience) -> str:
        return self.title_of(audience)

    @display(description=gettext_lazy("goes to"))
    def goes_to(self, audience: Audience) -> str:
        return audience.recipient.name if audience.recipient else _("stays in the company")

    @display(description=gettext_lazy("held by"))
    def holder_name(self, audience: Audience) -> str:
        return audience.holder.get_username()

    @display(
        description=gettext_lazy("state"),
        label={"overdue": "danger", "outstanding": "info", "used": "success", "destroyed": None},
    )
    def state(self, audience: Any) -> tuple[str, str]:
        words = {"overdue": _("overdue"), "outstanding": _("in use"), **dict(AudienceEnd.choices)}
        return audience.standing, str(words[audience.standing])

    def title_of(self, record: Any) -> str:
        text = ngettext("%(number)s person by %(channel)s", "%(number)s people by %(channel)s", record.people)
        return text % {**counted(record.people), "channel": Channel(record.channel).label}

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        reach = Reach(record.people, {Refusal(code): number for code, number in record.left_out.items()})
        return {
            "strikes": list(record.strikes.all()),
            "to_strike": striking.people(striking.waiting().filter(audience=record)),
            "left_out": permission_words.left_out(reach),
            "purpose": capfirst(Scenario(record.purpose).label),
            "file_format": FileFormat(record.file_format).label,
            "goes_to": record.recipient and place_of(record.recipient),
            "found_by": record.segment and segments.named(record.segment),
            "end": record.end and AudienceEnd(record.end).label,
        }

    def _add(self, request: HttpRequest) -> HttpResponse:
        return audience_page.answer(self, request)  # type: ignore[return-value]


def _standing(audience: Audience, day: dt.date) -> str:
    if audience.end:
        return audience.end
    return "overdue" if audience.valid_through < day else "outstanding"


def register() -> None:
    admin.site.register(Audience, AudienceAdmin)
