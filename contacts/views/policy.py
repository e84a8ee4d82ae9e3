"""The privacy policy to read: the version in force, every earlier one, and what changed between two (P24)."""

from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from contacts.models import PolicyVersion
from contacts.policy import policy_changes, policy_words, remains
from contacts.views.frame import Visit, framed


@require_safe
@framed
def privacy(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the policy in force, from the record that the nightly run reads."""
    periods = {
        "remembered": settings.TOMBSTONE_MONTHS,
        "requests": settings.REQUEST_MONTHS,
        "evidence": settings.EVIDENCE_MONTHS,
        "trail": remains.TRAIL,
        "mails": remains.MAILS,
    }
    return visit.show("contacts/privacy.html", _page(visit, visit.policy) | periods)


@require_safe
@framed
def privacy_version(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Show a version that is or was in force, under an address that stays. A draft is not found."""
    shown = _published(number)
    return visit.show("contacts/privacy_version.html", _page(visit, shown) | {"replaced": shown != visit.policy})


@require_safe
@framed
def privacy_changes(request: HttpRequest, visit: Visit, old: int, new: int) -> HttpResponse:
    """Show what changed from one version to a later one, neighbours or not."""
    if old >= new:
        raise Http404
    before, after = _published(old), _published(new)
    chapters = policy_changes.between(before, after, visit.language)
    return visit.show("contacts/privacy_changes.html", {"before": before, "after": after, "chapters": chapters})


def _published(number: int) -> PolicyVersion:
    return get_object_or_404(PolicyVersion.objects.published().prefetch_related("rules"), number=number)


def _page(visit: Visit, shown: PolicyVersion) -> dict[str, Any]:
    return {
        "shown": shown,
        "company": shown.controller,
        "promises": policy_words.promises(shown, visit.language),
        "before": policy_words.sections(shown, visit.language, policy_words.BEFORE),
        "first": policy_words.sections(shown, visit.language, policy_words.FIRST),
        "after": policy_words.sections(shown, visit.language, policy_words.AFTER),
        "history": _history(),
    }


def _history() -> list[tuple[PolicyVersion, PolicyVersion | None]]:
    """Return every version with the one before it, the latest first."""
    versions = list(PolicyVersion.objects.published().defer("texts", "controller"))
    return list(zip_longest(versions, versions[1:]))
