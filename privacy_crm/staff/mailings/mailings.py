"""The list of mailings and the page of one: what it says, how far it is, what became of it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.looks import note_look
from contacts.admin.shared.people import name_of
from contacts.models import Mailing
from contacts.words.vocabulary import MailingKind, MailingState
from privacy_crm.staff.mailings import mailing_acts, mailing_preview, mailing_words

_MAIN = {MailingState.DRAFT: ("send", "submit"), MailingState.SUBMITTED: ("approve",), MailingState.PAUSED: ("resume",)}


class MailingAdmin(RecordAdmin):
    heading = gettext_lazy("Mailings")
    empty_text = gettext_lazy("News for those who may get it, and important messages for customers and partners.")
    page_template = "staff/mailing.html"
    list_display = ("title", "what", "standing", "when", "reached")
    list_display_links = ("title",)
    list_select_related = ("segment",)
    search_fields = ("name__icontains",)
    search_help_text = gettext_lazy("Part of the name")
    ordering = ("-pk",)
    adding = mailing_acts.ADDING
    acts = mailing_acts.ACTS

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Mailing | None:
        """Find a mailing by the random id that its address carries; by key as well, which Django's own tools use."""
        key = "pk" if object_id.isdecimal() else "public_id"
        try:
            found: Mailing | None = (
                self.get_queryset(request).select_related("segment").filter(**{key: object_id}).first()
            )
        except (ValidationError, ValueError):
            return None
        return found

    def key_of(self, record: Any) -> str:
        return str(record.public_id)

    def title_of(self, record: Any) -> str:
        return str(record.name)

    @display(description=gettext_lazy("name"))
    def title(self, mailing: Mailing) -> str:
        return mailing.name

    @display(description=gettext_lazy("what"))
    def what(self, mailing: Mailing) -> str:
        return str(capfirst(MailingKind(mailing.kind).label))

    @display(
        description=gettext_lazy("state"),
        label={
            MailingState.SENT: "success",
            MailingState.STOPPED: "danger",
            MailingState.SUBMITTED: "warning",
            MailingState.PAUSED: "warning",
            MailingState.SENDING: "info",
            MailingState.SCHEDULED: "info",
        },
    )
    def standing(self, mailing: Mailing) -> tuple[str, str]:
        return mailing.state, str(MailingState(mailing.state).label)

    @display(description=gettext_lazy("when"))
    def when(self, mailing: Mailing) -> str:
        return mailing_words.moment(mailing.ended_at or mailing.started_at or mailing.scheduled_for) or "–"

    @display(description=gettext_lazy("sent"))
    def reached(self, mailing: Mailing) -> str:
        if mailing.state not in mailing_words.BEGUN:
            return "–"
        told = {"sent": mailing_words.number(mailing.sent), "people": mailing_words.number(mailing.people)}
        return _("%(sent)s of %(people)s") % told

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        begun, under_way = record.state in mailing_words.BEGUN, record.state in mailing_acts.UNDER_WAY
        followed = record.state == MailingState.SENDING or _is_about_to_start(record)
        in_doubt = mailing_words.in_doubt(record, request.user) if begun else []
        note_look(request, [person.public_id for person in in_doubt], "mailing")
        return {
            "outcome": mailing_words.outcome(record),
            "progress": self._told(record, record.state) if under_way or followed else None,
            "progress_url": f"{self.url_of(record, 'progress')}?state={record.state}" if followed else "",
            "report": mailing_words.report(record) if begun else [],
            "not_sent": mailing_words.not_sent(record),
            "in_doubt": [
                (name_of(person), reverse("admin:contacts_contact_change", args=[person.public_id]))
                for person in in_doubt
            ],
            "left_out": mailing_words.left_out(record) if begun else "",
            "previews": mailing_preview.pages(record),
            "facts": [*mailing_words.facts(record), (_("Mails a minute"), mailing_words.number(record.rate))],
            **self._buttons(request, record),
        }

    def _buttons(self, request: HttpRequest, mailing: Mailing) -> dict[str, Any]:
        found = acts.offered(self, request, mailing)
        for button in found:  # what shows much has a page, and no dialog
            button["paged"] = button["act"].name in mailing_acts.ON_PAGES
        names = {button["act"].name for button in found}
        first = _MAIN.get(MailingState(mailing.state), ())
        return {"buttons": found, "main": next((name for name in first if name in names), "")}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.progress)
        return [path("<path:object_id>/progress/", view, name=self._url_name("progress")), *super().get_urls()]

    def progress(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """Say how far it is, for the script that asks again and again, on a page that was opened in a state."""
        return JsonResponse(self._told(self.found(request, object_id), request.GET.get("state", MailingState.SENDING)))

    def _told(self, mailing: Mailing, opened_in: str) -> dict[str, Any]:
        return {
            "words": mailing_words.outcome(mailing),
            "share": round(mailing.sent / mailing.people, 3) if mailing.people else 0,
            "over": mailing.state != opened_in,
        }


def _is_about_to_start(mailing: Mailing) -> bool:
    """Tell whether its time has come, and the next tick begins with it."""
    when = mailing.scheduled_for
    return mailing.state == MailingState.SCHEDULED and when is not None and when <= timezone.now()


def register() -> None:
    admin.site.register(Mailing, MailingAdmin)
