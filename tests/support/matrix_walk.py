"""A walk through the whole site in one role: what each address answers, and which details its pages give away."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from django.db import transaction
from django.urls import get_resolver, resolve

from contacts.models import AuditEvent
from tests.support import matrix, visiting
from tests.support.admin_pages import contents
from tests.support.matrix_world import World

_LINKS = re.compile(r'(?:href|hx-get)="((?:/admin/|\?)[^"#]*)')
_OWN_PAGE = {"phone", "postal-address"}
_LAST = "admin/logout/"
_ENDING = ("admin/contacts/event/…/hand-over/", _LAST)  # after these the session opens little, or nothing
_DIALOG = {"HX-Request": "true"}
_FORM = "application/x-www-form-urlencoded"


@dataclass
class Walk:
    """What one role found: `given` has each kind of detail with the address and the page that gave it away.

    `posts` are those that have a line in the matrix or are refused, `acts` the others. `unnoted` are the pages that
    showed how somebody is reached without a note of who looked, `untold` the acts that were carried out without a word
    in the audit trail.
    """

    role: str
    answers: dict[str, str] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    changed_by_posts: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    unnoted: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)


class Walker:
    def __init__(self, world: World, role: str) -> None:
        self.world, self.walk, self.client = world, Walk(role), world.client_of(role)
        self.form = {"seal": visiting.seal(self.client)} if role == "visitor" else {}
        self.seen: set[tuple[str, tuple[str, ...]]] = set()
        self.urls = {route: world.url(route, name) for route, name in asked()}

    def go(self) -> Walk:
        """Look at every page, and at what it links to; then send every form, without a word in it."""
        before, latest = contents(), AuditEvent.objects.latest("pk").pk
        for route, url in self.urls.items():
            self._look(route, url)
        for kind in self.world.hidden:
            if self.walk.role in matrix.findable()[kind]:
                self._find(kind)
        self.walk.unnoted = {url for (mark, _route), url in self.walk.given.items() if not self._is_noted(mark, url)}
        after = contents()
        self.walk.changed = _different(before, after)
        self.walk.noted = set(AuditEvent.objects.filter(pk__gt=latest).values_list("code", flat=True))
        for route in sorted(self.urls, key=lambda route: _ENDING.index(route) + 1 if route in _ENDING else 0):
            self._send(route, self.urls[route])
        self.walk.changed_by_posts = _different(after, contents())
        return self.walk

    def _look(self, route: str, url: str) -> None:
        self.seen.add((route, ()))
        answer = self.client.get(url)
        self.walk.answers[route] = matrix.said(answer)
        if answer.status_code != 200:
            return
        links = self._read(route, url, answer)
        if matrix.fits("admin/*/*/", route):
            links.append(f"{url}?q=fjordkraft")
        for link in links:
            self._follow(link)

    def _find(self, kind: str) -> None:
        for record in self.world.hidden[kind]:
            url = self.world.page(f"{kind}_change", record)
            answer = self.client.get(url)
            assert answer.status_code == 200, f"{self.walk.role} is to find {url}"
            self._read(route_of(url), url, answer)

    def _follow(self, link: str) -> None:
        """Look at what a page links to: once for each kind of question that is asked of an address."""
        asked = urlsplit(link)
        route = route_of(asked.path)
        kind = (route, tuple(sorted(parse_qs(asked.query))))
        if kind not in self.seen and route != _LAST:
            self.seen.add(kind)
            self._read(route, link, self.client.get(link))

    def _is_noted(self, mark: str, url: str) -> bool:
        """Look once more at what staff find on a person's own page alone, and see whether that is noted."""
        if mark not in _OWN_PAGE or not url.startswith("/admin/"):
            return True
        latest = AuditEvent.objects.latest("pk").pk
        self.client.get(url)
        return AuditEvent.objects.filter(pk__gt=latest, code="contact.viewed").exists()

    def _read(self, route: str, url: str, answer: Any) -> list[str]:
        text = answer.getvalue().decode(errors="replace")
        for mark in self.world.read(text):
            self.walk.given.setdefault((mark, route), url)
        return [urljoin(url, html.unescape(link)) for link in _LINKS.findall(text)]

    def _send(self, route: str, url: str) -> None:
        """Send a form, from its dialog; what is done where the role may do it is taken back."""
        line = matrix.line_of(route, "POST")
        if self._is_refused(route, line):
            self.walk.posts[route] = matrix.said(self._post(url))
            return
        latest = AuditEvent.objects.latest("pk").pk
        with transaction.atomic():
            answer = self._post(url)
            self._read(route, url, answer)
            if "HX-Redirect" in answer and not AuditEvent.objects.filter(pk__gt=latest).exists():
                self.walk.untold.add(route)
            transaction.set_rollback(True)
        kind = self.walk.posts if line else self.walk.acts
        kind[route] = matrix.said(answer)

    def _is_refused(self, route: str, line: dict[str, str] | None) -> bool:
        if line:
            return line[self.walk.role] in matrix.REFUSALS
        return not route.startswith("admin/") or self.walk.answers[route] in matrix.REFUSALS

    def _post(self, url: str) -> Any:
        return self.client.beside().post(url, urlencode(self.form), content_type=_FORM, headers=_DIALOG)


def asked() -> Iterator[tuple[str, str]]:
    """Yield each address of the site with its name."""
    yield from matrix.routes(get_resolver().url_patterns)


def route_of(path: str) -> str:
    """Return an address as the matrix writes it."""
    return matrix.simple(resolve(path).route)


def _different(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table in after if after[table] != before[table]}
