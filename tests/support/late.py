"""A site to which something of each kind is owed for a week, and beats that have rung as long ago."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import redis

from privacy_crm.celery import app
from tests.support.embedded_users import eventually
from tests.support.mail_sink import Sink
from tests.support.processes import PATIENCE, Site

TASKS = sorted({line["task"] for line in app.conf.beat_schedule.values()})
# How many are owed what.
DUE, SIGN_UPS, READERS, NOTICES = 40, 3, 5, 4
WEEK = dt.timedelta(days=7)

OWE = f"""
import datetime as dt
from django.contrib.auth.models import Group, User
from django.utils import timezone
from contacts.mailings import drafts, schedule
from contacts.models import *
from contacts.signups import sign_ups
from contacts.signups.sign_ups import Typed, Wish
from contacts.words.vocabulary import MailingKind
from privacy_crm import roles
from tests.support.factories import *
from tests.support.sharing import by_webhook, notice
day, policy = dt.timedelta(days=1), PolicyVersion.objects.in_force()
now = timezone.now()
ago = now - 7 * day
roles.apply()
User.objects.create(username="officer", email="officer@nordvik.example").groups.add(
    Group.objects.get(name="privacy officer"))
def held(person, since, basis="legitimate_interest"):
    kept = {{"scenario": "prospect", "legal_basis": basis, "source_kind": "person"}}
    Basis.objects.create(contact=person, collected_on=since, clock_from=since, **kept)
for number in range({DUE}):
    held(ContactFactory.create(email=f"due{{number}}@fjordkraft.example"), dt.date(2020, 1, 1))
for number in range({READERS}):
    reader = ContactFactory.create(email=f"reader{{number}}@fjordkraft.example")
    held(reader, now.date() - 20 * day)
    ChannelPermission.objects.create(contact=reader, channel="email", state="consented", given_on=now.date())
event = EventFactory.create(starts_at=ago - 3 * day, ends_at=ago - 2 * day)
register(customer(policy, email="guest@fjordkraft.example"), event, ago - 4 * day, policy=policy, food="No nuts")
paper = Whitepaper.objects.create(slug="calm", title="Calm", published_at=ago)
for number in range({SIGN_UPS}):
    typed = Typed(f"typed{{number}}@fjordkraft.example")
    sign_ups.sign_up(Wish.of_whitepaper(paper), typed, policy=policy, source="form", at=ago, by="visitor")
both = {{"en": "News", "sv": "Nytt"}}
draft = drafts.Draft("News", MailingKind.MARKETING, both, both, 300)
schedule.schedule(drafts.draft(draft, at=ago, by="user:1"), ago, policy=policy, at=ago, by="user:1")
told = by_webhook(%d)
for _ in range({NOTICES}):
    notice(told, created_at=ago, not_before=ago)
"""
EMPTY = (
    "contacts_contact", "contacts_organisation", "contacts_event", "contacts_auditevent", "contacts_mailing",
    "contacts_message", "contacts_signup", "contacts_whitepaper", "contacts_recipient", "contacts_jobrun",
    "retention_purgerun", "auth_user",
)  # fmt: skip
# A schedule that was last looked at so many days ago: all of it is due at once.
WIND_BACK = """
import datetime as dt
from celery.beat import PersistentScheduler
from privacy_crm.celery import app
schedule = PersistentScheduler(app, schedule_filename={path!r})
for line in schedule.schedule.values():
    line.last_run_at -= dt.timedelta(days=7)
schedule.close()
"""

PARTS = """
import json
from django.utils import timezone
from privacy_crm.health import measures
up = next(measures.take(at=timezone.now(), queues=[]))
print(json.dumps({labels["part"]: value for labels, value in up.samples}))
"""


def owe(site: Site, webhook: int) -> None:
    """Have all of this owed; the recipient's web server listens at this port."""
    site.empty(*EMPTY)
    site.manage("shell", "-v", "0", "-c", OWE % webhook)


@contextmanager
def beats(site: Site, number: int, directory: Path) -> Iterator[None]:
    """So many that have slept for a week, each with a schedule of its own; yields when they have rung for all tasks."""
    with ExitStack() as until_the_end:
        for each in range(number):
            path = str(directory / f"schedule-{each}")
            site.manage("shell", "-v", "0", "-c", WIND_BACK.format(path=path))
            beat = site.start("-m", "celery", "-A", "privacy_crm", "beat", "-s", path, "-l", "ERROR")
            until_the_end.callback(beat.communicate)
            until_the_end.callback(beat.kill)
        eventually(lambda: waiting(site) >= number * len(TASKS), within=PATIENCE)
        yield


def waiting(site: Site) -> int:
    """How many messages of the broker no worker has done, in whichever queue."""
    with redis.Redis.from_url(site.urls.redis) as valkey:
        client: Any = valkey
        queues = [key for key in client.scan_iter("*") if client.type(key) == b"list"]
        return sum(client.llen(key) for key in queues) + int(client.hlen("unacked"))


def done(site: Site) -> bool:
    """Tell whether the worker has begun all that was asked for; it may be at the last."""
    return waiting(site) == 0


def failures(site: Site) -> list[tuple[Any, ...]]:
    """Which tasks have failed, and by what."""
    return site.rows("SELECT task, error FROM contacts_jobrun WHERE failed_at IS NOT NULL ORDER BY 1")


def come_to_an_end(site: Site) -> set[str]:
    return {str(task) for (task,) in site.rows("SELECT task FROM contacts_jobrun WHERE succeeded_at IS NOT NULL")}


def parts(site: Site) -> dict[str, float]:
    """Which parts answer, as those hear who watch from outside."""
    process = site.start("manage.py", "shell", "-v", "0", "-c", PARTS)
    out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    up: dict[str, float] = json.loads(out)
    return up


def to(sink: Sink, kind: str) -> list[str]:
    """The mails that went to one kind of the people above."""
    return sorted(address for address in sink.recipients if address.startswith(kind))
