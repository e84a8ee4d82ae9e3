import datetime as dt
import sys
import uuid
from contextlib import closing
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet

from contacts.audiences import exporting
from contacts.audiences.audience import Wanted
from contacts.audiences.exporting import Custody, ExportError
from contacts.base import command_line
from contacts.base.days import day_of
from contacts.disclosure.disclosing import DisclosureError
from contacts.mailings import permission_words
from contacts.models import Contact, PolicyVersion, Recipient, Segment, Topic
from contacts.words.vocabulary import Channel, Scenario
from privacy_crm import segments

BY = "audience"
TAKES_LISTS = "contacts.export_audience"


class Command(command_line.Command):
    help = (
        "Print everyone who may be written to on a channel as CSV, and say on stderr who is left out and why."
        " The list stands under Audiences until its holder says what became of it."
        " Without --recipient it is for our own use: it may not leave the company."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", choices=Channel.values)
        parser.add_argument(
            "--holder", metavar="LOGIN", required=True, help="who answers for the list, and says what became of it"
        )
        parser.add_argument(
            "--purpose",
            choices=Scenario.values,
            required=True,
            help="what it is for: those who are not held for it are left out",
        )
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
        parser.add_argument("--segment", type=int, metavar="NUMBER", help="those alone whom a saved segment finds")
        parser.add_argument(
            "--reason",
            metavar="TEXT",
            default="",
            help=f"why so many are needed; asked for above {settings.AUDIENCE_REASON_ABOVE} people",
        )

    def handle(self, *_args: Any, channel: str, purpose: str, topic: list[str], **options: Any) -> None:
        policy = command_line.policy_in_force()
        at = command_line.moment(None, policy)
        segment = _segment(options.get("segment"))
        people = _people(segment, policy, day_of(at, policy.zone))
        recipient = _recipient(options.get("recipient"))
        wanted = Wanted(Channel(channel), Scenario(purpose), recipient, _topics(topic), people)
        held = _held(options["holder"], options["reason"], segment)
        try:
            file = exporting.export(wanted, held, policy=policy, at=at, by=BY)
        except (DisclosureError, ExportError) as refusal:
            command_line.refuse(str(refusal))
        with closing(file):
            sys.stdout.buffer.writelines(file)
        self.stderr.write(permission_words.left_out(file.draft.reach))


def _held(login: str, reason: str, segment: Segment | None) -> Custody:
    holder = get_user_model().objects.filter(username=login).first()
    if holder is None or not holder.has_perm(TAKES_LISTS):
        command_line.refuse(
            "--holder takes the login of somebody who may take lists out, and says what becomes of this one."
        )
    return Custody(holder.pk, settings.AUDIENCE_DAYS, settings.AUDIENCE_REASON_ABOVE, reason, segment)


def _segment(number: int | None) -> Segment | None:
    if number is None:
        return None
    return Segment.objects.filter(pk=number).first() or command_line.refuse("There is no segment of this number.")


def _people(segment: Segment | None, policy: PolicyVersion, day: dt.date) -> QuerySet[Contact] | None:
    return segments.people(segment.filters, policy=policy, day=day) if segment else None


def _recipient(named: str | None) -> Recipient | None:
    if named is None:
        return None
    found = Recipient.objects.filter(_named(named)).first()
    return found or command_line.refuse(
        "There is no such recipient in the register: name it as it stands there, or its id."
    )


def _named(text: str) -> Q:
    try:
        return Q(public_id=uuid.UUID(text))
    except ValueError:
        return Q(name=text)


def _topics(slugs: list[str]) -> list[Topic]:
    found = list(Topic.objects.filter(slug__in=slugs))
    if unknown := set(slugs) - {topic.slug for topic in found}:
        command_line.refuse(f"There is no topic {', '.join(sorted(unknown))}.")
    return found
