from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandParser

from contacts.base import command_line
from dsr.package import walking
from privacy_crm.registers import data_map, papers

UNNAMED = 1


class Command(command_line.Command):
    help = (
        "Print the data map as CSV: every field, what it is held for and how it goes. With --check, exit 1 if an app's"
        " personal_data.py does not name a field, or names one that is not there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="print nothing but what is not named")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        if not check:
            self.stdout.write(papers.map_csv(data_map.rows()).decode(), ending="")
        elif missing := _missing():
            self.stderr.write("\n".join(missing))
            raise SystemExit(UNNAMED)


def _missing() -> list[str]:
    try:
        found = data_map.unnamed(walking.named(), apps.get_models())
    except ImproperlyConfigured as error:
        return [str(error)]
    return [f"{name}: personal_data.py and the model differ" for name in found]
