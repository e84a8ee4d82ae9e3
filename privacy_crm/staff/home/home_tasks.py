"""What waits for a user, by date: each a sentence that leads to the work, with the day on which it is due."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.events import check_in
from contacts.admin.shared.people import visible_to
from contacts.disclosure import expiry
from contacts.events import check_in as check_ins
from contacts.models import (
    ApiKey,
    Contact,
    LookAgain,
    Mailing,
    Message,
    PolicyVersion,
    RecipientNotice,
    Restoration,
    Review,
    SignUp,
    Upload,
)
from contacts.models.recipients import OVERDUE
from contacts.models.sign_ups import UNPROVEN_DAYS
from contacts.outbox import standstill, standstill_told
from contacts.words import mail_faults
from contacts.words.vocabulary import MailingState, SignUpKind, UploadState
from dsr.models import SystemTask
from privacy_crm.access import accounts
from privacy_crm.staff.audiences import audiences
from privacy_crm.staff.breaches import breaches
from privacy_crm.staff.duplicates import pairs
from privacy_crm.staff.people import address_trust_act, informing_act
from privacy_crm.staff.policy import assessments
from privacy_crm.staff.uploads import upload_forms
from retention.models import OF_REQUESTS, Hold

_WEEK = dt.timedelta(days=7)
_A_MONTH = dt.timedelta(days=30)

# A sentence and a link, and the day where there is one.
type Told = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Something to be done, and how pressing it is: `tone` and `word` say the same, for those who see no colours."""

    text: str
    link: str
    day: dt.date | None
    tone: str
    word: Any


def by_day(told: Iterable[Told], day: dt.date) -> list[Task]:
    """Return tasks by their day, as of a day: what is overdue first, what has no day last."""
    tasks = [Task(each["text"], each["link"], each.get("day"), *_pressing(each.get("day"), day)) for each in told]
    return sorted(tasks, key=lambda task: task.day or dt.date.max)


def _pressing(due: dt.date | None, day: dt.date) -> tuple[str, Any]:
    if due is None:
        return "", ""
    if due < day:
        return "overdue", _("overdue")
    if due == day:
        return "today", _("today")
    return ("week", _("this week")) if due < day + _WEEK else ("", _("later"))


def of(request: HttpRequest, day: dt.date) -> list[Told]:
    """Return what waits for this user on a day, apart from requests, in no order."""
    now = timezone.now()
    found = [
        *breaches.tasks(request),
        *audiences.tasks(request),
        *pairs.tasks(request),
        *informing_act.tasks(request),
        *address_trust_act.tasks(request),
        *accounts.tasks(request),
    ]
    for permission, tell in _READERS:
        if request.user.has_perm(permission):
            found += tell(request.user, day, now)
    return found


def _reviews(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    due = Review.objects.due(day + _WEEK)
    return [_told(_("Review: %s") % each.title, "contacts_review_change", each.pk, day=each.next_on) for each in due]


def _to_approve(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    found = Mailing.objects.filter(state=MailingState.SUBMITTED)
    return [_of_mailing(_("Approve or give back the important message “%s”"), each, day) for each in found]


def _policy(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    """A version that somebody else proposed waits for this officer."""
    waiting = PolicyVersion.objects.filter(published_at=None, announced_at=None, proposed_at__isnull=False)
    text = _("A version of the privacy policy waits for your approval")
    found = waiting.exclude(proposed_by=f"user:{user.pk}")
    return [_told(text, "contacts_policyversion_change", each.pk, day=each.holds_from) for each in found]


def _to_assess(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    return assessments.tasks(day)


def _to_send(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    paused = Mailing.objects.filter(state=MailingState.PAUSED)
    soon = Mailing.objects.filter(state=MailingState.SCHEDULED, scheduled_for__lt=now + _WEEK)
    return [
        *(_of_mailing(_("“%s” is paused: resume or stop it"), each, day) for each in paused),
        *(_of_mailing(_("“%s” leaves"), each, localdate(each.scheduled_for)) for each in soon),
    ]


def _of_mailing(text: str, mailing: Mailing, day: dt.date) -> Told:
    return _told(text % mailing.name, "contacts_mailing_change", mailing.public_id, day=day)


def _to_import(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    waiting = Upload.objects.filter(state=UploadState.PREVIEWED, uploaded_by=user.pk)
    text = _("A list of people waits for your yes; its file is deleted on this day")
    return [
        _told(text, "contacts_upload_change", each.public_id, day=each.forget_at and localdate(each.forget_at))
        for each in waiting
    ]


def _at_the_door(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    text = gettext_lazy("Check guests in: %s")
    return [
        _told(text % event.title, "contacts_event_check-in", event.pk, day=max(day, localdate(event.starts_at)))
        for event in check_ins.open_now(at=now)
    ]


def _sign_ups(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    waiting = SignUp.objects.waiting().exclude(kind=SignUpKind.CONSENT)
    number, first = waiting.aggregate(number=Count("pk"), first=Min("created_at")).values()
    text = ngettext(
        "%d person has signed up and not confirmed the address; they are forgotten on this day",
        "%d people have signed up and not confirmed the address; the first is forgotten on this day",
        number,
    )
    forgotten = first and localdate(first) + dt.timedelta(days=UNPROVEN_DAYS)
    return [_told(text % number, "contacts_signup_changelist", day=forgotten)] if number else []


def _holds(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    ending = Hold.objects.ending(day, day + _WEEK).exclude(reason__in=OF_REQUESTS)
    number, first = ending.aggregate(number=Count("pk"), first=Min("until")).values()
    text = ngettext(
        "%d hold ends within a week: see whether it is still needed",
        "%d holds end within a week: see whether they are still needed",
        number,
    )
    return [_told(text % number, "retention_hold_changelist", query="standing=yes", day=first)] if number else []


def _to_match(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    if not user.has_perm("contacts.view_basis"):
        return []
    number = visible_to(user, Contact.objects.unmatched()).count()
    text = ngettext(
        "%d registered person waits to be matched to an organisation",
        "%d registered people wait to be matched to an organisation",
        number,
    )
    return [_told(text % number, "contacts_contact_changelist", query="unverified=unmatched")] if number else []


def _mail_fault(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    if stands := standstill.current():
        text = _("Mailings are not leaving. %s") if standstill.spares_awaited(stands) else _("Mail is not leaving. %s")
        fault = mail_faults.told(stands.reply, stands.domains)
        return [_told(text % fault, "contacts_mailstandstill_change", stands.pk, day=day)]
    number = Message.objects.late(now).count()
    late = ngettext(
        "%d mail has waited for more than 10 minutes: see whether the worker and the mail server run",
        "%d mails have waited for more than 10 minutes: see whether the worker and the mail server run",
        number,
    )
    return [_told(late % number, "contacts_mailstandstill_changelist", day=day)] if number else []


def _overdue_notices(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    overdue = RecipientNotice.objects.overdue(now)
    number, first = overdue.aggregate(number=Count("pk"), first=Min("created_at")).values()
    text = ngettext(
        "%d notice to a recipient is overdue: nobody has said that it is done",
        "%d notices to recipients are overdue: nobody has said that they are done",
        number,
    )
    if not number:
        return []
    day = localdate(first + OVERDUE)
    return [_told(text % number, "contacts_recipientnotice_changelist", query="standing=overdue", day=day)]


def _systems(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    overdue = SystemTask.objects.overdue(day)
    number, first = overdue.aggregate(number=Count("pk"), first=Min("due_on")).values()
    text = ngettext(
        "%d answer of another system is overdue: remind its owner",
        "%d answers of other systems are overdue: remind their owners",
        number,
    )
    return (
        [_told(text % number, "dsr_request_changelist", query="state=all&systems=overdue", day=first)] if number else []
    )


def _agreements(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    """What is to be done about recipients: agreements that end, and transfers to assess."""
    ends, assess = _("The agreement with %s ends: agree on a new one"), _("Assess the transfer of data to %s")
    return [
        _of_recipient(ends, each, each.agreement_until)
        if is_ending
        else _of_recipient(assess, each, each.review_on or day)
        for each, is_ending in expiry.to_see_to(day, until=day + _A_MONTH)
    ]


def _of_recipient(text: str, recipient: Any, day: dt.date | None) -> Told:
    return _told(text % recipient.name, "contacts_recipient_change", recipient.pk, day=day)


def _keys(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    ending = ApiKey.objects.in_force(now).filter(ends_at__lte=now + _A_MONTH).order_by("ends_at")
    text = _("The key of “%s” ends: issue the next one, and revoke it")
    return [_told(text % each.name, "contacts_apikey_change", each.pk, day=localdate(each.ends_at)) for each in ending]


def _restored(user: Any, day: dt.date, now: dt.datetime) -> list[Told]:
    """What waits since a restore: the mails that may have left, and the people to look at."""
    looks = LookAgain.objects.filter(seen_at__isnull=True)
    open_ones = Restoration.objects.filter(Q(mails_settled_at__isnull=True) | Exists(looks))
    text = _("The database was restored: decide about mails, and look at people again")
    latest = open_ones.order_by("-pk").first()
    return [_told(text, "contacts_restoration_change", latest.pk, day=day)] if latest else []


_READERS = (
    ("contacts.add_apikey", _keys),
    ("dsr.handle_request", _systems),
    (standstill_told.PERMISSION, _mail_fault),
    ("contacts.add_reviewoutcome", _reviews),
    ("contacts.approve_mailing", _to_approve),
    ("contacts.publish_policy", _policy),
    ("contacts.add_interestassessment", _to_assess),
    ("contacts.change_mailing", _to_send),
    (upload_forms.PERMISSION, _to_import),
    (check_in.PERMISSION, _at_the_door),
    ("contacts.change_signup", _sign_ups),
    ("retention.change_hold", _holds),
    ("contacts.change_organisation", _to_match),
    ("contacts.change_recipientnotice", _overdue_notices),
    (expiry.PERMISSION, _agreements),
    ("contacts.settle_restoration", _restored),
)


def _told(text: str, page: str, *args: Any, query: str = "", day: dt.date | None = None) -> Told:
    link = reverse(f"admin:{page}", args=args)
    return {"text": text, "link": f"{link}?{query}" if query else link, "day": day}
