from django.db import models


class JobRun(models.Model):
    """When a task that runs by itself last came to its end, and when and by which kind of error it last failed."""

    task = models.CharField(unique=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(blank=True, help_text="The kind of the last error, without its message.")

    def __str__(self) -> str:
        return f"Job {self.task}"
