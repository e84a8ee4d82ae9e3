import sys
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.models import AuditSeal, AuditStamp
from retention.audit import verifying

BENT = 1
MOST = 10  # faults that are named


class Command(command_line.Command):
    help = (
        "Check the audit trail against its seals. Exit 0: it says what was sealed; "
        "1: an entry or a seal was changed, removed, moved or added, and the first is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seals", metavar="FILE", type=Path, help="seals that were kept outside the database")
        parser.add_argument("--after", metavar="NUMBER", type=int, default=0, help="begin after this seal")

    def handle(self, *_args: Any, seals: Path | None, after: int, **_options: Any) -> None:
        kept = verifying.read(_lines(seals)) if seals else verifying.Kept()
        if seals and not kept.chains:
            command_line.refuse(f"{seals} has no seal.")
        at = timezone.now()
        whole_from = verifying.whole_from(at)
        if found := list(islice(verifying.faults(kept, whole_from=whole_from, at=at, after=after), MOST)):
            self.stdout.write("\n".join(found))
            sys.exit(BENT)
        self.stdout.write(
            f"The audit trail says what was sealed: {AuditSeal.objects.count()} seals, {len(kept.chains)} of them kept "
            f"outside. Entries since the last seal: {verifying.unsealed()}.{_stamps()}"
        )


def _stamps() -> str:
    """Say of the time stamps whether their signatures were checked."""
    number = AuditStamp.objects.count()
    if not number:
        return ""
    checked = "checked" if settings.TIMESTAMP_ROOTS else "not checked, since TIMESTAMP_ROOTS is not set"
    return f" Time stamps: {number}; signatures {checked}."


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        command_line.refuse(f"{path} cannot be read ({type(error).__name__}).")
