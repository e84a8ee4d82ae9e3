"""How the API refuses: a problem in JSON (RFC 9457), with the words of the form where the form has some.

Nothing was stored where one of these is the answer.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.signups import refusal_words

CONTENT_TYPE = "application/problem+json"
_A_MINUTE = 60


class ProblemError(Exception):
    """A request is refused. `code` is for programs, `title` and `detail` are for people."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.headers = status, headers or {}
        # A tag (RFC 4151) names the kind for good, wherever this runs.
        kind = f"tag:privacy-crm,2026:{code}"
        self.body = {"type": kind, "title": title, "status": int(status), "code": code, "detail": detail, **members}


def answer(_request: HttpRequest, problem: Any) -> HttpResponse:
    return HttpResponse(
        json.dumps(problem.body), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers
    )


def malformed() -> ProblemError:
    return ProblemError(
        HTTPStatus.BAD_REQUEST, "malformed", "This is not JSON", "Send one JSON object, in UTF-8 (RFC 8259)."
    )


def no_key() -> ProblemError:
    detail = "A server sends its key as Authorization: Bearer KEY. A browser posts from a website that is allowed to."
    return ProblemError(
        HTTPStatus.UNAUTHORIZED, "no_key", "A key is needed", detail, headers={"WWW-Authenticate": "Bearer"}
    )


def unknown_key() -> ProblemError:
    return ProblemError(
        HTTPStatus.UNAUTHORIZED,
        "unknown_key",
        "This key opens nothing",
        "It is mistyped, has ended, or was revoked. An administrator issues a new one.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def not_this_form() -> ProblemError:
    detail = "An administrator issues a key for the forms that it is to open."
    return ProblemError(HTTPStatus.FORBIDDEN, "form_not_allowed", "This key does not open this form", detail)


def foreign_origin() -> ProblemError:
    detail = "An administrator adds the website's address to EMBED_ORIGINS, from https:// on, without a path."
    return ProblemError(HTTPStatus.FORBIDDEN, "origin_not_allowed", "This website may not post here", detail)


def unknown() -> ProblemError:
    return ProblemError(
        HTTPStatus.NOT_FOUND, "unknown", "There is nothing here", "No whitepaper, event or page has this address."
    )


def too_long(most: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.CONTENT_TOO_LARGE, "too_long", "This is too long for us", f"Send at most {most} bytes."
    )


def another_kind() -> ProblemError:
    return ProblemError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", "We cannot read this", "Send it as application/json."
    )


def invalid(errors: Mapping[str, list[str]]) -> ProblemError:
    """Refuse what was typed; `errors` has the words of the form for each field."""
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid",
        _("Something has to be put right"),
        _("Nothing was stored. Correct what is named, and send it again."),
        errors=errors,
    )


def outdated(note: Mapping[str, Any]) -> ProblemError:
    """Refuse a post that shows another version of the policy than the one in force; `note` is the current one."""
    return ProblemError(
        HTTPStatus.CONFLICT,
        "outdated_policy",
        _("Our privacy policy has changed"),
        _("Nothing was stored. Read the new note, and send it again."),
        note=note,
    )


def not_taken(why: str) -> ProblemError:
    """Refuse an answer that does not fit its task, or comes twice."""
    return ProblemError(HTTPStatus.CONFLICT, "not_taken", "This answer is not taken", why)


def not_to_be_had(code: str) -> ProblemError:
    """Refuse for the code of a SignUpRefusedError, in the words of the pages."""
    said = refusal_words.words(code)
    return ProblemError(refusal_words.status(code), code, said["heading"], said["text"])


def too_many(retry_after: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many",
        _("Too many attempts"),
        _("There were too many attempts within an hour. Nothing was stored. Try again later."),
        headers={"Retry-After": str(retry_after)},
    )


def not_now() -> ProblemError:
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "not_now",
        _("Not right now"),
        _("We cannot take this right now. Nothing was stored. Try again in a few minutes."),
        headers={"Retry-After": str(_A_MINUTE)},
    )
