"""Tell the authority about a breach: a first report within 72 hours, and what is found out later (Art. 33 GDPR)."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from contacts.base.rows import insert
from contacts.breaches import authority_form, clock, register
from contacts.breaches.register import BreachError
from contacts.models import Breach, BreachReport, PolicyVersion
from contacts.words.breaches import STANDING, BreachState, ReportWay


@dataclass(frozen=True)
class Sent:
    """How and when a report went to the authority, in which language, and what the authority calls it."""

    way: ReportWay
    sent_at: dt.datetime
    language: str
    reference: str = ""
    late_because: str = ""


@transaction.atomic
def record(breach: Breach, sent: Sent, *, policy: PolicyVersion, at: dt.datetime, by: str) -> BreachReport:
    """Put on record that the authority was told all that the breach says now, and keep it as it was told.

    `breach` is as it was seen. Raises BreachError where it was changed meanwhile or is closed, for a moment to come or
    before we were aware, and for a first report after 72 hours without the reasons for the delay (Art. 33(1)).
    """
    if not breach.aware_at <= sent.sent_at <= at:
        raise BreachError(_("It was sent after you became aware of the breach, and not in the future."))
    number = (BreachReport.objects.filter(breach=breach).aggregate(last=Max("number"))["last"] or 0) + 1
    if number == 1 and sent.sent_at > clock.safe_at(breach.aware_at) and not sent.late_because:
        raise BreachError(_("It was sent after more than 72 hours. Give the reasons for the delay."))
    register.settle(breach, {"state": BreachState.REPORTED}, *STANDING)
    said = {
        each: authority_form.said(breach, number, late_because=sent.late_because, policy=policy, language=each)
        for each, _name in settings.LANGUAGES
    }
    report = insert(BreachReport(breach=breach, number=number, said=said, **asdict(sent), recorded_at=at, by=by))
    register.note("reported" if number == 1 else "report_added", breach, at=at, by=by)
    return report
