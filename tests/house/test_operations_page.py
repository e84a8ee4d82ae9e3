"""docs/operations.md says of each alarm what to do, and of no other."""

import re
from pathlib import Path

from django.conf import settings

from tests.support.alarms import alarms

PAGE: Path = settings.BASE_DIR / "docs" / "operations.md"


def test_each_alarm_has_a_heading_and_each_heading_is_an_alarm() -> None:
    _, _, rest = PAGE.read_text().partition("\n## Alarms\n")
    chapter, _, _ = rest.partition("\n## ")
    headings = re.findall(r"^### (\w+)$", chapter, re.MULTILINE)
    assert len(headings) > 10
    assert headings == list(alarms())
