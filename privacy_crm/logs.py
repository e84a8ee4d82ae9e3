"""Structured logs that hold no personal data: no address of a visitor, no query string, no value of a field.

Each line says to which request or task it belongs, and which member of staff asked (ADR 0053).
"""

import logging
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from django.http import HttpRequest, HttpResponse

from privacy_crm.without_rich import structlog

log = structlog.get_logger("access")

type Event = dict[str, Any]
type ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)

# What each line says


def of_request(_logger: object, _method: str, event: Event) -> Event:
    """Name the request, by a random number, and the user, by their key, once somebody has asked who it is.

    Nobody is looked up for a line: a page that needs no log-in reads no session.
    """
    if request := _request.get():
        event["request_id"] = request.META[_NUMBER]
        user = getattr(request, "_cached_user", None)
        if user is not None and user.pk:
            event["user_id"] = user.pk
    return event


def of_task(_logger: object, _method: str, event: Event) -> Event:
    """Name the task, by what Celery says of the one that runs, or of the one that its own line is about."""
    record = event.get("_record")
    said = getattr(record, "data", None)
    name, number = (said.get("name"), said.get("id")) if isinstance(said, dict) else _running()
    return event | ({"task": name, "task_id": number} if number else {})


def _running() -> tuple[str | None, str | None]:
    """Return the task that this process runs. A process that has loaded no Celery runs none."""
    state = sys.modules.get("celery._state")
    task = state and state.get_current_worker_task()
    return (task.name, task.request.id) if task else (None, None)


def without_values(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its class and the lines it passed: its message may quote a row ("Key (email)=…").

    Some log that message as their own, as Django does with a name of a host that it does not know.
    """
    exc_info = event.pop("exc_info", None)
    if exc_info:
        kind, error, where = _triple(exc_info)
        event["error"] = kind.__name__
        event["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(where)]
        if str(error) and str(error) in str(event.get("event")):
            event["event"] = kind.__name__
    return event


def _triple(exc_info: BaseException | ExcInfo) -> ExcInfo:
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    return exc_info


# What others write is put right


class TaskWithoutValues(logging.Filter):
    """Celery writes a task's error into its message, with whatever row the error quotes: keep the names alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        task = getattr(record, "data", None)
        if isinstance(task, dict) and "exc" in task:
            record.msg, record.args = f"Task {task.get('name')} {task.get('id')} failed", ()
        return True


class RouteForPath(logging.Filter):
    """Django names the path of what failed or was refused, which may be a sealed link: name the route instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            path = request.path.encode("unicode_escape").decode("ascii")  # as Django writes it
            record.args = tuple(_route(request) if said == path else said for said in record.args)
        return True


class WithoutPath(logging.Filter):
    """The web server names the address whose request failed or was left, which may be a sealed link: keep it out."""

    def filter(self, record: logging.LogRecord) -> bool:
        for begin in ("Exception while serving", "Client disconnected while serving"):
            if str(record.msg).startswith(begin):
                record.msg, record.args = begin, ()
        return True


# How it is put together


def configure(*, as_json: bool) -> dict[str, Any]:
    """Return the LOGGING dictionary: one line an event, JSON in production and readable in development."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SAID, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _formatter(as_json)},
        "filters": _FILTERS,
        "handlers": _HANDLERS,
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": _LOGGERS,
    }


def report_crashes() -> None:
    """Have an error that ends the process be a line like all others: Python would print the row that it quotes."""
    sys.excepthook = _crashed
    logging.captureWarnings(capture=True)


def _crashed(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        structlog.get_logger("crash").critical("process.crashed", exc_info=(kind, error, where))


_SAID: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    of_request,
    of_task,
    without_values,
]

_FILTERS = {
    "task": {"()": TaskWithoutValues},
    "route": {"()": RouteForPath},
    "path": {"()": WithoutPath},
}

_HANDLERS = {
    "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": list(_FILTERS)},
    "null": {"class": "logging.NullHandler"},
}

_QUIET = {"handlers": ["null"], "propagate": False}
_LOGGERS = {
    # Quotes the request line, with its query string and the visitor's address.
    "django.server": _QUIET,
    # Quotes the path of what was not found or failed; Access says the same by route.
    "django.request": _QUIET | {"handlers": ["stderr"], "level": "ERROR"},
    "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
}


def _formatter(as_json: bool) -> dict[str, Any]:
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return {"()": structlog.stdlib.ProcessorFormatter, "processor": renderer, "foreign_pre_chain": _SAID}


# Requests

_NUMBER = "privacy_crm.request"  # beside what the server knows of a request; no header of a visitor is called so


class Access:
    """Log each request by its route, never by its path or query, and number it for the lines that belong to it.

    The number is ours: one that a visitor sends along could be anything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META[_NUMBER] = secrets.token_hex(8)
        token, began = _request.set(request), time.monotonic()
        try:
            response = self.get_response(request)
            taken = round((time.monotonic() - began) * 1000)
            log.info("request", method=request.method, route=_route(request), status=response.status_code, ms=taken)
        finally:
            _request.reset(token)
        return response


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else "(none)"
