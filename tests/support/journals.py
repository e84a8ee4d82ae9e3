"""The journal outside the database, as the tests see it: its segments as files, and its lines."""

from pathlib import Path
from typing import Any

from django.db import connection, transaction

from contacts.journal import numbers, segments, shipping, stores
from contacts.models import JournalLine
from privacy_crm.restoring import replay
from tests.support.factories import NOON


class Journal:
    """A journal in a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def files(self) -> list[Path]:
        return sorted(self.path.glob("*.jsonl"))

    @property
    def lines(self) -> list[dict[str, Any]]:
        return list(segments.after(stores.configured(), 0))

    @property
    def acts(self) -> list[str]:
        return [line["act"] for line in self.lines]

    def ship(self, at: Any = NOON) -> int:
        return shipping.ship(at=at)


def numbered() -> list[tuple[int | None, str]]:
    """Return what the acts of a test have owed the journal so far, numbered as at a commit."""
    connection.check_constraints()
    return list(JournalLine.objects.order_by("number").values_list("number", "act"))


class Backup:
    """A backup, for tests that commit nothing: the database as it was when this was made, which `restore` brings back.

    What was owed to the journal has left by then, as it does within seconds.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        connection.check_constraints()  # what is owed so far has its number, as it has in any backup
        self._savepoint = transaction.savepoint_create()

    def commit(self) -> None:
        """Have what was done since its numbers, and let it leave."""
        connection.check_constraints()
        self.journal.ship()

    def restore(self) -> None:
        self.commit()
        transaction.savepoint_rollback(self._savepoint)
        setattr(connection, numbers._ASKED, None)  # as over a new connection

    def restore_and_replay(self) -> None:
        self.restore()
        assert replay.run(now=lambda: NOON)
        assert not replay.pending()
