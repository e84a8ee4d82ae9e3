from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser, OutputWrapper

from contacts.base import command_line
from contacts.information import informing
from contacts.models import Contact
from privacy_crm.crm_import import people_counts, reading, report
from privacy_crm.crm_import import rejects as rejected
from privacy_crm.crm_import import run as crm_import
from privacy_crm.crm_import.cells import When
from privacy_crm.crm_import.columns import FILES
from privacy_crm.crm_import.existing import Existing, Mode
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.crm_import.rejects import Reject
from privacy_crm.crm_import.staging import Import


class Command(command_line.Command):
    help = "Read the CSV files of a CRM export. Exit 0 also where rows are refused; 2 where a file cannot be read."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(file.filename for file in FILES)
        parser.add_argument("directory", metavar="DIR", help=f"a directory with some of {names}")
        parser.add_argument(
            "--existing",
            type=Existing,
            choices=list(Existing),
            default=Existing.UPDATE,
            metavar="{update,fill,skip}",
            help="what to do with what is held already: replace what differs (update, the default), fill blanks (fill),"
            " or pass over the rows of contacts.csv about people who are held (skip)",
        )
        parser.add_argument(
            "--move",
            action="store_true",
            help="let people with an agreement in force move to the organisation or country that their row names",
        )
        command_line.add_at(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write no record")
        parser.add_argument("--rejects", metavar="FILE", help="write the refused rows there (default: to stderr)")
        command_line.add_json(parser)

    def handle(
        self,
        *_args: Any,
        directory: str,
        existing: Existing,
        move: bool,
        at: str | None,
        dry_run: bool,
        rejects: str | None,
        as_json: bool,
        **_: Any,
    ) -> None:
        if move and existing != Existing.UPDATE:
            command_line.refuse("--move goes with --existing update: no other mode moves anybody.")
        policy = command_line.policy_in_force()
        moment = command_line.moment(at, policy)
        bar = Bar(self.stderr, shown=self.stderr.isatty() and not as_json)
        found: dict[str, Any] = {}
        try:
            done = crm_import.run(
                reading.exported(Path(directory), When.under(policy, moment)),
                policy=policy,
                at=moment,
                by="import_crm",
                mode=Mode(dry_run, existing, move),
                progress=bar.draw,
                rejects=_to_file(Path(rejects), Path(directory)) if rejects else _to_stderr(self.stderr, bar),
                last=lambda work: found.update(_found(work)),
            )
        except UnreadableError as error:
            command_line.refuse(str(error))
        except OSError as error:
            command_line.refuse(f"{error.filename or rejects}: {error.strerror}.")
        except crm_import.ImportFailedError as error:
            raise CommandError(f"{error} Nothing was written.") from None
        finally:
            bar.clear()
        words = report.in_words(done, **found)
        self.stdout.write(command_line.to_json(done) if as_json else words)


def _found(work: Import) -> dict[str, Any]:
    counted = people_counts.numbers(work)
    return {
        "told_days_dropped": work.told_days_dropped,
        "nowhere": counted["nowhere"],
        "erased": counted["erased"],
        "legal_forms_unknown": work.legal_forms_unknown,
        "not_moved": work.not_moved,
        "unconfirmed": work.unconfirmed,
        "unshown": informing.unshown(Contact.objects.whole()).count(),
    }


class Bar:
    """One line on a terminal that says how far the import is."""

    width = 30

    def __init__(self, terminal: OutputWrapper, *, shown: bool) -> None:
        self.terminal = terminal
        self.shown = shown

    def draw(self, what: str, done: int, share: float) -> None:
        filled = round(min(share, 1.0) * self.width)
        number = "" if what == crm_import.WRITING else f"{done:,} rows"
        self._write(f"{what:<18} [{'#' * filled:<{self.width}}] {number:<16}")

    def clear(self) -> None:
        self._write("\033[K")

    def _write(self, text: str) -> None:
        if self.shown:
            self.terminal.write(f"\r{text}\r", style_func=str, ending="")  # not in the red of errors
            self.terminal.flush()


def _to_file(path: Path, directory: Path) -> crm_import.Sink:
    """Return what rewrites a file; refuse now what cannot be written, before anything else is."""
    if any((directory / file.filename).resolve() == path.resolve() for file in FILES):
        command_line.refuse(f"{path} is a file of the export.")
    fresh = not path.exists()
    try:
        path.open("a").close()
    except OSError as error:
        command_line.refuse(f"{path}: {error.strerror}.")
    if fresh:
        path.unlink()

    def write(rows: Iterable[Reject]) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            rejected.write(stream, rows)

    return write


def _to_stderr(stderr: OutputWrapper, bar: Bar) -> crm_import.Sink:
    def write(rows: Iterable[Reject]) -> None:
        bar.clear()
        more = iter(rows)
        first = next(more, None)
        if first:
            rejected.write(stderr, chain([first], more))

    return write
