"""The product's settings, as the tests want them: on servers of their own, and without what only takes time.

`--ds=tests.settings` in pyproject.toml names them to pytest-django; a process that a test starts has the product's own.
"""

import atexit
import os
import shutil
import tempfile
import uuid
from pathlib import Path

from django.conf import global_settings

from tests.support.accessible import FOLDER as AXE
from tests.support.embedded_users import memory

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def forget(var: str, process: int) -> None:
    """Delete what a run has left, once the process ends that began it; the keeper of the servers sees it and ends."""
    if os.getpid() == process:  # and none of its forks
        shutil.rmtree(var, ignore_errors=True)


if not WORKER:
    # In memory, and for this run alone: its workers inherit it, and a demo beside us has others.
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="privacy-crm-tests-", dir=memory())
    Path(os.environ["VAR_DIR"]).chmod(0o755)  # PostgreSQL may have to run as another account
    atexit.register(forget, os.environ["VAR_DIR"], os.getpid())
os.environ |= {"DATABASE_URL": "", "REDIS_URL": "", "DJANGO_SETTINGS_MODULE": "privacy_crm.settings"}
# Tests let somebody wait for a lock for as long as they look at it. Those of the limits themselves set them.
PATIENT = {"STATEMENT_TIMEOUT": "10min", "LOCK_TIMEOUT": "5min", "IDLE_TIMEOUT": "10min", "SWEEP_LOCK_TIMEOUT": "5min"}
os.environ |= PATIENT

from privacy_crm.settings import *  # noqa: E402, F403
from privacy_crm.settings import (  # noqa: E402
    ALTCHA_CHALLENGE,
    CACHES,
    CELERY_BROKER_URL,
    DATABASES,
    OWNER_DATABASE,
    REDIS_URL,
    STATICFILES_DIRS,
    VAR_DIR,
)

# Tests make triggers and databases of their own. Processes that they start are the application's (`tests/processes`).
DATABASES["default"] = OWNER_DATABASE

# Valkey has sixteen databases; the first is that of a run without workers.
_OURS = int(WORKER.removeprefix("gw")) % 15 + 1 if WORKER else 0
REDIS_URL = REDIS_URL.replace("db=0", f"db={_OURS}")
CELERY_BROKER_URL = CELERY_BROKER_URL.replace("virtual_host=0", f"virtual_host={_OURS}")
CACHES["default"] |= {"LOCATION": REDIS_URL, "KEY_PREFIX": uuid.uuid4().hex}

MEDIA_ROOT = VAR_DIR / f"media{WORKER}"
# Databases come and go here, and none is a restored one: what is to leave for a journal has one of its test's own.
EVIDENCE_KEYS_URL = (VAR_DIR / f"evidence-keys{WORKER}").as_uri()
JOURNAL_URL = (VAR_DIR / f"journal{WORKER}").as_uri()

# Tests write to one company's domain from one network, and what they count themselves they limit themselves.
MAILS_AN_HOUR = POSTS_AN_HOUR = 1_000
# What a browser works on for a second before it may send a form, a test has at once.
ALTCHA_CHALLENGE = ALTCHA_CHALLENGE | {"cost": 1000, "max_number": 2}
# The tests of the second factor turn it on.
SECOND_FACTOR = False
# A static file is looked for when it is asked for: to list all of them for each browser takes half of a test's time.
WHITENOISE_AUTOREFRESH = True
# Beside the product's, what looks at its pages.
STATICFILES_DIRS = [*STATICFILES_DIRS, AXE]
# What makes a password slow to guess makes a log-in slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *global_settings.PASSWORD_HASHERS]
