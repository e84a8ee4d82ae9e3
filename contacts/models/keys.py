from django.db import models


class ApiKey(models.Model):
    """A key by which a server of the company's uses the API. Only the SHA-256 of it is kept."""

    name = models.CharField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
