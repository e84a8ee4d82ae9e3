"""Members of staff with a second factor, and how they log in; a factor is what allauth makes of it."""

import secrets
import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory

PASSWORD = "salmon river seven"


def member(role: str = "privacy officer") -> User:
    """Make a member of staff under a name that no limit has counted yet."""
    user = User.objects.create_user(f"kim-{secrets.token_hex(4)}", password=PASSWORD, is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    return user


def with_app(user: User) -> str:
    """Give an account the app on a phone, and return the secret that they share."""
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


def with_codes(user: User) -> list[str]:
    """Give an account recovery codes."""
    return list(RecoveryCodes.activate(user).generate_codes())


def code(secret: str) -> str:
    """Return what the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def newcomer() -> Client:
    """Return a browser of a network that no limit has counted yet."""
    return Client(REMOTE_ADDR=f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}")


def log_in(client: Client, user: User, password: str = PASSWORD, **options: Any) -> Any:
    return client.post("/account/log-in/", {"login": user.username, "password": password, **options})


def entered(user: User, secret: str = "") -> Client:
    """Return the browser of somebody who has just logged in with both, password and app."""
    client, secret = newcomer(), secret or with_app(user)
    log_in(client, user)
    client.post("/account/log-in/factor/", {"code": code(secret)})
    return client


def kinds(user: User) -> list[str]:
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def show_factor(client: Client, minutes_ago: int) -> None:
    """Have the second factor of whoever is logged in shown so long ago."""
    request = RequestFactory().get("/")
    request.user = user = User.objects.get(pk=client.session["_auth_user_id"])
    app = TOTP.activate(user, generate_totp_secret()).instance
    request.session = client.session
    record_authentication(request, user, method="mfa", type="totp", id=app.pk)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] -= 60 * minutes_ago
    request.session.save()
