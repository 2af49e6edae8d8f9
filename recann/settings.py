"""The only settings file: demonstration, tests and production read the same variables."""

import os
from pathlib import Path
from typing import Any

from recann import schedule


BASE_DIR = Path(__file__).resolve().parent.parent

DEMO = os.environ.get("RECANN_DEMO") == "1"
TESTING = os.environ.get("RECANN_TESTING") == "1"
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
# Where the outside world reaches the registry: QR codes and mails point there.
PUBLIC_URL = os.environ["PUBLIC_URL"].rstrip("/")
SECURE = PUBLIC_URL.startswith("https:")
SOFTWARE_VERSION = "0.1.0"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp_webauthn",
    "rest_framework",
    "drf_spectacular",
    "core",
    "accounts",
    "programmes",
    "training",
    "patients",
    "rights",
    "prescriptions",
    "pharmacies",
    "followup",
    "vigilance",
    "evaluation",
    "retention",
    "record",
    "recann",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.security_headers",
    "core.errors.error_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.session_limits",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.second_factor",
    "accounts.middleware.current_member",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "recann.urls"
WSGI_APPLICATION = "recann.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.page",
            ],
            "builtins": ["core.templatetags.recann"],
            "libraries": {"static": "django.templatetags.static"},
        },
    }
]

# --- Databases: data and keys never share a server -------------------------------------------

# 0 (none) only for the owner's commands, which copy and index whole tables.
STATEMENT_TIMEOUT = os.environ.get("STATEMENT_TIMEOUT", "30s")

SESSION = {
    "statement_timeout": STATEMENT_TIMEOUT,
    "lock_timeout": "10s",
    # No trigger is skipped. Said here, else each trigger of each row finds it out by an error that
    # walks the foreign keys waiting for the end of the transaction (measured 2026-11).
    "pgtrigger.ignore": "{}",
}


def _server(prefix: str, user: str, password: str) -> dict[str, Any]:
    """One database of the server whose address stands in the variables `prefix`…"""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ[f"{prefix}HOST"],
        "PORT": os.environ.get(f"{prefix}PORT", "5432"),
        "NAME": os.environ[f"{prefix}DATABASE"],
        "USER": os.environ[user],
        "PASSWORD": os.environ[password],
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": " ".join(f"-c {name}={value}" for name, value in SESSION.items())},
    }


DATABASES = {
    "default": _server("PG", "PGUSER", "PGPASSWORD"),
    "keys": _server("KEYS_", "KEYS_USER", "KEYS_PASSWORD"),
}
if "PURGE_USER" in os.environ:
    # Only the worker of the purge queue is given this role.
    DATABASES["purge"] = _server("PG", "PURGE_USER", "PURGE_PASSWORD")
for _database in DATABASES.values():
    if os.environ.get("RECANN_ROLE") == "web":
        _database["CONN_MAX_AGE"] = 0
        _database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    else:  # Celery closes a pool after every task.
        _database["CONN_MAX_AGE"] = 600
DATABASE_ROUTERS = ["core.databases.KeysApart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Keys: outside every database ------------------------------------------------------------

# `id:base64` of 32 bytes, newest first, separated by commas.
KEY_ENCRYPTION_KEYS = os.environ["KEY_ENCRYPTION_KEYS"]
INDEX_KEY = os.environ["INDEX_KEY"]
# What identities and NIRs are searched by: each has a life of its own (ADR 0024).
IDENTITY_INDEX_KEY = os.environ["IDENTITY_INDEX_KEY"]
NIR_INDEX_KEY = os.environ["NIR_INDEX_KEY"]
CODE_KEY = os.environ["CODE_KEY"]
# PEM files of the seal put on delivered documents.
SEAL_KEY_FILE = os.environ["SEAL_KEY_FILE"]
SEAL_CERTIFICATE_FILE = os.environ["SEAL_CERTIFICATE_FILE"]

# What was erased, one JSON line a step: kept outside the databases and their backups.
PURGE_LEDGER = Path(os.environ.get("PURGE_LEDGER", BASE_DIR / "var/purge-ledger.jsonl"))

# The last seal of each day, one line a day: kept outside the databases too.
SEAL_COPIES = Path(os.environ.get("SEAL_COPIES", PURGE_LEDGER.with_name("journal-seals.txt")))

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RppsOrMail"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "accounts.validators.NotGuessable"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# A password kept by an earlier one is hashed again at the next sign-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "accounts:sign_in"
OTP_TOTP_ISSUER = "ReCann"

# Pro Santé Connect: off while it has no issuer. Its address and the client come from the agency
# that runs it (interop.md 4.1); the scope and the end of the discovery address are its own.
PSC_ISSUER = os.environ.get("PSC_ISSUER", "").rstrip("/")
PSC_CLIENT_ID = os.environ.get("PSC_CLIENT_ID", "")
PSC_CLIENT_SECRET = os.environ.get("PSC_CLIENT_SECRET", "")
PSC_DISCOVERY = os.environ.get("PSC_DISCOVERY") or "/.well-known/wallet-openid-configuration"
PSC_SCOPE = os.environ.get("PSC_SCOPE") or "openid scope_all"
# Where the password is refused to whoever is linked to it: `1` everywhere, or FINESS numbers of
# structures separated by commas (ADR 0120).
PSC_REQUIRED = [one.strip() for one in os.environ.get("PSC_REQUIRED", "").split(",") if one.strip()]
# `1` where fictive people sign in: production refuses the provider of the tests.
PSC_SANDBOX = DEMO or os.environ.get("PSC_SANDBOX") == "1"

# Passkeys: `accounts.passkeys.Helper` gives the names and the address of each request.
OTP_WEBAUTHN_RP_NAME = "ReCann"
OTP_WEBAUTHN_RP_ID = PUBLIC_URL.partition("://")[2].partition(":")[0]
OTP_WEBAUTHN_ALLOWED_ORIGINS = [PUBLIC_URL] if SECURE else ["http://localhost"]
OTP_WEBAUTHN_HELPER_CLASS = "accounts.passkeys.Helper"
OTP_WEBAUTHN_EXCEPTION_LOGGER_NAME = ""
# The delays of django-otp grow without end: `accounts.actions` counts attempts instead.
OTP_STATIC_THROTTLE_FACTOR = 0

SESSION_ENGINE = "accounts.session_store"
# Seconds. CNIL and ASVS 7.3: half an hour without activity.
SESSION_COOKIE_AGE = 1800
# Seconds from the second factor on, whatever the activity. ASVS 7.3.2 asks for a limit, ADR 0010.
SESSION_ABSOLUTE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Words, time, look -----------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
SITE_BRAND = os.environ.get("SITE_BRAND", "neutre")
# Who runs this installation, and where one writes to them.
SITE_OWNER = os.environ.get("SITE_OWNER", "Démonstration\u202f: données fictives" if DEMO else "")
SITE_CONTACT = os.environ.get("SITE_CONTACT", "")

# Scans name people: they never touch the disk in clear. Bytes: `core.scans`.
FILE_UPLOAD_HANDLERS = ["core.uploads.InMemory"]
# Under which licence the open files are given: whoever runs the registry decides.
OPEN_DATA_LICENCE = os.environ.get("OPEN_DATA_LICENCE", "Licence Ouverte 2.0 (Etalab)")

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "static-built"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING

# --- Tasks -----------------------------------------------------------------------------------

REDIS_URL = os.environ["REDIS_URL"]


def _broker(database: int) -> str:
    """Celery's spelling of REDIS_URL: a socket is `redis+socket`, its database a parameter."""
    if REDIS_URL.startswith("unix:"):
        return f"redis+socket{REDIS_URL.removeprefix('unix')}?virtual_host={database}"
    return f"{REDIS_URL.rstrip('/')}/{database}"


CELERY_BROKER_URL = _broker(0)
CELERY_RESULT_BACKEND = _broker(2)
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_DB_REUSE_MAX = 200
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Paris"
# Its lines go through our formatter too.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {"retention.tasks.purge": {"queue": "purge"}}
CELERY_BEAT_SCHEDULE = schedule.TASKS

# --- Mail, logs, API -------------------------------------------------------------------------

# No mail of errors: it would carry the body of the request.
ADMINS: list[tuple[str, str]] = []
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "ReCann <ne-pas-repondre@recann.invalid>")
# Whom patients read as the sender: it names neither the registry nor the disease.
PATIENT_FROM_EMAIL = (
    os.environ.get("PATIENT_FROM_EMAIL") or "Rappel de rendez-vous <ne-pas-repondre@rappel.invalid>"
)
# Path of a class of `core.sms.Gateway`; empty, patients are reminded by mail only.
SMS_GATEWAY = os.environ.get("SMS_GATEWAY", "")
SMS_URL = os.environ.get("SMS_URL", "")
SMS_TOKEN = os.environ.get("SMS_TOKEN", "")
# Where the demonstration's mail server keeps what it caught.
CAUGHT_MAIL_DIR = Path(os.environ["CAUGHT_MAIL_DIR"]) if DEMO else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # One JSON object a line: what somebody types forges no line.
    "formatters": {"line": {"()": "core.logs.JsonLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Each step of each document would be a line.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "pyhanko")},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.MemberTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.MayReadStatistics"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ReCann – statistiques agrégées",
    "DESCRIPTION": "Comptages trimestriels figés, masqués sous 11 et arrondis à 5.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.api.MayReadStatistics"],
}
