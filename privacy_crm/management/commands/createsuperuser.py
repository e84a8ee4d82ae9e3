from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from contacts.base import command_line
from privacy_crm.access import inviting
from privacy_crm.access.inviting import Invited
from privacy_crm.access.targets import OPERATOR, AccountRefusedError


class Command(command_line.Command):
    help = "Make an account that may do everything, and mail its owner a link to choose a password. Officers are told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", required=True)
        parser.add_argument("--language", choices=list(dict(settings.LANGUAGES)), default=settings.LANGUAGE_CODE)

    def handle(self, *_args: Any, username: str, email: str, language: str, **_options: Any) -> None:
        try:
            validate_email(email)
            inviting.invite_superuser(Invited(username, email, language), at=timezone.now(), by=OPERATOR)
        except AccountRefusedError as refusal:
            command_line.refuse(str(refusal))
        except ValidationError:
            command_line.refuse("--email has to be an address to send the link to.")
        self.stdout.write(f"{username} is sent a link, as soon as worker and beat run.")
