"""What people may be interested in: topics with a public name and a sentence in each language. None is deleted."""

import datetime as dt
import re
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from contacts.base import audit
from contacts.models import Topic
from contacts.outbox.links import EVERYTHING

# A slug names the topic's list in the links of mails.
_SLUG = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST = 100


class TopicError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def add(slug: str, *, name: Mapping[str, str], sentence: Mapping[str, str], at: dt.datetime, by: str) -> Topic:
    """Put a topic on record; `name` and `sentence` are language → text. Its slug stays, since mails carry it.

    Raises TopicError where a language is missing, or the slug is taken, reserved or not made of a-z, 0-9 and hyphens.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST:
        text = gettext("The short name takes small letters, digits and hyphens, at most %(most)s.")
        raise TopicError(text % {"most": LONGEST})
    if slug == EVERYTHING:
        raise TopicError(gettext("This short name stands for all topics together."))
    topic, fresh = Topic.objects.get_or_create(slug=slug, defaults=_words(name, sentence))
    if not fresh:
        raise TopicError(gettext("Another topic has this short name already."))
    audit.record("topic.added", at=at, by=by, rule=f"topic:{topic.pk}")
    return topic


@transaction.atomic
def change(topic: Topic, *, name: Mapping[str, str], sentence: Mapping[str, str], at: dt.datetime, by: str) -> None:
    """Change what the public reads about a topic. Raises TopicError where a language is missing, or it is gone."""
    if not Topic.objects.filter(pk=topic.pk).update(**_words(name, sentence)):
        raise TopicError(gettext("This topic is not on record any more."))
    audit.record("topic.changed", at=at, by=by, rule=f"topic:{topic.pk}")


def _words(name: Mapping[str, str], sentence: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Check that a topic can be read in each language of the website."""
    words = {"name": dict(name), "sentence": dict(sentence)}
    for language, _ in settings.LANGUAGES:
        if not all(text.get(language, "").strip() for text in words.values()):
            raise TopicError(gettext("A topic needs its name and its sentence in each language of the website."))
    return words
