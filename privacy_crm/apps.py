from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "privacy_crm"
    verbose_name = "Privacy CRM"

    def ready(self) -> None:
        from privacy_crm import webhooks  # noqa: F401, PLC0415 - listens from here on, once there are models
