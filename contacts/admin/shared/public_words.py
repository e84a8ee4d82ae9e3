"""What visitors read about a whitepaper or an event: a summary in their language. Topics say whom news of it is for."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.models import Topic

_LANGUAGES = ("en", "sv")


class PublicWordsForm(ActForm):
    """The fields of it; `cleaned_data` has `summary` by language, and `topics`."""

    summary_en = fields.long_text(
        gettext_lazy("Summary in English"),
        required=False,
        help_text=gettext_lazy("What one gets, in a few sentences. The website shows it."),
    )
    summary_sv = fields.long_text(gettext_lazy("Summary in Swedish"), required=False)
    topics = fields.topics(
        gettext_lazy("Topics"),
        required=False,
        help_text=gettext_lazy("What it is about. Whoever asks for it has shown an interest in these."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        told = {language: data.pop(f"summary_{language}", "") for language in _LANGUAGES}
        data["summary"] = {language: text for language, text in told.items() if text}
        return data


def words_of(record: Any) -> dict[str, Any]:
    """Return what stands about a record, as the form's initial values."""
    told = {f"summary_{language}": record.summary.get(language, "") for language in _LANGUAGES}
    return {**told, "topics": list(record.topics.all())}


def topic_names(record: Any) -> list[str]:
    return [topic.named(get_language() or "en") for topic in Topic.objects.filter(pk__in=record.topics.values("pk"))]
