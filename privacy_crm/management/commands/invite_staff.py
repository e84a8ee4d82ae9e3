from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from contacts.base import command_line
from privacy_crm import roles
from privacy_crm.access import inviting
from privacy_crm.access.inviting import Invited
from privacy_crm.access.targets import OPERATOR, AccountRefusedError


class Command(command_line.Command):
    help = "Make an account and mail its owner a link to choose a password; mail a new link where the account exists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")
        parser.add_argument("--role", choices=list(roles.ROLES), default=roles.ADMINISTRATOR)
        parser.add_argument("--language", choices=list(dict(settings.LANGUAGES)), default=settings.LANGUAGE_CODE)

    def handle(self, *_args: Any, username: str, email: str, role: str, language: str, **_options: Any) -> None:
        user = get_user_model().objects.filter(username=username).first()
        try:
            if user:
                inviting.send_link(user.pk, at=timezone.now(), by=OPERATOR)
            else:
                validate_email(email)
                inviting.invite(Invited(username, email, language), role, at=timezone.now(), by=OPERATOR)
        except AccountRefusedError as refusal:
            command_line.refuse(str(refusal))
        except ValidationError:
            command_line.refuse("A new account needs --email with an address to send the link to.")
        self.stdout.write(f"{username} is sent a link, as soon as worker and beat run.")
