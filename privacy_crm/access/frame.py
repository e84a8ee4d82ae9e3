"""The language and the clock of every page that staff see."""

from functools import update_wrapper
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation

from contacts.models import PolicyVersion
from privacy_crm.models import StaffLanguage


def our_way(view: Any) -> Any:
    """Show times on the company's clock, in the language of the reader."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = language_of(request)
        with translation.override(language), timezone.override(_company_zone()):
            response = cast(HttpResponse, view(request, *args, **kwargs))
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        response.headers["Content-Language"] = language
        return response

    return update_wrapper(inner, view)


def language_of(request: HttpRequest) -> str:
    """Return the language that a member of staff chose for their account, else the one that their browser asks for."""
    chosen = StaffLanguage.objects.filter(user=request.user.pk).values_list("language", flat=True).first()
    return chosen or translation.get_language_from_request(request)


def _company_zone() -> str | None:
    published = PolicyVersion.objects.filter(published_at__isnull=False).order_by("-number")
    return published.values_list("time_zone", flat=True).first()
