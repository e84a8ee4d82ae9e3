"""Members of staff with an address, and what is done to their accounts."""

import re
import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core import mail

from contacts.models import AuditEvent
from privacy_crm.access import telling
from tests.support.factories import NOON
from tests.support.factoring import member


def colleague(role: str) -> User:
    """Make a member of staff who can be written to."""
    user = member(role)
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@nordvik.example")
    user.refresh_from_db()
    return user


def of(user: User, act: str = "change") -> str:
    return f"/admin/auth/user/{user.pk}/{act}/"


def by(user: User) -> str:
    return f"user:{user.pk}"


def roles_of(user: User) -> set[str]:
    return set(User.objects.get(pk=user.pk).groups.values_list("name", flat=True))


def told(at: Any = NOON) -> list[tuple[str, str]]:
    """Send what is owed, and return to whom each mail went and what its subject says."""
    mail.outbox.clear()
    telling.send_due(at=at)
    return sorted((each.to[0], str(each.subject)) for each in mail.outbox)


def link_in(text: str) -> str:
    """Return the path of the page that a mail leads to, on which a password is chosen."""
    found = re.search(r"/account/set-up/\S+", text)
    assert found, text
    return found[0]


def trail() -> list[tuple[str, str, str]]:
    return list(AuditEvent.objects.order_by("pk").values_list("code", "by", "rule"))


def invitation(**changed: str) -> dict[str, str]:
    """What an administrator fills in for a new colleague."""
    name = f"eva-{secrets.token_hex(4)}"
    return {"username": name, "email": f"{name}@nordvik.example", "language": "sv", "role": "sales"} | changed
