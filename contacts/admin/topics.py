"""Topics: what people choose among on their preference page, and what whitepapers, events and mailings are about."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.validators import validate_slug
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.models import Interest, Topic
from contacts.permission import topics
from contacts.permission.topics import LONGEST, TopicError

_LANGUAGES = ("en", "sv")


class ChangeForm(ActForm):
    refusals = (TopicError,)
    explanation = gettext_lazy("People read this on their preference page, in their language.")

    name_en = fields.text(gettext_lazy("Name in English"))
    name_sv = fields.text(gettext_lazy("Name in Swedish"))
    sentence_en = fields.text(
        gettext_lazy("Sentence in English"), help_text=gettext_lazy("What one gets who chooses it.")
    )
    sentence_sv = fields.text(gettext_lazy("Sentence in Swedish"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial=_known(record) if record else {}, **options)

    def words(self) -> dict[str, dict[str, str]]:
        """Return name and sentence, by language."""
        told = self.cleaned_data
        return {
            part: {language: told[f"{part}_{language}"] for language in _LANGUAGES} for part in ("name", "sentence")
        }

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        topics.change(self.record, **self.words(), at=at, by=by)
        return _("The topic is changed.")


class AddForm(ChangeForm):
    slug = fields.text(
        gettext_lazy("Short name"),
        required=False,
        max_length=LONGEST,
        validators=[validate_slug],
        help_text=gettext_lazy("Links in mails carry it; it stays. Made from the English name where it is empty."),
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        slug = self.cleaned_data["slug"] or slugify(self.cleaned_data["name_en"])[:LONGEST].strip("-")
        self.record = topics.add(slug, **self.words(), at=at, by=by)
        return _("The topic is on record.")


def _known(topic: Topic) -> dict[str, str]:
    parts = {"name": topic.name, "sentence": topic.sentence}
    return {f"{part}_{language}": text.get(language, "") for part, text in parts.items() for language in _LANGUAGES}


@admin.register(Topic)
class TopicAdmin(RecordAdmin):
    heading = gettext_lazy("Topics")
    empty_text = gettext_lazy("What people may be interested in. Add the first, and give it to whitepapers and events.")
    page_template = "staff/topic.html"
    list_display = ("title", "slug", "sentence_shown", "wanted", "unwanted")
    list_display_links = ("title",)
    ordering = ("slug",)
    adding = Act("add", gettext_lazy("Add a topic"), "contacts.add_topic", AddForm)
    acts = (Act("describe", gettext_lazy("Change the words"), "contacts.change_topic", ChangeForm, "edit"),)

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Count who wants each topic and who said no to it."""
        listed = Interest.objects.filter(topic__in=[topic.pk for topic in records]).values_list("topic").order_by()
        counted = listed.annotate(yes=Count("pk", filter=Q(wanted=True)), no=Count("pk", filter=Q(wanted=False)))
        numbers = {pk: (yes, no) for pk, yes, no in counted}
        for topic in records:
            topic.yes, topic.no = numbers.get(topic.pk, (0, 0))

    @display(description=gettext_lazy("name"))
    def title(self, topic: Topic) -> str:
        return topic.named(get_language() or "en")

    @display(description=gettext_lazy("sentence"))
    def sentence_shown(self, topic: Topic) -> str:
        return topic.described(get_language() or "en")

    @display(description=gettext_lazy("want it"))
    def wanted(self, topic: Any) -> int:
        return int(topic.yes)

    @display(description=gettext_lazy("said no"))
    def unwanted(self, topic: Any) -> int:
        return int(topic.no)

    def title_of(self, record: Any) -> str:
        return str(record.named(get_language() or "en"))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"words": [(code, record.name.get(code, ""), record.sentence.get(code, "")) for code in _LANGUAGES]}
