"""The alarms of deploy/alerts.yml, as Prometheus reads them."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

ALERTS: Path = settings.BASE_DIR / "deploy" / "alerts.yml"


def alarms() -> dict[str, str]:
    """Return each alarm's name with what it asks, in one line."""
    return {rule["alert"]: " ".join(str(rule["expr"]).split()) for rule in rules()}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
