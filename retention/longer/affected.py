"""Who is owed word of what a version changes for them: a longer period, or a use that they were not told of (L13)."""

import datetime as dt

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from psycopg2 import sql

from contacts.base.days import day_of
from contacts.information import longer
from contacts.models import Contact, Message, PolicyVersion
from contacts.models.people import Contacts
from contacts.words.vocabulary import AddressTrust, MailTemplate
from retention.due import growing, new_purposes
from retention.due.due_bases import Sql, union

_PEOPLE = sql.SQL("SELECT contact_id FROM ({}) affected")


def people(policy: PolicyVersion, *, at: dt.datetime) -> Contacts:
    """Return everybody whom the version in force would keep longer, or use for more, than they were told."""
    return _among(union([growing.growing(policy, at=at), new_purposes.used_for_more(policy)]))


def kept_longer(policy: PolicyVersion, *, at: dt.datetime) -> Contacts:
    """Return those of them whose period grows."""
    return _among(growing.growing(policy, at=at))


def mailable(policy: PolicyVersion, *, at: dt.datetime) -> QuerySet[Contact]:
    """Return those of them whom a mail can tell and to whom none is owed yet.

    A freeze and an objection to marketing stop none of it: it informs, and changes nothing. A restriction does, until
    it has ended (Art. 18).
    """
    return _unrestricted(policy, at).exclude(_UNWRITTEN).exclude(Exists(_mails(policy)))


def by_post(policy: PolicyVersion, *, at: dt.datetime) -> QuerySet[Contact]:
    """Return those of them whom a letter has to tell: no mail goes to their address, or ours did not leave."""
    failed = _mails(policy).filter(ended_at__isnull=False)
    return _unrestricted(policy, at).filter(_UNWRITTEN | Exists(failed)).order_by("pk")


_UNWRITTEN = Q(bounced_on__isnull=False) | Q(address_trust=AddressTrust.DOUBTED)


def _unrestricted(policy: PolicyVersion, at: dt.datetime) -> QuerySet[Contact]:
    return people(policy, at=at).unrestricted(day_of(at, policy.zone)).filter(minimised_on__isnull=True)


def _mails(policy: PolicyVersion) -> QuerySet[Message]:
    return Message.objects.filter(contact=OuterRef("pk"), template=MailTemplate.LONGER, once=longer.once(policy))


def _among(found: Sql) -> Contacts:
    query, values = found
    with connection.cursor() as cursor:
        text = cursor.mogrify(_PEOPLE.format(query), values).decode()
    return Contact.objects.filter(pk__in=RawSQL(text.replace("%", "%%"), ()))  # noqa: S611 - composed above
