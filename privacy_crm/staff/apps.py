from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin, as our staff sees it: our site, and the pages that stand on top of several apps."""

    default_site = "privacy_crm.staff.site.site.StaffSite"

    def ready(self) -> None:
        super().ready()
        from privacy_crm.staff import pages  # noqa: PLC0415 - models can be imported only now

        pages.register()
