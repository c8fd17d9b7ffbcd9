"""Every setting of an installation, read once from the environment; safe for production as it stands.

Each name that starts with CORDIALE_ is described in docs/reference/settings.md.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from cordiale.config.accounts import identity_provider
from cordiale.config.home import Home
from cordiale.config.logs import configured
from cordiale.config.mail import SECONDS, BadMailAddress, mail_server, own_address
from cordiale.config.sessions import LONGEST

HOME = Home(Path(os.environ.get("CORDIALE_HOME", "var")).resolve())
SECRET_KEY = HOME.secret_key()

DEBUG = os.environ.get("CORDIALE_DEBUG", "") == "1"
HTTPS = os.environ.get("CORDIALE_HTTPS", "") == "1"
ALLOWED_HOSTS = [
    host.strip() for host in os.environ.get("CORDIALE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
]

ADDRESS = (os.environ.get("CORDIALE_ADDRESS") or own_address(ALLOWED_HOSTS, https=HTTPS)).rstrip("/")
if not re.fullmatch(r"https?://[^/\s@?#]+", ADDRESS):
    raise ImproperlyConfigured("CORDIALE_ADDRESS is no address; write https://partnerships.example, without a path.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "cordiale.config",
    "cordiale.ui",
    "cordiale.apps.ledger",
    "cordiale.apps.jobs",
    "cordiale.apps.register",
    "cordiale.apps.people",
    "cordiale.apps.sharing",
    "cordiale.apps.desk",
    # below ours, so that our templates are found first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "cordiale.config.headers.CarefulBrowser",
    "cordiale.config.health.Health",
    "cordiale.config.metrics.MetricsDoor",
    "cordiale.config.access.Access",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "cordiale.config.middleware.RequestMoment",
    "cordiale.config.page_cache.PageCache",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cordiale.config.middleware.SignedIn",
    "cordiale.config.tokens.TokenHolder",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "cordiale.config.api.door.ApiDoor",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "cordiale.config.urls"
WSGI_APPLICATION = "cordiale.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "cordiale.config.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cordiale.config.passwords.OwnWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "cordiale.apps.people.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# mailed either way: the time that a mail takes would tell who has an account
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# beside allauth's own, which stop an account after 5 failures in 5 minutes: docs/reference/settings.md
ACCOUNT_RATE_LIMITS = {"request_access": "5/m/ip,30/d/ip"}
ACCOUNT_USER_DISPLAY = "cordiale.config.accounts.shown_name"
SOCIALACCOUNT_ADAPTER = "cordiale.apps.people.adapters.Identities"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
OIDC = identity_provider(os.environ)
SOCIALACCOUNT_PROVIDERS = OIDC.for_allauth if OIDC else {}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Cordiale"
# a clock may be half a minute off
MFA_TOTP_TOLERANCE = 1
# a browser lets a passkey be used without https on the machine itself only
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = int(LONGEST.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# the prefix keeps other hosts of the domain from planting a cookie; browsers take it over HTTPS only
SESSION_COOKIE_NAME = f"{'__Host-' if HTTPS else ''}cordiale_session"
CSRF_COOKIE_NAME = f"{'__Host-' if HTTPS else ''}cordiale_csrf"
MESSAGE_STORAGE = "cordiale.config.sessions.Messages"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cordiale.config.errors.not_from_here"

try:
    PAGE_CACHE_BYTES = int(os.environ.get("CORDIALE_PAGE_CACHE") or "64") * 2**20
    if PAGE_CACHE_BYTES < 0:
        raise ValueError
except ValueError:
    raise ImproperlyConfigured("CORDIALE_PAGE_CACHE takes a whole number of MiB; 0 turns it off.") from None

try:
    DATABASES = {
        "default": dj_database_url.parse(
            os.environ.get("DATABASE_URL") or f"sqlite:///{HOME.database}",
            conn_max_age=60,
            conn_health_checks=True,
        ),
    }
except ValueError as error:
    raise ImproperlyConfigured(
        f"DATABASE_URL cannot be read ({error}); write postgres://USER:PASSWORD@HOST:PORT/NAME, or leave it empty."
    ) from error
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        ),
    }
    # beside the database it belongs to, so that a copy of the register does not take turns of the original's jobs
    DATABASES["queue"] = {
        **DATABASES["default"],
        "NAME": str(Path(DATABASES["default"]["NAME"]).with_suffix(".queue.sqlite3")),
    }
    # reads that must be of one state take no lock that writers wait for
    DATABASES["snapshots"] = {
        **DATABASES["default"],
        "OPTIONS": {
            "transaction_mode": "DEFERRED",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA query_only=ON;",
        },
    }
else:
    # a machine that is gone must not hold a request for minutes
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
SNAPSHOTS = "snapshots" if "snapshots" in DATABASES else "default"
DATABASE_ROUTERS = ["cordiale.config.queue.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
CEILING = os.environ.get("CORDIALE_CEILING", "unclassified")
VIEWER_NAMED = "cordiale.config.viewers.viewer_named"
if not re.fullmatch(r"[1-9][0-9]{0,4}", os.environ.get("CORDIALE_JOB_SILENCE", "60")):
    raise ImproperlyConfigured("CORDIALE_JOB_SILENCE takes a whole number of seconds, such as 60.")
JOB_SILENCE = timedelta(seconds=int(os.environ.get("CORDIALE_JOB_SILENCE", "60")))
if not re.fullmatch(r"[1-9][0-9]{0,3}", os.environ.get("CORDIALE_JOB_DAYS", "30")):
    raise ImproperlyConfigured("CORDIALE_JOB_DAYS takes a whole number of days, such as 30.")
JOB_DAYS = timedelta(days=int(os.environ.get("CORDIALE_JOB_DAYS", "30")))

API_RATE = os.environ.get("CORDIALE_API_RATE", "300/min")
if API_RATE == "off":
    API_RATE = ""
elif not re.fullmatch(r"[1-9][0-9]{0,8}/(sec|min|hour|day)", API_RATE):
    raise ImproperlyConfigured(f'CORDIALE_API_RATE is "{API_RATE}"; write a number and sec, min, hour or day: 300/min')
# how many proxies stand in front; without any, what a client says of itself is not believed
if not re.fullmatch(r"[0-9]{1,2}", os.environ.get("CORDIALE_PROXIES", "0")):
    raise ImproperlyConfigured("CORDIALE_PROXIES is no number; say how many proxies stand in front, such as 1")
NINJA_NUM_PROXIES = int(os.environ.get("CORDIALE_PROXIES", "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = NINJA_NUM_PROXIES
CACHES = {
    # attempts to sign in, counted by all web processes together
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_counted",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # requests to the API, counted by each process alone: a row a request would cost more than the answer
    "requests": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

VENDOR = Path(__file__).resolve().parents[3] / "vendor"
MAP_EDITION = Path(os.environ.get("MAP_EDITION") or Path(__file__).resolve().parent.parent / "ui" / "map").resolve()
STATICFILES_DIRS = [("vendor", VENDOR / "fonts"), ("map", MAP_EDITION)]
STATIC_URL = "/static/"
STATIC_ROOT = HOME.static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60 * 60

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # a browser follows a form through what it is redirected to
        "form-action": ["'self'", *([OIDC.origin] if OIDC else [])],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"

LOG = os.environ.get("CORDIALE_LOG") or "line"
if LOG not in ("line", "json"):
    raise ImproperlyConfigured('CORDIALE_LOG is neither "line" nor "json".')
ACCESS_LOG = os.environ.get("CORDIALE_ACCESS_LOG", "") == "1"
LOGGING = configured(form=LOG, accesses=ACCESS_LOG)

READ_LOG = Path(os.environ.get("CORDIALE_READ_LOG") or HOME.path / "readlog").resolve()
DOCUMENTS = Path(os.environ.get("CORDIALE_DOCUMENTS") or HOME.path / "documents").resolve()
READ_LOG_WRITER = "cordiale.config.readlog.read_log"
READ_LOG_SYNC = os.environ.get("CORDIALE_READ_LOG_SYNC", "") == "1"

METRICS_TOKEN = os.environ.get("CORDIALE_METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("CORDIALE_METRICS_TOKEN is too short to be kept secret; take 20 characters or more.")

try:
    MAIL = mail_server(os.environ.get("CORDIALE_MAIL_URL", ""))
except BadMailAddress as error:
    raise ImproperlyConfigured(str(error)) from None
MAIL_IS_SET_UP = MAIL is not None
# without a server nothing is sent, and nothing printed either: mail holds names, and links that are keys
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL else 'dummy'}.EmailBackend"
if MAIL:
    EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.ssl
EMAIL_TIMEOUT = SECONDS
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("CORDIALE_MAIL_FROM") or "cordiale@localhost"
