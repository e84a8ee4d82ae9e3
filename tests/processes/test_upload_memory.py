"""A list of any size needs the same memory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from contacts.models import PolicyVersion
from tests.support.memory import MEGABYTE, Peak, peaks
from tests.support.uploading import as_csv, as_xlsx, match, people, receive

type Write = Callable[[list[list[str]]], bytes]

LOOK = """
import sys
from django.conf import settings
from django.utils import timezone
from contacts.models import PolicyVersion
from privacy_crm.uploads import importing
settings.MEDIA_ROOT = sys.argv[2]
policy = PolicyVersion.objects.in_force()
importing.look_through(int(sys.argv[1]), policy=policy, at=timezone.now(), by="test", now=timezone.now)
"""


def looked_through(number: int, write: Write, peak: Peak) -> int:
    """Look a list of so many people through; return the peak in kibibytes."""
    upload = receive(write(people(number)))
    match(upload)
    _said, kibibytes = peak(str(upload.pk), str(settings.MEDIA_ROOT))
    upload.refresh_from_db()
    assert (upload.state, upload.preview["new"]) == ("previewed", number)
    return kibibytes


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("write", "most"), [(as_csv, 40_000), (as_xlsx, 10_000)])
def test_ten_times_the_rows_need_no_more_memory(write: Write, most: int, policy: PolicyVersion) -> None:
    with peaks(LOOK) as peak:
        few, many = (looked_through(number, write, peak) for number in (most // 10, most))
    print(f"peak: {few // MEGABYTE} MB for {most // 10:,} people, {many // MEGABYTE} MB for {most:,}")
    # A workbook's texts wait in memory, within a limit of their own.
    assert many - few < 24 * MEGABYTE
