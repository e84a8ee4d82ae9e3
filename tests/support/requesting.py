"""Requests of the cast: one of each way in, made by the acts themselves. `whole` is all that hangs on one."""

import datetime as dt
from typing import Any

from django.test import override_settings

from contacts.delivery.letters.parts import Letter, Text
from contacts.models import AuditEvent, Contact, Message, PolicyVersion
from contacts.models.outbox import FORGOTTEN
from dsr.answers import closing
from dsr.answers.answering import Draft
from dsr.intake import identity, intake, proving
from dsr.intake.intake import Asked, Stranger
from dsr.models import Proof, Request
from dsr.records import transitions
from dsr.words.vocabulary import Kind, Outcome, Source
from retention.models import Hold
from tests.support import planned
from tests.support.factories import NOON, ContactFactory

OFFICER = "user:1"
STRANGE = "somebody@elsewhere.example"
QUESTION = Draft("Who are you?", "Tell us the event at which we met.", "You asked us something.", "en")
KNOWN = "we called them back under the number on file"


def moment(day: dt.date) -> dt.datetime:
    """Noon of a day, where the demo company is."""
    return dt.datetime.combine(day, dt.time(11), dt.UTC)


def proof_letter(proof: Proof) -> Letter:
    return Letter("Is this your address?", [Text("Press the button.")], "You asked us something.")


def posted(
    policy: PolicyVersion, address: str = STRANGE, kind: Kind = Kind.ACCESS, at: dt.datetime = NOON, **said: Any
) -> Request:
    """Typed into the form, and not proven."""
    stranger = Stranger(address, "en", **said)
    return intake.post(Asked(kind, "What do you hold?"), stranger, proof_letter, policy=policy, at=at, by="visitor")


def press(request: Request, policy: PolicyVersion, at: dt.datetime = NOON) -> Request:
    """Press the button behind its link."""
    intake.confirm(proving.token_of(request.proofs.get()), policy=policy, at=at, by="visitor")
    return fresh(request)


def entered(
    policy: PolicyVersion, kind: Kind = Kind.ACCESS, received_on: dt.date | None = None, at: dt.datetime = NOON
) -> Request:
    """Entered by the officer from a letter, about nobody yet."""
    asked = Asked(kind, "What do you hold?")
    day = received_on or at.date()
    return intake.enter(asked, source=Source.POST, received_on=day, policy=policy, at=at, by=OFFICER)


def asked_by(contact: Contact, policy: PolicyVersion, kind: Kind = Kind.ACCESS, at: dt.datetime = NOON) -> Request:
    """Asked for on "My data"."""
    return intake.ask(Asked(kind, "What do you hold?"), contact, policy=policy, at=at, by="visitor")


def question(request: Request, policy: PolicyVersion, at: dt.datetime = NOON) -> Request:
    """Have the officer ask the person back, in time for the clock to wait (`deadlines.question_by`)."""
    with override_settings(QUESTION_DAYS=90):
        identity.ask(request.pk, QUESTION, policy=policy, at=at, by=OFFICER)
    return fresh(request)


def answer(request: Request, policy: PolicyVersion, on: dt.date, at: dt.datetime | None = None) -> Request:
    identity.answered(request.pk, on=on, policy=policy, at=at or moment(on), by=OFFICER)
    return fresh(request)


def unanswered_question(policy: PolicyVersion, on: dt.date, kind: Kind = Kind.ACCESS, **about: Any) -> Request:
    """Somebody on file was asked on a day who they are, and the letter has left."""
    request = asked_by(ContactFactory.create(**about), policy, kind, at=moment(on))
    return question_sent(request, policy, at=moment(on))


def question_sent(request: Request, policy: PolicyVersion, at: dt.datetime = NOON) -> Request:
    """Ask the person back, and have the mail server take the letter."""
    asked = question(request, policy, at=at)
    numbers = asked.papers.filter(kind="question").values_list("data__message", flat=True)
    Message.objects.filter(public_id__in=list(numbers)).update(sent_at=at, **FORGOTTEN)
    return asked


def close(
    request: Request, policy: PolicyVersion, outcome: Outcome = Outcome.FULFILLED, at: dt.datetime = NOON, **how: Any
) -> Request:
    closing.close(transitions.lock(request.pk), outcome, policy=policy, at=at, by=OFFICER, **how)
    return fresh(request)


def fresh(request: Request) -> Request:
    return Request.objects.get(pk=request.pk)


def steps(request: Request) -> list[str]:
    return list(request.entries.values_list("step", flat=True))


def whole(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Every row of a request, of what hangs on it, and of what its acts do to people: what a refusal must leave."""
    about = {"holds": (Hold, ""), "mails": (Message, ""), "trail": (AuditEvent, ""), "people": (Contact, "")}
    return planned.rows("request", {"request": (Request, "id")} | planned.hanging_on(Request) | about, request.pk)


def received(policy: PolicyVersion, month: int, day: int, kind: Kind = Kind.ERASURE) -> Request:
    return entered(policy, kind, dt.date(2026, month, day))


def waiting(policy: PolicyVersion, month: int, day: int, at: dt.datetime = NOON) -> Request:
    """Received on a day of 2026, and asked at a moment who they are."""
    said, on = Asked(Kind.ACCESS, "", {"address": "r.holm@nowhere.example"}), dt.date(2026, month, day)
    request = intake.enter(said, source=Source.EMAIL, received_on=on, policy=policy, at=at, by="user:1")
    return question(request, policy, at=at)
