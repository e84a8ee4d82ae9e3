"""The product as production serves it, on the benchmark's database: the limits are out of reach, and no mail goes."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

from django.conf import settings

from privacy_crm import logs

settings.DEBUG = False
settings.ALLOWED_HOSTS = ["127.0.0.1"]
settings.WHITENOISE_USE_FINDERS = False
settings.LOGGING = logs.configure(as_json=True)
settings.MAILS_AN_HOUR = 1_000_000_000
settings.DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]
settings.REDIS_URL = os.environ["BENCH_REDIS_URL"]
settings.CELERY_BROKER_URL = os.environ["BENCH_BROKER_URL"]

from privacy_crm.wsgi import application  # noqa: E402 - which sets Django up

if __name__ == "__main__":
    from privacy_crm import serving

    serving.run(application, listen=sys.argv[1], threads=serving.THREADS)
