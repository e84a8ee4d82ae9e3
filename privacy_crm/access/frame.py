"""The language and the clock of every page that staff see."""

from functools import update_wrapper
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation

from contacts.models import PolicyVersion

LANGUAGE = "en"


def our_way(view: Any) -> Any:
    """Show times on the company's clock, and speak English whatever the browser asks for.

    English until our own words are translated: a page that is half in another language would be worse.
    """

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(LANGUAGE), timezone.override(_company_zone()):
            response = cast(HttpResponse, view(request, *args, **kwargs))
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        response.headers["Content-Language"] = LANGUAGE
        return response

    return update_wrapper(inner, view)


def _company_zone() -> str | None:
    published = PolicyVersion.objects.filter(published_at__isnull=False).order_by("-number")
    return published.values_list("time_zone", flat=True).first()
