from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.checks import CheckMessage, register
from django.http import HttpRequest
from django.utils import timezone


class ProjectConfig(AppConfig):
    name = "privacy_crm"
    verbose_name = "Privacy CRM"

    def ready(self) -> None:
        from privacy_crm import checks  # noqa: PLC0415 - it needs the models, which are there by now
        from privacy_crm.backups import age  # noqa: F401, PLC0415 - registers its check, once the models are there

        checks.register_all()
        user_logged_in.connect(_note_login, dispatch_uid="privacy_crm.login")


def _note_login(sender: Any, request: HttpRequest, user: Any, **options: Any) -> None:
    from privacy_crm.access import logins  # noqa: PLC0415 - reads models, which are not there yet

    logins.begin(request, user, at=timezone.now())


class AnymailConfig(AppConfig):
    """Anymail with the checks of its own configuration, which loads a client of HTTP for them in every process."""

    name = "anymail"
    default = False

    def ready(self) -> None:
        register(_anymail_is_well_set)


def _anymail_is_well_set(**options: Any) -> list[CheckMessage]:
    from anymail import checks as of_anymail  # noqa: PLC0415 - see above

    return [*of_anymail.check_deprecated_settings(**options), *of_anymail.check_insecure_settings(**options)]
