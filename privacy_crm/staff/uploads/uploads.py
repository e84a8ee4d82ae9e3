"""The list of imports and the page of one: what would happen, how far it is, what came of it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.models import Upload
from contacts.words.numbers import grouped
from contacts.words.vocabulary import UploadState
from privacy_crm.crm_import import rejects
from privacy_crm.staff.uploads import upload_differences, upload_forms, upload_page
from privacy_crm.staff.uploads.upload_choice import ChoiceForm
from privacy_crm.uploads import moving


class UploadAdmin(RecordAdmin):
    heading = gettext_lazy("Imports")
    empty_text = gettext_lazy("Bring in a list of people: an export of another CRM, or a list of your own.")
    page_template = "staff/upload.html"
    list_display = ("sent", "origin", "who", "standing", "people")
    list_display_links = ("sent",)
    list_select_related = ("uploaded_by",)
    ordering = ("-pk",)
    adding = upload_forms.ADDING
    acts = upload_forms.ACTS

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(upload_forms.PERMISSION)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Upload | None:
        """Find an upload by the random id that its address carries; by key as well, which Django's own tools use."""
        key = "pk" if object_id.isdecimal() else "public_id"
        try:
            found: Upload | None = self.get_queryset(request).filter(**{key: object_id}).first()
        except (ValidationError, ValueError):
            return None
        return found

    def key_of(self, record: Any) -> str:
        return str(record.public_id)

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        """Lead from the file to its columns, once they are known, and from a choice back to where it was made."""
        place = form.place if isinstance(form, ChoiceForm) else ""
        knows_columns = act is self.adding and form.record.state == UploadState.UPLOADED
        return self.url_of(form.record, "match" if knows_columns else "change") + place

    def title_of(self, record: Any) -> str:
        return _("Import of %s") % _moment(record)

    @display(description=gettext_lazy("sent"))
    def sent(self, upload: Upload) -> str:
        return _moment(upload)

    @display(description=gettext_lazy("source"))
    def origin(self, upload: Upload) -> str:
        return upload.source or "–"

    @display(description=gettext_lazy("by"))
    def who(self, upload: Upload) -> str:
        return str(upload.uploaded_by.get_username())

    @display(
        description=gettext_lazy("state"),
        label=dict.fromkeys(UploadState, "info")
        | {UploadState.DONE: "success", UploadState.FAILED: "danger", UploadState.PREVIEWED: "warning"},
    )
    def standing(self, upload: Upload) -> tuple[str, str]:
        return upload.state, str(UploadState(upload.state).label)

    @display(description=gettext_lazy("people"))
    def people(self, upload: Upload) -> str:
        if upload.result:
            new, changed = upload.result["new"], upload.result["changed"]
            return _("%(new)s new, %(changed)s changed") % {"new": grouped(new), "changed": grouped(changed)}
        rows = upload.preview.get("rows")
        return ngettext("%(rows)s row", "%(rows)s rows", rows) % {"rows": grouped(rows)} if rows else "–"

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            **upload_page.fill(record),
            **upload_differences.fill(request, record),
            "progress_url": self.url_of(record, "progress") if record.state in moving.WORKED_ON else "",
            "rejects_url": self.url_of(record, "rejects") if record.rejects else "",
            **self._buttons(request, record),
        }

    def _buttons(self, request: HttpRequest, upload: Upload) -> dict[str, Any]:
        """Put the yes first, which names the number and needs no second question; the rest are buttons as elsewhere."""
        found = acts.offered(self, request, upload)
        others = [button for button in found if button["act"].name != "import"]
        return {
            "can_import": len(others) < len(found),
            "import_url": self.url_of(upload, "import"),
            "choose_url": self.url_of(upload, "choose"),
            "can_choose": any(button["act"].name == "choose" for button in found),
            "buttons": others,
            "main": "match" if upload.state == UploadState.UPLOADED else "",
        }

    def get_urls(self) -> list[URLPattern]:
        own = {"progress": self.progress, "rejects": self.rejects}
        return [
            *(
                path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=self._url_name(name))
                for name, view in own.items()
            ),
            *super().get_urls(),
        ]

    def progress(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """Say how far it is, for the script that asks again and again."""
        return JsonResponse(upload_page.progress(self.found(request, object_id)))

    def rejects(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand out the refused rows as CSV: where each is and what is wrong, never what it says."""
        upload = self.found(request, object_id)
        name = f"refused-{upload.public_id}.csv"
        answer = HttpResponse(
            content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
        rejects.write(answer, (rejects.Reject("upload", *refused) for refused in upload.rejects))
        return answer


def _moment(upload: Upload) -> str:
    return date_format(localtime(upload.uploaded_at), "DATETIME_FORMAT")


def register() -> None:
    admin.site.register(Upload, UploadAdmin)
