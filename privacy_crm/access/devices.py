"""Devices that logged in before carry a cookie for each account, so that nobody else's guesses lock them out.

After OWASP's "Slow Down Online Guessing Attacks with Device Cookies" (ADR 0059). The cookie proves an earlier log-in
and nothing more: whoever has it still needs the password and the factor.
"""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from contacts.signups import limits

_LASTS = 180 * 24 * 3600


def known(request: HttpRequest, username: str) -> str:
    """Return what names a device that logged in under this name before; empty where it did not."""
    try:
        return _signer(username).unsign(request.COOKIES.get(_cookie(username), ""), max_age=_LASTS)
    except BadSignature:
        return ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Mark the device on which somebody has just logged in."""
    number = known(request, username) or secrets.token_urlsafe(16)
    response.set_cookie(
        _cookie(username),
        _signer(username).sign(number),
        max_age=_LASTS,
        path="/account/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(username: str) -> str:
    return f"device_{limits.hidden(username.lower(), 'device')[:16]}"


def _signer(username: str) -> TimestampSigner:
    return TimestampSigner(salt=f"privacy_crm.device.{limits.hidden(username.lower(), 'device')}")
