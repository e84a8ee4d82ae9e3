"""A list of any size needs the same memory: in a process of its own, since a peak never goes down."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from contacts.models import PolicyVersion, Upload
from tests.support.uploading import as_csv, as_xlsx, match, people, receive

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024  # in kibibytes

type Write = Callable[[list[list[str]]], bytes]

LOOK = """
import sys
from collections.abc import Callable
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[2]
from django.utils import timezone
from contacts.models import PolicyVersion
from privacy_crm.uploads import importing
policy = PolicyVersion.objects.in_force()
importing.look_through(int(sys.argv[1]), policy=policy, at=timezone.now(), by="test", now=timezone.now)
status = Path("/proc/self/status").read_text()
print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")))
"""


def peak(upload: Upload) -> int:
    """Look a list through in a process of its own; return its peak in kibibytes."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}@:{database['PORT']}/{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "privacy_crm.settings"}
    command = [sys.executable, "-c", LOOK, str(upload.pk), str(settings.MEDIA_ROOT)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True)
    upload.refresh_from_db()
    assert upload.state == "previewed"
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("write", "most"), [(as_csv, 40_000), (as_xlsx, 10_000)])
def test_ten_times_the_rows_need_no_more_memory(write: Write, most: int, policy: PolicyVersion) -> None:
    peaks = []
    for number in (most // 10, most):
        upload = receive(write(people(number)))
        match(upload)
        peaks.append(peak(upload))
        assert upload.preview["new"] == number
    print(f"peak: {peaks[0] // MEGABYTE} MB for {most // 10:,} people, {peaks[1] // MEGABYTE} MB for {most:,}")
    # A workbook's texts wait in memory, within a limit of their own.
    assert peaks[1] - peaks[0] < 24 * MEGABYTE
