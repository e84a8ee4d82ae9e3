from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.information import maintenance
from contacts.models import Contact
from contacts.people import rekeying
from contacts.words import keys


class Command(command_line.Command):
    help = (
        "Hash the addresses of everybody on record under the first of SUPPRESSION_KEYS, and count what stays under"
        " others: the hashes of people who were deleted. Run it while web, worker and beat do not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_json(parser)

    def handle(self, *_args: Any, as_json: bool, **_options: Any) -> None:
        first = keys.fingerprint(keys.first())
        changed = any(Contact._meta.db_table in made for made in rekeying.named(apart=[first]).values())
        people, others = rekeying.rekey(), rekeying.named(apart=[first])
        if changed:
            maintenance.key_changed(first, at=timezone.now(), by="rekey")
        if as_json:
            self.stdout.write(command_line.to_json({"key": first, "people": people, "others": others}))
        else:
            self.stdout.write("\n".join(_lines(first, people, others)))


def _lines(key: str, people: int, others: dict[str, dict[str, int]]) -> list[str]:
    said = [f"{people:,} people are on record under the key {key}."]
    for other, made in others.items():
        number = sum(made.values())
        said.append(f"{number:,} hashes of addresses that nobody has stay under the key {other}: it is still needed.")
    tried = {keys.fingerprint(each) for each in keys.known()} - {key}
    said += [f"Nothing is under the key {each}: it can be dropped." for each in sorted(tried - set(others))]
    return said
