"""Who is an existing customer: of whom the law of some countries asks less before marketing (P11)."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Agreement, Basis
from contacts.words.vocabulary import AgreementKind, Scenario, SourceKind


def is_customer(day: dt.date) -> Q:
    """Tell existing customers: of an organisation whose customer agreement is open, who gave their address themselves
    or through it, since that is what the exceptions ask for (such as § 7(3) UWG).
    """
    bases = customer_bases().filter(contact=OuterRef("pk"))
    return Q(Exists(bases)) & with_open_agreement(day)


def customer_bases() -> QuerySet[Basis]:
    """Return the bases that make somebody an existing customer, while an agreement is open."""
    given = [SourceKind.PERSON, SourceKind.ORGANISATION]
    return Basis.objects.filter(scenario=Scenario.CUSTOMER, source_kind__in=given)


def with_open_agreement(day: dt.date) -> Q:
    """Tell of contacts whether their organisation has a customer agreement that is open on a day."""
    agreements = Agreement.objects.filter(
        Q(started_on__isnull=True) | Q(started_on__lte=day),
        Q(ended_on__isnull=True) | Q(ended_on__gt=day),
        organisation=OuterRef("organisation"),
        kind=AgreementKind.CUSTOMER,
    )
    return Q(Exists(agreements))
