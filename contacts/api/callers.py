"""Who may post: a server of the company's that has a key, and a browser on one of its websites."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader, HttpBearer

from contacts.api import problems
from contacts.models import ApiKey
from contacts.signups import keys


@dataclass(frozen=True)
class Caller:
    """Through whom a sign-up came: `by` for the audit, `source` for the person who asks where we have it from."""

    by: str
    source: str
    key: ApiKey | None = None

    @property
    def is_server(self) -> bool:
        return self.key is not None


BROWSER = Caller(by="visitor", source="api")


class ServerKey(HttpBearer):
    """A key that an administrator issued. Who sends one that opens nothing is refused, whatever else they send."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        key = keys.holder(token, at=timezone.now())
        if key is None:
            raise problems.unknown_key()
        return Caller(by=f"api:{key.pk}", source=f"api:{key.name}", key=key)


class AllowedOrigin(APIKeyHeader):
    """A browser says which website it is on; it proves no more than that, so its visitor solves a challenge."""

    param_name = "Origin"

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        if key is None:
            return None
        if key not in settings.EMBED_ORIGINS:
            raise problems.foreign_origin()
        return BROWSER


CALLERS = [ServerKey(), AllowedOrigin()]
