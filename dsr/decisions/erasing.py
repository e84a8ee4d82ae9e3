"""Delete a person on request: decided again under the lock, all in one transaction, and certified (Art. 17 GDPR, P21).

What a law has us keep stays, reduced to that (P5), and the person is told why. An objection is kept in coded form, so
that nobody writes to them again (P12). What waits under their address goes, too: they have shown that it is theirs.

Locks are taken in the order request, forms and links under the address, people: as by whoever confirms one of those.
"""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import retry
from contacts.base.days import day_of
from contacts.journal import writing
from contacts.models import Contact, MergedAddress, Message, PolicyVersion
from contacts.models.recipients import OVERDUE
from contacts.outbox import mail_files, outbox
from contacts.people import empty_organisations, erasure, suppressions, tombstones
from contacts.words.addresses import keyed_hash, mailbox_hash, normalise
from contacts.words.journal import JournalAct
from dsr.answers import answering, closing, representation
from dsr.answers.answering import Draft
from dsr.intake import identity, intake
from dsr.intake.intake import Asked
from dsr.letters.common import spoken
from dsr.letters.erasure import erased
from dsr.models import FINDINGS, Certificate, Request, SystemTask
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import sought as still_sought
from dsr.systems import standing
from dsr.traces import proposal, scanning, searching, unlinked_data
from dsr.traces.proposal import Proposal
from dsr.traces.searching import Search
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RefusalGround, Source, State, Step
from retention.holds import holds
from retention.lapses import lapse_decisions
from retention.lapses.lapse_decisions import Locked
from retention.models import Hold, HoldKind, HoldReason

# Requests that a deletion may be the answer to.
KINDS = (Kind.ERASURE, Kind.LEAVER, Kind.OBJECTION, Kind.WITHDRAWAL)


class NobodyError(RequestError):
    """Nobody is held under the address."""


@dataclass(frozen=True)
class Order:
    """What the officer decided. `draft` is the letter, or None for the one that we would write.

    `mark` is that of the proposal that was agreed to: where it has changed since, nothing is done. `searched_later`
    leaves the search of the whole database to a worker, since a page cannot wait for it. `waits` is whether other
    systems are waited for until the safe date: a script does not, and the letter names them.
    """

    ground: ErasureGround
    draft: Draft | None = None
    mark: str = ""
    searched_later: bool = False
    waits: bool = True


def erase(request_id: int, order: Order, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Certificate:
    """Delete the people whom a request is about, owe them the letter, close the request, and return the certificate.

    Raises RequestError, and has done nothing, where the request is not about a deletion or nobody is found for it yet,
    another request of theirs is open, a legal claim stands, or what stays is not what was agreed to; MovedError where
    it is closed.
    """
    return retry.persist(partial(_erase, request_id, order, policy=policy, at=at, by=by))


def erase_address(
    address: str, ground: ErasureGround, *, source: Source, policy: PolicyVersion, at: dt.datetime, by: str
) -> Certificate:
    """Enter a request for whoever is held under an address, and carry it out, as a script of the operator's asks.

    Raises MalformedAddressError, NobodyError, and what `erase` raises: then no request is on record either.
    """
    return retry.persist(partial(_erase_address, normalise(address), ground, source, policy=policy, at=at, by=by))


@transaction.atomic
def _erase_address(
    address: str, ground: ErasureGround, source: Source, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Certificate:
    unlinked_data.lock([address])
    person = Contact.objects.select_for_update().filter(email=address).first()
    if person is None:
        raise NobodyError(_("Nobody is held under this address."))
    kind = Kind.LEAVER if ground == ErasureGround.LEFT else Kind.ERASURE
    day = day_of(at, policy.zone)
    request = intake.enter(Asked(kind), source=source, received_on=day, policy=policy, at=at, by=by)
    identity.identify(request.pk, [person], "The operator named the address.", at=at, by=by)
    return _erase(request.pk, Order(ground, waits=False), policy=policy, at=at, by=by)


@transaction.atomic
def _erase(request_id: int, order: Order, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Certificate:
    request = transitions.lock(request_id)
    transitions.change(request, among=(State.OPEN,))
    day = day_of(at, policy.zone)
    representation.check(request, day=day)
    if order.waits:
        standing.wait_for(request, day=day, at=at, by=by)
    unlinked_data.lock(proposal.of(request, day).addresses)
    locked = lapse_decisions.lock_contacts([person.pk for person in timeline.people(request)])
    decided = proposal.of(request, day)
    _refuse(request, decided, order)
    asked = still_sought.leave_to(request, day=day)
    sought = scanning.identifiers(Contact.objects.filter(pk__in=list(locked)).values(), decided.addresses)
    unlinked_data.delete(decided.addresses, at=at)
    letter_sent = _tell(request, decided, order, policy=policy, at=at, by=by)
    _close(request, decided, order, policy=policy, at=at, by=by)
    if decided.remembered_until:
        _remember(locked, decided, day=day, at=at)
    _part_with(request, locked, decided, order, day=day, at=at, by=by)
    transaction.on_commit(partial(mail_files.forget, decided.addresses), robust=True)
    letter_until = day_of(at + outbox.KEPT_FOR, policy.zone) if letter_sent else None
    certificate = _certify(request, decided, order, locked, letter_until=letter_until, day=day, at=at)
    may_stand = {Message._meta.db_table: letter_sent, SystemTask._meta.db_table: asked}
    search = Search(sought, may_stand, _residue(locked, decided))
    if order.searched_later:
        searching.leave(certificate, search, at=at)
    else:
        searching.complete(certificate, search)
    return certificate


def _refuse(request: Request, decided: Proposal, order: Order) -> None:
    """Raise RequestError where the people may not be deleted now."""
    if request.kind not in KINDS:
        raise RequestError(_("This request does not ask for a deletion."))
    if decided.obstacles:
        raise RequestError(" ".join(decided.obstacles))
    if order.mark and order.mark != decided.mark:
        raise RequestError(
            _("What stays, or who is told, has changed meanwhile. Nothing was deleted: look at it again.")
        )


def _tell(
    request: Request, decided: Proposal, order: Order, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> list[int]:
    """Owe the letter to the person, who is gone when it leaves, and return the key of its message, if it is mailed."""
    draft = order.draft or letter(request, decided, order.ground, policy=policy, at=at)
    # A script has nobody who could write by post instead, and no letter that is lost keeps anybody from being deleted.
    kept = answering.send(request, draft, outlasting=True, bouncing=order.draft is None, at=at, by=by)
    return list(Message.objects.filter(public_id=kept.data.get("message")).values_list("pk", flat=True))


def letter(
    request: Request, decided: Proposal, ground: ErasureGround, *, policy: PolicyVersion, at: dt.datetime
) -> Draft:
    """Return the letter as we would write it, in the person's language."""
    day = day_of(at, policy.zone)
    facts = {
        "proposal": decided,
        "ground": ground,
        "day": day,
        "backups_until": backups_until(day),
        "final_by": final_by(request, decided, day),
    }
    return erased(request, policy, spoken(answering.language(request)), facts)


@transaction.atomic
def settle(request_id: int, *, at: dt.datetime, by: str) -> None:
    """Note that what the search found after a deletion is settled. Raises RequestError where nothing is."""
    request = transitions.lock(request_id)
    if not Request.objects.with_findings().filter(pk=request.pk).exists():
        raise RequestError(_("Nothing is left to be settled here."))
    timeline.record(request, Step.DONE, at=at, by=by, rule=FINDINGS)


def backups_until(day: dt.date) -> dt.date:
    """Return the day on which the last backup that may hold what was deleted on `day` expires (L11)."""
    return day + dt.timedelta(days=settings.BACKUP_DAYS)


def final_by(request: Request, decided: Proposal, day: dt.date) -> dt.date:
    """Return the last day on which a certificate waits for the answers of those who had the details."""
    waits = decided.recipients or request.system_tasks.open().exists()
    return day + OVERDUE if waits else day


def _close(
    request: Request, decided: Proposal, order: Order, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> None:
    """Close the request while its people are still known, and end what it froze, and what they had us restrict."""
    if decided.deletes:
        timeline.record(request, Step.ERASED, at=at, by=by, rule=order.ground)
    if decided.reduces:
        timeline.record(request, Step.REDUCED, at=at, by=by, rule=RefusalGround.LEGAL_DUTY)
    closing.close(
        request,
        Outcome.FULFILLED if decided.is_whole else Outcome.PARTLY_REFUSED,
        ground=order.ground,
        refusal="" if decided.is_whole else RefusalGround.LEGAL_DUTY,
        policy=policy,
        at=at,
        by=by,
    )
    day = day_of(at, policy.zone)
    writing.write(
        JournalAct.ANSWERED,
        at=at,
        day=day.isoformat(),
        request=str(request.public_id),
        outcome=request.outcome,
        ground=request.ground,
        refusal=request.refusal,
    )
    kept = [pk for ids in decided.reduces.values() for pk in ids]
    frozen = Hold.objects.standing(day).filter(contact__in=kept, kind=HoldKind.FREEZE, reason=HoldReason.RESTRICTION)
    for hold in frozen.select_related("contact").order_by("contact"):
        holds.end(hold, day=day, at=at, by=by)


def _remember(locked: Locked, decided: Proposal, *, day: dt.date, at: dt.datetime) -> None:
    """Have nobody bring these people back, under any address that is known to be theirs and is nobody else's (L12)."""
    theirs = {keyed_hash(address): mailbox_hash(address) for address in decided.addresses}
    theirs |= suppressions.hashes_of(MergedAddress.objects.filter(contact__in=list(locked)))
    others = Contact.objects.exclude(pk__in=list(locked)).filter(address_hash__in=list(theirs))
    known = {address: box for address, box in theirs.items() if address not in suppressions.hashes_of(others)}
    tombstones.put_up(known, residue=next(iter(_residue(locked, decided)), None), day=day, at=at)


def _residue(locked: Locked, decided: Proposal) -> list[uuid.UUID]:
    """Return the numbers under which a duty has us keep a part of these people."""
    return [locked[pk].public_id for ids in decided.reduces.values() for pk in ids]


def _part_with(
    request: Request, locked: Locked, decided: Proposal, order: Order, *, day: dt.date, at: dt.datetime, by: str
) -> None:
    rule = f"erasure:{order.ground}"
    erasure.delete({pk: locked[pk].public_id for pk in decided.deletes}, at=at, by=by, rule=rule)
    for keeps, ids in decided.reduces.items():
        erasure.minimise({pk: locked[pk].public_id for pk in ids}, keeps, day=day, at=at, by=by, rule=rule)
    empty_organisations.notice([person.organisation for person in locked.values() if person.organisation])


def _certify(
    request: Request,
    decided: Proposal,
    order: Order,
    locked: Locked,
    *,
    letter_until: dt.date | None,
    day: dt.date,
    at: dt.datetime,
) -> Certificate:
    kept: list[dict[str, Any]] = [
        {
            **asdict(duty),
            "categories": list(duty.categories),
            "until": duty.until and duty.until.isoformat(),
            "numbers": [str(each) for each in _residue(locked, decided)],
        }
        for duty in decided.duties
    ]
    return Certificate.objects.create(
        request=request,
        ground=order.ground,
        erased_at=at,
        deleted=decided.rows,
        told=list(decided.recipients),
        untold=[
            {"name": name, "why": why, "gone_on": (day + dt.timedelta(days=days)).isoformat()}
            for name, why, days in decided.copies
        ],
        references=sorted(person.public_id for person in locked.values()),
        letter_until=letter_until,
        remembered_until=decided.remembered_until,
        suppressed=decided.suppressed,
        kept=kept,
        backups_until=backups_until(day),
        scan={},
    )
