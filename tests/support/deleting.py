"""People who ask to be deleted: `full` has a row in every table, `wish` is their request, `erased` carries it out."""

import datetime as dt
import re
import uuid
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from psycopg2 import sql

from contacts.models import (
    Addressee,
    Contact,
    DuplicatePair,
    EarlierHash,
    ListedPerson,
    LookAgain,
    Mailing,
    MergedAddress,
    MergedNumber,
    Message,
    PolicyVersion,
    Upload,
    UploadedDifference,
    UploadedPerson,
)
from contacts.words import keys
from contacts.words.addresses import hashes, keyed_hash
from dsr.decisions import erasing
from dsr.decisions.erasing import Order
from dsr.intake import proving
from dsr.models import Certificate, Request
from dsr.words.vocabulary import ErasureGround, Kind
from retention.models import Hold, PurgeCandidate, PurgeRun
from tests.support import listing, planned
from tests.support.factories import NOON, ContactFactory, customer, place
from tests.support.packaged import somebody
from tests.support.requesting import asked_by, posted

BY = "user:1"
DAY = dt.date(2031, 12, 31)


def full(policy: PolicyVersion, mark: str = "Zyxmark", *, duty: bool = False) -> Contact:
    """Somebody of whom every table holds something that says `mark`; under a duty only where that is asked for."""
    contact = somebody(policy, mark)
    if not duty:
        Hold.objects.filter(contact=contact, kind="duty").delete()
    Contact.objects.filter(pk=contact.pk).update(phone="+46 70 555 01 23", bounced_on=None)
    posted(policy, contact.email or "")
    proving.begin(contact.email or "", "en", request=None, at=NOON)
    proof = proving.begin(contact.email or "", "en", request=None, at=NOON)
    type(proof).objects.filter(pk=proof.pk).update(contact=contact, proven_at=NOON, visit_until=NOON)
    _at_work(contact, mark)
    run = PurgeRun.objects.create(at=NOON, by="test", status="finished", started_at=NOON, finished_at=NOON)
    PurgeCandidate.objects.create(run=run, contact=contact)
    staff = User.objects.create(username=f"staff-{mark}")
    kind = ContentType.objects.get_for_model(Contact)
    LogEntry.objects.create(
        user=staff, content_type=kind, object_id=str(contact.pk), object_repr=f"{mark} repr", action_flag=CHANGE
    )
    User.objects.filter(pk=staff.pk).update(username="staff")
    contact.refresh_from_db()
    return contact


def _at_work(contact: Contact, mark: str) -> None:
    """Have the person wait in a mailing, and come in by a list."""
    mailing = Mailing.objects.get(name=f"{mark} campaign")
    Addressee.objects.create(mailing=mailing, contact=contact)
    LookAgain.objects.create(contact=contact, why="corrected", done_at=NOON)
    ListedPerson.objects.create(audience=listing.made(), contact=contact)
    whose = User.objects.create(username="uploader")
    upload = Upload.objects.create(uploaded_by=whose, uploaded_at=NOON, file_format="csv", state="done")
    UploadedPerson.objects.create(upload=upload, contact=contact)
    said = {"detail": "city", "old": f"{mark} old", "new": f"{mark} new"}
    UploadedDifference.objects.create(upload=upload, contact=contact, **said)


def doubled(contact: Contact) -> Contact:
    """Have a person look like somebody else who is on file, and have been merged once."""
    DuplicatePair.objects.create(one=contact, other=ContactFactory.create(), why="name", found_on=NOON.date())
    MergedAddress.objects.create(contact=contact, **hashes("once@fjordkraft.example"))
    MergedNumber.objects.create(contact=contact, public_id=uuid.uuid4())
    EarlierHash.objects.create(
        contact=contact, address_hash=keys.hashed(str(contact.email), "old"), mailbox_hash=keys.hashed("box", "old")
    )
    return contact


def under_a_duty(policy: PolicyVersion) -> Contact:
    """A customer of whom a law has us keep name and company, through DAY."""
    contact = customer(policy, phone="+46 70 555 01 23", job_title="CFO", company="Fjordkraft AB")
    held = place(contact, "duty", "bookkeeping", until=DAY)
    Hold.objects.filter(pk=held.pk).update(legal_reference="Bookkeeping Act 7:2")
    return contact


def wish(contact: Contact, policy: PolicyVersion, kind: Kind = Kind.ERASURE, at: dt.datetime = NOON) -> Request:
    """Have a person ask to be deleted, on "My data"."""
    return asked_by(contact, policy, kind, at=at)


def erased(
    request: Request,
    policy: PolicyVersion,
    ground: ErasureGround = ErasureGround.NOT_NEEDED,
    at: dt.datetime = NOON,
    **order: Any,
) -> Certificate:
    return erasing.erase(request.pk, Order(ground, **order), policy=policy, at=at, by=BY)


def letter() -> str:
    """The words of the one letter that waits."""
    written = Message.objects.get(template="written").written
    assert written
    return "\n".join([written["subject"], *(part.get("text", "") for part in written["parts"])])


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("&#x27;", "'").split())


def counted() -> dict[str, int]:
    """How many rows each table of the database has."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return dict(planned.each_table("count", tables, sql.SQL("SELECT {name}, count(*) FROM {table}")))


def dump() -> str:
    """Every row of every table, as `pg_dump` would have it."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    lines = planned.each_table("dump", tables, sql.SQL("SELECT {name}, entry::text FROM {table} entry"))
    return "\n".join(f"{table}\t{line}" for table, line in lines)


def hash_of(contact: Contact) -> str:
    return keyed_hash(contact.email or "")
