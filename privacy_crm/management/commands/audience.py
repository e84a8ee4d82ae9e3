import datetime as dt
import sys
import uuid
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet

from contacts import doors, exporting, permission_words
from contacts.audience import Wanted
from contacts.days import day_of
from contacts.disclosing import DisclosureError
from contacts.models import Contact, PolicyVersion, Recipient, Segment, Topic
from contacts.vocabulary import Channel, Scenario
from privacy_crm import segments

BY = "audience"


class Command(doors.Command):
    help = (
        "Print everyone who may be written to on a channel as CSV, and say on stderr who is left out and why."
        " Without --recipient the list is for our own use: it may not leave the company."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", choices=Channel.values)
        parser.add_argument(
            "--topic",
            metavar="SLUG",
            action="append",
            default=[],
            help="what the mailing is about, once or more; without, nobody who is held for their interest alone",
        )
        parser.add_argument(
            "--recipient",
            metavar="NAME|PUBLIC_ID",
            help="who outside gets the list, as the register names it; each person in it is put on record as given",
        )
        parser.add_argument(
            "--purpose",
            choices=Scenario.values,
            help="what the recipient gets it for: those who are not held for it are left out; goes with --recipient",
        )
        parser.add_argument("--segment", type=int, metavar="NUMBER", help="those alone whom a saved segment finds")

    def handle(self, *_args: Any, channel: str, topic: list[str], **options: Any) -> None:
        policy = doors.policy_in_force()
        at = doors.moment(None, policy)
        day = day_of(at, policy.zone)
        recipient, purpose = _for_whom(options.get("recipient"), options.get("purpose"))
        people = _people(options.get("segment"), policy, day)
        wanted = Wanted(Channel(channel), purpose, recipient, _topics(topic), people)
        try:
            found = exporting.write(sys.stdout.buffer, wanted, day=day, at=at, by=BY)
        except DisclosureError as refusal:
            doors.refuse(str(refusal))
        self.stderr.write(permission_words.left_out(found))


def _for_whom(recipient: str | None, purpose: str | None) -> tuple[Recipient | None, Scenario | None]:
    if (recipient is None) != (purpose is None):
        doors.refuse("--recipient and --purpose go together: who gets the list, and what for.")
    return (_recipient(recipient), Scenario(purpose)) if recipient and purpose else (None, None)


def _people(segment: int | None, policy: PolicyVersion, day: dt.date) -> QuerySet[Contact] | None:
    if segment is None:
        return None
    found = Segment.objects.filter(pk=segment).first() or doors.refuse("There is no segment of this number.")
    return segments.people(found.filters, policy=policy, day=day)


def _recipient(named: str) -> Recipient:
    found = Recipient.objects.filter(_named(named)).first()
    return found or doors.refuse("There is no such recipient in the register: name it as it stands there, or its id.")


def _named(text: str) -> Q:
    try:
        return Q(public_id=uuid.UUID(text))
    except ValueError:
        return Q(name=text)


def _topics(slugs: list[str]) -> list[Topic]:
    found = list(Topic.objects.filter(slug__in=slugs))
    if unknown := set(slugs) - {topic.slug for topic in found}:
        doors.refuse(f"There is no topic {', '.join(sorted(unknown))}.")
    return found
