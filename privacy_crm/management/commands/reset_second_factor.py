from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from privacy_crm.access import resetting
from privacy_crm.access.targets import AccountRefusedError


class Command(command_line.Command):
    help = "Take the second factors of an account away: for the administrator who has lost phone and recovery codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: Any, username: str, **_options: Any) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            command_line.refuse(f"There is no account {username}.")
        try:
            resetting.reset(user.pk, at=timezone.now(), by="operator")
        except AccountRefusedError as refusal:
            command_line.refuse(str(refusal))
        self.stdout.write(f"{username} has no second factor now, and sets up a new one at the next log-in.")
