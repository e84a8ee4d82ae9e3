"""The project's Celery app, by which work is handed to a worker. It is loaded with the first module of tasks."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

app: Any = import_string(settings.TASK_APP)
