"""The day on which a request is looked at: its page asks for it once, and whatever it offers follows from that."""

import datetime as dt

from contacts.admin.shared.base import company_day
from dsr.models import Request


def seen_on(request: Request) -> dt.date:
    """Return the day as the request's page has found it, or today where no page has asked yet."""
    found: dt.date | None = getattr(request, "seen_on", None)
    return found or company_day()
