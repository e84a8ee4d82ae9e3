"""One log-in per role, for the demo alone. The password is made up once for each VAR_DIR and lies beside its data."""

import secrets
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from privacy_crm import roles

_WORDS = ("birch", "fjord", "ferry", "lantern", "meadow", "harbour", "thistle", "juniper", "granite", "willow")


def set_up(secret: Path) -> tuple[list[str], str]:
    """Make a user for each role where it is missing. Returns the log-in names and the password they share."""
    roles.apply()
    password = _password(secret)
    names = [name.replace(" ", "-") for name in roles.ROLES]
    for name, role in zip(names, roles.ROLES, strict=True):
        user, fresh = get_user_model().objects.get_or_create(
            username=name, defaults={"email": f"{name}@nordvik.example", "is_staff": True}
        )
        if fresh:
            user.set_password(password)
            user.save()
        user.groups.set([Group.objects.get(name=role)])
    return names, password


def _password(secret: Path) -> str:
    if not secret.exists():
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.touch(mode=0o600)
        secret.write_text("-".join(secrets.choice(_WORDS) for _ in range(4)))
    return secret.read_text().strip()
