"""What the API answers. Every field stands here by name: nothing of a record gets out because it is there."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contacts.words.vocabulary import EventKind, Scenario


class NamedTopic(BaseModel):
    slug: str
    name: str
    sentence: str


class OfferedWhitepaper(BaseModel):
    slug: str
    title: str
    summary: str
    topics: list[NamedTopic]
    page: str = Field(description="Our own page about it, with a form.")


class ComingEvent(BaseModel):
    slug: str
    title: str
    kind: EventKind
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    time_zone: str
    place: str
    summary: str
    topics: list[NamedTopic]
    asked: list[str] = Field(description="The fields that its form shows beside `email`. No other is taken.")
    asks_food: bool = Field(description="Whether it asks for `food`, with `food_consent`.")
    full: bool
    places_left: int | None = Field(description="Empty where there is no limit.")
    page: str = Field(description="Our own page about it, with a form.")


class ShownNote(BaseModel):
    """The short note that stands by the button, and the words of each box."""

    scenario: Scenario
    policy_version: int = Field(description="A post names it.")
    language: str = Field(description="The language of the note.")
    note: str
    policy_page: str = Field(description="The part of the full policy that the note leads to.")
    wordings: dict[str, str] = Field(description="What stands beside the box of each consent, by its field.")


class CheckInbox(BaseModel):
    """The one answer to every sign-up, whether the address is on file or not."""

    status: Literal["check_inbox"] = "check_inbox"
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457). Nothing was stored."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    type: str
    title: str
    status: int
    code: str
    detail: str


class InvalidProblem(Problem):
    errors: dict[str, list[str]] = Field(description="What is wrong, by field; `body` where it is the whole.")


class ConflictProblem(Problem):
    note: ShownNote | None = Field(None, description="The current note, where the one shown is outdated.")


type Challenge = dict[str, Any]
