from typing import Any

from contacts.base import command_line
from privacy_crm import roles


class Command(command_line.Command):
    help = "Give each role exactly the permissions that privacy_crm/roles.py names."

    def handle(self, *_args: Any, **_options: Any) -> None:
        roles.apply()
        self.stdout.write(f"Roles: {', '.join(roles.ROLES)}.")
