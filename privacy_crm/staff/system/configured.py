"""The settings: the values of those that are named here, and of what may be a secret only whether it is set.

A setting that stands in neither list is not on the page. A test asks of each new one where it belongs.
"""

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from privacy_crm.staff.system.lines import Line, Section

SHOWN = (
    *("SITE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMBED_ORIGINS", "PROXY_HOPS", "HTTPS", "DEBUG"),
    *("SECOND_FACTOR", "FRESH_FACTOR_SECONDS", "GUESSES_AN_HOUR", "GUESSES_A_MINUTE"),
    *("POSTS_AN_HOUR", "MAILS_AN_HOUR", "MAILS_A_MINUTE", "INFORM_A_DAY", "UPLOAD_MEGABYTES", "DKIM_SELECTORS"),
    *("PURGE_CAP_SHARE", "PURGE_CAP_NUMBER", "REQUEST_MONTHS", "TOMBSTONE_MONTHS", "AUDIT_MONTHS", "MESSAGE_MONTHS"),
    *("BACKUP_DAYS", "LOG_JSON", "DISK_ENCRYPTION", "LOG_DAYS", "STATED_ON"),
    *("AUDIENCE_DAYS", "AUDIENCE_REASON_ABOVE", "HOLIDAYS_COUNTRY", "EVES_ARE_HOLIDAYS"),
    *("FINANCIAL_YEAR_ENDS", "QUESTION_DAYS", "MUCH_HELD", "EVIDENCE_MONTHS", "TIME_ZONE", "WEBHOOKS_MAY_BE_LOCAL"),
    "REPRESENTATIVE_DAYS",
    *("STATEMENT_TIMEOUT", "LOCK_TIMEOUT", "IDLE_TIMEOUT", "SWEEP_LOCK_TIMEOUT"),
)
# An address may carry a password, and the sender's may name somebody.
WHETHER_SET = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "SUPPRESSION_KEY", "SUPPRESSION_KEYS", "DATABASE_URL", "REDIS_URL"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "ANYMAIL_WEBHOOK_SECRET", "MAILGUN_WEBHOOK_SIGNING_KEY"),
    *(
        "MAILERSEND_SIGNING_SECRET",
        "HEARTBEAT_URL",
        "TIMESTAMP_URL",
        "TIMESTAMP_ROOTS",
        "MEDIA_URL",
        "MEDIA_DIR",
        "VAR_DIR",
    ),
    *("JOURNAL_URL", "EVIDENCE_KEYS_URL", "BACKUP_URL", "POSTGRES_BIN", "OWNER_DATABASE_URL"),
)

_ELSEWHERE: dict[str, Callable[[], Any]] = {
    "HTTPS": lambda: settings.SESSION_COOKIE_SECURE,
    "STATEMENT_TIMEOUT": lambda: settings.SESSION["statement_timeout"],
    "LOCK_TIMEOUT": lambda: settings.SESSION["lock_timeout"],
    "IDLE_TIMEOUT": lambda: settings.SESSION["idle_in_transaction_session_timeout"],
}


def configured() -> Section:
    shown = [Line(name, _value(name)) for name in SHOWN]
    return Section(_("Settings"), shown + [Line(name, _whether_set(name)) for name in WHETHER_SET])


def _value(name: str) -> str:
    value = _ELSEWHERE[name]() if name in _ELSEWHERE else getattr(settings, name)
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, list):
        return ", ".join(value) or _("none")
    if value is None or value == "":
        return _("not set")
    return str(value)


def _whether_set(name: str) -> str:
    """Return whether the environment has it, by itself or by the name of a file, without reading on."""
    return _("set") if os.environ.get(name) or os.environ.get(f"{name}_FILE") else _("not set")
