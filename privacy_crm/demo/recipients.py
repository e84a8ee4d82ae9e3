"""Who outside the demo company was given people's data, under which agreement, and what one of them still has to do."""

from __future__ import annotations

import datetime as dt
import tomllib
import uuid
from pathlib import Path

from contacts.base.days import day_of
from contacts.disclosure import disclosing, recipients
from contacts.disclosure.recipients import Particulars, Terms
from contacts.models import Basis, Contact, PolicyVersion, Recipient, RecipientNotice
from contacts.permission import permission
from contacts.words.vocabulary import DisclosureKind, NoticeKind, Scenario

HERE = Path(__file__).parent
BY = "demo"
FIRST, AGREED, LATE = dt.timedelta(days=35), dt.timedelta(days=600), dt.timedelta(days=44)


def give(policy: PolicyVersion, at: dt.datetime) -> None:
    """Fill the register, and give away what was given before the night of `at`, whose deletions are then told."""
    told = tomllib.loads((HERE / "recipients.toml").read_text(encoding="utf-8"))
    for name, said in told.items():
        terms, given = said.pop("terms"), said.pop("given", [])
        recipient = recipients.add(Particulars(name=name, **said), at=at - AGREED, by=BY)
        ended = terms.pop("ended_days_ago", None)
        ends_on = day_of(at, policy.zone) - dt.timedelta(days=ended) if ended else None
        begins_on = day_of(at - AGREED, policy.zone)
        recipients.agree(recipient.pk, Terms(begins_on=begins_on, ends_on=ends_on, **terms), at=at - AGREED, by=BY)
        for number, each in enumerate(given):
            held_as, kind = Scenario(each["held_as"]), DisclosureKind(each["kind"])
            _give(recipient, held_as, kind, each["people"], at - FIRST * (number + 1))


def _give(recipient: Recipient, held_as: Scenario, kind: DisclosureKind, number: int, at: dt.datetime) -> None:
    """Give away those who have been held longest, so that some of them go tonight."""
    open_to_it = {"frozen_through__isnull": True, "restricted_through__isnull": True, "left_on__isnull": True}
    free = Contact.objects.whole().filter(**open_to_it)
    later = Basis.objects.untold() | Basis.objects.filter(informed_on__gt=at.date())
    told = free.exclude(pk__in=later.values("contact")).exclude(permission.objected_to_any())
    bases = Basis.objects.filter(scenario=held_as, contact__in=told, collected_on__lt=at.date())
    people = list(bases.order_by("collected_on", "pk").values_list("contact", flat=True)[:number])
    disclosing.disclose(people, recipient, purpose=held_as, kind=kind, at=at, by=BY)


def be_late(at: dt.datetime) -> None:
    """Somebody was deleted weeks ago, and the printing house has not said yet that it has erased them, too."""
    printer = Recipient.objects.get(service__startswith="Prints")
    owed_at = at - LATE
    RecipientNotice.objects.create(
        recipient=printer,
        reference=uuid.uuid4(),
        kind=NoticeKind.ERASED,
        created_at=owed_at,
        sent_at=owed_at,
        chased_at=owed_at + dt.timedelta(days=42),
        not_before=owed_at + dt.timedelta(days=49),
    )
