"""The Celery app and the beat table: every job that runs by itself, one line each."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

app = Celery("privacy_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Food preferences go within 15 minutes after their event (P8).
    "food": {"task": "contacts.tasks.sweep_food_preferences", "schedule": crontab(minute="*/5")},
    # Whoever owes a mail asks for it to be sent at once; this finds what nobody heard of, and what failed.
    "mail": {"task": "contacts.tasks.send_messages", "schedule": crontab()},
    # Guests are reminded on the day before their event.
    "reminders": {"task": "contacts.tasks.owe_reminders", "schedule": crontab(minute="*/10")},
    # At six in the company's time zone, people are told whose data did not come from them (L5).
    "information": {"task": "contacts.tasks.owe_information", "schedule": crontab(minute=0)},
    # What was typed under an address that nobody has proven goes after 30 days.
    "sign_ups": {"task": "contacts.tasks.sweep_sign_ups", "schedule": crontab(minute=20)},
    # The night's run, at 02:30 in the company's time zone; a night that was missed is caught up by the next tick.
    "purge": {"task": "retention.tasks.nightly", "schedule": crontab(minute="*/10")},
    # Officers hear of a run that waits, failed, was broken off or did not happen.
    "watch": {"task": "retention.tasks.warn_officers", "schedule": crontab(minute="5-59/10")},
}
