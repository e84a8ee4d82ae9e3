from typing import Any

from django.core.management.base import CommandParser

from contacts.base import command_line
from contacts.models import PolicyNotice, PolicyVersion
from contacts.outbox import wake_worker
from retention.longer import affected, notify

_PORTION = 5_000
_BY = "notify"


class Command(command_line.Command):
    help = (
        "Owe a mail to each person whom the policy in force would keep longer, or use for more, than they were told. "
        "Nobody is owed two. Whoever no mail reaches is counted: they are on the list for post."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and owe nothing")
        command_line.add_at(parser)
        command_line.add_json(parser)

    def handle(self, *_args: Any, dry_run: bool, at: str | None, as_json: bool, **_options: Any) -> None:
        policy = command_line.policy_in_force()
        moment = command_line.moment(at, policy)
        waiting, post = (find(policy, at=moment).count() for find in (affected.mailable, affected.by_post))
        owed = 0 if dry_run else _owe(policy, moment)
        told = {"version": policy.number, "by_mail": waiting, "owed": owed, "by_post": post}
        self.stdout.write(command_line.to_json(told) if as_json else _in_words(told))


def _owe(policy: PolicyVersion, at: Any) -> int:
    if not PolicyNotice.objects.filter(version=policy).exists():
        notify.start(policy, most=0, at=at, by=_BY)
    owed = 0
    while more := notify.enqueue(policy, most=_PORTION, at=at):
        owed += more
    wake_worker.nudge()
    return owed


def _in_words(told: dict[str, int]) -> str:
    return (
        f"Version {told['version']}: {told['by_mail']} could be told by mail, and {told['owed']} mails are owed now; "
        f"{told['by_post']} have to be told by post."
    )
