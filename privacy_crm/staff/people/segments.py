"""Segments: saved filters, with how many people they find now and how many of those may be reached on each channel."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, today
from contacts.admin.shared.people import visible_to
from contacts.base import limits
from contacts.mailings import permission_words
from contacts.models import PolicyVersion, Segment
from contacts.permission import permission
from contacts.words.vocabulary import Channel
from privacy_crm import segments
from privacy_crm.staff.people import segment_acts

SEE = "contacts.view_segment"
_CHIPS = 8


def chips(user: Any, filters: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Return the first segments that a user may open, each with whether these filters are its own; or None."""
    if not user.has_perm(SEE):
        return None
    found = Segment.objects.visible_to(user.pk)[:_CHIPS]
    return [{"name": each.name, "url": list_of(each.filters), "current": each.filters == filters} for each in found]


def saving(request: HttpRequest, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the button that saves a list's filters, where these are all that narrows it."""
    narrowed = {name for name, value in request.GET.items() if value}
    if not filters or not request.user.has_perm(segment_acts.SAVE.permission) or narrowed - filters.keys() - {"p"}:
        return []
    return [{"act": segment_acts.SAVE, "url": f"{reverse('admin:contacts_segment_add')}?{urlencode(filters)}"}]


def list_of(filters: Mapping[str, str]) -> str:
    """Return the address of the list of the people whom filters find."""
    return f"{reverse('admin:contacts_contact_changelist')}?{urlencode(segments.ordered(filters))}"


class SegmentAdmin(RecordAdmin):
    heading = gettext_lazy("Segments")
    empty_text = gettext_lazy("Narrow the list of contacts and save its filters, or choose the filters here.")
    page_template = "staff/segment.html"
    list_display = ("name", "asks", "who_sees", "reached")
    list_display_links = ("name",)
    list_select_related = ("owner",)
    ordering = ("name", "pk")
    adding = segment_acts.SAVE
    acts = segment_acts.ACTS

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self._numbers)
        return [path("<int:object_id>/numbers/", view, name=self._url_name("numbers")), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        everybodys: Any = super().get_queryset(request)
        return everybodys.visible_to(request.user.pk)

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        """Lead to the list where the segment is gone, or its owner's alone again."""
        here = record and Segment.objects.visible_to(form.user.pk).filter(pk=record.pk).exists()
        return super().after(act, record, form) if here else self.url_of()

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        for segment, words in zip(
            records, segments.described_each(segment.filters for segment in records), strict=True
        ):
            segment.words = words

    @display(description=gettext_lazy("name"))
    def name(self, segment: Segment) -> str:
        return segment.name

    @display(description=gettext_lazy("who"))
    def asks(self, segment: Any) -> str:
        return segments.in_words(segment.words)

    @display(description=gettext_lazy("seen by"))
    def who_sees(self, segment: Any) -> str:
        return _("colleagues; saved by %s") % segment.owner.get_username() if segment.shared else _("you alone")

    @display(description=gettext_lazy("people now"))
    def reached(self, segment: Any) -> SafeString:
        # One row after the other, so that a long list does not keep every worker busy.
        return format_html(
            '<div hx-get="{}" hx-trigger="revealed" hx-select=".pc-reach" hx-sync="closest table:queue all">'
            '<span data-failed="{}">{}</span></div>',
            self.url_of(segment, "numbers"),
            _("This could not be counted. Load the page again to try once more."),
            _("Counting…"),
        )

    def title_of(self, record: Any) -> str:
        return str(record.name)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"numbers_url": self.url_of(record, "numbers"), "people_url": list_of(record.filters)}

    def _numbers(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Answer with a part of a page: the numbers as of now, of those whom this user may see."""
        segment = self.found(request, str(object_id))
        return TemplateResponse(request, "staff/segment_numbers.html", {"numbers": numbers(segment, request.user)})


def numbers(segment: Segment, user: Any) -> dict[str, Any] | None:
    """Return how many people a segment finds and how many may be reached how; None where that takes too long."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return None
    day = today(policy)
    people = visible_to(user, segments.people(segment.filters, policy=policy, day=day))
    try:
        with limits.of_a_page():
            reached = permission.reach_each(people, day=day)
    except limits.TooLongError:
        return None
    found = reached[Channel.EMAIL].asked
    told = [(channel, _grouped(reach.may), permission_words.left_out(reach)) for channel, reach in reached.items()]
    return {"people": ngettext("%s person", "%s people", found) % _grouped(found), "channels": told}


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def register() -> None:
    admin.site.register(Segment, SegmentAdmin)
