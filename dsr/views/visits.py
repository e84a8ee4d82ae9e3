"""A visit to "My data": opened by a link that proves an address, known by a cookie, over after half an hour.

The cookie is strictly necessary, goes to these pages alone and says a number, signed. No script reads it, and no
browser sends it along from somebody else's page (SameSite=Strict).

Posts are guarded by a seal that each form of the visit carries, and not by that attribute or the Origin header alone:
another site under the company's own domain counts as the same site, and old browsers and proxies leave the headers out.
The seal needs no second cookie, nobody can make it up or read it from elsewhere, and one visit's does nothing in
another. The page behind the link has no visit to seal for; there the browser's word on where a post comes from is
heard, lest somebody open a visit of their own in another's browser.
"""

import datetime as dt
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from contacts.base.days import day_of
from contacts.models import Contact
from contacts.views import errors
from contacts.views.frame import Visit
from contacts.views.posts import link_view
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import AddressTrust
from dsr.intake import proving
from dsr.models import Proof

COOKIE = "my_data"
SEAL = "seal"
BY = "visitor"

_PATH = "/my-data/"
_SALT = "dsr.visit"
_FROM_US = {"same-origin", "none"}


@dataclass(frozen=True)
class Door:
    """One request for a page of an open visit."""

    visit: Visit
    proof: Proof
    at: dt.datetime

    @property
    def contact(self) -> Contact | None:
        """Whoever was held under the address when it was proven, as long as they are held whole, and known by it."""
        contact = self.proof.contact
        here = contact is not None and contact.address_hash == keyed_hash(self.proof.address)
        known = contact is not None and contact.address_trust == AddressTrust.PROVEN
        return contact if contact and here and known and contact.minimised_on is None else None

    @property
    def likely(self) -> Contact | None:
        """Whose record the address is on, where nobody knows whether it is the visitor's (ADR 0044)."""
        return None if self.contact else proving.likely(self.proof.address)

    @property
    def day(self) -> dt.date:
        return day_of(self.at, self.visit.policy.zone)

    def show(self, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
        said = {"seal": seal_of(self.proof), "address": self.proof.address, "until": self.proof.visit_until}
        return self.visit.show(template, said | context, status=status)


def visit_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the Door of an open visit; without one, say that it has ended. Nobody on the way keeps the page."""

    def answered(request: HttpRequest, visit: Visit, /, **kwargs: Any) -> HttpResponse:
        at = timezone.now()
        proof = _proof(request, at)
        if proof is None:
            return ended(visit)
        if request.method == "POST" and not _is_sealed(request, proof):
            return errors.forged(request)
        return view(Door(visit, proof, at), **kwargs)

    return link_view(answered)


def begin(response: HttpResponse, proof: Proof) -> None:
    """Let the browser that pressed the button in, and no other."""
    response.set_signed_cookie(
        COOKIE,
        proof.public_id.hex,
        salt=_SALT,
        max_age=proving.VISIT_LASTS,
        path=_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def end(response: HttpResponse) -> HttpResponse:
    """Forget the cookie."""
    response.delete_cookie(COOKIE, path=_PATH, samesite="Strict")
    return response


def is_open_for(request: HttpRequest, person: Contact, at: dt.datetime) -> bool:
    """Tell whether a person's visit is open in this browser already."""
    proof = _proof(request, at)
    return proof is not None and proof.contact_id == person.pk


def is_over(door: Door) -> bool:
    """Tell whether a visit has ended with its person, by what was just done."""
    return proving.visit(str(door.proof.public_id), at=door.at) is None


def ended(visit: Visit, status: int = HTTPStatus.FORBIDDEN) -> HttpResponse:
    """Say that the page is closed, and how to open it again."""
    return visit.show("my_data/ended.html", {"by_link": status == HTTPStatus.GONE}, status=status)


def gone(visit: Visit) -> HttpResponse:
    """Say that the person is no longer held, since they were for marketing alone, and objected to all of it (P12)."""
    return end(visit.show("my_data/gone.html", {"backup_days": settings.BACKUP_DAYS}))


def to(visit: Visit, name: str, **said: str) -> HttpResponseRedirect:
    """Lead on to a page that can be read again without doing anything twice."""
    query = urllib.parse.urlencode({"lang": visit.language, **said})
    return HttpResponseRedirect(f"{reverse(name)}?{query}", status=HTTPStatus.SEE_OTHER)


def seal_of(proof: Proof) -> str:
    return _signer().signature(proof.public_id.hex)


def _signer() -> Signer:
    return Signer(salt=f"{_SALT}.form", sep=":")


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Tell whether the browser says that a post comes from a page that is not ours."""
    if site := request.headers.get("Sec-Fetch-Site", ""):
        return site not in _FROM_US
    origin = request.headers.get("Origin", "")
    return bool(origin) and origin.partition("://")[2] != request.get_host()


def _proof(request: HttpRequest, at: dt.datetime) -> Proof | None:
    number = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=proving.VISIT_LASTS)
    return proving.visit(number, at=at) if number else None


def _is_sealed(request: HttpRequest, proof: Proof) -> bool:
    try:
        _signer().unsign(f"{proof.public_id.hex}:{request.POST.get(SEAL, '')}")
    except BadSignature:
        return False
    return True
