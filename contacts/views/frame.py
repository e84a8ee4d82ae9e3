"""The frame around every public page: the policy in force, the visitor's language, and who answers for it all (P25).

A view that `framed` wraps gets a Visit, whose `show` renders a template into the frame:

    @require_safe
    @framed
    def whitepaper(request: HttpRequest, visit: Visit, slug: str) -> HttpResponse:
        return visit.show("contacts/whitepaper.html", {"whitepaper": ...})

Its template extends base.html. A form carries `<input type="hidden" name="lang" value="{{ language }}">`, and a link to
another public page ends with `{{ lang_query }}`, so that a language asked for is kept without being stored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, Concatenate

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from contacts.base.days import day_of
from contacts.breaches import notices
from contacts.look import look
from contacts.models import Event, PolicyVersion
from contacts.policy import policy_words
from contacts.views import findable
from contacts.views import language as languages

_AN_HOUR = 3600


@dataclass(frozen=True)
class Visit:
    """One request for a public page: the policy in force, and the language that is active meanwhile."""

    request: HttpRequest
    policy: PolicyVersion
    language: str

    def about(self, *page: str, title: str, description: str, event: Event | None = None) -> dict[str, Any]:
        """Return what a page that is to be found says about itself, for its context."""
        return {"about": findable.about(self.policy, self.language, page, title, description, event)}

    def show(self, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """Render a page into the frame."""
        whole = frame(self.request, self.policy, self.language) | (context or {})
        return render(self.request, template, whole, status=status)


def framed[**P, R: HttpResponseBase](
    view: Callable[Concatenate[HttpRequest, Visit, P], R],
) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
    """Run a view in the visitor's language and say so in the headers.

    What it does not find is answered in the same frame with 404; without a published policy, everything with 503.
    """

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        policy = PolicyVersion.objects.in_force()
        language = languages.chosen(request, policy_words.languages(policy) if policy else [policy_words.FALLBACK])
        with translation.override(language):
            response: R | HttpResponse
            if policy is None:
                response = _not_yet(request)
            else:
                visit = Visit(request, policy, language)
                response = _found(visit, lambda: view(request, visit, *args, **kwargs))
        response.headers["Content-Language"] = language
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return answered


def frame(request: HttpRequest, policy: PolicyVersion, language: str) -> dict[str, Any]:
    """Return what base.html needs: `lang_query` is "?lang=sv" where the visitor asked for Swedish, else empty.

    Where the page stands in another of the company's, `embedded` says so, also of what is refused or not found there.
    """
    return {
        "embedded": request.resolver_match is not None and request.resolver_match.kwargs.get("embedded", False),
        "origins": settings.EMBED_ORIGINS,
        "policy": policy,
        "controller": policy.controller,
        "look": look.shown(look.current(), language),
        "language": language,
        "languages": [translation.get_language_info(code) for code in policy_words.languages(policy)],
        # Asked for by pages of our own alone, which show it above what they say.
        "breach_notices": partial(notices.standing, day_of(timezone.now(), policy.zone), language),
        "lang_query": f"?{languages.FIELD}={language}" if languages.asked(request) == language else "",
    }


def _found[R: HttpResponseBase](visit: Visit, view: Callable[[], R]) -> R | HttpResponse:
    try:
        return view()
    except Http404:
        return visit.show("404.html", status=HTTPStatus.NOT_FOUND)


def _not_yet(request: HttpRequest) -> HttpResponse:
    """Answer 503, since the page belongs here and is only not ready: nobody may take its absence for a policy."""
    response = render(request, "contacts/no_policy.html", {"language": policy_words.FALLBACK}, status=503)
    response.headers["Retry-After"] = str(_AN_HOUR)
    return response
