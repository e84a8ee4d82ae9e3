"""What we have allauth do otherwise: nobody signs up, no name or address is noted, and a factor outranks a password."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from contacts.admin.shared import second_factor
from contacts.signups import limits
from privacy_crm.access import attempts, devices, logins, telling
from privacy_crm.access.guessing import counted

# What allauth tells of, and how the audit trail calls it.
_CHANGES = {
    "account/email/password_changed": "account.password_changed",
    "account/email/password_set": "account.password_changed",
    "mfa/email/totp_activated": "account.app_added",
    "mfa/email/totp_deactivated": "account.app_removed",
    "mfa/email/webauthn_added": "account.passkey_added",
    "mfa/email/webauthn_removed": "account.passkey_removed",
    "mfa/email/recovery_codes_generated": "account.codes_made",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Close the door: the administrator makes accounts."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return no address to allauth, which counts nothing here (`attempts`)."""
        return limits.hidden(limits.network_of(request), "log-in")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a password before it is checked, in place of allauth, which counts by account or network alone."""
        with counted(request, credentials.get("username", ""), "password"):
            return

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user:
            attempts.right(request, credentials.get("username", ""), "password")
        return user

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        """Remember the device, so that nobody else's guesses shut it out."""
        response: HttpResponse = super().post_login(request, user, **options)
        devices.remember(request, response, user.username)
        return response

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse | None:
        """Take the name that was typed out of the session, which holds ids alone."""
        for record in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, []):
            record.pop("username", None)
        response: HttpResponse | None = super().pre_login(request, user, **options)
        return response

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Ask for no password or code again right after one was shown: a new account has its factor to set up."""
        needed: bool = super().is_reauthentication_required(app=app, **options)
        return needed and not second_factor.is_recent(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Leave the password out where there is a factor, and begin with the passkey, which is the easiest."""
        ways = super().get_reauthentication_methods(user)
        if not is_mfa_enabled(user):
            return list(ways)
        return [way for way in reversed(ways) if way["id"] != "reauthenticate"]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **options: Any) -> None:
        """Put on record what the owner changed, and tell them in our words instead of allauth's."""
        if code := _CHANGES.get(template_prefix):
            own_change(self.request, code, user)


@transaction.atomic
def own_change(request: HttpRequest, code: str, user: Any) -> None:
    """Note what somebody changed about their own account; a new password ends their other log-ins."""
    now = timezone.now()
    telling.changed(code, user.pk, at=now, by=f"user:{user.pk}")
    if code == "account.password_changed":
        logins.noted(request, user, at=now)
        logins.end_all(user.pk, but=request.session.session_key or "")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's word
        """Propose a name for a passkey, in the word that its owner's devices use."""
        number = Authenticator.objects.filter(user=user.pk, type=type).count()
        return gettext("Passkey %d") % (number + 1) if number else gettext("Passkey")

    def build_totp_svg(self, url: str) -> str:
        """Draw the code to scan as a part of the page, which may load no image from elsewhere."""
        code = QRCode(border=2)
        code.add_data(url)
        image: Any = code.make_image(image_factory=SvgPathImage)
        return str(image.to_string(encoding="unicode"))
