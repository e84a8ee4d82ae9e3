"""Whether the process lives (`/healthz`) and whether the site can work (`/readyz`): for those who start and watch it.

They stand before all else, since who asks knows neither the site's name nor a log-in. Neither says more than which
part is missing.
"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from privacy_crm.restoring import opening, replay

NO_STORE = {"Cache-Control": "no-store"}


class Probes:
    """Answer both before any other middleware looks at the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"} and request.path_info in ANSWERS:
            return ANSWERS[request.path_info]()
        return self.get_response(request)


def alive() -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain", headers=NO_STORE)


def ready() -> HttpResponse:
    """Answer 200 where sign-ups can be taken, else 503 with what is missing. A mail that is stuck is none of it."""
    missing = lacks()
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200, headers=NO_STORE)


def lacks() -> list[str]:
    """Return what keeps the site from working."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"replay": _is_replayed(), "migrations": is_migrated()}
    except DatabaseError:
        return ["database"]
    return [part for part, there in parts.items() if not there]


def _is_replayed() -> bool:
    """Tell whether nothing of the journal is to be replayed. Where something is, see to it, as closed doors do.

    No visitor may come to them, since who balances the load asks here first. The database is another one by then, so
    what was known of the last one's migrations is forgotten.
    """
    if not replay.pending():
        return True
    ask_anew()
    opening.begin()
    return False


_known: set[str] = set()


def is_migrated() -> bool:
    """Tell whether all migrations are applied: asked until they are, since they stay so until a restore."""
    if not _known:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            _known.add("migrated")
    return bool(_known)


def ask_anew() -> None:
    _known.clear()


ANSWERS = {"/healthz": alive, "/readyz": ready}
