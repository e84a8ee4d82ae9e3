"""Where mail goes, read from one URL: `smtp://user:password@host:587?tls=1`, a provider, `console://` or `files://`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

BACKENDS = "django.core.mail.backends"

type Options = dict[str, Any]


def mailer(url: str, directory: Path) -> dict[str, Any]:
    """Return an entry of Django's MAILERS.

    `smtp` (with `?tls=1` for STARTTLS), `smtps` (TLS from the first byte), `console`, `files`, which writes into
    `directory`, or a provider's API by its name. Raises ValueError for any other scheme, or a key that is missing.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "console" | "consolemail":
            return {"BACKEND": f"{BACKENDS}.console.EmailBackend"}
        case "files" | "filemail":
            return {"BACKEND": "contacts.outbox.mail_files.EmailBackend", "OPTIONS": {"file_path": str(directory)}}
        case "smtp" | "smtps" | "smtp+tls" | "smtp+ssl":
            return _smtp(url)
        case scheme if scheme in _PROVIDERS:
            backend, options = _PROVIDERS[scheme]
            return {"BACKEND": f"anymail.backends.{backend}.EmailBackend", "OPTIONS": options(parts)}
    known = ", ".join(["smtp", "smtps", "console", "files", *_PROVIDERS])
    raise ValueError(f"EMAIL_URL starts with {parts.scheme}://, which is none of {known}")


def provider(url: str) -> str:
    """Return the provider that a URL names, as the library calls it (`amazon_ses`); empty where it names none."""
    backend, _ = _PROVIDERS.get(urlsplit(url).scheme, ("", None))
    return backend


def guards(provider: str, setting: Callable[[str], str]) -> dict[str, str]:
    """Return what guards a provider's reports of bounces and complaints, out of settings that are found by their names.

    Raises ValueError where the key is missing that it signs them with: the library would fail at whoever asks.
    """
    secret, key = setting("ANYMAIL_WEBHOOK_SECRET"), SIGNED_WITH.get(provider, "")
    signed_with = {key: setting(key)} if secret and key else {}
    if not all(signed_with.values()):
        raise ValueError(f"{key} must be set where ANYMAIL_WEBHOOK_SECRET is: {provider} signs what it reports")
    return {"WEBHOOK_SECRET": secret, **signed_with}


def _smtp(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if not _host(parts):
        raise ValueError(f"EMAIL_URL lacks a part: it has to be {parts.scheme}://USER:PASSWORD@HOST:PORT")
    implicit_tls = parts.scheme in {"smtps", "smtp+ssl"}
    asked_for_tls = parts.scheme == "smtp+tls" or parse_qs(parts.query).get("tls") == ["1"]
    options = {
        "host": parts.hostname,
        "port": parts.port or (465 if implicit_tls else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": implicit_tls,
        "use_tls": asked_for_tls and not implicit_tls,
        "timeout": 30,
    }
    return {"BACKEND": "contacts.outbox.mail_smtp.EmailBackend", "OPTIONS": options}


def _host(parts: SplitResult) -> str:
    """Return the server's name; nothing where a port is none, as a password makes it that has a slash in it."""
    try:
        return (parts.port, parts.hostname or "")[1]
    except ValueError:
        return ""


# A provider adds a picture to a mail, or bends its links, to tell who read it: none may.
_UNTRACKED = {"send_defaults": {"track_opens": False, "track_clicks": False}}


def _key(option: str, *, tracks: bool = True) -> Callable[[SplitResult], Options]:
    """Read `provider://KEY`."""

    def options(parts: SplitResult) -> Options:
        # Not `hostname`, which is in lower case.
        return {option: _needed(parts, parts.netloc, "KEY"), **(_UNTRACKED if tracks else {})}

    return options


def _mailgun(parts: SplitResult) -> Options:
    """Read `mailgun://KEY@mg.company.example`, with `?eu=1` for the servers in the EU."""
    key, _, domain = parts.netloc.rpartition("@")
    wanted = "KEY@DOMAIN"
    in_eu = parse_qs(parts.query).get("eu") == ["1"]
    return {
        "api_key": _needed(parts, key, wanted),
        "sender_domain": _needed(parts, domain, wanted),
        **({"api_url": "https://api.eu.mailgun.net/v3"} if in_eu else {}),
        **_UNTRACKED,
    }


def _mailjet(parts: SplitResult) -> Options:
    """Read `mailjet://KEY:SECRET`."""
    key, _, secret = parts.netloc.partition(":")
    wanted = "KEY:SECRET"
    return {"api_key": _needed(parts, key, wanted), "secret_key": _needed(parts, secret, wanted), **_UNTRACKED}


def _ses(parts: SplitResult) -> Options:
    """Read `ses://REGION`; the credentials come from where boto3 looks for them."""
    return {"client_params": {"region_name": _needed(parts, parts.netloc, "REGION")}}


def _needed(parts: SplitResult, text: str, wanted: str) -> str:
    if not text:
        raise ValueError(f"EMAIL_URL lacks a part: it has to be {parts.scheme}://{wanted}")
    return unquote(text)


# Those who sign what they report, and the setting that holds the key.
SIGNED_WITH = {"mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY", "mailersend": "MAILERSEND_SIGNING_SECRET"}

_PROVIDERS: dict[str, tuple[str, Callable[[SplitResult], Options]]] = {
    "postmark": ("postmark", _key("server_token")),
    "mailgun": ("mailgun", _mailgun),
    "sendgrid": ("sendgrid", _key("api_key")),
    "ses": ("amazon_ses", _ses),
    "brevo": ("brevo", _key("api_key", tracks=False)),
    "mailjet": ("mailjet", _mailjet),
    "resend": ("resend", _key("api_key", tracks=False)),
    "sparkpost": ("sparkpost", _key("api_key")),
    "mailersend": ("mailersend", _key("api_token")),
}
