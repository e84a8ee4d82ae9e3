from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from contacts import policy_words
from contacts.models import PolicyVersion

_AN_HOUR = 3600


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the policy in force, from the record that the nightly run reads.

    In the language that `?lang=` names, else the browser's; choosing one stores nothing, here or in the browser.
    """
    policy = PolicyVersion.objects.in_force()
    offered = policy_words.languages(policy) if policy else [policy_words.FALLBACK]
    language = _language(request, offered)
    with translation.override(language):
        response = _published(request, policy, language, offered) if policy else _not_yet(request)
    response.headers["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _language(request: HttpRequest, offered: list[str]) -> str:
    for wanted in (request.GET.get("lang", ""), translation.get_language() or ""):
        if wanted.partition("-")[0] in offered:
            return wanted.partition("-")[0]
    return offered[0]


def _published(request: HttpRequest, policy: PolicyVersion, language: str, offered: list[str]) -> HttpResponse:
    context = {
        "policy": policy,
        "controller": policy.controller,
        "language": language,
        "languages": [translation.get_language_info(code) for code in offered],
        "promises": policy_words.promises(policy, language),
        "before": policy_words.sections(policy, language, policy_words.BEFORE),
        "after": policy_words.sections(policy, language, policy_words.AFTER),
    }
    return render(request, "contacts/privacy.html", context)


def _not_yet(request: HttpRequest) -> HttpResponse:
    """Answer 503, since the page belongs here and is only not ready: nobody may take its absence for a policy."""
    response = render(request, "contacts/no_policy.html", {"language": policy_words.FALLBACK}, status=503)
    response.headers["Retry-After"] = str(_AN_HOUR)
    return response
