"""The API as a whole: its description under /api/openapi.json, its routes, and one shape for every refusal."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from contacts.api import bounds, catalogue, posts, problems, shapes
from contacts.api.problems import ProblemError

_WHAT = """The company's whitepapers, events and sign-up forms, for its own websites and servers.

A server sends its key as `Authorization: Bearer KEY`. A browser posts from a website that the company has allowed, with
a challenge solved. Every post names the version of the privacy note that its visitor was shown. Refusals are problems
in JSON (RFC 9457); where one is the answer, nothing was stored."""


class SignUpAPI(NinjaAPI):
    """Ninja with problems (RFC 9457) for its refusals, in the answers and in their description."""

    def validation_error_from_error_contexts(self, error_contexts: list[ValidationErrorContext[Any]]) -> Any:
        return shapes.problem(error_contexts)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "content" in response:
                        response["content"] = {problems.CONTENT_TYPE: response["content"].pop("application/json")}
        return schema


# Its page of documentation would be a megabyte of somebody else's script under a laxer security policy: docs/api.md
# and the description say as much.
api = SignUpAPI(title="Sign-ups", version="1", description=_WHAT, urls_namespace="api", docs_url=None)

posts.router.add_decorator(bounds.bounded, mode="view")
api.add_router("v1", catalogue.router)
api.add_router("v1", posts.router)


def _refused(request: HttpRequest, problem: Any) -> HttpResponse:
    return problems.answer(request, problem)


def _not_found(request: HttpRequest, _error: Any) -> HttpResponse:
    return problems.answer(request, problems.unknown())


def _nobody(request: HttpRequest, _error: Any) -> HttpResponse:
    return problems.answer(request, problems.no_key())


def _unreadable(request: HttpRequest, _error: Any) -> HttpResponse:
    """Ninja raises one of these for a body that is no JSON, and for nothing else here."""
    return problems.answer(request, problems.malformed())


def refuse_by_problems(made: NinjaAPI) -> None:
    """Have an API answer whatever it refuses with a problem (RFC 9457)."""
    made.add_exception_handler(ProblemError, _refused)
    made.add_exception_handler(Http404, _not_found)
    made.add_exception_handler(AuthenticationError, _nobody)
    made.add_exception_handler(HttpError, _unreadable)


refuse_by_problems(api)


@csrf_exempt
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer an address that is none of the API's in the API's own way."""
    return problems.answer(request, problems.unknown())
