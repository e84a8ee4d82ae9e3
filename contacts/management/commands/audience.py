import sys
import uuid
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q

from contacts import audience, doors, exporting, permission_words
from contacts.days import day_of
from contacts.disclosing import DisclosureError
from contacts.models import Recipient, Topic
from contacts.permission import Reach
from contacts.vocabulary import Channel, Scenario

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

    def handle(self, *_args: Any, channel: str, topic: list[str], **options: Any) -> None:
        policy = doors.policy_in_force()
        at = doors.moment(None, policy)
        about = {"topics": _topics(topic), "day": day_of(at, policy.zone), "at": at}
        found = _write(Channel(channel), about, **{name: options.get(name) for name in ("recipient", "purpose")})
        self.stderr.write(permission_words.left_out(found))


def _write(channel: Channel, about: dict[str, Any], *, recipient: str | None, purpose: str | None) -> Reach:
    out = sys.stdout.buffer
    if recipient is None and purpose is None:
        return audience.write(out, channel, **about, by=BY)
    if recipient is None or purpose is None:
        doors.refuse("--recipient and --purpose go together: who gets the list, and what for.")
    try:
        return exporting.write(out, channel, _recipient(recipient), purpose=Scenario(purpose), **about, by=BY)
    except DisclosureError as refusal:
        doors.refuse(str(refusal))


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
