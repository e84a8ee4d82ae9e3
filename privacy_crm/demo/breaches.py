"""Two breaches: one that a recipient reported, told in two reports and closed; and one whose 72 hours run (L10)."""

import datetime as dt
from typing import Any

from contacts.breaches import affected, register, reports
from contacts.breaches.reports import Sent
from contacts.models import Breach, Contact, PolicyVersion, Recipient
from contacts.words.breaches import ReportWay
from contacts.words.vocabulary import Scenario

BY = "demo"

_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
_FOUND: dict[str, Any] = {
    "groups": "Contacts at customers who got the printed newsletter.",
    "categories": ["name", "company", "postal_address"],
    "consequences": "Unwanted post. Nothing that could be used for fraud was in the list.",
    "severity": "limited",
    "risk": "likely",
    "measures": "The recipient got the list back and confirmed in writing that no copy was kept.",
}
_RUNNING: dict[str, Any] = {
    "groups": "Guests of our events, in several countries.",
    "categories": ["name", "email", "company"],
    "data": "Which events they came to",
    "consequences": "Mails that pretend to be from us, and attempts to learn passwords.",
    "severity": "significant",
    "risk": "high",
    "measures": "The link was taken down within the hour. The logs of the server are being read.",
}


def happen(policy: PolicyVersion, at: dt.datetime) -> int:
    """Put both on record as if they had happened before `at`, and return how many there are."""
    _closed(policy, at - 131 * _DAY)
    _running(policy, at - 49 * _HOUR)
    return Breach.objects.count()


def _closed(policy: PolicyVersion, at: dt.datetime) -> None:
    printer = Recipient.objects.get(service__startswith="Prints")
    breach = _enter(
        policy,
        at,
        title="Address list sent to another customer",
        happened="The printing house attached our address list to an order of another customer of theirs.",
        began_at=at - 26 * _HOUR,
        ended_at=at - 3 * _HOUR,
        processor=printer,
        processor_told_at=at - 2 * _HOUR,
    )
    affected.add(breach, affected.given_to(printer), asked=f"given to {printer.name}", at=at, by=BY)
    _report(breach, policy, at + 19 * _HOUR)
    register.change(_seen(breach), {**_FOUND, "untold_because": "The risk is not high."}, at=at + 4 * _DAY, by=BY)
    _report(breach, policy, at + 5 * _DAY, reference="IMY-2026-4711")
    learnt = "The printing house now checks attachments by two people. We send lists through its portal alone."
    register.close(_seen(breach), learnt, at=at + 21 * _DAY, by=BY)


def _running(policy: PolicyVersion, at: dt.datetime) -> None:
    breach = _enter(
        policy,
        at,
        title="Guest list open on the web",
        happened="A link to a guest list could be opened without a log-in, and a search engine had found it.",
        began_at=at - 3 * _DAY,
        ended_at=at + _HOUR,
        processor=None,
        processor_told_at=None,
    )
    guests = Contact.objects.filter(bases__scenario=Scenario.EVENT)
    affected.add(breach, guests, asked=f"held as {Scenario.EVENT.label}", at=at + 3 * _HOUR, by=BY)
    register.change(_seen(breach), _RUNNING, at=at + 20 * _HOUR, by=BY)


def _enter(policy: PolicyVersion, at: dt.datetime, **facts: Any) -> Breach:
    told = {"aware_at": at - _HOUR, "kinds": ["confidentiality"], **facts}
    contact_point = str(policy.controller["privacy_contact"])
    return register.enter(told, contact_point=contact_point, at=at + 2 * _HOUR, by=BY)


def _report(breach: Breach, policy: PolicyVersion, at: dt.datetime, reference: str = "") -> None:
    sent = Sent(ReportWay.ESERVICE, at, "sv", reference)
    reports.record(_seen(breach), sent, policy=policy, at=at, by=BY)


def _seen(breach: Breach) -> Breach:
    return Breach.objects.get(pk=breach.pk)
