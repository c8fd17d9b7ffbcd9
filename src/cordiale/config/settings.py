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

from cordiale.config.home import Home

HOME = Home(Path(os.environ.get("CORDIALE_HOME", "var")).resolve())
SECRET_KEY = HOME.secret_key()

DEBUG = os.environ.get("CORDIALE_DEBUG", "") == "1"
HTTPS = os.environ.get("CORDIALE_HTTPS", "") == "1"
ALLOWED_HOSTS = [
    host.strip() for host in os.environ.get("CORDIALE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
]

INSTALLED_APPS = [
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
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "cordiale.config.middleware.RequestMoment",
    "cordiale.config.page_cache.PageCache",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
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
            "context_processors": ["cordiale.config.context.site"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

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
DATABASE_ROUTERS = ["cordiale.config.queue.QueueRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
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
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
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
        "form-action": ["'self'"],
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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
