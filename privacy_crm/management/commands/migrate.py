from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from contacts.base.limits import NONE, limits
from privacy_crm.postgresql import owner, rights


class Command(migrate.Command):
    """Django's command, but for a database that stopped halfway through migrations which are folded now (ADR 0028).

    Django leaves out a migration that replaces some that ran and some that did not. It would run what
    else there is, and end in a riddle about models that are not there. A system check would not do: `call_command`
    skips those.

    It connects as the owner, and gives the application's role its rights afterwards (ADR 0065).
    """

    def handle(self, *args: Any, **options: Any) -> None:
        with owner.connected(options["database"]):
            _refuse_unless_prepared()
            self._migrate(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                rights.give()

    def _migrate(self, *args: Any, **options: Any) -> None:
        left = _left_halfway(connections[options["database"]])
        if left:
            raise CommandError(
                f"This database stopped halfway: {', '.join(left)} did not run before these migrations were folded,"
                " and they are not here any more. Nothing was changed. Go back to the last version that has them,"
                " run `manage.py migrate` there, and then again here."
            )
        # An index on a large table takes its time; whoever waits for a table keeps everybody else from it.
        with limits(statement=NONE, idle=NONE):
            super().handle(*args, **options)


def _refuse_unless_prepared() -> None:
    if not rights.is_owner():
        raise CommandError("This role does not own the tables: name the one that does in OWNER_DATABASE_URL.")
    if not rights.role_is_there():
        raise CommandError(
            f"DATABASE_URL names the role {settings.APPLICATION_ROLE}, which is not there. Make it first:"
            " docs/operations.md, Install."
        )


def _left_halfway(connection: BaseDatabaseWrapper) -> list[str]:
    """Name what never ran in each app of which some did, before any of the migrations that are here."""
    loader = MigrationLoader(connection, load=False)
    loader.load_disk()
    applied = MigrationRecorder(connection).applied_migrations().keys()
    left: list[str] = []
    for app in sorted(loader.migrated_apps):
        folded = {key: migration for key, migration in loader.disk_migrations.items() if key[0] == app}
        gone = {key for migration in folded.values() for key in migration.replaces} - loader.disk_migrations.keys()
        if gone & applied and gone - applied and not folded.keys() & applied:
            left += [f"{app}.{name}" for _, name in sorted(gone - applied)]
    return left
