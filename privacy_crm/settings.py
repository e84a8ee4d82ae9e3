"""All settings, read from the environment (and from a git-ignored `.env` in development)."""

import datetime as dt
import sys
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from privacy_crm import durations, logs, mail, media, secret_files, security
from privacy_crm.staff.site import unfold

BASE_DIR = Path(__file__).resolve().parent.parent

# Of every setting, NAME_FILE may name a file that holds it.
env = secret_files.Env()
env.read_env(BASE_DIR / ".env")


def stop(reason: str) -> NoReturn:
    """End the start with one line, since a traceback would bury it."""
    sys.stderr.write(f"privacy_crm: {reason}\n")
    raise SystemExit(2)


# Each number that the environment may set: the least and the most that it may be, which the start holds it to.
NUMBERS: dict[str, tuple[float, float]] = {}


def number(name: str, default: int, least: int, most: int) -> int:
    NUMBERS[name] = (least, most)
    try:
        return int(env.str(name, default="") or default)
    except ValueError:
        stop(f"{name} must be a whole number from {least} to {most}")


def share(name: str, default: float) -> float:
    NUMBERS[name] = (0.001, 1.0)
    try:
        return float(env.str(name, default="") or default)
    except ValueError:
        stop(f"{name} must be a share, such as 0.1")


# The same for durations, as PostgreSQL writes them: "0" would be no limit at all.
DURATIONS: dict[str, tuple[str, str]] = {}


def duration(name: str, default: str, least: str, most: str) -> str:
    DURATIONS[name] = (least, most)
    text: str = env.str(name, default="") or default
    try:
        durations.seconds(text)
    except ValueError:
        stop(f"{name} must be a duration from {least} to {most}, such as {default}")
    return text


def day(name: str) -> dt.date | None:
    text = env.str(name, default="")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        stop(f"{name} must be a day, such as 2026-11-30")


def day_of_year(name: str, default: str) -> str:
    text: str = env.str(name, default="") or default
    try:
        dt.date.fromisoformat(f"2024-{text}")
    except ValueError:
        stop(f"{name} must be a day of the year as MM-DD, such as {default}")
    return text


def zone(name: str, default: str) -> str:
    text: str = env.str(name, default="") or default
    try:
        ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        stop(f"{name} must be a time zone, such as {default}")
    return text


DEBUG = env.bool("DEBUG", default=False)
# Then web, worker and beat do not start unless all is safe (`privacy_crm.starting`).
START_REFUSES = not DEBUG
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var").absolute()

if not DEBUG:
    needed = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL")
    missing = [name for name in needed if not env.str(name, "")]
    if missing:
        stop(f"{', '.join(missing)} must be set where DEBUG is off (`make setup` writes a .env for development)")

SECRET_KEY = env.str("SECRET_KEY", default="") or stop("SECRET_KEY must be set (`make setup` writes one into .env)")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where mails point to.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")

# Earlier ones: what was signed under them is believed still.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# They key the hashes of addresses, the first of them those that are made now (`contacts.words.keys`).
SUPPRESSION_KEYS = env.list("SUPPRESSION_KEYS", default=[])
SUPPRESSION_KEY = env.str("SUPPRESSION_KEY", default="") or next(iter(SUPPRESSION_KEYS), "")
SUPPRESSION_KEY_IS_DERIVED = not SUPPRESSION_KEY
if SUPPRESSION_KEY_IS_DERIVED:  # for development alone: a new SECRET_KEY would forget every objection
    SUPPRESSION_KEY = f"suppression:{SECRET_KEY}"

# The application's role works over the first; over the second the owner migrates and restores (ADR 0065).
DATABASE_URL = env.str("DATABASE_URL", default="")
OWNER_DATABASE_URL = env.str("OWNER_DATABASE_URL", default="") or DATABASE_URL
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL
connecting: dict[str, Any] = {}
POSTGRES_BIN = ""
# Where a URL is unset, PostgreSQL and Valkey from wheels serve, under VAR_DIR: from the first connection on (ADR 0004).
if not (DATABASE_URL and REDIS_URL):
    if not (BASE_DIR / "privacy_crm" / "embedded").is_dir():
        stop("DATABASE_URL and REDIS_URL must be set: privacy_crm/embedded, which would stand in for them, is not here")
    from privacy_crm.embedded import first_use, postgres_bin, urls

    servers = urls(VAR_DIR)
    POSTGRES_BIN = str(postgres_bin("pg_dump").parent)
    connecting = {"connection_factory": first_use.connecting(VAR_DIR)}
    if not DATABASE_URL:
        DATABASE_URL, OWNER_DATABASE_URL = servers.database, servers.owner
    if not REDIS_URL:
        REDIS_URL, CELERY_BROKER_URL = servers.redis, servers.broker
        CELERY_BROKER_TRANSPORT = "privacy_crm.embedded.broker.Transport"

# What each connection is limited to; what takes longer names its own limits (contacts/base/limits.py).
STATEMENT_TIMEOUT = duration("STATEMENT_TIMEOUT", "60s", "1s", "1h")
LOCK_TIMEOUT = duration("LOCK_TIMEOUT", "10s", "100ms", "10min")
IDLE_TIMEOUT = duration("IDLE_TIMEOUT", "2min", "1s", "1h")
SESSION = {
    "statement_timeout": STATEMENT_TIMEOUT,
    "lock_timeout": LOCK_TIMEOUT,
    "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
    # A run that is killed while it waits for a row frees its locks within seconds, not when the row is free.
    "client_connection_check_interval": "2s",
}
# A server that is gone without a word is noticed, and the next one that DATABASE_URL names is asked.
NETWORK = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def database(url: str) -> dict[str, Any]:
    config: dict[str, Any] = env.db_url_config(url, engine="privacy_crm.postgresql")
    options = NETWORK | config.get("OPTIONS", {}) | {"session": SESSION} | connecting
    return config | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


DATABASES = {"default": database(DATABASE_URL)}
OWNER_DATABASE = database(OWNER_DATABASE_URL)
APPLICATION_ROLE = DATABASES["default"]["USER"]
# How long a deletion by time waits for a row that somebody else holds, before it looks which one that is.
SWEEP_LOCK_TIMEOUT = duration("SWEEP_LOCK_TIMEOUT", "2s", "10ms", "10min")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Visitors wait for Valkey, and there are few threads: one that takes connections and says nothing is given up.
VALKEY_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}  # seconds
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": VALKEY_PATIENCE,
    }
}

TASK_APP = "privacy_crm.celery.app"
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# For development alone: not in the image.
demo = ["privacy_crm.demo"] if (BASE_DIR / "privacy_crm" / "demo").is_dir() else []
INSTALLED_APPS = [
    *demo,
    "privacy_crm",
    "dsr",
    "retention",
    "contacts",
    "altcha_django",
    "corsheaders",
    "django_countries",
    "privacy_crm.apps.AnymailConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "privacy_crm.staff.apps.StaffAdminConfig",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "privacy_crm.health.probes.Probes",
    "privacy_crm.logs.Access",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "privacy_crm.security.AdminPolicy",
    "privacy_crm.restoring.doors.Closed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "privacy_crm.access.login_gate.LoginGate",
    "privacy_crm.access.gate.Gate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "privacy_crm.urls"
CSRF_FAILURE_VIEW = "contacts.views.errors.forged"
WSGI_APPLICATION = "privacy_crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

# Staff prove a second factor, unless this is off: for the demo alone.
SECOND_FACTOR = env.bool("SECOND_FACTOR", default=True)
ACCOUNT_ADAPTER = "privacy_crm.access.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser, and by access/logins.py
# Guesses are counted by device, or by network and account together (access/attempts.py): allauth would shut owners out.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
# At one account by all devices that are not known together, and by one network at all accounts.
GUESSES_AN_HOUR = number("GUESSES_AN_HOUR", 50, 1, 100_000)
GUESSES_A_MINUTE = number("GUESSES_A_MINUTE", 30, 1, 100_000)
ACCOUNT_FORMS = {"change_password": "privacy_crm.access.codes.OwnPasswordForm"}
MFA_FORMS = {
    "authenticate": "privacy_crm.access.codes.CodeForm",
    "reauthenticate": "privacy_crm.access.codes.CodeAgainForm",
}
# So many seconds after the factor was shown, a grave act asks for it again.
ACCOUNT_REAUTHENTICATION_TIMEOUT = FRESH_FACTOR_SECONDS = number("FRESH_FACTOR_SECONDS", 300, 10, 86_400)
MFA_ADAPTER = "privacy_crm.access.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Privacy CRM"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "of_unfold"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = zone("TIME_ZONE", "Europe/Stockholm")
# Full dates everywhere: "24 November 2026".
FORMAT_MODULE_PATH = ["privacy_crm.formats"]

# Whitepapers, and lists on their way in: in this folder, or in a storage that several machines share. Nothing in either
# has an address of its own.
MEDIA_ROOT = Path(env.str("MEDIA_DIR", default="") or VAR_DIR / "media").absolute()
try:
    STORAGES = {"default": media.storage(env.str("MEDIA_URL", default=""))}
except ValueError as problem:
    stop(str(problem))
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = ["privacy_crm.uploads.nameless.NamelessFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    # Collected by root as the image is made, and read by the account that serves: nothing in them is anybody's.
    "OPTIONS": {"file_permissions_mode": 0o644},
}

# Proof of work instead of a captcha service: the challenge is ours, and its answer is taken once.
ALTCHA_HMAC_SECRET = f"altcha:{SECRET_KEY}"
ALTCHA_CHALLENGE_HMAC_KEY_SECRET = f"altcha-key:{SECRET_KEY}"
# About a second on a phone; the widget's own measuring of how somebody moves is off.
ALTCHA_CHALLENGE = {"cost": 5000, "max_number": 1000, "expires_seconds": 1200}
ALTCHA_WIDGET_DEFAULTS = {"auto": "onfocus", "type": "native"}
ALTCHA_WIDGET_CONFIGURATION = {"hideFooter": True, "hideLogo": True, "humanInteractionSignature": False}

# Sign-ups that one network may send in an hour, and mails that one address may be sent.
POSTS_AN_HOUR = number("POSTS_AN_HOUR", 20, 1, 100_000)
MAILS_AN_HOUR = number("MAILS_AN_HOUR", 5, 1, 100_000)

# Websites of the company that may embed the forms and call the API from a browser.
EMBED_ORIGINS = env.list("EMBED_ORIGINS", default=[])
# No cookie and no key crosses origins: a browser posts what its visitor typed, and nothing that says who is there.
CORS_ALLOWED_ORIGINS = EMBED_ORIGINS
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_METHODS = ["GET", "POST"]
CORS_ALLOW_HEADERS = ["content-type"]
CORS_EXPOSE_HEADERS = ["Retry-After"]

UNFOLD = unfold.UNFOLD

SECURE_CSP = security.PUBLIC
SECURE_REFERRER_POLICY = "same-origin"
# How many proxies of ours a request passes: they, and nobody before them, say who the visitor is and whether they came
# by https. BEHIND_PROXY=on is one.
PROXY_HOPS = number("PROXY_HOPS", int(env.bool("BEHIND_PROXY", default=False)), 0, 10)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_HOPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("HTTPS", default=not DEBUG)
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
X_FRAME_OPTIONS = "DENY"
# Messages name nobody: they travel in the signed cookie of whoever caused them, and are never stored.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Development writes mail into files; production says where its mail server is.
email_url = env.str("EMAIL_URL", default="") or "files://"
MAIL_PROVIDER = mail.provider(email_url)
try:
    MAILERS = {"default": mail.mailer(email_url, VAR_DIR / "mail")}
    # Guards /anymail/, where a provider reports bounces and complaints: "user:password", as the provider is told it.
    ANYMAIL = mail.guards(MAIL_PROVIDER, lambda name: env.str(name, default=""))
except ValueError as problem:
    stop(str(problem))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Privacy CRM <crm@localhost>")
# Under which names the sender's domain has its DKIM keys, for `manage.py preflight`.
DKIM_SELECTORS = env.list("DKIM_SELECTORS", default=[])

# At most so many people a day are told where we have their details from, unless more have to be within the month (L5).
INFORM_A_DAY = number("INFORM_A_DAY", 2_000, 1, 1_000_000)

# A file of people is used or deleted within so many days, and its holder says which (P15).
AUDIENCE_DAYS = number("AUDIENCE_DAYS", 7, 1, 90)
# Whoever exports more people than this says why so many.
AUDIENCE_REASON_ABOVE = number("AUDIENCE_REASON_ABOVE", 500, 0, 10_000_000)
# What a mailing sends in a minute, unless it says otherwise.
MAILS_A_MINUTE = number("MAILS_A_MINUTE", 300, 1, 100_000)
# The largest file of people that is taken in the browser; one file of an .xlsx may be unpacked to ten times that.
UPLOAD_MEGABYTES = number("UPLOAD_MEGABYTES", 50, 1, 2_000)

# A run that would delete or reduce more than this share of all contacts, and more than this number, asks first.
PURGE_CAP_SHARE = share("PURGE_CAP_SHARE", 0.10)
PURGE_CAP_NUMBER = number("PURGE_CAP_NUMBER", 100, 0, 100_000_000)

# Whose public holidays a legal date rolls over (Regulation 1182/71, Art. 3), as an ISO code.
HOLIDAYS_COUNTRY = env.str("HOLIDAYS_COUNTRY", default="SE")
# Whether the eves count, too, that Swedish procedure treats as Sundays (lag 1930:173): by lag 1989:1253 they are none.
EVES_ARE_HOLIDAYS = env.bool("EVES_ARE_HOLIDAYS", default=False)
# On which day, as MM-DD, the company's financial year usually ends: duties for bookkeeping are counted from it (L9).
FINANCIAL_YEAR_ENDS = day_of_year("FINANCIAL_YEAR_ENDS", "12-31")

# A question back to who asks pauses the deadline where it is put within so many working days (EDPB 01/2022, 159).
QUESTION_DAYS = number("QUESTION_DAYS", 3, 1, 30)

# How long the person can object once our letter has said who acts for them: nothing is handed over before.
REPRESENTATIVE_DAYS = number("REPRESENTATIVE_DAYS", 7, 1, 21)

# Who is held in at least so many entries may be asked which of them a request is about (recital 63 GDPR).
MUCH_HELD = number("MUCH_HELD", 500, 50, 100_000)

# Closed requests go after so many months, and only counts remain; notices, so long after they were acknowledged; lists
# that left as files, so long after their holders said what became of them.
REQUEST_MONTHS = number("REQUEST_MONTHS", 24, 12, 120)
# How long nobody brings back who was erased at their request: the letter names the day.
TOMBSTONE_MONTHS = number("TOMBSTONE_MONTHS", 36, 1, 240)
# How long each month of the audit trail is kept after its end, and each night in the ledger: the policy's page,
# certificates and answers name it.
AUDIT_MONTHS = number("AUDIT_MONTHS", 24, 12, 240)
# How long it is known which mail somebody was sent, and when: the policy's page and answers name it.
MESSAGE_MONTHS = number("MESSAGE_MONTHS", 12, 3, 240)
# How long a backup is kept: what it still holds of a deleted person is gone by then, and they are told the day.
BACKUP_DAYS = number("BACKUP_DAYS", 30, 1, 3_650)

# An authority that stamps the time of the audit trail's last seal (RFC 3161); empty for none.
TIMESTAMP_URL = env.str("TIMESTAMP_URL", default="")
# The certificates that its stamps have to lead to, as PEM, best by the name of a file: TIMESTAMP_ROOTS_FILE. Without
# any, signatures are not checked, and the page "System", preflight and verify_audit say so.
TIMESTAMP_ROOTS = env.str("TIMESTAMP_ROOTS", default="", multiline=True)

# What the product cannot see, as the operator states it: how disks and backups are encrypted, after how many days logs
# are deleted, and the day (2026-11-30) of the statement.
DISK_ENCRYPTION = env.str("DISK_ENCRYPTION", default="")
LOG_DAYS = number("LOG_DAYS", 0, 0, 3_650)
STATED_ON = day("STATED_ON")

# Called once each nightly deletion has finished, so that a watcher outside notices when none does.
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")

# Outside the database, on another volume or in S3: what a restore must not undo (L11).
JOURNAL_URL = env.str("JOURNAL_URL", default="") or (VAR_DIR / "journal").as_uri()

# The keys of sealed evidence, one file each: outside the database and its backups, on another volume or in S3.
EVIDENCE_KEYS_URL = env.str("EVIDENCE_KEYS_URL", default="") or (VAR_DIR / "evidence-keys").as_uri()

# How long it is kept: administrative fines lapse after five years (lag 2018:218, Sweden).
EVIDENCE_MONTHS = number("EVIDENCE_MONTHS", 60, 12, 240)

# Where backups are kept, so that their age is known, and where pg_dump is, if it is not on the PATH.
BACKUP_URL = env.str("BACKUP_URL", default="")
POSTGRES_BIN = env.str("POSTGRES_BIN", default="") or POSTGRES_BIN

# For tests and development alone: then a webhook may go to this machine, and without TLS.
WEBHOOKS_MAY_BE_LOCAL = env.bool("WEBHOOKS_MAY_BE_LOCAL", default=False)

LOG_JSON = env.bool("LOG_JSON", default=not DEBUG)
LOGGING = logs.configure(as_json=LOG_JSON)
if LOG_JSON:
    logs.report_crashes()
