"""What a process loads at its start: its time and memory are what is imported."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

# Each for a few pages, letters, files or workers: whoever needs one loads it then.
LATER = {
    "anymail.exceptions",
    "celery",
    "confusable_homoglyphs",
    "holidays",
    "icalendar",
    "kombu",
    "limits",
    "ninja",
    "openpyxl",
    "playwright",
    "pydantic",
    "redis",
    "requests",
    "rich",
    "typst",
    "urllib3",
    "xlsxwriter",
}
# The pages themselves need these.
WITH_THE_PAGES = {
    "celery",
    "confusable_homoglyphs",
    "kombu",
    "limits",
    "ninja",
    "pydantic",
    "redis",
    "typst",
    "urllib3",
}

SET_UP = "import django; django.setup()"
PAGES = f"{SET_UP}; from django.urls import reverse; reverse('admin:index')"
EXPLAIN = f"{SET_UP}; from django.core.management import load_command_class as load; load('retention', 'explain')"

CASES = {"setup": (SET_UP, LATER), "explain": (EXPLAIN, LATER), "pages": (PAGES, LATER - WITH_THE_PAGES)}


@pytest.mark.parametrize(("code", "later"), CASES.values(), ids=CASES)
def test_a_process_loads_what_it_needs_and_no_more(code: str, later: set[str]) -> None:
    loaded = modules_after(code)
    assert {"django", "contacts.models", "structlog"} <= loaded
    assert loaded & later == set()


def modules_after(code: str) -> set[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "privacy_crm.settings",
        "DEBUG": "on",
        "SECRET_KEY": "s" * 50,
    }
    command = [sys.executable, "-c", f"{code}; import json, sys; print(json.dumps(sorted(sys.modules)))"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_a_task_that_is_sent_by_whoever_never_named_celery_goes_to_our_broker() -> None:
    """Celery would make an app of its own, with a broker of its own, for tasks of nobody's."""
    code = "from retention import tasks; print(tasks.nightly.app.conf.broker_url == settings.CELERY_BROKER_URL)"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", f"from django.conf import settings; {code}"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "True"
