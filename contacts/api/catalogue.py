"""What anybody may read: whitepapers, coming events, the short notes, and a challenge for a browser to solve."""

from collections.abc import Iterable
from typing import Literal

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from contacts.api import notes
from contacts.api.answers import (
    Challenge,
    ComingEvent,
    InvalidProblem,
    NamedTopic,
    OfferedWhitepaper,
    Problem,
    ShownNote,
)
from contacts.api.bodies import Language
from contacts.models import Event, Topic, Whitepaper
from contacts.policy.policy_words import FALLBACK
from contacts.signups import challenge
from contacts.signups.sign_ups import Wish
from contacts.words.categories import OPTIONAL_FIELDS
from contacts.words.vocabulary import EventKind

router = Router()

# A prospect fills in no form.
type FormScenario = Literal["customer", "partner", "whitepaper", "webinar", "event"]


@router.get("/whitepapers", response={200: list[OfferedWhitepaper], 422: InvalidProblem, 503: Problem})
def list_whitepapers(request: HttpRequest, language: Language | None = None) -> list[OfferedWhitepaper]:
    """List the whitepapers that anybody may ask for now, the latest first."""
    spoken = notes.speak(language, notes.policy())
    found = Whitepaper.objects.published(timezone.now()).prefetch_related("topics")
    return [
        OfferedWhitepaper(
            slug=whitepaper.slug,
            title=whitepaper.title,
            summary=_summary(whitepaper.summary, spoken),
            topics=_topics(whitepaper.topics.all(), spoken),
            page=notes.page("whitepaper", spoken, whitepaper.slug),
        )
        for whitepaper in found
    ]


@router.get("/events", response={200: list[ComingEvent], 422: InvalidProblem, 503: Problem})
def list_events(request: HttpRequest, language: Language | None = None) -> list[ComingEvent]:
    """List the coming events that anybody may sign up for, the next first; `full` where all places are taken."""
    spoken = notes.speak(language, notes.policy())
    coming = Event.objects.filter(signup_open=True, cancelled_at__isnull=True, over_at__gt=timezone.now())
    taken = Count("registrations", filter=Q(registrations__cancelled_at__isnull=True))
    found = coming.annotate(taken=taken).order_by("starts_at", "pk").prefetch_related("topics")
    return [_event(event, event.taken, spoken) for event in found]


@router.get("/notes/{scenario}", response={200: ShownNote, 404: Problem, 422: InvalidProblem, 503: Problem})
def read_note(request: HttpRequest, scenario: FormScenario, language: Language | None = None) -> ShownNote:
    """Return the short note to show by the button, with its version and the words of each box."""
    shown = notes.policy()
    return notes.note(scenario, shown, notes.speak(language, shown))


@router.get("/challenge", response=Challenge)
def new_challenge(request: HttpRequest, response: HttpResponse) -> Challenge:
    """Return a challenge for the ALTCHA widget; its answer counts once, for twenty minutes."""
    response["Cache-Control"] = "no-store"
    return challenge.fresh()


def _event(event: Event, taken: int, language: str) -> ComingEvent:
    left = None if event.capacity is None else max(0, event.capacity - taken)
    wish = Wish.of_event(event)
    return ComingEvent(
        slug=event.slug,
        title=event.title,
        kind=EventKind(event.kind),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        place=event.place,
        summary=_summary(event.summary, language),
        topics=_topics(event.topics.all(), language),
        asked=[name for name in OPTIONAL_FIELDS if name in wish.asked],
        asks_food=wish.asks_food,
        full=left == 0,
        places_left=left,
        page=notes.page("event", language, event.slug),
    )


def _topics(topics: Iterable[Topic], language: str) -> list[NamedTopic]:
    return [
        NamedTopic(slug=topic.slug, name=topic.named(language), sentence=topic.described(language)) for topic in topics
    ]


def _summary(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get(FALLBACK, "")
