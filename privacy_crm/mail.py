"""Where mail goes, read from one URL: `smtp://user:password@host:587?tls=1`, `console://` or `files://`."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BACKENDS = "django.core.mail.backends"


def mailer(url: str, directory: Path) -> dict[str, Any]:
    """Return an entry of Django's MAILERS.

    `smtp` (with `?tls=1` for STARTTLS), `smtps` (TLS from the first byte), `console`, or `files`, which writes into
    `directory`. Raises ValueError for any other scheme.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "console" | "consolemail":
            return {"BACKEND": f"{BACKENDS}.console.EmailBackend"}
        case "files" | "filemail":
            return {"BACKEND": f"{BACKENDS}.filebased.EmailBackend", "OPTIONS": {"file_path": str(directory)}}
        case "smtp" | "smtps" | "smtp+tls" | "smtp+ssl":
            return _smtp(url)
    raise ValueError(f"EMAIL_URL starts with {parts.scheme}://, which is none of smtp, smtps, console and files")


def _smtp(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    implicit_tls = parts.scheme in {"smtps", "smtp+ssl"}
    asked_for_tls = parts.scheme == "smtp+tls" or parse_qs(parts.query).get("tls") == ["1"]
    options = {
        "host": parts.hostname or "localhost",
        "port": parts.port or (465 if implicit_tls else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": implicit_tls,
        "use_tls": asked_for_tls and not implicit_tls,
        "timeout": 30,
    }
    return {"BACKEND": f"{BACKENDS}.smtp.EmailBackend", "OPTIONS": options}
