"""Write to the person who asked: to the address on file, or to the one that the officer has established (L3).

The letter is kept as it was sent, as long as the person is held. One that is to outlast them (the confirmation that
they are deleted) carries its address alone, forgotten once the mail server has accepted it, or after 14 days.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Button, Letter, Part, Text
from contacts.models import Contact, Message
from contacts.outbox import outbox
from contacts.words.vocabulary import AddressTrust
from dsr.answers import representation
from dsr.models import Paper, Request
from dsr.records import timeline
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import PaperKind, Step


@dataclass(frozen=True)
class Draft:
    """A letter that the officer may still change: a subject, and paragraphs with blank lines between them.

    `closing` ends it and is nobody's to change: what the law has us say, whatever the officer writes. A letter that
    was `posted_on` a day goes on paper, and no mail is sent. One that is `to_person` never goes to who acts for them.
    """

    subject: str
    text: str
    why: str
    language: str
    buttons: list[tuple[str, str]] = field(default_factory=list)  # label, address
    closing: str = ""
    posted_on: dt.date | None = None
    to_person: bool = False

    @property
    def whole(self) -> str:
        return f"{self.text}\n\n{self.closing}" if self.closing else self.text

    def letter(self) -> Letter:
        parts: list[Part] = [Text(self.text), *(Button(label, url) for label, url in self.buttons)]
        return Letter(self.subject, [*parts, Text(self.closing)] if self.closing else parts, self.why)


@dataclass(frozen=True)
class Reach:
    """Where the answers to a request go: to a person on file, or to an address that was established for it."""

    contact: Contact | None
    address: str


def reach(request: Request, *, bouncing: bool = False) -> Reach:
    """Return where the answers go; `bouncing` is whether it may be an address from which mail comes back.

    Raises RequestError where we have nowhere to write to.
    """
    if acting := representation.of(request):
        if not acting.email:
            raise RequestError(_("Answers go to who acts for the person, by post: print the letter."))
        return Reach(None, acting.email)
    established = request.papers.filter(kind=PaperKind.ADDRESS).last()
    if established:
        return Reach(None, established.text)
    if (person := _on_file(request, bouncing)).contact:
        return person
    if address := _asked_from(request):
        return Reach(None, address)
    raise RequestError(_("We have no address to write to: say where answers go, and how you know that it is theirs."))


def reach_for(request: Request, draft: Draft, *, bouncing: bool = False) -> Reach:
    """Return where a letter goes: one `to_person` to the address on file alone. Raises RequestError as `reach` does."""
    if not draft.to_person:
        return reach(request, bouncing=bouncing)
    to = _on_file(request, bouncing)
    if to.contact is None:
        raise RequestError(_("No address is on file: post the letter, or note why the person cannot be told."))
    return to


def _on_file(request: Request, bouncing: bool) -> Reach:
    """Return the address on file; an empty one where there is none. Raises RequestError where it cannot be used."""
    known = [person for person in timeline.people(request) if person.email]
    sure = [person for person in known if person.bounced_on or person.address_trust != AddressTrust.DOUBTED]
    for person in sure:
        if person.email and (bouncing or not person.bounced_on):
            return Reach(person, person.email)
    if known and not sure:
        raise RequestError(_("The address on file is doubted: write by post, or say where else answers go."))
    if known:
        raise RequestError(_("Mail to their address comes back: write by post, or say where else answers go."))
    return Reach(None, "")


def _asked_from(request: Request) -> str:
    """Return the address that was proven when the request came in, where it is about nobody on file (yet).

    It is good for telling that we hold nothing, or asking who they are: nothing about anybody goes there.
    """
    statement = request.papers.filter(kind=PaperKind.STATEMENT, contact=None).first()
    return str(statement.data.get("address", "")) if statement else ""


def language(request: Request) -> str:
    """Return the language of the person, as they asked or as it is on file; English where neither says."""
    spoken = next((person.language for person in timeline.people(request) if person.language), "")
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    said = (statement.data.get("language") if statement else "") or spoken
    return str(said or "en").partition("-")[0].lower()


def send(
    request: Request,
    draft: Draft,
    *,
    kind: PaperKind = PaperKind.LETTER,
    outlasting: bool = False,
    bouncing: bool = False,
    at: dt.datetime,
    by: str,
) -> Paper:
    """Owe a letter to the person, keep it as it is sent, and return what is kept.

    Call it in the transaction of the act that it tells of. `outlasting` is for the letter that confirms a deletion: it
    reaches the person although they are gone by then; `bouncing` for one that is tried although mail comes back.
    Raises RequestError where we have nowhere to write to, and it is not posted.
    """
    data = {"subject": draft.subject, "language": draft.language}
    if draft.posted_on:
        data["posted_on"] = draft.posted_on.isoformat()
    else:
        data["message"] = str(_mail(request, draft, outlasting, bouncing, at).public_id)
    kept = timeline.note(request, kind, draft.whole, data=data, at=at)
    timeline.record(request, Step.LETTER, at=at, by=by, rule=f"{kind}:post" if draft.posted_on else kind)
    return kept


def _mail(request: Request, draft: Draft, outlasting: bool, bouncing: bool, at: dt.datetime) -> Message:
    to = reach_for(request, draft, bouncing=bouncing)
    packed = written.pack(draft.letter(), draft.language)
    once = f"request:{request.pk}:{request.entries.count()}"  # which only grow, unlike papers
    if to.contact and not outlasting:
        return outbox.enqueue_written(packed, contact_id=to.contact.pk, once=once, at=at)
    return outbox.enqueue_written(packed, address=to.address, once=once, at=at)
