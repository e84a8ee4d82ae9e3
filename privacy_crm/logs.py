"""Structured logs that hold no personal data: no address of a visitor, no query string, no value of a field."""

import logging
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.http import HttpRequest, HttpResponse

from privacy_crm.without_rich import structlog

log = structlog.get_logger("access")

type ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_values(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace an exception by its class and the lines it passed: its message may quote a row ("Key (email)=…")."""
    exc_info = event.pop("exc_info", None)
    if exc_info:
        kind, _, where = _triple(exc_info)
        event["error"] = kind.__name__
        event["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(where)]
    return event


def _triple(exc_info: BaseException | ExcInfo) -> ExcInfo:
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    return exc_info


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


def configure(*, as_json: bool) -> dict[str, Any]:
    """Return the LOGGING dictionary: one line an event, JSON in production and readable in development."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    quiet = {"handlers": ["null"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": shared,
            },
        },
        "filters": {
            "task": {"()": TaskWithoutValues},
            "route": {"()": RouteForPath},
            "path": {"()": WithoutPath},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["task", "route", "path"]},
            "null": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # Both quote the request line, with its query string and the visitor's address.
            "django.server": quiet,
            # Quotes the path of what was not found or failed; Access says the same by route.
            "django.request": quiet | {"handlers": ["stderr"], "level": "ERROR"},
            "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        },
    }


class Access:
    """Log each request by its route, never by its path or query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        log.info(
            "request",
            method=request.method,
            route=_route(request),
            status=response.status_code,
            ms=round((time.monotonic() - began) * 1000),
        )
        return response


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else "(none)"
