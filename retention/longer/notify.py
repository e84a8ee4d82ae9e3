"""Tell people of a longer period by mail, one each, once an officer says so: some a day, so that no burst leaves."""

import datetime as dt

from django.db import transaction
from django.db.models import CharField, F, Value
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.days import day_of
from contacts.information import informing, longer
from contacts.models import Contact, Message, PolicyNotice, PolicyTelling, PolicyVersion
from contacts.outbox import outbox
from contacts.people import tellings
from contacts.words.vocabulary import MailPurpose, MailTemplate, TellingWay
from retention.longer import affected


class NoticeError(ValueError):
    """People are told of it already, or cannot have been told like that; the message says which."""


@transaction.atomic
def start(policy: PolicyVersion, *, most: int, at: dt.datetime, by: str) -> PolicyNotice:
    """Have everybody told by mail what the version in force changes for them; the first `most` mails are owed at once.

    Raises NoticeError where another version is in force by now, or this was said before.
    """
    list(PolicyVersion.objects.select_for_update().filter(pk=policy.pk))
    in_force = PolicyVersion.objects.in_force()
    if in_force is None or in_force.pk != policy.pk:
        raise NoticeError(_("Another version is in force by now. Look at what that one changes."))
    notice, fresh = PolicyNotice.objects.get_or_create(version=policy, defaults={"started_at": at, "started_by": by})
    if not fresh:
        raise NoticeError(_("People are being told of this version already."))
    audit.record("policy.notice_started", at=at, by=by, rule=f"version:{policy.number}")
    enqueue(policy, most=most, at=at)
    return notice


def tick(*, most: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Owe the day's mails if it is six o'clock and an officer has said so, and return how many are owed."""
    wanted = at.astimezone(policy.zone).hour == informing.HOUR and PolicyNotice.objects.filter(version=policy).exists()
    return enqueue(policy, most=most, at=at) if wanted else 0


@transaction.atomic
def enqueue(policy: PolicyVersion, *, most: int, at: dt.datetime) -> int:
    """Owe the mail to `most` of those who wait for it, and return how many are owed. Nobody is owed two.

    Whom we have to tell first where we have their details from hears that first, and with it all the rest (L5).
    """
    keys = list(affected.mailable(policy, at=at).order_by("pk").values_list("pk", flat=True)[:most])
    if not keys:
        return 0
    informing.enqueue_before(Contact.objects.filter(pk__in=keys), policy=policy, at=at)
    once = Value(longer.once(policy), output_field=CharField())
    found = Contact.objects.filter(pk__in=keys).annotate(contact_id=F("pk"), once=once)
    columns = ("contact_id", "once")
    return outbox.enqueue_each(
        MailTemplate.LONGER,
        found.values_list(*columns),
        columns,
        at=at,
        purpose=MailPurpose.INFORMATION,
        skip_held=True,
    )


@transaction.atomic
def told_by_post(contact_ids: list[int], *, on: dt.date, policy: PolicyVersion, at: dt.datetime, by: str) -> int:
    """Note that a letter told people on a day what the version in force changes for them; return how many it told.

    Raises NoticeError for a day to come, or before that version. Who was told otherwise by now is passed over.
    """
    if on > day_of(at, policy.zone):
        raise NoticeError(_("A letter that has not been sent yet has told nobody."))
    if not PolicyVersion.objects.published_by(on).filter(pk=policy.pk).exists():
        raise NoticeError(_("On that day this version of the policy was not in force yet."))
    told = {}
    for contact in Contact.objects.whole().filter(pk__in=contact_ids).order_by("pk").select_for_update(no_key=True):
        bases = [change.basis.pk for change in longer.changes(contact, policy)]
        if bases and tellings.record(bases, policy, TellingWay.LETTER, on=on):
            told[contact.pk] = contact.public_id
    audit.record_each("policy.told", told.values(), at=at, by=by, rule="letter")
    return len(told)


def told(policy: PolicyVersion) -> dict[str, int]:
    """Return how many people were told of a version, by each way."""
    counted = PolicyTelling.objects.filter(version=policy, bounced_on__isnull=True)
    return {way: counted.filter(way=way).values("basis__contact").distinct().count() for way in TellingWay.values}


def waiting(policy: PolicyVersion) -> int:
    """Return how many mails about a version are owed and have not left."""
    owed = Message.objects.filter(template=MailTemplate.LONGER, once=longer.once(policy))
    return owed.filter(sent_at__isnull=True, ended_at__isnull=True).count()
