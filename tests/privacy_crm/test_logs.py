import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from privacy_crm import logs

MARKER = "anna.lindqvist@fjordkraft.example"


@pytest.fixture
def formatter() -> logging.Formatter:
    line: dict[str, Any] = logs.configure(as_json=True)["formatters"]["line"]
    factory = line.pop("()")
    return factory(**line)


def test_an_exception_is_logged_by_its_class_and_lines_without_its_message(formatter: logging.Formatter) -> None:
    with pytest.raises(ValueError, match="already exists") as failed:
        int_of(MARKER)
    record = logging.LogRecord("x", 40, __file__, 1, "It failed", (), failed._excinfo)
    line = formatter.format(record)
    assert MARKER not in line
    assert json.loads(line)["error"] == "ValueError"
    assert "test_logs.py" in json.loads(line)["frames"][0]


def int_of(address: str) -> int:
    raise ValueError(f"Key (email)=({address}) already exists")


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_without_query_string_or_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/privacy/", {"q": MARKER}, REMOTE_ADDR="203.0.113.9")
    text = " ".join(str(record.msg) for record in caplog.records if record.name == "access")
    assert "privacy/" in text
    assert MARKER not in caplog.text
    assert "203.0.113.9" not in caplog.text


@pytest.mark.django_db
def test_each_line_of_a_request_has_its_number_and_its_user(
    log_in: Callable[[str], Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = log_in("administrator")
    with caplog.at_level(logging.INFO):
        client.get("/admin/", headers={"X-Request-ID": MARKER})
        client.get("/admin/")
    said = [record.msg for record in caplog.records if record.name == "access" and isinstance(record.msg, dict)]
    first, second = said
    assert first["request_id"] != second["request_id"]
    assert {line["user_id"] for line in said} == {int(client.session["_auth_user_id"])}
    assert MARKER not in caplog.text


@pytest.mark.django_db
def test_a_page_that_needs_no_log_in_asks_for_nobody(
    log_in: Callable[[str], Client], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = log_in("administrator").get("/unsubscribe/nothing/")
    assert "Cookie" not in answer.headers.get("Vary", "")
    [line] = [record.msg for record in caplog.records if record.name == "access" and isinstance(record.msg, dict)]
    assert "user_id" not in line
    assert line["request_id"]


def test_what_is_no_request_and_no_task_says_so_by_saying_neither(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logs.log.info("alone")
    [line] = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert not {"request_id", "user_id", "task_id"} & line.keys()


def test_an_error_whose_message_is_logged_as_such_is_named_by_its_class(formatter: logging.Formatter) -> None:
    with pytest.raises(ValueError, match="already exists") as failed:
        int_of(MARKER)
    record = logging.LogRecord("django.security", 40, __file__, 1, str(failed.value), (), failed._excinfo)
    line = json.loads(formatter.format(record))
    assert line["event"] == line["error"] == "ValueError"


def test_a_process_that_crashes_says_where_and_not_at_which_row() -> None:
    code = f"from django.conf import settings; settings.LOGGING; raise ValueError('Key (email)=({MARKER})')"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "privacy_crm.settings", "LOG_JSON": "on"}
    command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    line = json.loads(done.stderr.splitlines()[-1])
    assert (line["event"], line["error"], line["level"]) == ("process.crashed", "ValueError", "critical")
    assert MARKER not in done.stderr


def test_nothing_listens_to_the_loggers_that_quote_request_lines() -> None:
    loggers = logs.configure(as_json=True)["loggers"]
    assert loggers["django.server"] == {"handlers": ["null"], "propagate": False}


def test_a_task_that_failed_is_logged_by_its_name_without_its_error(formatter: logging.Formatter) -> None:
    error = f"IntegrityError('Key (email)=({MARKER})')"
    data = {"name": "retention.tasks.nightly", "id": "7f3a", "exc": error, "description": "raised unexpected"}
    record = logging.LogRecord(
        "celery.app.trace", 40, __file__, 1, "Task %(name)s %(description)s: %(exc)s", (data,), None
    )
    record.data = data
    assert MARKER in record.getMessage()
    assert logs.TaskWithoutValues().filter(record)
    line = formatter.format(record)
    assert MARKER not in line
    assert "retention.tasks.nightly 7f3a failed" in line


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_failed_or_was_refused_is_logged_by_its_route_and_never_by_the_link_that_led_there(
    method: str, formatter: logging.Formatter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("contacts.outbox.links.read_download")  # so that a get fails, and a post lacks a token
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    getattr(client, method)(f"/download/{MARKER}/")
    lines = [formatter.format(record) for record in caplog.records if logs.RouteForPath().filter(record)]
    assert any("download/<str:token>/" in line and '"django.' in line for line in lines)
    assert not [line for line in lines if MARKER in line]


@pytest.mark.parametrize("said", ["Exception while serving", "Client disconnected while serving"])
def test_the_web_server_does_not_name_the_address_asked_for(said: str, formatter: logging.Formatter) -> None:
    assert "path" in logs.configure(as_json=True)["handlers"]["stderr"]["filters"]
    record = logging.LogRecord("waitress", 40, __file__, 1, f"{said} /download/{MARKER}/", (), None)
    assert logs.WithoutPath().filter(record)
    line = formatter.format(record)
    assert f'"{said}"' in line
    assert MARKER not in line
