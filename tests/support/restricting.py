"""Restrictions and objections of the cast, the letters that end them, and the mail server taking those."""

import datetime as dt

from contacts.models import Contact, Message, PolicyVersion
from dsr.answers import refusing, restricting
from dsr.decisions import ending, objection_balancing
from dsr.decisions.objection_balancing import Balance
from dsr.letters import answers, refusals, restrictions
from dsr.models import Request
from dsr.records import restricted
from dsr.words.vocabulary import Kind, RefusalGround, RestrictionGround
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, draft
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, asked_by, fresh, moment

BALANCE = Balance("We need it to sell.", "They are a journalist.", BECAUSE)
IN_A_WEEK = TODAY + dt.timedelta(days=7)


def restriction(person: Contact, policy: PolicyVersion, kind: Kind = Kind.RESTRICTION) -> Request:
    request = asked_by(person, policy, kind)
    letter = draft(restrictions.restricted, request, policy, reasons=BECAUSE)
    ground = RestrictionGround.CLAIMS
    restricting.restrict(request.pk, ground, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def announce(request: Request, policy: PolicyVersion, on: dt.date = TOMORROW) -> None:
    letter = draft(restrictions.to_be_lifted, request, policy, on=on, reasons=BECAUSE)
    restricting.announce(request.pk, on, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)


def refuse(
    request: Request, policy: PolicyVersion, ground: RefusalGround = RefusalGround.NOT_COVERED, done: str = ""
) -> None:
    write = refusals.refused_in_part if done else refusals.refused
    told = {"ground": ground, "reasons": BECAUSE, "done": done} | restricted.outlook(request, TODAY)
    letter = draft(write, request, policy, **told)
    refusing.refuse(request.pk, ground, BECAUSE, letter, done=done, policy=policy, at=NOON, by=OFFICER)


def take_back(request: Request, policy: PolicyVersion) -> None:
    letter = draft(answers.taken_back, request, policy, **restricted.outlook(request, TODAY))
    ending.taken_back(request.pk, "by phone", on=TODAY, draft=letter, policy=policy, at=NOON, by=OFFICER)


def reject(request: Request, policy: PolicyVersion, on: dt.date | None = TOMORROW) -> None:
    told = {"reasons": BECAUSE, "on": on} | restricted.outlook(request, TODAY)
    letter = draft(restrictions.not_upheld, request, policy, **told)
    objection_balancing.reject(request.pk, BALANCE, on, letter, policy=policy, at=NOON, by=OFFICER)


def uphold(request: Request, policy: PolicyVersion) -> None:
    told = {"left": True, "reasons": BECAUSE} | restricted.outlook(request, TODAY)
    letter = draft(restrictions.upheld, request, policy, **told)
    objection_balancing.uphold(request.pk, BALANCE, letter, policy=policy, at=NOON, by=OFFICER)


def sent() -> None:
    """The mail server took every letter at noon."""
    Message.objects.filter(sent_at__isnull=True).update(sent_at=NOON, written=None, address="", forget_at=None)


def lift_due(policy: PolicyVersion, day: dt.date = TOMORROW) -> int:
    return restricting.lift_due(policy=policy, at=moment(day), by="test")


def is_restricted(person: Contact, day: dt.date) -> bool:
    through = Contact.objects.get(pk=person.pk).restricted_through
    return through is not None and through >= day
