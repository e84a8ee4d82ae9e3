"""All settings, read from the environment (and from a git-ignored `.env` in development)."""

import sys
from pathlib import Path
from typing import Any, NoReturn

import environ
from django.utils.translation import gettext_lazy as _

from privacy_crm import logs, mail, security
from privacy_crm.staff.site import unfold

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def stop(reason: str) -> NoReturn:
    """End the start with one line, since a traceback would bury it."""
    sys.stderr.write(f"privacy_crm: {reason}\n")
    raise SystemExit(2)


DEBUG = env.bool("DEBUG", default=False)
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

# Keys the hashes of suppressed addresses. Set it before SECRET_KEY is ever changed, or the suppressions are lost.
SUPPRESSION_KEY = env.str("SUPPRESSION_KEY", default="") or f"suppression:{SECRET_KEY}"

DATABASE_URL = env.str("DATABASE_URL", default="")
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
    DATABASE_URL = DATABASE_URL or servers.database
    if not REDIS_URL:
        REDIS_URL, CELERY_BROKER_URL = servers.redis, servers.broker
        CELERY_BROKER_TRANSPORT = "privacy_crm.embedded.broker.Transport"

DATABASES = {"default": env.db_url_config(DATABASE_URL) | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
# A run that is killed while it waits for a row frees its locks within seconds, not when the row is free.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c client_connection_check_interval=2s")
DATABASES["default"]["OPTIONS"] |= connecting
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

TASK_APP = "privacy_crm.celery.app"
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 100
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
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser
# So many seconds after the factor was shown, a grave act asks for it again.
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("FRESH_FACTOR_SECONDS", default=300)
MFA_ADAPTER = "privacy_crm.access.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Privacy CRM"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Stockholm")
# Full dates everywhere: "24 November 2026".
FORMAT_MODULE_PATH = ["privacy_crm.formats"]

# Whitepapers; nothing in it has an address of its own.
MEDIA_ROOT = Path(env.str("MEDIA_DIR", default="") or VAR_DIR / "media").absolute()
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = ["privacy_crm.uploads.nameless.NamelessFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
if not DEBUG:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Proof of work instead of a captcha service: the challenge is ours, and its answer is taken once.
ALTCHA_HMAC_SECRET = f"altcha:{SECRET_KEY}"
ALTCHA_CHALLENGE_HMAC_KEY_SECRET = f"altcha-key:{SECRET_KEY}"
# About a second on a phone; the widget's own measuring of how somebody moves is off.
ALTCHA_CHALLENGE = {"cost": 5000, "max_number": 1000, "expires_seconds": 1200}
ALTCHA_WIDGET_DEFAULTS = {"auto": "onfocus", "type": "native"}
ALTCHA_WIDGET_CONFIGURATION = {"hideFooter": True, "hideLogo": True, "humanInteractionSignature": False}

# Sign-ups that one network may send in an hour, and mails that one address may be sent.
POSTS_AN_HOUR = env.int("POSTS_AN_HOUR", default=20)
MAILS_AN_HOUR = env.int("MAILS_AN_HOUR", default=5)

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
# Then the proxy, and nobody before it, says who the visitor is and whether they came by https.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
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

# At most so many people a day are told where we have their details from, unless more have to be within the month (L5).
INFORM_A_DAY = env.int("INFORM_A_DAY", default=2000)

# A file of people is used or deleted within so many days, and its holder says which (P15).
AUDIENCE_DAYS = env.int("AUDIENCE_DAYS", default=7)
# Whoever exports more people than this says why so many.
AUDIENCE_REASON_ABOVE = env.int("AUDIENCE_REASON_ABOVE", default=500)
# What a mailing sends in a minute, unless it says otherwise.
MAILS_A_MINUTE = env.int("MAILS_A_MINUTE", default=300)
# The largest file of people that is taken in the browser; one file of an .xlsx may be unpacked to ten times that.
UPLOAD_MEGABYTES = env.int("UPLOAD_MEGABYTES", default=50)

# A run that would delete or reduce more than this share of all contacts, and more than this number, asks first.
PURGE_CAP_SHARE = env.float("PURGE_CAP_SHARE", default=0.10)
PURGE_CAP_NUMBER = env.int("PURGE_CAP_NUMBER", default=100)

# Whose public holidays a legal date rolls over (Regulation 1182/71, Art. 3), as an ISO code.
HOLIDAYS_COUNTRY = env.str("HOLIDAYS_COUNTRY", default="SE")
# Closed requests go after so many months, and only counts remain; notices, so long after they were acknowledged; lists
# that left as files, so long after their holders said what became of them.
REQUEST_MONTHS = env.int("REQUEST_MONTHS", default=24)
# How long nobody brings back who was erased at their request: the letter names the day.
TOMBSTONE_MONTHS = env.int("TOMBSTONE_MONTHS", default=36)
# How long each entry of the audit trail is kept: the policy's page, certificates and answers name it.
AUDIT_MONTHS = env.int("AUDIT_MONTHS", default=60)
# How long a backup is kept: what it still holds of a deleted person is gone by then, and they are told the day.
BACKUP_DAYS = env.int("BACKUP_DAYS", default=30)

# Outside the database, on another volume or in S3: what a restore must not undo (L11).
JOURNAL_URL = env.str("JOURNAL_URL", default="") or (VAR_DIR / "journal").as_uri()

# Where backups are kept, so that their age is known, and where pg_dump is, if it is not on the PATH.
BACKUP_URL = env.str("BACKUP_URL", default="")
POSTGRES_BIN = env.str("POSTGRES_BIN", default="") or POSTGRES_BIN

# For tests and development alone: then a webhook may go to this machine, and without TLS.
WEBHOOKS_MAY_BE_LOCAL = env.bool("WEBHOOKS_MAY_BE_LOCAL", default=False)

LOGGING = logs.configure(as_json=not DEBUG)
