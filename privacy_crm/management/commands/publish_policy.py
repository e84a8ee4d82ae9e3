import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.policy import assessments, sources
from contacts.policy.policies import publish_source
from contacts.policy.source_checks import PolicyError, check
from retention.forecasts import policy_effects, report

DEMO = Path(__file__).resolve().parents[2] / "demo" / "policy.toml"


class Command(command_line.Command):
    help = "Publish a version of the privacy policy from a TOML file. The version in force again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        if DEMO.is_file():
            parser.add_argument("file", nargs="?", type=Path, default=DEMO, help="default: the demo company's policy")
        else:
            parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        at = timezone.now()
        try:
            source = sources.from_toml(_read(file))
            told = _told(source, at)
            version, fresh = publish_source(source, at=at, by="publish_policy")
        except PolicyError as error:
            command_line.refuse(f"{file}: {error}")
        for line in told:
            self.stdout.write(line)
        for purpose in assessments.in_words(assessments.missing(version, day_of(at, version.zone)) if fresh else []):
            self.stdout.write(f"No current assessment of legitimate interest: {purpose}")
        self.stdout.write(f"Version {version.number} is {'published' if fresh else 'in force already'}.")


def _told(source: dict[str, Any], at: dt.datetime) -> list[str]:
    """Say what the file would do to those who are held, where it is not the version in force."""
    in_force = PolicyVersion.objects.in_force()
    if in_force is None or in_force.digest == sources.digest(source) or check(source):
        return []
    return report.of_policy(policy_effects.rehearse(source, at=at))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        command_line.refuse(f"{file}: {error.strerror}")
