"""The alarms of deploy/alerts.yml, as Prometheus reads them."""

from pathlib import Path

import yaml
from django.conf import settings

ALERTS: Path = settings.BASE_DIR / "deploy" / "alerts.yml"


def alarms() -> dict[str, str]:
    """Return each alarm's name with what it asks, in one line."""
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    return {rule["alert"]: " ".join(str(rule["expr"]).split()) for rule in rules}
