from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.models import AuditSeal
from retention.audit import seals, stamps


class Command(command_line.Command):
    help = "Seal the entries of the audit trail that are not sealed yet, at once; --to keeps all seals in a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="FILE", type=Path, help="write all seals there, to be kept outside")

    def handle(self, *_args: Any, to: Path | None, **_options: Any) -> None:
        at = timezone.now()
        number = seals.seal(policy=command_line.policy_in_force(), at=at)
        stamps.stamp(at=at)
        last = AuditSeal.objects.order_by("number").last()
        self.stdout.write(
            f"Seals set: {number}. " + (f"Seal {last.number}: {last.chain}" if last else "There is none.")
        )
        if to:
            with to.open("w", encoding="utf-8") as file:
                file.writelines(map(seals.as_line, AuditSeal.objects.order_by("number").iterator(chunk_size=100)))
