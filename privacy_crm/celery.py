"""The Celery app and the beat table: every job that runs by itself, one line each."""

import datetime as dt
import os
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

app = Celery("privacy_crm", task_cls="privacy_crm.restoring.worker:Guarded")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
@signals.beat_init.connect
def look(**_options: Any) -> None:
    """Look first of all whether the database was restored."""
    from privacy_crm.restoring import worker  # noqa: PLC0415 - it reads models, which are there by now

    worker.look()


app.conf.beat_schedule = {
    # Food preferences go within 15 minutes after their event (P8).
    "food": {"task": "contacts.tasks.sweep_food_preferences", "schedule": crontab(minute="*/5")},
    # Whoever owes a mail asks for it to be sent at once; this finds what nobody heard of, and what failed.
    "mail": {"task": "contacts.tasks.send_messages", "schedule": crontab()},
    # The words of a letter that no mail server has taken for 14 days are forgotten.
    "letters": {"task": "contacts.tasks.forget_letters", "schedule": crontab(minute=40)},
    # Mailings begin at their time, and each sends what its rate lets it: asked once a minute, it would find what left
    # some seconds after the last time, and wait for another minute.
    "mailings": {"task": "privacy_crm.tasks.run_mailings", "schedule": dt.timedelta(seconds=10)},
    # Mails that development writes into files are stored copies: they go after 24 hours.
    "mail_files": {"task": "contacts.tasks.sweep_mail_files", "schedule": crontab(minute=50)},
    # Whoever was given people's data hears of erasures, objections and corrections, until they say it is done (L4).
    "notices": {"task": "contacts.tasks.tell_recipients", "schedule": crontab(minute="*/5")},
    # Holders of lists that left as files hear within the hour whom to strike (P12).
    "strikes": {"task": "contacts.tasks.tell_of_strikes", "schedule": crontab(minute=40)},
    # Files of people that were uploaded go after a day; what a worker left when it died is given back.
    "uploads": {"task": "privacy_crm.tasks.sweep_uploads", "schedule": crontab()},
    # Guests are reminded on the day before their event.
    "reminders": {"task": "contacts.tasks.owe_reminders", "schedule": crontab(minute="*/10")},
    # At six in the company's time zone, people are told whose data did not come from them (L5).
    "information": {"task": "contacts.tasks.owe_information", "schedule": crontab(minute=0)},
    # What was typed goes after 30 days where nobody has proven the address, or has said whether it is right.
    "proposed_details": {"task": "contacts.tasks.sweep_proposed_details", "schedule": crontab(minute=20)},
    "sign_ups": {"task": "contacts.tasks.sweep_sign_ups", "schedule": crontab(minute=20)},
    # What keeps somebody from being brought back who was erased at their request ends with its last day (L12).
    "tombstones": {"task": "contacts.tasks.sweep_tombstones", "schedule": crontab(hour=2, minute=40)},
    # What nobody has proven for 30 days goes, and the addresses of links that have ended.
    "unproven": {"task": "dsr.tasks.sweep_unproven", "schedule": crontab(minute=25)},
    # What a restore must not undo leaves for the journal: each act asks for it, and this misses nothing (L11).
    "journal": {"task": "contacts.tasks.ship_journal", "schedule": crontab()},
    # The journal's segments go once no backup needs them any more.
    "journal_ends": {"task": "contacts.tasks.expire_journal", "schedule": crontab(hour=4, minute=50)},
    # From eight o'clock in the company's time zone, officers hear once a day of the answers that are due (L1).
    "due": {"task": "dsr.tasks.remind_officers", "schedule": crontab(minute=0)},
    # Who has not answered our question is reminded after 14 days; after 30, their request is closed (L2).
    "questions": {"task": "dsr.tasks.follow_up_questions", "schedule": crontab(hour=6, minute=15)},
    # Who was answered is free again once their letter has left: the night may deal with them.
    "answered": {"task": "dsr.tasks.release_answered", "schedule": crontab(minute=15)},
    # A restriction ends on the day that the person was told, once the letter has gone out (L6).
    "restrictions": {"task": "dsr.tasks.lift_restrictions", "schedule": crontab(minute=10)},
    # Closed requests go after 24 months, and only counts remain.
    "requests": {"task": "dsr.tasks.forget_requests", "schedule": crontab(hour=3, minute=45)},
    # What a recipient acknowledged goes after the same 24 months; what it did not is chased.
    "told": {"task": "dsr.tasks.forget_notices", "schedule": crontab(hour=3, minute=50)},
    # So do lists that left as files, 24 months after their holders said what became of them.
    "audiences": {"task": "dsr.tasks.forget_audiences", "schedule": crontab(hour=3, minute=55)},
    # What was done and looked at stays on record for 60 months (P17).
    "trail": {"task": "retention.tasks.shorten_trail", "schedule": crontab(hour=3, minute=25)},
    # Log-ins that have ended leave nothing behind.
    "sessions": {"task": "privacy_crm.tasks.sweep_sessions", "schedule": crontab(minute=35)},
    # After the night's run, records are looked for that may be one person; staff decide.
    "duplicates": {"task": "privacy_crm.tasks.find_duplicates", "schedule": crontab(hour=4, minute=5)},
    # The numbers of the home page are counted for which everybody has to be read.
    "figures": {"task": "privacy_crm.tasks.count_figures", "schedule": crontab(hour=4, minute=20)},
    # After it, the records are searched for what contradicts what they say elsewhere (L20).
    "statements": {"task": "retention.tasks.check_statements", "schedule": crontab(hour=4, minute=35)},
    # The night's run, at 02:30 in the company's time zone; a night that was missed is caught up by the next tick.
    "purge": {"task": "retention.tasks.nightly", "schedule": crontab(minute="*/10")},
    # Officers hear of a run that waits, failed, was broken off or did not happen.
    "watch": {"task": "retention.tasks.warn_officers", "schedule": crontab(minute="5-59/10")},
}
