"""Write a mailing: what it says in each language, to whom, about what. Only a draft can be changed."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Mailing, Segment, Topic
from contacts.words.vocabulary import MailingKind, MailingState

FASTEST = 10_000  # mails a minute


class MailingError(ValueError):
    """This cannot be done with the mailing; the message says why."""


@dataclass(frozen=True)
class Draft:
    """What a mailing is to be. `subject`, `body` and `button` are language → text; without a segment, everyone."""

    name: str
    kind: MailingKind
    subject: dict[str, str]
    body: dict[str, str]
    rate: int
    segment: Segment | None = None
    topics: Collection[Topic] = ()
    button: dict[str, str] = field(default_factory=dict)
    button_url: str = ""


@transaction.atomic
def draft(draft: Draft, *, at: dt.datetime, by: str) -> Mailing:
    """Put a new mailing on record.

    Raises MailingError where a subject has several lines, its button leads nowhere, or its rate is none.
    """
    mailing = Mailing.objects.create(**_fields(draft), made_by=by, authors=[by])
    mailing.topics.set(_topics(draft))
    audit.record("mailing.drafted", at=at, by=by, rule=rule(mailing))
    return mailing


@transaction.atomic
def edit(mailing: Mailing, draft: Draft, *, at: dt.datetime, by: str) -> None:
    """Change a draft: whoever does is its author now, and an approval that it had falls away.

    Raises MailingError where it is no draft any more, and as `draft` does.
    """
    anew = {**_fields(draft), "made_by": by, "authors": _and(by), "approved_by": "", "approved_at": None}
    if not Mailing.objects.filter(pk=mailing.pk, state=MailingState.DRAFT).update(**anew):
        raise MailingError(_("This mailing is no draft any more. Take it back first, and then change it."))
    mailing.topics.set(_topics(draft))
    audit.record("mailing.edited", at=at, by=by, rule=rule(mailing))


def _and(by: str) -> Func:
    """Return the authors with somebody among them, once."""
    others = Func(F("authors"), Value(by), function="array_remove")
    return Func(others, Value(by), function="array_append")


def missing(mailing: Mailing) -> Iterator[tuple[str, str]]:
    """Yield what the mailing does not say yet: a language, and subject, body or button."""
    needed = {"subject": mailing.subject, "body": mailing.body}
    if mailing.button_url:
        needed["button"] = mailing.button
    for language, _name in settings.LANGUAGES:
        for part, texts in needed.items():
            if not texts.get(language, "").strip():
                yield language, part


def check_complete(mailing: Mailing) -> None:
    """Raise MailingError where a language is missing: its readers would get a mail that they may not understand."""
    if any(missing(mailing)):
        raise MailingError(_("A subject, a text or a button is missing in one of the languages."))


def mark(mailing: Mailing) -> str:
    """Return a mark of what a mailing says and to whom, which changes whenever that does."""
    topics = sorted(mailing.topics.values_list("pk", flat=True))
    texts = [mailing.subject, mailing.body, mailing.button, mailing.button_url]
    said = [mailing.kind, mailing.segment_id, topics, *texts]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def rule(mailing: Mailing) -> str:
    """Return what the audit trail calls a mailing."""
    return f"mailing:{mailing.pk}"


def _fields(draft: Draft) -> dict[str, Any]:
    _check(draft)
    return {
        "name": draft.name,
        "kind": draft.kind,
        "segment": draft.segment,
        "subject": draft.subject,
        "body": draft.body,
        "button": draft.button,
        "button_url": draft.button_url,
        "rate": draft.rate,
    }


def _check(draft: Draft) -> None:
    if any(ord(letter) < 32 for text in draft.subject.values() for letter in text):
        raise MailingError(_("A subject is one line: no server takes a mail with another one."))
    if bool(draft.button_url) != any(draft.button.values()):
        raise MailingError(_("A button needs both its words and the address that it leads to."))
    if draft.button_url and not draft.button_url.startswith(("https://", f"{settings.SITE_URL.rstrip('/')}/")):
        raise MailingError(_("A button leads to a page of our own, or to an address that begins with https."))
    if not 1 <= draft.rate <= FASTEST:
        raise MailingError(_("Between 1 and %(most)s mails leave in a minute.") % {"most": FASTEST})


def _topics(draft: Draft) -> Collection[Topic]:
    """Topics are what marketing asks permission about; an important message asks nobody's interest."""
    return draft.topics if draft.kind == MailingKind.MARKETING else ()
