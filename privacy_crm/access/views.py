"""allauth's pages in the frame of the staff's, with what is ours: a factor that was set up counts as shown."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from contacts.admin.shared import second_factor
from privacy_crm.access.frame import our_way


def framed(view: Callable[..., HttpResponse]) -> Any:
    """Give a page of allauth what the frame of the staff's pages shows, and their language.

    No browser keeps it: recovery codes are shown once, and nobody finds them by going back.
    """

    def inner(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        response = view(request, *args, **options)
        if isinstance(response, TemplateResponse):
            response.context_data = {**admin.site.each_context(request), **(response.context_data or {})}
        return response

    return never_cache(our_way(update_wrapper(inner, view)))


def with_fresh_factor(view: Callable[..., HttpResponse]) -> Any:
    """Ask for the factor anew before a change of the own account, or for the password where there is none yet."""

    def inner(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if is_mfa_enabled(request.user):
            return second_factor.ask_anew(request) or view(request, *args, **options)
        if settings.SECOND_FACTOR and not second_factor.is_recent(request):
            return second_factor.go(request, second_factor.where(request, request.get_full_path()))
        return view(request, *args, **options)

    return login_required(update_wrapper(inner, view))


class _SettingUp:
    """Before a view that sets up a factor: it is shown by that, and whoever typed its code is asked for no other."""

    kind: Authenticator.Type
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        mine = Authenticator.objects.filter(user=self.request.user.pk, type=self.kind)
        record_authentication(self.request, self.request.user, "mfa", id=mine.latest("pk").pk, type=self.kind)
        return response


class SetUpApp(_SettingUp, ActivateTOTPView):  # type: ignore[misc]
    kind = Authenticator.Type.TOTP


class SetUpPasskey(_SettingUp, AddWebAuthnView):  # type: ignore[misc]
    kind = Authenticator.Type.WEBAUTHN
