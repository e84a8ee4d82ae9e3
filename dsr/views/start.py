"""The form by which anybody asks what we hold about them, or for what they have a right to (P19, P23).

Known or not, everybody gets the same answer, and the database does the same work. What is typed changes nothing before
the address is proven. Nobody can lock the real person out by using up the mails that an address may get in an hour:
each of those mails opens "My data".
"""

from dataclasses import dataclass
from http import HTTPStatus

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override

from contacts.delivery.letters.parts import Letter
from contacts.outbox import links, wake_worker
from contacts.signups import challenge, limits
from contacts.views.frame import Visit
from contacts.views.posts import form_view
from contacts.views.sign_up import TRAP
from dsr.intake import intake
from dsr.intake.intake import Asked, Stranger
from dsr.letters import proof as letters
from dsr.models import Proof
from dsr.views import visits
from dsr.views.forms import AskForm
from dsr.words.vocabulary import Kind

_A_MINUTE = 60


@dataclass(frozen=True)
class _Post:
    """One form that was sent, and its visitor."""

    visit: Visit
    form: AskForm


@csp_override({**settings.SECURE_CSP, **challenge.WORKERS})
@form_view
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what one can ask for, and take what somebody asks."""
    if request.method != "POST":
        return _show(_Post(visit, AskForm(initial=_about(request.GET.get("about", "")))))
    if request.POST.get(TRAP):
        return visits.to(visit, "sent")
    return _take(_Post(visit, AskForm(request.POST)))


def _about(token: str) -> dict[str, str]:
    """Return what the form says beforehand to readers of the letter that their address was replaced.

    Which record that was, the form carries in the seal of the letter, for the officer alone.
    """
    try:
        was = links.read_replaced(token)
    except links.InvalidLinkError:
        return {}
    said = _("My address was replaced on %s, and I know nothing about it.") % date_format(was.day, "DATE_FORMAT")
    return {"kind": Kind.COMPLAINT, "words": said, "about": token}


def _take(post: _Post) -> HttpResponse:
    """Take a post, or say what is wrong with it and keep what was typed."""
    try:
        return _ask(post)
    except limits.TooManyError as refusal:
        post.form.add_error(
            None, _("There were too many attempts within an hour. Nothing was stored. Try again later.")
        )
        return _show(post, HTTPStatus.TOO_MANY_REQUESTS, refusal.retry_after)
    except redis.RedisError:
        post.form.add_error(None, _("We cannot take this right now. Nothing was stored. Try again in a few minutes."))
        return _show(post, HTTPStatus.SERVICE_UNAVAILABLE, _A_MINUTE)


def _ask(post: _Post) -> HttpResponse:
    """Check the cheapest first; the challenge is used up only by a post that is right otherwise."""
    request, form = post.visit.request, post.form
    limits.take_from(request)
    if not form.is_valid():
        return _show(post, HTTPStatus.UNPROCESSABLE_ENTITY)
    if problem := challenge.problem(request.POST.get(challenge.FIELD, "")):
        form.add_error(None, problem)
        return _show(post, HTTPStatus.UNPROCESSABLE_ENTITY)
    stranger = form.stranger(post.visit.language)
    limits.take_to(stranger.address)
    _enqueue(post.visit, form.asked(), stranger)
    wake_worker.nudge()
    return visits.to(post.visit, "sent")


def _enqueue(visit: Visit, asked: Asked | None, stranger: Stranger) -> None:
    at = timezone.now()

    def letter_of(proof: Proof) -> Letter:
        return letters.letter(proof, policy=visit.policy)

    if asked is None:
        intake.look(stranger, letter_of, at=at)
    else:
        intake.post(asked, stranger, letter_of, policy=visit.policy, at=at, by=visits.BY)


def _show(post: _Post, status: int = HTTPStatus.OK, retry_after: int = 0) -> HttpResponse:
    context = {"form": post.form, "widget": challenge.widget(), "trap": TRAP}
    response = post.visit.show("my_data/start.html", context, status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response
