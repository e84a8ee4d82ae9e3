"""A list of any size needs the same memory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from contacts.models import PolicyVersion
from privacy_crm.uploads import receiving
from tests.support.memory import MEGABYTE, Peak, peaks
from tests.support.uploading import as_csv, as_xlsx, people

type Write = Callable[[list[list[str]]], bytes]

WORK = """
import datetime as dt, sys
from django.conf import settings
from django.utils import timezone
from contacts.models import PolicyVersion, Upload
from contacts.words.vocabulary import Scenario, SourceKind
from privacy_crm.uploads import fields, importing, matching, opening
settings.MEDIA_ROOT = sys.argv[2]
now, policy = timezone.now(), PolicyVersion.objects.in_force()
opening.open_up(int(sys.argv[1]), at=now, now=timezone.now)
upload = Upload.objects.get(pk=int(sys.argv[1]))
origin = matching.Origin(Scenario.PROSPECT, "Fair", SourceKind.PUBLIC, now.date() - dt.timedelta(days=3))
matching.match(upload, fields.guess(upload.header), origin, day=now.date(), at=now)
importing.look_through(upload.pk, policy=policy, at=now, by="test", now=timezone.now)
"""


def worked_on(number: int, write: Write, peak: Peak) -> int:
    """Have a list of so many people opened and looked through; return the peak in kibibytes."""
    user, _ = User.objects.get_or_create(username="marketing")
    content = ContentFile(write(people(number)), "people.csv")
    upload = receiving.receive(content, user, at=timezone.now(), by="test")
    _said, kibibytes = peak(str(upload.pk), str(settings.MEDIA_ROOT))
    upload.refresh_from_db()
    assert (upload.state, upload.preview["new"]) == ("previewed", number)
    return kibibytes


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("write", "most"), [(as_csv, 40_000), (as_xlsx, 10_000)])
def test_ten_times_the_rows_need_no_more_memory(write: Write, most: int, policy: PolicyVersion) -> None:
    with peaks(WORK) as peak:
        few, many = (worked_on(number, write, peak) for number in (most // 10, most))
    print(f"peak: {few // MEGABYTE} MB for {most // 10:,} people, {many // MEGABYTE} MB for {most:,}")
    # A workbook's texts wait in memory, within a limit of their own.
    assert many - few < 24 * MEGABYTE
