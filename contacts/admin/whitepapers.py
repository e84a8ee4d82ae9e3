"""Whitepapers: added, described, published, withdrawn. Staff fetch the file here, visitors by a link in a mail."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.validators import validate_slug
from django.db.models import Count
from django.http import FileResponse, HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.announce_act import AnnounceForm
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.public_words import PublicWordsForm, topic_names, words_of
from contacts.models import Activity, SignUp, Whitepaper
from contacts.signups import whitepapers
from contacts.signups.sign_ups import is_published
from contacts.signups.whitepapers import Cover, WhitepaperError
from contacts.words.vocabulary import ActivityKind


def _file() -> Any:
    return fields.file(
        gettext_lazy("File"), accept=".pdf,.epub", help_text=gettext_lazy("A PDF or an EPUB, at most 20 MB.")
    )


class ChangeForm(PublicWordsForm):
    refusals = (WhitepaperError,)

    title = fields.text(gettext_lazy("Title"))
    field_order: tuple[str, ...] = ("title",)

    def __init__(self, record: Any = None, **options: Any) -> None:
        known = {"title": record.title, **words_of(record)} if record else {}
        super().__init__(record, initial=known, **options)

    def cover(self) -> Cover:
        told = self.cleaned_data
        return Cover(told["title"], told["summary"], told["topics"])

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        whitepapers.change(self.record, self.cover(), at=at, by=by)
        return _("The whitepaper is changed.")


class AddForm(ChangeForm):
    slug = fields.text(
        gettext_lazy("Short name"),
        required=False,
        max_length=200,
        validators=[validate_slug],
        help_text=gettext_lazy("Its address on the website; it stays. Made from the title where it is empty."),
    )
    file = _file()
    field_order = ("title", "slug", "file")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        slug = told["slug"] or slugify(told["title"])[:200]
        self.record = whitepapers.add(slug, self.cover(), told["file"], at=at, by=by)
        return _("The whitepaper is on record. Visitors find it once it is published.")


class ReplaceForm(ActForm):
    refusals = (WhitepaperError,)
    explanation = gettext_lazy("The links in earlier mails lead to the new file. The old one is deleted.")

    file = _file()

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        whitepapers.replace_file(self.record, self.cleaned_data["file"], at=at, by=by)
        return _("The file is replaced.")


class PublishForm(ActForm):
    refusals = (WhitepaperError,)
    explanation = gettext_lazy("It stands on the website from now on, and visitors can ask for it.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        whitepapers.publish(self.record, at=at, by=by)
        return _("The whitepaper is published.")


class WithdrawForm(ActForm):
    refusals = (WhitepaperError,)
    explanation = gettext_lazy("Nobody finds it or can ask for it any more. It can be published once more.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        whitepapers.withdraw(self.record, at=at, by=by)
        return _("The whitepaper is withdrawn.")


def _is_published(whitepaper: Whitepaper) -> bool:
    return is_published(whitepaper, timezone.now())


@admin.register(Whitepaper)
class WhitepaperAdmin(RecordAdmin):
    heading = gettext_lazy("Whitepapers")
    empty_text = gettext_lazy("What visitors of the website can ask for. Add the first one and publish it.")
    page_template = "staff/whitepaper.html"
    list_display = ("title", "state", "published", "readers", "downloads")
    list_display_links = ("title",)
    search_fields = ("title__icontains", "slug__iexact")
    search_help_text = gettext_lazy("Part of the title, or the short name")
    ordering = ("-pk",)
    adding = Act("add", gettext_lazy("Add a whitepaper"), "contacts.add_whitepaper", AddForm)
    acts = (
        Act("describe", gettext_lazy("Change words or topics"), "contacts.change_whitepaper", ChangeForm, "edit"),
        Act("replace", gettext_lazy("Replace the file"), "contacts.change_whitepaper", ReplaceForm, "upload_file"),
        Act(
            "publish",
            gettext_lazy("Publish"),
            "contacts.change_whitepaper",
            PublishForm,
            "public",
            offered=lambda whitepaper: not _is_published(whitepaper),
        ),
        Act(
            "announce",
            gettext_lazy("Tell those who may be told"),
            "contacts.change_whitepaper",
            AnnounceForm,
            "campaign",
            offered=_is_published,
        ),
        Act(
            "withdraw",
            gettext_lazy("Withdraw"),
            "contacts.change_whitepaper",
            WithdrawForm,
            "public_off",
            grave=True,
            offered=_is_published,
        ),
    )

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Count the downloads, and the people behind them: of those who are still held."""
        done = Activity.objects.filter(kind=ActivityKind.DOWNLOAD, reference__in=[record.slug for record in records])
        counted = done.values_list("reference").annotate(Count("pk"), Count("contact", distinct=True)).order_by()
        numbers = {slug: (downloads, readers) for slug, downloads, readers in counted}
        for whitepaper in records:
            whitepaper.download_count, whitepaper.reader_count = numbers.get(whitepaper.slug, (0, 0))

    @display(description=gettext_lazy("published on"))
    def published(self, whitepaper: Whitepaper) -> dt.datetime | None:
        return whitepaper.published_at

    @display(description=gettext_lazy("people who downloaded it"))
    def readers(self, whitepaper: Any) -> int:
        return int(whitepaper.reader_count)

    @display(description=gettext_lazy("downloads"))
    def downloads(self, whitepaper: Any) -> int:
        return int(whitepaper.download_count)

    @display(
        description=gettext_lazy("state"), label={"published": "success", "withdrawn": "danger", "draft": "warning"}
    )
    def state(self, whitepaper: Whitepaper) -> tuple[str, str]:
        if whitepaper.published_at is None:
            return "draft", _("not published yet")
        return ("published", _("published")) if _is_published(whitepaper) else ("withdrawn", _("withdrawn"))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        exists = record.file.storage.exists(record.file.name)
        return {
            "state": self.state(record)[0],
            "topics": topic_names(record),
            "waiting": SignUp.objects.waiting().filter(whitepaper=record).count(),
            "file_url": self.url_of(record, "file") if exists else "",
            "ending": record.file.name.rpartition(".")[2].upper(),
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.fetch)
        return [path("<path:object_id>/file/", view, name=self._url_name("file")), *super().get_urls()]

    def fetch(self, request: HttpRequest, object_id: str) -> FileResponse:
        """Hand out the file to a member of staff."""
        record = self.found(request, object_id)
        file = record.file.open("rb")
        ending = record.file.name.rpartition(".")[2]
        return FileResponse(
            file, as_attachment=True, filename=f"{record.slug}.{ending}", content_type=whitepapers.media_type(file)
        )
