"""What each line of the journal does to a database that does not know of it: through the act that wrote it, if it can.

People are found by their random numbers. Whoever came in after the backup is not there, and nothing is done. Done
again, nothing changes.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.models import User

from contacts.events import dietary, places
from contacts.journal import restored
from contacts.journal.segments import Entry
from contacts.models import ApiKey, Basis, Contact, LookAgain, PolicyVersion
from contacts.outbox import notices
from contacts.people import address_trust, empty_organisations, erasure, tombstones
from contacts.permission import consents, interests, objections
from contacts.signups import keys, reject_sign_up
from contacts.signups.keys import KeyRefusedError
from contacts.words.addresses import every_hash
from contacts.words.journal import JournalAct, LookWhy
from contacts.words.vocabulary import Channel, NoticeKind
from dsr.answers import closing
from dsr.intake import representing
from dsr.models import Request
from dsr.records import transitions
from dsr.traces import unlinked_data
from privacy_crm.access import closing as accounts
from retention.audit import seals
from retention.holds import holds
from retention.holds.holds import HoldError
from retention.models import Hold, HoldKind, HoldReason

BY = "replay"


@dataclass(frozen=True)
class Line:
    """One line, and the moment at which it is replayed."""

    entry: Entry
    at: dt.datetime
    people: list[Contact] = field(default_factory=list)

    @property
    def details(self) -> dict[str, Any]:
        return dict(self.entry["details"])

    @property
    def hashes(self) -> dict[str, str]:
        return dict(self.entry["hashes"])

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.details["day"])

    @property
    def until(self) -> dt.date | None:
        until = self.details["until"]
        return dt.date.fromisoformat(until) if until else None

    @property
    def done_at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.entry["at"])

    @property
    def numbers(self) -> list[uuid.UUID]:
        return [uuid.UUID(each) for each in self.entry["public_ids"]]

    @property
    def own(self) -> list[Contact]:
        """Those whose act it was, without the records that were merged into theirs before: here they are others again.

        What opens something counts for them alone. Any other address or record has a word of its own.
        """
        return [person for person in self.people if person.public_id == self.numbers[0]]

    @property
    def named(self) -> dict[int, uuid.UUID]:
        return {person.pk: person.public_id for person in self.people}


def apply(entry: Entry, *, at: dt.datetime) -> None:
    """Do what a line says. Call it in a transaction, under `writing.replaying`."""
    found = Contact.objects.filter(public_id__in=entry["public_ids"])
    people = list(found.select_for_update().order_by("pk"))
    _ACTS[JournalAct(entry["act"])](Line(entry, at, people))


def _delete(line: Line) -> None:
    erasure.delete(line.named, at=line.at, by=BY, rule="replayed")
    empty_organisations.notice([each.organisation_id for each in line.people if each.organisation_id])


def _reduce(line: Line) -> None:
    """Reduce them again. The duty may be of after the backup, and without one nobody would ever look at the rest."""
    erasure.minimise(line.named, line.details["keeps"], day=line.day, at=line.at, by=BY, rule="replayed")
    duties = Hold.objects.standing(line.day).filter(kind=HoldKind.DUTY).values_list("contact", flat=True)
    for person in line.people:
        if person.pk not in set(duties.filter(contact__in=line.named)):
            restored.look_again(person, LookWhy.REDUCED, done_at=line.done_at)


def _forget(line: Line) -> None:
    unlinked_data.delete_coded(line.hashes, at=line.at)
    sign_ups = [uuid.UUID(each) for each in line.details.get("sign_ups", [])]
    reject_sign_up.disown_again(sign_ups, at=line.at, by=BY)


def _keep_out(line: Line) -> None:
    residue = line.details["residue"]
    tombstones.put_up(line.hashes, residue=uuid.UUID(residue) if residue else None, day=line.day, at=line.at)


def _answer(line: Line) -> None:
    """Close a request whose letter has left; one that came in after the backup is not there."""
    policy = PolicyVersion.objects.in_force()
    request = Request.objects.standing().filter(public_id=line.details["request"]).first()
    if policy and request:
        ended = {name: line.details[name] for name in ("outcome", "ground", "refusal")}
        closing.close(transitions.lock(request.pk), **ended, on=line.day, policy=policy, at=line.at, by=BY)


def _object(line: Line) -> None:
    said: dict[str, Any] = {
        "channels": [Channel(channel) for channel in line.details["channels"]],
        "reason": line.details["reason"],
        "day": line.day,
        "at": line.at,
        "by": f"{objections.REPLAY}{line.details['how']}",
    }
    for address_hash, mailbox_hash in line.hashes.items():
        objections.record(address_hash, mailbox_hash=mailbox_hash, public_id=None, **said)
    for person in line.people:
        objections.record("", public_id=person.public_id, **said)


def _reopen(line: Line) -> None:
    channels = [Channel(channel) for channel in line.details["channels"]]
    for person in line.own:
        if reason := line.details.get("reason"):
            objections.take_back(person, channels, reason=reason, day=line.day, at=line.at, by=BY)
        else:
            for channel in channels:
                consents.reopen(person, channel, at=line.at)


def _end_basis(line: Line) -> None:
    """End what rested on our interest; staff look at somebody for whom nothing else would be left."""
    policy, scenario = PolicyVersion.objects.in_force(), line.details["scenario"]
    others = Basis.objects.filter(contact__in=line.named).exclude(scenario=scenario)
    held = set(others.values_list("contact", flat=True)) if policy else set()
    if policy:
        erasure.drop_basis(scenario, held, policy=policy)
    for person in line.people:
        if person.pk not in held:
            restored.look_again(person, LookWhy.OBJECTED, done_at=line.done_at)


def _freeze(line: Line) -> None:
    """Freeze them again, since the day that it was done. Where nothing here says what for, staff look at it."""
    reason = HoldReason(line.details["reason"])
    for person in line.people:
        hold = holds.place(person, HoldKind.FREEZE, reason, until=line.until, at=line.at, by=BY)
        Hold.objects.filter(pk=hold.pk).update(placed_at=line.done_at)
        if reason == HoldReason.RESTRICTION:
            notices.enqueue(NoticeKind.RESTRICTED, [person.pk], at=line.at)
        if not Request.objects.of_people([person.pk]).exists():
            restored.look_again(person, LookWhy.FROZEN, done_at=line.done_at)


def _release(line: Line) -> None:
    """End what was frozen; whoever is frozen by nothing any more need not be looked at for it."""
    frozen = Hold.objects.filter(contact__in=line.named, kind=HoldKind.FREEZE, reason=line.details["reason"])
    for hold in frozen.order_by("contact"):
        with suppress(HoldError):  # it has ended before
            holds.end(hold, day=line.until or line.done_at.date(), at=line.at, by=BY)
    still = Hold.objects.filter(contact__in=line.named, kind=HoldKind.FREEZE, until__isnull=True)
    over = set(line.named) - set(still.values_list("contact", flat=True))
    LookAgain.objects.filter(contact__in=over, why=LookWhy.FROZEN, seen_at__isnull=True).delete()


def _say_of_topics(line: Line, *, wanted: bool) -> None:
    """Say it again; where a no cannot be kept, since its topic is of after the backup, staff look at it."""
    said: dict[str, Any] = {"wanted": wanted, "day": line.day, "at": line.at, "by": BY}
    known = interests.say_again(line.own if wanted else line.people, line.details["topics"], **said)
    if not known and not wanted:
        for person in line.people:
            restored.look_again(person, LookWhy.TOPIC, done_at=line.done_at)


def _give_up(line: Line) -> None:
    places.give_up_again(line.people, line.details["event"], since=line.done_at, at=line.at, by=BY)


def _take_place(line: Line) -> None:
    places.take_again(line.people, line.details["event"], since=line.done_at, at=line.at, by=BY)


def _take_food(line: Line) -> None:
    dietary.take_back_again(line.numbers, line.hashes, event=line.details.get("event", ""), at=line.at, by=BY)


def _look(line: Line) -> None:
    """Have staff look at them. A hash is of the address whose owner called the one that replaced it wrong."""
    for person in line.people:
        restored.look_again(person, LookWhy(line.details["why"]), done_at=line.done_at)
        for replaced in set(line.hashes) - set(every_hash(person.email or "")):
            address_trust.contest(person.public_id, replaced, at=line.at, by=BY)


def _close_account(line: Line) -> None:
    """Close it again, so that it has no role when it is opened; one of after the backup is not there."""
    for number in User.objects.filter(pk=line.details["account"], is_active=True).values_list("pk", flat=True):
        accounts.close(number, at=line.at, by=BY)


def _revoke(line: Line) -> None:
    for key in ApiKey.objects.filter(digest=line.details["key"]):
        with suppress(KeyRefusedError):  # it is revoked
            keys.revoke(key, at=line.at, by=BY)


def _end_acting(line: Line) -> None:
    """End it again: one that was entered after the backup is not there."""
    told = line.details
    entered_at = dt.datetime.fromisoformat(told["entered_at"])
    representing.end_again(uuid.UUID(told["request"]), entered_at, told["end"], at=line.at, by=BY)


def _know_seal(line: Line) -> None:
    """Have later seals follow it. Its entries are lost, and whoever verifies the trail is told so."""
    seals.restore(line.details["seal"])


_ACTS: dict[JournalAct, Callable[[Line], None]] = {
    JournalAct.DELETED: _delete,
    JournalAct.REDUCED: _reduce,
    JournalAct.FORGOTTEN: _forget,
    JournalAct.KEPT_OUT: _keep_out,
    JournalAct.ANSWERED: _answer,
    JournalAct.OBJECTED: _object,
    JournalAct.REOPENED: _reopen,
    JournalAct.BASIS_ENDED: _end_basis,
    JournalAct.FROZEN: _freeze,
    JournalAct.RELEASED: _release,
    JournalAct.TOPIC_STOPPED: partial(_say_of_topics, wanted=False),
    JournalAct.TOPIC_REOPENED: partial(_say_of_topics, wanted=True),
    JournalAct.PLACE_GIVEN_UP: _give_up,
    JournalAct.PLACE_TAKEN: _take_place,
    JournalAct.FOOD: _take_food,
    JournalAct.LOOK: _look,
    JournalAct.ACCOUNT_CLOSED: _close_account,
    JournalAct.KEY_REVOKED: _revoke,
    JournalAct.ACTING_ENDED: _end_acting,
    JournalAct.AUDIT_SEALED: _know_seal,
}
