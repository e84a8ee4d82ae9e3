from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register


class ProjectConfig(AppConfig):
    name = "privacy_crm"
    verbose_name = "Privacy CRM"

    def ready(self) -> None:
        from privacy_crm import checks  # noqa: PLC0415 - it needs the models, which are there by now

        checks.register_all()


class AnymailConfig(AppConfig):
    """Anymail with the checks of its own configuration, which loads a client of HTTP for them in every process."""

    name = "anymail"
    default = False

    def ready(self) -> None:
        register(_anymail_is_well_set)


def _anymail_is_well_set(**options: Any) -> list[CheckMessage]:
    from anymail import checks as of_anymail  # noqa: PLC0415 - see above

    return [*of_anymail.check_deprecated_settings(**options), *of_anymail.check_insecure_settings(**options)]
