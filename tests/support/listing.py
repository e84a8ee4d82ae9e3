"""Lists of people that leave as files: made, and read again as whoever gets them reads them."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from openpyxl import load_workbook

from contacts.audiences import exporting
from contacts.audiences.audience import Wanted
from contacts.audiences.exporting import Custody, File
from contacts.models import Audience, Contact, CountryRule, PolicyVersion, Segment
from contacts.words.vocabulary import Channel, Scenario
from tests.support.factories import NOON, ContactFactory, CountryRuleFactory, hold

TODAY = NOON.date()
EVERYTHING = {"phone": "08-465 00 00", "address": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"}


@pytest.fixture
def free_country(db: None) -> list[CountryRule]:
    """Have the law of one country ask for no consent."""
    rule = {"country": "GB", "ground": "legitimate_interest", "valid_from": dt.date(2020, 1, 1)}
    return [CountryRuleFactory.create(channel=channel, **rule) for channel in Channel]


def prospect(policy: PolicyVersion, scenario: str = "prospect", **fields: Any) -> Contact:
    """Somebody who may be written to, unless these fields say otherwise."""
    contact = ContactFactory.create(**{"country": "GB", **EVERYTHING, **fields})
    hold(contact, scenario, TODAY, policy=policy)
    return contact


def holder(name: str = "kim") -> User:
    return User.objects.get_or_create(username=name)[0]


def taker(name: str = "kim") -> User:
    """Somebody of marketing, who may take lists out."""
    user = holder(name)
    user.groups.set([Group.objects.get(name="marketing")])
    return user


def custody(**fields: Any) -> Custody:
    return Custody(**{"holder_id": holder().pk, "days": 7, "reason_above": 10_000, **fields})


def segment(name: str = "Britain", owner: User | None = None, **filters: str) -> Segment:
    return Segment.objects.create(name=name, owner=owner or holder(), filters=filters, created_at=NOON)


def export(policy: PolicyVersion, wanted: Wanted | None = None, held: Custody | None = None) -> File:
    wanted = wanted or Wanted(Channel.EMAIL, Scenario.PROSPECT)
    return exporting.export(wanted, held or custody(), policy=policy, at=NOON, by="test")


def content(file: File) -> bytes:
    try:
        return b"".join(file)
    finally:
        file.close()


def from_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def from_xlsx(content: bytes) -> list[dict[str, Any]]:
    names, *rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def made(user: User | None = None, **fields: Any) -> Audience:
    """A list that left a while ago, without anybody on record."""
    told = {"channel": "email", "purpose": "prospect", "file_format": "csv", "people": 12, "made_at": NOON}
    return Audience.objects.create(**{**told, "valid_through": TODAY, "holder": user or holder(), **fields})
