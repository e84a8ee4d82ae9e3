"""Which members of staff hear by mail of what waits for somebody who may see to it."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

_BACKEND = "django.contrib.auth.backends.ModelBackend"

# Privacy officers decide about deletions, administrators look after the machines.
GUARDS = ("retention.approve_purge", "auth.change_user")


def needed(permission: str) -> int:
    """Return how many people have to say yes to what a permission allows: two where two have it, superusers included.

    Who was invited and has no password yet cannot be the second.
    """
    may = get_user_model().objects.with_perm(permission, backend=_BACKEND)
    return min(2, max(1, may.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).count()))


def who_may(permission: str, *, superusers: bool = False) -> list[str]:
    """Return the addresses of the active staff whom a role or a permission of their own lets do something.

    `permission` is "app.codename". A superuser, who may do everything, hears of nothing for that reason alone, unless
    `superusers` are needed as well.
    """
    users = get_user_model().objects.with_perm(permission, backend=_BACKEND, include_superusers=superusers)
    return list(users.exclude(email="").order_by("pk").values_list("email", flat=True))


def guards() -> list[str]:
    """Return the addresses, each once, of those who hear that the product may delete too much or forget a deletion."""
    return list(dict.fromkeys(address for permission in GUARDS for address in who_may(permission)))
