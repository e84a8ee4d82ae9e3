"""The audit trail, to read: who did what, when, to which person and on which page, in words (ADR 0080)."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import acts, second_factor
from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.looks import note_look
from contacts.admin.shared.people import name_of, visible_to
from contacts.base import merge_redirects
from contacts.models import AuditEvent, Contact, SignUp
from privacy_crm.staff.trail import filters, find_form, sentences, taking_out
from privacy_crm.staff.trail.deeds import about_request

_AS_FILE = {"Content-Disposition": 'attachment; filename="audit-trail.csv"', "Cache-Control": "no-store, private"}


class AuditEventAdmin(RecordAdmin):
    heading = gettext_lazy("Audit trail")
    page_template = "staff/audit_event.html"
    list_before_template = "staff/audit_list_before.html"
    list_display = ("when", "sentence", "place")
    list_display_links = ("when",)
    list_filter = (filters.PersonFilter, filters.ActorFilter, filters.DeedFilter, (filters.AT, filters.DaysFilter))
    list_filter_submit = True
    ordering = ("-pk",)
    list_per_page = 100
    adding = find_form.ADDING

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        chosen = filters.chosen_person(request)
        shown = {
            "months": settings.AUDIT_MONTHS,
            "recent": filters.RECENT.days if filters.is_recent_alone(request) else 0,
            "subject": self._subject(request, chosen) if chosen and self.has_view_permission(request) else "",
            "csv": f"{reverse('admin:contacts_auditevent_csv')}?{request.GET.urlencode()}",
        }
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def _subject(self, request: HttpRequest, public_id: uuid.UUID) -> Any:
        """Return who the person is by whom the trail is read: a look at them, where they are named."""
        contact = _held(request.user, public_id)
        if contact:
            note_look(request, [contact.public_id], "auditevent")
        return _named(request.user, public_id, contact)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer nothing to add: what stands in that place is a search, and the list leads there in words."""
        return False

    def _add(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super()._add(request)

    def after(self, act: Act, record: Any, form: Any) -> str:
        """Lead from the search to the entries about whom it found, by id."""
        found = isinstance(form, find_form.FindForm)
        return f"{self.url_of()}?{filters.PERSON}={form.person}" if found else super().after(act, record, form)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv)
        return [path("csv/", view, name=self._url_name("csv")), *super().get_urls()]

    def csv(self, request: HttpRequest) -> HttpResponseBase:
        """Hand out what the list shows, as a file. It takes a fresh factor."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        shown = f"{self.url_of()}?{request.GET.urlencode()}"
        if asked := second_factor.ask_anew(request, shown):
            return asked
        events = self.get_changelist_instance(request).get_queryset(request)
        try:
            file = taking_out.take_out(events, request.user, at=timezone.now(), by=acts.by(request))
        except taking_out.TooManyError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(shown)
        return StreamingHttpResponse(file, content_type="text/csv; charset=utf-8", headers=_AS_FILE)

    @display(description=gettext_lazy("when"))
    def when(self, event: Any) -> str:
        return date_format(localtime(event.at), "DATETIME_FORMAT")

    @display(description=gettext_lazy("what happened"))
    def sentence(self, event: Any) -> SafeString:
        return format_html("<span>{} {}</span>", event.told.actor, event.told.deed)

    @display(description=gettext_lazy("page or subject"))
    def place(self, event: Any) -> str:
        return capfirst(event.told.place) or "–"

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Give each entry its words."""
        for event, told in zip(records, sentences.tell(records, request.user), strict=True):
            event.told = told

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Find the entry of a page, with the person where this user may see them."""
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            is_person = event.public_id and not about_request(event.code)
            event.contact = _held(request.user, event.public_id) if is_person else None
            event.subject = _named(request.user, event.public_id, event.contact) if is_person else ""
        return event

    def shows(self, record: Any) -> list[uuid.UUID]:
        return [record.contact.public_id] if record.contact else []

    def title_of(self, record: Any) -> str:
        return f"{record.told.actor} {record.told.plain}"


def _held(user: Any, public_id: uuid.UUID) -> Contact | None:
    """Return the person of an id, also of a record that was merged into theirs; None for who sees no people."""
    if not user.has_perm(sentences.SEES_PEOPLE):
        return None
    people = visible_to(user, Contact.objects.filter(public_id=merge_redirects.holder(public_id)))
    found: Contact | None = people.select_related("organisation").first()
    return found


def _named(user: Any, public_id: uuid.UUID, contact: Contact | None) -> Any:
    """Return what a page calls a person: by name with a link where this user may see them and they are still held."""
    if contact:
        return _link("contacts_contact_change", contact.public_id, name_of(contact))
    if not user.has_perm(sentences.SEES_PEOPLE):
        return sentences.person(public_id, user)
    sign_up = SignUp.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    if sign_up and user.has_perm("contacts.view_signup"):
        return _link("contacts_signup_change", sign_up, _("somebody who sent in a form"))
    return _("a person who is gone")


def _link(page: str, key: uuid.UUID | int, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{page}", args=[key]), words)


def register() -> None:
    admin.site.register(AuditEvent, AuditEventAdmin)
