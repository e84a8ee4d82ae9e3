"""Which language we write to somebody in."""

from django.conf import settings

ENGLISH = "en"


def spoken(code: str) -> str:
    """Return the language of a code such as sv-FI, or English where we know none or do not speak it."""
    language = code.partition("-")[0].lower()
    return language if language in dict(settings.LANGUAGES) else ENGLISH
