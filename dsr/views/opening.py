"""The page that our mail opens: it says what the button does, and the button proves the address and opens "My data".

Mail scanners follow links, so opening it changes nothing (P13).
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.outbox import wake_worker
from contacts.views import errors, refusals
from contacts.views.frame import Visit
from contacts.views.posts import link_view
from dsr.intake import intake, proving
from dsr.intake.proving import EndedProofError, ProofError
from dsr.letters import proof as letters
from dsr.models import Request
from dsr.views import page, visits, wishes
from dsr.words.vocabulary import AT_ONCE, Kind, PaperKind


@link_view
def opening(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show what a link is for; a post proves the address, once, and begins the visit."""
    try:
        return _prove(visit, token) if request.method == "POST" else _show(visit, token)
    except EndedProofError:
        return visits.ended(visit, HTTPStatus.GONE)
    except ProofError:
        return refusals.unknown_link(visit)


def _prove(visit: Visit, token: str) -> HttpResponse:
    if visits.is_from_elsewhere(visit.request):
        return errors.forged(visit.request)
    at, wanted = timezone.now(), visit.request.POST.get("do") != wishes.LOOK
    proof = intake.confirm(token, wanted=wanted, policy=visit.policy, at=at, by=visits.BY)
    wake_worker.nudge()
    if proving.visit(str(proof.public_id), at=at) is None:
        return visits.gone(visit)
    done = proof.request.kind if proof.request else page.READY if wanted else wishes.LOOK
    response = visits.to(visit, "my_data_mine", done=done)
    visits.begin(response, proof)
    return response


def _show(visit: Visit, token: str) -> HttpResponse:
    proof = proving.find(token, at=timezone.now())
    return visit.show("my_data/open.html", _wish(proof.request) if proof.request else {})


def _wish(request: Request) -> dict[str, Any]:
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    words, data = (statement.text, statement.data) if statement else ("", {})
    return {
        "wish": letters.wish(Kind(request.kind)),
        "about": wishes.of(Kind(request.kind)),
        "what": [label for code, label in wishes.consents() if code in data.get("what", [])],
        "words": words,
        "at_once": request.kind in AT_ONCE and not intake.says_who(data),
    }
