"""The record of processing, as it stands now and as it was kept: to read, to compare and to download."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.models import PolicyVersion, ProcessingSnapshot, SnapshotReason
from privacy_crm.registers import papers, processing, snapshots

NOW = "now"  # stands for the number of a record that nobody has kept: the one of this moment

_OURS = "en"  # each record is kept in it
_FORMATS = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


class SnapshotAdmin(RecordAdmin):
    heading = gettext_lazy("Record of processing")
    empty_text = gettext_lazy("The first record is kept within ten minutes, once a policy is published.")
    page_template = "staff/processing.html"
    list_before_template = "staff/processing_list_before.html"
    list_display = ("kept", "why", "changed")
    list_display_links = ("kept",)
    list_select_related = ("policy_version",)
    ordering = ("-pk",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return _now() if object_id == NOW else super().get_object(request, object_id, from_field)

    def key_of(self, record: Any) -> str:
        return str(record.pk or NOW)

    @display(description=gettext_lazy("as it stood on"))
    def kept(self, snapshot: ProcessingSnapshot) -> str:
        return date_format(localtime(snapshot.made_at))

    @display(description=gettext_lazy("kept because of"))
    def why(self, snapshot: ProcessingSnapshot) -> str:
        return _why(snapshot)

    @display(description=gettext_lazy("changes since the one before"))
    def changed(self, snapshot: Any) -> str:
        return _("the first one") if snapshot.changes is None else str(len(snapshot.changes))

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Lay each beside the one that was kept before it: in a list, the next in its order."""
        earlier = [*records[1:], snapshots.before(records[-1])] if records else []
        for snapshot, before in zip(records, earlier, strict=True):
            snapshot.changes = _changes(before, snapshot)

    def title_of(self, record: Any) -> str:
        if record.pk is None:
            return str(_("Record of processing"))
        return str(_("Record of processing on %s") % self.kept(record))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "said": _in(record, request.GET.get("language") or get_language() or _OURS),
            "languages": [(str(name), f"{self.url_of(record)}?language={code}") for code, name in settings.LANGUAGES],
            "why": _why(record) if record.pk else "",
            "files": [
                (f"{name}, {ending.upper()}", f"{self.url_of(record, 'file')}?language={code}&format={ending}")
                for code, name in settings.LANGUAGES
                for ending in _FORMATS
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file)
        return [path("<path:object_id>/file/", view, name=self._url_name("file")), *super().get_urls()]

    def file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand out a record as a file. It names nobody, so that nothing is recorded."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        record = self.found(request, object_id)
        language, ending = request.GET.get("language", _OURS), request.GET.get("format", "pdf")
        if language not in record.said or ending not in _FORMATS:
            raise acts.gone()
        said = record.said[language]
        made = papers.record_pdf(said, at=record.made_at) if ending == "pdf" else papers.record_csv(said)
        headers = {"Content-Disposition": f'attachment; filename="processing-{said["day"]}-{language}.{ending}"'}
        return HttpResponse(made, content_type=_FORMATS[ending], headers=headers)


def _now() -> ProcessingSnapshot | None:
    """Return the record as it stands, which is not kept; None where no policy says what is processed."""
    policy, at = PolicyVersion.objects.in_force(), timezone.now()
    if policy is None:
        return None
    return ProcessingSnapshot(made_at=at, policy_version=policy, said=processing.compose(policy, at=at))


def _in(snapshot: ProcessingSnapshot, language: str) -> processing.Record:
    """Return what a record says in a language, else in English."""
    said = _said(snapshot, language)
    return said | {"on": dt.date.fromisoformat(said["day"])}


def _said(snapshot: ProcessingSnapshot, language: str) -> processing.Record:
    said: processing.Record = snapshot.said.get(language) or snapshot.said[_OURS]
    return said


def _why(snapshot: ProcessingSnapshot) -> str:
    if snapshot.reason == SnapshotReason.QUARTER:
        return _("the quarter %s") % snapshot.quarter
    return _("version %s of the privacy policy") % snapshot.policy_version.number


def _changes(earlier: ProcessingSnapshot | None, later: ProcessingSnapshot) -> list[snapshots.Change] | None:
    """Return what changed since the record that was kept before; None where there is none."""
    spoken = get_language() or _OURS
    return None if earlier is None else snapshots.differences(_said(earlier, spoken), _said(later, spoken))


def register() -> None:
    admin.site.register(ProcessingSnapshot, SnapshotAdmin)
