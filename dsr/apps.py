from django.apps import AppConfig


class DsrConfig(AppConfig):
    name = "dsr"
    verbose_name = "Requests"

    def ready(self) -> None:
        from dsr import checks  # noqa: F401, PLC0415 - registers itself, once the models are there
