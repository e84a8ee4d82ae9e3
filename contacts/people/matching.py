"""Match people who registered as customer or partner to their organisation: until then they are unverified.

Nothing is matched by itself: names and domains only suggest, and a member of staff decides.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.days import day_of
from contacts.models import Contact, Organisation, PolicyVersion
from contacts.people import agreements, clocks, organisations

MOST = 5
_ALIKE = 0.45  # of 1; below it, companies of the same trade would do

# Mailboxes that say nothing about whom somebody works for.
# fmt: off
FREE_MAIL = frozenset(
    {
        "aol.com", "bredband.net", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
        "hotmail.se", "icloud.com", "live.com", "live.se", "mac.com", "mail.com", "me.com", "msn.com", "outlook.com",
        "outlook.se", "pm.me", "proton.me", "protonmail.com", "spray.se", "telia.com", "tutanota.com", "web.de",
        "yahoo.com", "yahoo.se", "yandex.com", "zoho.com",
    }
)
# fmt: on


class MatchError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class Suggestion:
    """An organisation that may be theirs: `colleagues` of it share the domain of the address, or its name is alike."""

    organisation: Organisation
    colleagues: int = 0


@transaction.atomic
def match(contact_id: int, organisation_id: int, *, at: dt.datetime, by: str) -> None:
    """Say that a person belongs to an organisation: from then on its agreements are their clock.

    Raises MatchError where either is gone, or the person belongs to one already, or their details are only stored.
    """
    # The organisation first, as every act locks; a nightly run that deletes it for being empty is over then, or waits.
    agreements.lock([organisation_id])
    if not Organisation.objects.filter(pk=organisation_id).exists():
        raise MatchError(_("This organisation is not on record any more."))
    free = Contact.objects.whole().unrestricted(_day(at)).filter(pk=contact_id, organisation__isnull=True)
    if not free.update(organisation=organisation_id):
        raise MatchError(_("This person belongs to an organisation already, is only stored, or is no longer held."))
    clocks.refresh_contacts([contact_id])
    public_id = Contact.objects.values_list("public_id", flat=True).get(pk=contact_id)
    audit.record("contact.matched", at=at, by=by, public_id=public_id, rule=f"organisation:{organisation_id}")


@transaction.atomic
def match_new(contact_id: int, name: str, *, on: dt.date, at: dt.datetime, by: str) -> None:
    """Put an organisation on record, entered `on` a day, and say that a person belongs to it.

    Raises OrganisationError where its name is taken, and MatchError as `match` does, with nothing entered.
    """
    entered = organisations.enter(name, on=on, at=at, by=by)
    match(contact_id, entered.pk, at=at, by=by)


def suggestions(contact: Contact, *, day: dt.date) -> list[Suggestion]:
    """Return organisations that may be the person's, the likeliest first: of the same domain, then of a like name.

    Whose details are only stored on that day helps to suggest nothing (L6).
    """
    found = [*_of_domain(contact.email or "", day), *map(Suggestion, alike(contact.company))]
    return list(_once(found))[:MOST]


def alike(name: str) -> list[Organisation]:
    """Return organisations whose name resembles one that was typed, the likest first."""
    if not name:
        return []
    measured = Organisation.objects.annotate(likeness=TrigramSimilarity("name", name))
    return list(measured.filter(likeness__gte=_ALIKE).order_by("-likeness", "name")[:MOST])


def _day(at: dt.datetime) -> dt.date:
    policy = PolicyVersion.objects.in_force()
    return day_of(at, policy.zone) if policy else timezone.localdate(at)


def _of_domain(email: str, day: dt.date) -> list[Suggestion]:
    domain = email.rpartition("@")[2]
    if not domain or domain in FREE_MAIL:
        return []
    known = Contact.objects.unrestricted(day)
    colleagues = known.filter(email__endswith=f"@{domain}", organisation__isnull=False)
    counted = colleagues.values_list("organisation").annotate(number=Count("pk")).order_by("-number")[:MOST]
    numbers: dict[int, int] = dict(counted)
    named = Organisation.objects.in_bulk(numbers)
    return [Suggestion(named[pk], number) for pk, number in numbers.items()]


def _once(found: Iterable[Suggestion]) -> Iterable[Suggestion]:
    seen = set()
    for suggestion in found:
        if suggestion.organisation.pk not in seen:
            seen.add(suggestion.organisation.pk)
            yield suggestion
