"""The module that Django looks for in a database's `ENGINE`."""

from typing import Any

from django.db.backends.postgresql import base

_SET = """
    SELECT set_config(name, value, FALSE)
    FROM unnest(%(names)s::text[], %(values)s::text[]) AS setting (name, value)"""


class DatabaseWrapper(base.DatabaseWrapper):
    """Sets PostgreSQL's own settings that `OPTIONS["session"]` names, in one statement.

    PgBouncer refuses a connection that brings them along; what is set afterwards it takes back when the client leaves.
    """

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params.pop("session", None)
        return params

    def init_connection_state(self) -> None:
        super().init_connection_state()
        session: dict[str, str] = self.settings_dict["OPTIONS"].get("session", {})
        if session:
            with self.connection.cursor() as cursor:
                cursor.execute(_SET, {"names": list(session), "values": list(session.values())})
