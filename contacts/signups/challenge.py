"""A small task for the visitor's browser instead of a captcha service: ALTCHA's proof of work, served by ourselves.

The browser works on it while the visitor types. An answer counts once, for twenty minutes.
"""

from typing import Any

from altcha_django import AltchaWidget, ErrorCode, get_verifier, run_verification
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

FIELD = "altcha"

# What the content security policy has to allow beside our own files: the worker that the widget makes of its own text.
WORKERS = {"worker-src": ["blob:"]}


def widget() -> SafeString:
    """Return the element that solves a challenge, with its words in the language that is active."""
    words = {
        "data-label": _("I am not a robot"),
        "data-verifying": _("Checking that you are not a robot …"),
        "data-verified": _("Checked: you are not a robot"),
        "data-error": _("This check did not work. Reload the page, and try again."),
        "data-wait": _("One moment, the check is not finished yet."),
    }
    return AltchaWidget(attrs=words).render(FIELD, None)


def fresh() -> dict[str, Any]:
    """Return a challenge for a widget on another page than ours."""
    challenge: dict[str, Any] = get_verifier().get_challenge()
    return challenge


def problem(payload: str) -> str:
    """Take an answer, and return in words why it does not count; empty where it does, which it does once.

    Raises redis.RedisError where Valkey, which remembers the answers taken, is away.
    """
    answer = run_verification(payload)
    if answer.verified:
        return ""
    if answer.code in {ErrorCode.EXPIRED.value, ErrorCode.REPLAYED.value}:
        return _("The check that you are not a robot was used up or too old. Send the form again.")
    return _("The check that you are not a robot is missing. Tick its box, and send the form again.")
