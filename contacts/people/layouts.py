"""Which columns a member of staff wants to see in the list of contacts."""

import datetime as dt
from collections.abc import Sequence

from contacts.base import audit
from contacts.models import ListLayout


def choose(columns: Sequence[str], *, user: int, at: dt.datetime, by: str) -> None:
    """Keep the names of the columns, which the caller has checked, for the member of staff with this key."""
    ListLayout.objects.update_or_create(user_id=user, defaults={"columns": list(columns)})
    audit.record("layout.chosen", at=at, by=by)
