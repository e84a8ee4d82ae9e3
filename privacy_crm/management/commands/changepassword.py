from django.core.management.base import CommandParser

from contacts.base import command_line


class Command(command_line.Command):
    help = "Refused: nobody types a password for somebody else. `manage.py invite_staff` mails its owner a link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?")

    def handle(self, *_args: object, **_options: object) -> None:
        command_line.refuse("Nobody types a password for somebody else: manage.py invite_staff USERNAME mails a link.")
