from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_dependencies
from django.core.checks import CheckMessage, Tags, register

from privacy_crm.staff import column_names


class StaffAdminConfig(SimpleAdminConfig):
    """Django's admin, as our staff sees it. Its pages are loaded with its addresses: few commands have any."""

    default_site = "privacy_crm.staff.site.site.StaffSite"

    def ready(self) -> None:
        column_names.give()
        register(check_dependencies, Tags.admin)
        register(_pages_are_sound, Tags.admin)


def _pages_are_sound(app_configs: Any = None, **_options: Any) -> list[CheckMessage]:
    """Look at our site as Django does, which looks at those sites alone that somebody has asked for by then."""
    return admin.site.check(app_configs)
