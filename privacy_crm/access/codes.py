"""The forms that take a password or a code: each guess is counted by us, and a code of an app counts once for good."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.forms import ValidationError

from privacy_crm.access import attempts
from privacy_crm.access.guessing import counted

_LAST = "last_counter"  # in an authenticator's data: allauth would remember a used code in the cache


class _Code:
    """In place of allauth's check, which counts by account alone, so that a stranger could lock its owner out."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        with counted(context.request, self.user.username, "code"), transaction.atomic():
            found = self._matching(code)
        if found is None:
            raise ValidationError(get_adapter().error_messages["incorrect_code"])
        attempts.right(context.request, self.user.username, "code")
        found.user, self.authenticator = self.user, found
        return code

    def _matching(self, code: str) -> Authenticator | None:
        held = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        return next((each for each in held.select_for_update().order_by("pk") if _takes(each, code)), None)


def _takes(held: Authenticator, code: str) -> bool:
    if held.type != Authenticator.Type.TOTP:
        return bool(held.wrap().validate_code(code))
    secret = decrypt(held.data["secret"])
    for counter in yield_hotp_counters_from_time():
        matches = compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
        if matches and counter > held.data.get(_LAST, 0):
            held.data[_LAST] = counter
            held.save(update_fields=["data"])
            return True
    return False


class CodeForm(_Code, AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]
    pass


class OwnPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    def clean_oldpassword(self) -> str:
        with counted(context.request, self.user.username, "password"):
            typed: str = super().clean_oldpassword()
        attempts.right(context.request, self.user.username, "password")
        return typed
