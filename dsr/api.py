"""Other systems' servers fetch what requests ask of them, and say what they did, each with a key of its own (L18).

A key opens the tasks of one system and nothing else. Its description is under /api/systems/openapi.json.
"""

import datetime as dt
import uuid
from typing import Any, Literal

import redis
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.security import HttpBearer
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from contacts.api import bounds, problems
from contacts.api.answers import InvalidProblem, Problem
from contacts.api.app import SignUpAPI, refuse_by_problems
from contacts.models import ApiKey
from contacts.people import restriction_guard
from contacts.signups import keys, limits
from dsr.models import SystemTask
from dsr.records.transitions import RequestError
from dsr.systems import reporting, telling
from dsr.systems.reporting import Said
from dsr.words.vocabulary import TaskAnswer

MOST_BYTES = 2 * 1024 * 1024  # of a body; what is longer goes to the task's page
_PROBLEMS = dict.fromkeys((400, 401, 404, 409, 413, 415, 429), Problem)

_WHAT = """What requests of people ask of one of the company's other systems (billing, support, newsletters).

The system's server sends its key as `Authorization: Bearer KEY`. Tasks stay in the list until they are answered; what
is to be undone, for 30 days."""


class Task(BaseModel):
    """What a request asks. `about` names the person: `names`, `emails`, `companies`, and `words` of their own."""

    id: uuid.UUID
    request: str = Field(description="The number of the request, for people.")
    do: Literal["send", "correct", "delete", "restrict", "undo"]
    kind: str
    due_on: dt.date
    about: dict[str, Any]
    answer: str = Field(description="A page that takes the same answer, with larger files, as multipart/form-data.")


class SentFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    content: Base64Bytes


class Answer(BaseModel):
    """What the system did: `kept` says in `words` what is kept and by which law; `send` is answered with files."""

    model_config = ConfigDict(extra="forbid")

    answer: TaskAnswer
    words: str = Field("", max_length=10_000)
    files: list[SentFile] = Field(default_factory=list, max_length=reporting.MOST_FILES)


class SystemKey(HttpBearer):
    """A key that was issued to a system. One that opens forms opens nothing here."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        key = keys.holder(token, at=timezone.now())
        if key is None or key.system_id is None:
            raise problems.unknown_key()
        return key


router = Router(auth=SystemKey())
router.add_decorator(bounds.bounded_by(MOST_BYTES), mode="view")


@router.get("/tasks", response={200: list[Task], **_PROBLEMS})
def list_tasks(request: HttpRequest) -> list[Task]:
    """List what is still to be done, what is due first, and what is to be undone: `undo` needs no answer."""
    key = _counted(request)
    found = (
        SystemTask.objects.to_fetch(restriction_guard.today(timezone.now()))
        .filter(system=key.system_id)
        .select_related("system", "request")
    )
    return [Task(**telling.payload(task)) for task in found.order_by("due_on", "pk")]


@router.post("/tasks/{number}", response={204: None, **_PROBLEMS, 422: InvalidProblem})
def answer_task(request: HttpRequest, number: uuid.UUID, body: Answer) -> Status[None]:
    """Say what was done. It is taken once."""
    key, at = _counted(request), timezone.now()
    task = SystemTask.objects.filter(system=key.system_id, public_id=number).first()
    if task is None:
        raise problems.unknown()
    files = [(each.name, bytes(each.content)) for each in body.files]
    try:
        reporting.report(task.pk, Said(body.answer, body.words, files), at=at, by=f"system:{key.system_id}")
    except RequestError as refusal:
        raise problems.not_taken(str(refusal)) from None
    keys.used(key, at=at)
    return Status(204, None)


def _counted(request: HttpRequest) -> ApiKey:
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    try:
        limits.take_by_key(key.digest, key.posts_an_hour)
    except limits.TooManyError as refusal:
        raise problems.too_many(refusal.retry_after) from None
    except redis.RedisError:
        raise problems.not_now() from None
    return key


api = SignUpAPI(title="Other systems", version="1", description=_WHAT, urls_namespace="systems_api", docs_url=None)
api.add_router("v1", router)
refuse_by_problems(api)
