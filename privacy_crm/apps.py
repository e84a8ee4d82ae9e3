from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register


class ProjectConfig(AppConfig):
    name = "privacy_crm"
    verbose_name = "Privacy CRM"

    def ready(self) -> None:
        from privacy_crm.backups import age  # noqa: F401, PLC0415 - registers its check, once the models are there


class AnymailConfig(AppConfig):
    """Anymail with the checks of its own configuration, which loads a client of HTTP for them in every process."""

    name = "anymail"
    default = False

    def ready(self) -> None:
        register(_anymail_is_well_set)


def _anymail_is_well_set(**options: Any) -> list[CheckMessage]:
    from anymail import checks  # noqa: PLC0415 - see above

    return [*checks.check_deprecated_settings(**options), *checks.check_insecure_settings(**options)]
