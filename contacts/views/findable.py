"""How search engines and messengers find and show the public pages: what a page says of itself, and the map of all."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from contacts.models import Event, PolicyVersion, Whitepaper
from contacts.outbox import links
from contacts.policy import policy_words
from contacts.views.language import FIELD
from contacts.words.vocabulary import EventKind

_SHOWN = 155  # characters of a description that search engines show
# What stands in JSON between tags of HTML must not end them (as Django's json_script does it).
_INERT = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class About:
    """What a page says about itself: its address in this language and in each, and what a link to it shows."""

    title: str
    description: str
    url: str
    alternates: list[tuple[str, str]]
    site: str
    data: SafeString | None = None


def about(
    policy: PolicyVersion,
    language: str,
    page: tuple[str, ...],
    title: str,
    description: str,
    event: Event | None = None,
) -> About:
    """Return what the page of this name and arguments says about itself.

    An event is described for machines, too (schema.org, Event).
    """
    name, *arguments = page
    bare = _address(name, *arguments)
    spoken = {code: f"{bare}?{FIELD}={code}" for code in policy_words.languages(policy)}
    return About(
        title,
        Truncator(" ".join(description.split())).chars(_SHOWN),
        spoken.get(language, bare),
        [*spoken.items(), ("x-default", bare)],
        links.absolute(""),
        _described(event, description, bare, policy) if event else None,
    )


def _described(event: Event, description: str, url: str, policy: PolicyVersion) -> SafeString:
    online = event.kind == EventKind.WEBINAR
    place = {"@type": "VirtualLocation", "url": url} if online else {"@type": "Place", "address": event.place}
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": description,
        "startDate": event.starts_at.isoformat(),
        "endDate": event.ends_at.isoformat() if event.ends_at else None,
        "eventAttendanceMode": f"https://schema.org/{'Online' if online else 'Offline'}EventAttendanceMode",
        "eventStatus": f"https://schema.org/Event{'Cancelled' if event.cancelled_at else 'Scheduled'}",
        "location": place,
        "organizer": {"@type": "Organization", "name": policy.controller["name"]},
        "url": url,
    }
    known = {name: value for name, value in told.items() if value}
    return mark_safe(json.dumps(known, ensure_ascii=False).translate(_INERT))  # noqa: S308 - tags are made inert


def _address(name: str, *arguments: str) -> str:
    return links.absolute(reverse(name, args=arguments))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell robots what is for people alone: links of mails, what is embedded elsewhere, and the staff's pages."""
    closed = ("/account/", "/admin/", "/confirm/", "/download/", "/embed/", "/my-data/", "/places/", "/unsubscribe/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {_address('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the pages that are to be found, each in each language (sitemaps.org)."""
    policy = PolicyVersion.objects.in_force()
    spoken = policy_words.languages(policy) if policy else []
    pages = [
        {"url": url, "alternates": [(code, f"{url}?{FIELD}={code}") for code in spoken]}
        for url in (_pages(timezone.now()) if policy else ())
    ]
    return render(request, "contacts/sitemap.xml", {"pages": pages}, content_type="application/xml; charset=utf-8")


def _pages(at: dt.datetime) -> Iterator[str]:
    yield from (_address(name) for name in ("home", "privacy", "register"))
    yield from (
        _address("whitepaper", slug) for slug in Whitepaper.objects.published(at).values_list("slug", flat=True)
    )
    coming = Event.objects.filter(Q(signup_open=True) | Q(was_open=True), over_at__gt=at, cancelled_at=None)
    yield from (_address("event", slug) for slug in coming.order_by("starts_at", "pk").values_list("slug", flat=True))
