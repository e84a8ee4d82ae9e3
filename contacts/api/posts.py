"""Take a sign-up: the form's validation, the form's limits, the form's act. What was refused stored nothing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import redis
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Status

from contacts.api import notes, problems, shapes
from contacts.api.answers import CheckInbox, ConflictProblem, InvalidProblem, Problem
from contacts.api.bodies import EventSignUp, RegistrationBody, SignUpBody, WhitepaperSignUp
from contacts.api.callers import CALLERS, Caller
from contacts.base import rows
from contacts.models import Event, PolicyVersion, Whitepaper
from contacts.outbox import wake_worker
from contacts.signups import challenge, keys, limits, sign_ups
from contacts.signups.forms import SignUpForm
from contacts.signups.sign_ups import SignUpRefusedError, Wish
from contacts.words.categories import OPTIONAL_FIELDS
from contacts.words.vocabulary import Scenario

REFUSALS = dict.fromkeys((400, 401, 403, 404, 410, 413, 415, 429, 503), Problem)
ANSWERS = {202: CheckInbox, **REFUSALS, 409: ConflictProblem, 422: InvalidProblem}

router = Router(auth=CALLERS)

type Slug = Annotated[str, Path(max_length=200, pattern=r"^[\w-]+$")]


@dataclass(frozen=True)
class Post:
    """One sign-up at one moment."""

    request: HttpRequest
    caller: Caller
    wish: Wish
    body: SignUpBody
    policy: PolicyVersion
    language: str
    at: dt.datetime


@router.post("/whitepapers/{slug}/sign-ups", response=ANSWERS)
def ask_for_whitepaper(request: HttpRequest, slug: Slug, body: WhitepaperSignUp) -> Status[CheckInbox]:
    """Ask for a whitepaper; the address gets a mail that leads to it."""
    found = _find(Whitepaper, slug)
    if found.published_at is None or found.published_at > timezone.now():
        raise problems.unknown()
    return _take(request, Wish.of_whitepaper(found), body)


@router.post("/events/{slug}/sign-ups", response=ANSWERS)
def ask_for_place(request: HttpRequest, slug: Slug, body: EventSignUp) -> Status[CheckInbox]:
    """Ask for a place at a webinar or a physical event; it is taken once the address is proven."""
    found = _find(Event, slug)
    if not found.is_public:
        raise problems.unknown()
    return _take(request, Wish.of_event(found), body)


@router.post("/registrations", response={code: model for code, model in ANSWERS.items() if code not in {404, 410}})
def register(request: HttpRequest, body: RegistrationBody) -> Status[CheckInbox]:
    """Register as a contact of a customer or a partner."""
    return _take(request, Wish.of_register(body.scenario), body)


def _find[M: (Whitepaper, Event)](model: type[M], slug: str) -> M:
    found = rows.one(model, "slug", slug)
    if found is None:
        raise problems.unknown()
    return found


def _take(request: HttpRequest, wish: Wish, body: SignUpBody) -> Status[CheckInbox]:
    policy = notes.policy()
    language = notes.speak(body.language, policy)
    post = Post(request, request.auth, wish, body, policy, language, timezone.now())  # type: ignore[attr-defined]
    try:
        _sign_up(post)
    except SignUpRefusedError as refusal:
        raise problems.not_to_be_had(refusal.code) from None
    except limits.TooManyError as refusal:
        raise problems.too_many(refusal.retry_after) from None
    except redis.RedisError:
        raise problems.not_now() from None
    message = _("Check your inbox: if the address is right, our message arrives within minutes.")
    return Status(202, CheckInbox(message=message))


def _sign_up(post: Post) -> None:
    """Check the cheapest first; a challenge is used up only by a post that is right otherwise."""
    post.wish.check(post.at)
    _count(post)
    form = _checked(post)
    if not post.caller.is_server and (problem := challenge.problem(post.body.altcha)):
        raise problems.invalid({challenge.FIELD: [problem]})
    limits.take_to(form.typed().email)
    sign_ups.sign_up(
        post.wish,
        form.typed(),
        policy=post.policy,
        consents=form.consents(),
        food=form.food_told(),
        source=post.caller.source,
        at=post.at,
        by=post.caller.by,
    )
    if post.caller.key:
        keys.used(post.caller.key, at=post.at)
    wake_worker.nudge()


def _count(post: Post) -> None:
    """Count the post by its key, or by its network: all of a server's visitors come from one, its own."""
    key = post.caller.key
    if key is None:
        limits.take_from(post.request)
        return
    if post.wish.scenario not in key.forms:
        raise problems.not_this_form()
    limits.take_by_key(key.digest, key.posts_an_hour)


def _checked(post: Post) -> SignUpForm:
    """Return the form where it is right, and refuse in its words where it is not."""
    form = SignUpForm.filled(post.body.typed(), wish=post.wish, in_force=post.policy, language=post.language)
    errors = {_NAMES.get(name, name): [str(word) for word in words] for name, words in form.errors.items()}
    if form.is_outdated():
        raise problems.outdated(notes.note(post.wish.scenario, post.policy, post.language).model_dump(mode="json"))
    errors |= {name: [shapes.unasked()] for name in _told_unasked(post.body, form)}
    if post.wish.scenario != Scenario.EVENT and "food" in errors:
        errors["food"] = [_("We ask about dietary needs at physical events only. Leave this out.")]
    if errors:
        raise problems.invalid(errors)
    return form


def _told_unasked(body: SignUpBody, form: SignUpForm) -> Iterator[str]:
    """Yield what is told though this event does not ask for it, a box without its field under the field's name."""
    told = body.typed()
    yield from (name for name in OPTIONAL_FIELDS if told[name] and name not in form.fields)
    if not form.wish.asks_food and (told.get("food") or told.get("food_consent")):
        yield "food"


_NAMES = {"policy": "policy_version"}
