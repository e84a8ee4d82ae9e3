"""Ask for something under an address that may be anybody's: it is written down beside the people, and proven later.

Nothing here looks whether the address is on file, so that page, status and timing cannot tell (ADR 0008).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from contacts.base import audit, held
from contacts.base.rows import insert
from contacts.models import Event, FoodPreference, PolicyVersion, Registration, SignUp, Whitepaper
from contacts.outbox import outbox
from contacts.words.categories import OPTIONAL_FIELDS
from contacts.words.vocabulary import SCENARIO_OF_EVENT, EventKind, MailTemplate, Scenario, SignUpKind

AT_THE_DOOR = "check-in"  # where a walk-in is typed


class SignUpRefusedError(ValueError):
    """What was asked for is not to be had; `code` is one of closed, past, cancelled, full, withdrawn."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Typed:
    """What a visitor typed, in the policy's categories and no more (P2). `email` is normalised."""

    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    company: str = ""
    job_title: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for: a whitepaper, an event, or to be registered as customer or partner.

    `asked` are the fields besides the address that its form shows, and `asks_food` tells whether it asks for food (P8).
    """

    kind: SignUpKind
    scenario: str
    whitepaper: Whitepaper | None = None
    event: Event | None = None
    asked: tuple[str, ...] = OPTIONAL_FIELDS
    asks_food: bool = False

    @classmethod
    def of_whitepaper(cls, whitepaper: Whitepaper) -> "Wish":
        return cls(SignUpKind.WHITEPAPER, Scenario.WHITEPAPER, whitepaper=whitepaper)

    @classmethod
    def of_event(cls, event: Event) -> "Wish":
        scenario = SCENARIO_OF_EVENT[EventKind(event.kind)]
        asks_food = event.asks_food and scenario == Scenario.EVENT
        return cls(SignUpKind.EVENT, scenario, event=event, asked=tuple(event.asked), asks_food=asks_food)

    @classmethod
    def at_the_door(cls, event: Event) -> "Wish":
        """A guest without a place stands there: what a badge needs is asked for, and no more."""
        asked = ("first_name", "last_name", "company")
        return cls(SignUpKind.EVENT, SCENARIO_OF_EVENT[EventKind(event.kind)], event=event, asked=asked)

    @classmethod
    def of_register(cls, scenario: str) -> "Wish":
        return cls(SignUpKind.REGISTER, scenario)

    @classmethod
    def of_consent(cls) -> "Wish":
        return cls(SignUpKind.CONSENT, "")

    def check(self, at: dt.datetime) -> None:
        """Raise SignUpRefusedError where this is not to be had at `at`; whether an event is full, `full` tells."""
        if self.whitepaper and not is_published(self.whitepaper, at):
            raise SignUpRefusedError("withdrawn")
        if self.event and (code := closed(self.event, at)):
            raise SignUpRefusedError(code)


def is_published(whitepaper: Whitepaper, at: dt.datetime) -> bool:
    published, withdrawn = whitepaper.published_at, whitepaper.withdrawn_at
    return published is not None and published <= at and (withdrawn is None or withdrawn > at)


def closed(event: Event, at: dt.datetime) -> str:
    """Return why nobody can sign up for an event any more: cancelled, past or closed; empty where they can."""
    return over(event, at) or ("" if event.signup_open else "closed")


def over(event: Event, at: dt.datetime) -> str:
    """Return why nobody can take part in an event any more: cancelled or past; empty where they can."""
    if event.cancelled_at:
        return "cancelled"
    return "past" if event.over_at <= at else ""


def is_full(event: Event) -> bool:
    """Tell whether all places are taken: by people whose address is proven, and by those who came without a place."""
    if event.capacity is None:
        return False
    places = Registration.objects.filter(event=event, cancelled_at__isnull=True).values("pk")
    return places.union(SignUp.objects.came().filter(event=event).values("pk"), all=True).count() >= event.capacity


@transaction.atomic
def sign_up(
    wish: Wish,
    typed: Typed,
    *,
    policy: PolicyVersion,
    consents: Mapping[str, str] | None = None,
    food: str = "",
    source: str,
    at: dt.datetime,
    by: str,
) -> SignUp:
    """Write down what somebody asks for, and owe a mail to the address that they typed.

    `policy` is the version that was shown; `consents` has the wording of each box that was ticked, by channel; `food`
    is stored with its own consent, where the wish asks for it. Raises SignUpRefusedError, with nothing stored.
    """
    wish.check(at)
    if wish.event and is_full(wish.event):
        raise SignUpRefusedError("full")
    made = write_down(wish, typed, policy=policy, consents=consents or {}, source=source, at=at)
    if food and wish.asks_food:
        FoodPreference.objects.create(sign_up=made, preference=food, consented_at=at)
    outbox.enqueue(MailTemplate.CONFIRM, sign_up=made, at=at)
    audit.record("sign_up.received", at=at, by=by, public_id=made.public_id, rule=wish.scenario or wish.kind)
    return made


@transaction.atomic
def walk_in(event: Event, typed: Typed, *, policy: PolicyVersion, at: dt.datetime, by: str) -> SignUp:
    """Write down a guest without a place who has come in, and owe the mail that asks whether the address is theirs."""
    made = write_down(Wish.at_the_door(event), typed, policy=policy, consents={}, source=AT_THE_DOOR, at=at)
    SignUp.objects.filter(pk=made.pk).update(arrived_at=at)
    outbox.enqueue(MailTemplate.CONFIRM, sign_up=made, at=at)
    audit.record("sign_up.received", at=at, by=by, public_id=made.public_id, rule=made.scenario)
    return made


@transaction.atomic
def undo_walk_in(made: SignUp, *, at: dt.datetime, by: str) -> bool:
    """Forget a guest who was typed at the door by mistake, with the mail; False where the address is proven by now."""
    gone, _ = SignUp.objects.came().filter(pk=made.pk).delete()
    if gone:
        audit.record("sign_up.taken_back", at=at, by=by, public_id=made.public_id, rule=made.scenario)
    return bool(gone)


def write_down(
    wish: Wish, typed: Typed, *, policy: PolicyVersion, consents: Mapping[str, str], source: str, at: dt.datetime
) -> SignUp:
    """Keep a wish until its address is proven, whether it is to be had or not."""
    made = SignUp(
        kind=wish.kind,
        scenario=wish.scenario,
        whitepaper=wish.whitepaper,
        event=wish.event,
        policy_version=policy,
        consents=dict(consents),
        source=source,
        created_at=at,
        **vars(typed),
    )
    return insert(made)


def sweep(at: dt.datetime) -> int:
    """Delete the sign-ups that are 30 days old, proven or not, and return how many those were."""
    return held.delete(SignUp.objects.overdue(at))
