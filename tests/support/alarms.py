"""The alarms of deploy/alerts.yml, by their names."""

import re

from django.conf import settings

FILE = settings.BASE_DIR / "deploy" / "alerts.yml"


def alarms() -> dict[str, str]:
    """Return what each alarm asks."""
    return dict(re.findall(r"alert: (\w+)\n +expr: (.+)\n", FILE.read_text()))
