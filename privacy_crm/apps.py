from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "privacy_crm"
    verbose_name = "Privacy CRM"
