from typing import Any

from django.core.management.commands import check

from privacy_crm import starting


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        """Say first whether the product would start: a line for each thing that keeps it from it."""
        if not options["list_tags"]:
            starting.refuse_unless_safe()
            for line in starting.worries():
                self.stderr.write(f"privacy_crm: {line}")
        super().handle(*app_labels, **options)

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Look at no database that is not named: Django asks each for its version, to know what it can generate."""
        kwargs["databases"] = kwargs.get("databases") or []
        super().check(*args, **kwargs)
