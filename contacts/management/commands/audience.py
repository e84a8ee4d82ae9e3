import sys
from typing import Any

from django.core.management.base import CommandParser

from contacts import audience, doors, permission_words
from contacts.days import day_of
from contacts.models import Topic
from contacts.vocabulary import Channel


class Command(doors.Command):
    help = "Print everyone who may be written to on a channel as CSV, and say on stderr who is left out and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", choices=Channel.values)
        parser.add_argument(
            "--topic",
            metavar="SLUG",
            action="append",
            default=[],
            help="what the mailing is about, once or more; without, nobody who is held for their interest alone",
        )

    def handle(self, *_args: Any, channel: str, topic: list[str], **_options: Any) -> None:
        policy = doors.policy_in_force()
        at = doors.moment(None, policy)
        found = audience.write(
            sys.stdout.buffer,
            Channel(channel),
            topics=_topics(topic),
            day=day_of(at, policy.zone),
            at=at,
            by="audience",
        )
        self.stderr.write(permission_words.left_out(found))


def _topics(slugs: list[str]) -> list[Topic]:
    found = list(Topic.objects.filter(slug__in=slugs))
    if unknown := set(slugs) - {topic.slug for topic in found}:
        doors.refuse(f"There is no topic {', '.join(sorted(unknown))}.")
    return found
