from typing import Any

from django.utils import timezone

from contacts.base import command_line
from contacts.permission import country_rules


class Command(command_line.Command):
    help = "Put the default rules on whose law asks for consent to marketing on record. Again, it changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        added = country_rules.adopt(at=timezone.now(), by="adopt_country_rules")
        self.stdout.write(f"{added} rules are added." if added else "The rules are on record already.")
