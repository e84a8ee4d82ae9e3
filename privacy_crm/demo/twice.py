"""Two people whom the demo company has on file twice: somebody misspelled a name, and somebody used another address."""

import datetime as dt

from contacts.base.days import day_of
from contacts.merging import searching
from contacts.models import Contact, DuplicatePair, PolicyVersion
from contacts.signups import entering
from contacts.signups.entering import Reason
from contacts.signups.sign_ups import Typed
from contacts.words.vocabulary import AgreementState, Scenario, SourceKind

BY = "demo"


def come(policy: PolicyVersion, at: dt.datetime) -> int:
    """Enter two people of customers a second time, look for duplicates, and return how many pairs are found."""
    day = day_of(at, policy.zone)
    known = (
        Contact.objects.whole()
        .unrestricted(day)
        .filter(frozen_through=None, left_on=None, organisation__agreement_state=AgreementState.OPEN)
    )
    for number, person in enumerate(known.exclude(phone="").order_by("pk")[:2]):
        _again(person, number, policy, at)
    searching.begin(at=at, by=BY)
    searching.go_on(day=day, at=at)
    return DuplicatePair.objects.count()


def _again(person: Contact, number: int, policy: PolicyVersion, at: dt.datetime) -> None:
    then = at - dt.timedelta(days=12 + number)
    local, _, domain = (person.email or "").partition("@")
    typed = Typed(
        email=f"{local.replace('.', '_')}@{domain}",
        first_name=person.first_name,
        last_name=person.last_name + person.last_name[-1] * number,
        phone=person.phone if number else "",
        job_title="Head of IT" if not person.job_title else "",
        city=person.city,
        country=person.country,
        language=person.language,
    )
    reason = Reason(Scenario.PROSPECT, "a fair in Malmö", SourceKind.PERSON, day_of(then, policy.zone))
    entering.enter(typed, reason, organisation_id=person.organisation_id, policy=policy, at=then, by=BY)
