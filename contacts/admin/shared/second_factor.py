"""Has whoever is logged in shown their second factor, and how long ago? allauth notes it in the session (ADR 0017)."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def is_shown(request: HttpRequest) -> bool:
    """Return whether this session has shown a factor that its user still has: taking the factor away ends that."""
    shown = [record["id"] for record in _shown(request)]
    return bool(shown) and Authenticator.objects.filter(user=request.user.pk, pk__in=shown).exists()


def is_fresh(request: HttpRequest) -> bool:
    """Return whether that was within the last minutes, as grave acts need it; always, where no factor is asked for."""
    if not settings.SECOND_FACTOR:
        return True
    return _are_recent(_shown(request)) and is_shown(request)


def is_recent(request: HttpRequest) -> bool:
    """Return whether the factor, or the password of an account without one, was given within the last minutes."""
    return _are_recent(_shown(request) if is_mfa_enabled(request.user) else _given(request))


def ask_anew(request: HttpRequest, back: str = "") -> HttpResponse | None:
    """Lead to where the factor is shown anew, and from there `back`, or to the same page; None where it is fresh.

    For a view that is no act: call it before anything is done. What was posted is not kept, and the user is told so.
    """
    if is_fresh(request):
        return None
    if request.method == "POST":
        messages.warning(request, _("Nothing was done yet: show your second factor, and then do it once more."))
    return go(request, where(request, back or request.get_full_path()))


def nothing_done(request: HttpRequest) -> SafeString:
    """Say on a form that was sent too late where the factor is shown, in another tab: what was typed stays here."""
    text = _("Nothing was done yet, since it is some minutes that you showed your second factor. Show it again, then")
    link = _("Show it in a new tab")
    after = _("come back and press the button once more.")
    page = where(request, reverse("mfa_index"))
    return format_html('{} {} <a href="{}" target="_blank" rel="opener">{}</a>', text, after, page, link)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Leave the dialog: the script in the page follows this header, a plain form follows the redirect."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)


def where(request: HttpRequest, back: str) -> str:
    """Return the page on which whoever is logged in shows who they are once more, and which leads `back`."""
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    return f"{ways[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: back})}"


def _shown(request: HttpRequest) -> list[dict[str, Any]]:
    return [record for record in _given(request) if record["method"] == "mfa"]


def _given(request: HttpRequest) -> list[dict[str, Any]]:
    return list(get_authentication_records(request, request.user))


def _are_recent(records: list[dict[str, Any]]) -> bool:
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in records)
