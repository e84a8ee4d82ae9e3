"""The pages of requests in the small world of the admin's pages: a request for each act, in a state that offers it."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.models import Contact, Message, PolicyVersion
from contacts.models.outbox import FORGOTTEN
from dsr.answers import correspondence, restricting
from dsr.answers.correspondence import Enclosed
from dsr.intake import identity
from dsr.letters import restrictions
from dsr.models import Attachment, Certificate, Enclosure, Evidence, EvidenceOpening, Request, SystemTask
from dsr.words.vocabulary import Kind, Source
from tests.support.asking_systems import SystemFactory
from tests.support.factories import NOON, ContactFactory, hold, place
from tests.support.representing import acts_for
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, question


def address(name: str, record: Request) -> str:
    """Return the address of a page of a request, or of none."""
    if name.endswith(("_changelist", "_add", "_pass-on")):
        return reverse(f"admin:{name}")
    of_what: list[Any] = ["en"] if name.endswith("_paper") else []
    if name.endswith("_letter"):
        of_what = [record.papers.exclude(kind="statement").values_list("pk", flat=True).first() or 0]
    if name.endswith("_enclosure"):
        of_what = [record.enclosures.values_list("pk", flat=True).first() or 0]
    if name.endswith("_attachment"):
        of_what = [Attachment.objects.filter(paper__request=record).values_list("pk", flat=True).first() or 0]
    return reverse(f"admin:{name}", args=[record.public_id, *of_what])


@transaction.atomic
def world(policy: PolicyVersion) -> dict[str, Request]:
    """Make a request for each page, by the name of the page; what is not named is shown of the first."""
    made = {
        "": _asked(policy, Kind.ERASURE),
        "amend": entered(policy),
        "answer": _asked(policy, Kind.COMPLAINT),
        "ask-what": _asked(policy, Kind.ACCESS),
        "answered": question(_asked(policy, Kind.ACCESS), policy),
        "nothing-held": entered(policy),
        "not-left": entered(policy, Kind.LEAVER),
        "correct": _asked(policy, Kind.RECTIFICATION),
        "announce-lifting": _restricted(policy),
        "lift": _announced(policy),
        "uphold": _asked(policy, Kind.OBJECTION),
        "agree": _asked(policy, Kind.COMPLAINT),
        "agreement-done": _agreed(policy),
        "stop": _told(policy),
        "note-extension": entered(policy, received_on=dt.date(2026, 10, 5)),
        "hand-over": _asked(policy, Kind.ACCESS),
        "hand-over-again": close(_asked(policy, Kind.ACCESS), policy),
        "answer-together": _asked_twice(policy),
        "settle-findings": _erased(policy),
        "settle-letter": _lost(policy),
        "note-answer": _waits(policy),
        "ask-again": _answered(policy),
        "attachment": _enclosed(policy),
        "tell-represented": _acted_for(policy),
        "new-link": _waits(policy, in_use=True),  # the last: who comes after it would ask this system, too
    }
    same = {
        "reject": "uphold",
        **dict.fromkeys(("not-told", "agreed-to", "end-represented"), "tell-represented"),
        "taken-back-with-letter": "uphold",
        "letter": "settle-letter",
        "call-off": "note-answer",
        "undo": "ask-again",
        "enclosure": "ask-again",
        "package": "hand-over",
        "certificate": "settle-findings",
        "paper": "settle-findings",
    }
    made |= {name: made[other] for name, other in same.items()}
    return {f"dsr_request_{name}".removesuffix("_"): request for name, request in made.items()}


def _person(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "prospect", dt.date(2026, 5, 24), policy=policy)
    return contact


def _asked(policy: PolicyVersion, kind: Kind) -> Request:
    return asked_by(_person(policy), policy, kind)


def _asked_twice(policy: PolicyVersion) -> Request:
    contact = _person(policy)
    asked_by(contact, policy, Kind.PORTABILITY)
    return asked_by(contact, policy, Kind.PORTABILITY)


def _told(policy: PolicyVersion) -> Request:
    request = entered(policy, Kind.MARKETING_OBJECTION)
    return identity.identify(request.pk, [_person(policy)], "They called.", at=NOON, by=OFFICER)


def _agreed(policy: PolicyVersion) -> Request:
    request = _asked(policy, Kind.COMPLAINT)
    Request.objects.filter(pk=request.pk).update(agreed_by=NOON.date())
    return fresh(request)


def _restricted(policy: PolicyVersion) -> Request:
    request = _asked(policy, Kind.RESTRICTION)
    place(request.subjects.get().contact, "freeze", "restriction")
    return fresh(request)


def _announced(policy: PolicyVersion) -> Request:
    request, week = _restricted(policy), dt.timedelta(days=7)
    facts: dict[str, Any] = {"on": NOON.date(), "reasons": "It is settled."}
    letter = restrictions.to_be_lifted(request, policy, "en", facts)
    restricting.announce(request.pk, facts["on"], "It is settled.", letter, policy=policy, at=NOON - week, by=OFFICER)
    return fresh(request)


def _enclosed(policy: PolicyVersion) -> Request:
    request = _asked(policy, Kind.ACCESS)
    scan = Enclosed("scan.pdf", b"%PDF-1.7")
    came: dict[str, Any] = {"source": Source.POST, "on": NOON.date(), "enclosed": scan}
    correspondence.came_in(request.pk, "", **came, policy=policy, at=NOON, by=OFFICER)
    return request


def _acted_for(policy: PolicyVersion) -> Request:
    request = _asked(policy, Kind.ACCESS)
    acts_for(request, policy)
    return request


def _lost(policy: PolicyVersion) -> Request:
    """They were asked who they are, and the letter never left."""
    request = question(_asked(policy, Kind.ACCESS), policy)
    lost = Message.objects.filter(contact__in=request.subjects.values("contact"))
    lost.update(ended_at=NOON, end="refused", reason="SMTP 550", **FORGOTTEN)
    return request


def _waits(policy: PolicyVersion, *, in_use: bool = False) -> Request:
    """Another system was asked, which has been taken out of use since unless `in_use`, and has not answered."""
    request = _asked(policy, Kind.ACCESS)
    system = SystemFactory.create(ended_on=None if in_use else NOON.date())
    SystemTask.objects.create(request=request, system=system, opened_at=NOON, not_before=NOON, due_on=NOON.date())
    return request


def _answered(policy: PolicyVersion) -> Request:
    """Another system has answered, and sent a file."""
    request = _waits(policy)
    task = request.system_tasks.get()
    SystemTask.objects.filter(pk=task.pk).update(answer="done", answered_at=NOON, answered_by=OFFICER)
    Enclosure.objects.create(
        request=request, contact=request.subjects.get().contact, task=task, name="export.csv", content=b"a,b", at=NOON
    )
    return request


def _erased(policy: PolicyVersion) -> Request:
    """Deleted, and the search afterwards found something."""
    request = close(entered(policy, Kind.ERASURE), policy)
    Certificate.objects.create(
        request=request,
        ground="not_needed",
        erased_at=NOON,
        deleted={"contacts_contact": 1},
        kept=[],
        backups_until=dt.date(2026, 12, 24),
        scan={"tables": 40, "columns": 200, "found": {"contacts_message": 1}, "others": {}},
    )
    return request


@transaction.atomic
def evidence(policy: PolicyVersion) -> dict[str, Evidence]:
    """Make a sealed file, and one that waits for a second person."""
    close(_asked(policy, Kind.ACCESS), policy)
    close(_asked(policy, Kind.ACCESS), policy)
    sealed, asked = Evidence.objects.order_by("-pk")[:2]
    EvidenceOpening.objects.create(
        evidence=asked, reason="A claim.", asked_by=OFFICER, asked_at=NOON, ends_at=NOON + dt.timedelta(days=7)
    )
    return {"dsr_evidence": sealed, "dsr_evidence_confirm": asked}
