from typing import Any

from django.core.management.commands import check


class Command(check.Command):
    def check(self, *args: Any, **kwargs: Any) -> None:
        """Look at no database that is not named: Django asks each for its version, to know what it can generate."""
        kwargs["databases"] = kwargs.get("databases") or []
        super().check(*args, **kwargs)
