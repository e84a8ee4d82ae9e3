"""The privacy policy to read: the version in force, every earlier one, and what changed between two (P24)."""

from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contacts.models import PolicyVersion
from contacts.policy import assessments, policy_changes, policy_words, remains
from contacts.views.frame import Visit, framed

_ABOUT = gettext_lazy("What we hold about people, why, for how long, and how to object or have it deleted.")

# A version, the one before it, and what it changed in short.
type Told = tuple[PolicyVersion, PolicyVersion | None, str]


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
    assessed = {"assessed": policy_words.assessed(assessments.latest(visit.policy), visit.language)}
    page = _page(visit, visit.policy)
    found = visit.about("privacy", title=_("Privacy policy"), description=str(_ABOUT))
    return visit.show("contacts/privacy.html", page | periods | assessed | found)


@require_safe
@framed
def privacy_version(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Show a version that is or was in force, or holds from a day to come, under an address that stays.

    A draft is not found.
    """
    shown = _published(number)
    replaced = shown.published_at is not None and shown != visit.policy
    return visit.show("contacts/privacy_version.html", _page(visit, shown) | {"replaced": replaced})


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
    return get_object_or_404(PolicyVersion.objects.public().prefetch_related("rules"), number=number)


def _page(visit: Visit, shown: PolicyVersion) -> dict[str, Any]:
    history = _history(visit.language)
    return {
        "shown": shown,
        "company": shown.controller,
        "promises": policy_words.promises(shown, visit.language),
        "before": policy_words.sections(shown, visit.language, policy_words.BEFORE),
        "first": policy_words.sections(shown, visit.language, policy_words.FIRST),
        "after": policy_words.sections(shown, visit.language, policy_words.AFTER),
        "history": history,
        "to_come": _to_come(shown, history),
    }


def _history(language: str) -> list[Told]:
    """Return every version with the one before it and what it changed in short, the latest first."""
    versions = list(PolicyVersion.objects.public().defer("texts", "controller"))
    told = [policy_words.summary(version, language) for version in versions]
    return list(zip_longest(versions, versions[1:], told))


def _to_come(shown: PolicyVersion, history: list[Told]) -> Told | None:
    """Return the version that holds from a day to come, on the page of any other."""
    return next((told for told in history if told[0].published_at is None and told[0] != shown), None)
