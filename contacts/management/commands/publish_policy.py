import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.policy.policies import PolicyError, publish_source

DEMO = Path(__file__).resolve().parents[3] / "privacy_crm" / "demo" / "policy.toml"


class Command(command_line.Command):
    help = "Publish a version of the privacy policy from a TOML file. The version in force again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        if DEMO.is_file():
            parser.add_argument("file", nargs="?", type=Path, default=DEMO, help="default: the demo company's policy")
        else:
            parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            version, fresh = publish_source(_read(file), at=timezone.now(), by="publish_policy")
        except PolicyError as error:
            command_line.refuse(f"{file}: {' '.join(error.problems)}")
        self.stdout.write(f"Version {version.number} is {'published' if fresh else 'in force already'}.")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"no TOML: {error}"
        command_line.refuse(f"{file}: {reason}")
