"""Whom the report is about, and as of when: somebody who is held, or an address under which nobody is held any more."""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.formats import date_format

from contacts.base.days import day_of
from contacts.models import Basis, Contact, MergedAddress, PolicyVersion, Tombstone
from contacts.people import suppressions
from contacts.words.addresses import known, normalise
from dsr.models import Certificate, Request
from dsr.package import people
from dsr.package.people import Person
from dsr.records import requesters
from dsr.words.vocabulary import State


@dataclass(frozen=True)
class About:
    person: Person
    contacts: list[Contact]
    policy: PolicyVersion
    language: str
    at: dt.datetime

    @property
    def day(self) -> dt.date:
        return day_of(self.at, self.policy.zone)

    @cached_property
    def requests(self) -> list[Request]:
        """What they asked, and what was asked about them; nobody knows whose it is while it is not confirmed."""
        theirs = requesters.asked_by(self.person.hashes, self.person.contact_ids)
        theirs |= Q(pk__in=Request.objects.of_people(list(self.person.contact_ids)).values("pk"))
        return list(Request.objects.exclude(state=State.UNPROVEN).filter(theirs).order_by("-received_on", "-pk"))

    @cached_property
    def certificates(self) -> list[Certificate]:
        return list(
            Certificate.objects.filter(request__in=self.requests).order_by("-erased_at").select_related("request")
        )

    @cached_property
    def references(self) -> list[uuid.UUID]:
        """The numbers that trail and notices have them by: of their records, and of those a certificate names."""
        certified = (number for certificate in self.certificates for number in certificate.references)
        return list(dict.fromkeys([*self.person.public_ids, *certified]))

    @cached_property
    def bases(self) -> list[Basis]:
        held = Basis.objects.filter(contact__in=self.contacts).with_policy_then()
        return list(held.select_related("policy_shown").order_by("pk"))

    def moment(self, at: dt.datetime) -> str:
        """Return the day of a moment, where the company is."""
        return on(day_of(at, self.policy.zone))


def on(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")


def held(contact: Contact, *, policy: PolicyVersion, language: str, at: dt.datetime) -> About:
    return About(people.find([contact.pk]), [contact], policy, language, at)


def under(address: str, *, policy: PolicyVersion, language: str, at: dt.datetime) -> About:
    """Return who is, or was, known by an address. Raises MalformedAddressError.

    Somebody who is held has it now, gave it up in a merge, or is what a duty has us keep of whom we deleted.
    """
    hashes = known(normalise(address))
    merged = MergedAddress.objects.filter(address_hash__in=list(hashes)).values("contact")
    reduced = Tombstone.objects.filter(suppressions.under(hashes), residue__isnull=False).values("residue")
    found = Contact.objects.filter(Q(email=normalise(address)) | Q(pk__in=merged) | Q(public_id__in=reduced))
    contacts = list(found.order_by("pk"))
    return About(people.find([each.pk for each in contacts], address), contacts, policy, language, at)
