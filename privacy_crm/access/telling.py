"""Tell staff by mail what was done to an account: its owner, and the privacy officers where their role is concerned.

What is owed is written in the transaction of the act, as codes and ids. It does not go by the outbox for people
(ADR 0058): that needs a published policy, and an invitation comes before there is one.
"""

import datetime as dt
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.core.signing import Signer
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base import audit, budgets
from contacts.base.budgets import Budget, IsOver
from contacts.models import PolicyVersion
from contacts.outbox import links, mail_errors
from privacy_crm.access import account_words
from privacy_crm.models import AccountLink, AccountMail, LinkKind, StaffLanguage
from privacy_crm.roles import CONFIRMED, OFFICER

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 60  # minutes
# With pauses of 1, 2, 4 … 32 and then 60 minutes, the last attempt is made three days after the first. Attempts are
# counted, and not days, since a clock may be wrong.
MOST_ATTEMPTS = 7 + (3 * 24 * 60 - 63) // _LONGEST_PAUSE
MOST = 100  # mails a call
_CLAIM = dt.timedelta(minutes=10)  # longer than a server may take over one mail

sealed = Signer(salt="privacy_crm.account_link")


def changed(code: str, user_id: int, *, at: dt.datetime, by: str, role: str = "", address: str = "") -> None:
    """Put a change of an account on record, and owe its mails: call it in the transaction of the change.

    `address` is the one that the owner had before, which hears of it as well. An owner who has chosen no password yet
    hears of the invitation alone. Officers hear of roles that take two people, and of what somebody else does to the
    account of an officer.
    """
    rule = f"user:{user_id} role:{role.replace(' ', '-')}" if role else f"user:{user_id}"
    audit.record(code, at=at, by=by, rule=rule)
    owner = User.objects.filter(pk=user_id).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    owe(owner.values_list("pk", flat=True), user_id, code, at=at, role=role)
    if address:
        owe([user_id], user_id, code, at=at, role=role, address=address)
    if role in CONFIRMED or (by != f"user:{user_id}" and _is_officer(user_id)) or code == "account.superuser_made":
        owe(_officers_beside(user_id), user_id, code, at=at, role=role)


def owe(
    readers: Iterable[int],
    about_id: int,
    code: str,
    *,
    at: dt.datetime,
    role: str = "",
    address: str = "",
    link: AccountLink | None = None,
) -> None:
    """Write down that each reader who has an address is to be told."""
    reached = User.objects.filter(pk__in=list(readers))
    if not address:
        reached = reached.exclude(email="")
    owed = {"about_id": about_id, "code": code, "role": role, "address": address, "link": link}
    AccountMail.objects.bulk_create(
        AccountMail(reader_id=pk, happened_at=at, not_before=at, **owed)
        for pk in reached.order_by("pk").values_list("pk", flat=True)
    )


def send_due(*, at: dt.datetime, is_over: IsOver = budgets.endless) -> int:
    """Send what is owed, and return how many mails left. Where the mail server is away, the rest waits for it.

    None is begun once `is_over` says so: the rest is for the next call.

    A mail that fails, whatever the reason, counts an attempt and keeps no other from leaving.
    A mail is claimed before it leaves, and its row goes after: a crash in between sends it again, never not at all.
    """
    due = AccountMail.objects.filter(not_before__lte=at).order_by("not_before", "pk").values_list("pk", flat=True)
    sent = 0
    for pk in Budget(is_over).portions(list(due[:MOST])):
        try:
            sent += _send(pk, at)
        except Exception as error:
            failure = mail_errors.failure(error)
            log.warning("account_mail.failed", mail=pk, code=failure.code)
            _postpone(pk, at)
            if failure.of_the_server:
                break  # it takes none of the others either: the next call goes on with them
    return sent


def _send(pk: int, at: dt.datetime) -> bool:
    """Claim a mail and send it. One about a link that can no longer be used is left out."""
    if not AccountMail.objects.filter(pk=pk, not_before__lte=at).update(not_before=at + _CLAIM):
        return False
    mail = AccountMail.objects.select_related("reader", "about", "link").get(pk=pk)
    stale = mail.link and (mail.link.used_at or mail.link.withdrawn_at)
    if not stale:
        _letter(mail).send()
    mail.delete()
    return not stale


def _postpone(pk: int, at: dt.datetime) -> None:
    mail = AccountMail.objects.filter(pk=pk).first()
    if mail is None:
        return
    if mail.attempts + 1 >= MOST_ATTEMPTS:
        log.error("account_mail.given_up", mail=pk)
        mail.delete()
        return
    pause = dt.timedelta(minutes=min(2**mail.attempts, _LONGEST_PAUSE))
    AccountMail.objects.filter(pk=pk).update(attempts=mail.attempts + 1, not_before=at + pause)


def _letter(mail: AccountMail) -> EmailMessage:
    language = StaffLanguage.objects.filter(user=mail.reader_id).values_list("language", flat=True).first()
    with translation.override(language or settings.LANGUAGE_CODE):
        subject, parts = _invitation(mail) if mail.link else _change(mail)
        parts = [_("Hello %(name)s,") % {"name": mail.reader.first_name or mail.reader.username}, *parts]
    to = mail.address or mail.reader.email
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, "\n\n".join(parts) + "\n", to=[to], headers=headers)


def _change(mail: AccountMail) -> tuple[str, list[str]]:
    words, own = account_words.CHANGES[mail.code], mail.reader_id == mail.about_id
    facts = {"account": mail.about.username, "role": account_words.ROLES.get(mail.role, mail.role)}
    what = (words.owner if own else words.officers) % facts
    when = _("When: %(moment)s") % {"moment": _moment(mail.happened_at)}
    help_page = links.absolute(reverse("account_not_you"))
    doubt = _("Was this not you, or does it surprise you? This page says what to do: %(page)s") % {"page": help_page}
    why = _("You get this mail because it is about your account in the CRM.")
    why_officers = _("You get this mail because you are a privacy officer in the CRM.")
    subject = str(words.subject) if own else what.partition(". ")[0].rstrip(".")
    return subject, [str(what), when, doubt, why if own else why_officers]


def _invitation(mail: AccountMail) -> tuple[str, list[str]]:
    link, facts = mail.link, {"account": mail.about.username}
    assert link is not None  # noqa: S101 - for mypy: whoever calls has looked
    page = links.absolute(reverse("account_set_up", args=[sealed.sign(link.public_id.hex)]))
    lasts = account_words.LASTS % {"until": _moment(link.ends_at)}
    if link.kind == LinkKind.INVITATION:
        parts = [account_words.INVITED % facts, page, lasts, account_words.AFTERWARDS, account_words.UNASKED]
        return _("Your account in the CRM"), [str(part) for part in parts]
    parts = [account_words.NEW_PASSWORD % facts, page, lasts, account_words.UNASKED]
    return _("Choose a new password"), [str(part) for part in parts]


def _moment(at: dt.datetime) -> str:
    policy = PolicyVersion.objects.in_force()
    zone = policy.zone if policy else timezone.get_default_timezone()
    place = str(zone).rpartition("/")[2].replace("_", " ")
    return _("%(moment)s %(place)s time") % {
        "moment": date_format(at.astimezone(zone), "DATETIME_FORMAT"),
        "place": place,
    }


def _is_officer(user_id: int) -> bool:
    return User.objects.filter(pk=user_id, groups__name=OFFICER).exists()


def _officers_beside(user_id: int) -> list[int]:
    officers = User.objects.filter(is_active=True, groups__name=OFFICER).exclude(pk=user_id)
    return list(officers.values_list("pk", flat=True))
