"""The mail that tells a system's owner what a request asks: its number, its day and a link, and no person (L18)."""

import datetime as dt
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.fields import one_line
from contacts.models import PolicyVersion
from contacts.policy.policy_words import FALLBACK
from dsr.models import SystemTask
from dsr.systems import asking_words, owner_links


def write(task: SystemTask, *, policy: PolicyVersion, day: dt.date) -> EmailMessage:
    """Return the mail that fits how a task stands: asked, late, called off, or lifted. Owners are staff: in English."""
    with translation.override(FALLBACK):
        context = {
            "task": task,
            "controller": policy.controller,
            "what": asking_words.what(task),
            "lead": _lead(task, day),
            "link": owner_links.page_of(task) if task.is_open or task.sought else "",
        }
        text = render_to_string("mail/system_task.txt", context)
        subject = f"{task.system.name}: {_subject(task, day)} ({task.request.number})"
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return EmailMessage(
        one_line(subject),
        text,
        from_email=formataddr((one_line(policy.controller["name"]), address)),
        to=[task.system.owner_email],
        reply_to=[one_line(policy.controller["privacy_contact"])],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _subject(task: SystemTask, day: dt.date) -> str:
    if task.is_to_undo:
        return _("please undo what you did")
    if task.called_off_at:
        return _("nothing to do any more")
    if task.answered_at:
        return _("you may use the details again")
    if task.due_on < day:
        return _("your answer is overdue")
    return _("answer by %s") % date_format(task.due_on)


def _lead(task: SystemTask, day: dt.date) -> str:
    told = {"number": task.request.number, "system": task.system.name, "day": date_format(task.due_on, "DATE_FORMAT")}
    if task.is_to_undo:
        return _("Please disregard request %(number)s for %(system)s. We should not have asked you about it.") % told
    if task.called_off_at:
        return (
            _(
                "We asked you about request %(number)s for %(system)s. You need not do anything about it any more. If"
                " you restricted the details, you may use them again."
            )
            % told
        )
    if task.answered_at:
        return _lifted(task) % told
    if task.due_on < day:
        return (
            _("Your answer for %(system)s was due on %(day)s, and somebody waits for it (request %(number)s).") % told
        )
    return _("We have a request about a person, and %(system)s may hold their details (request %(number)s).") % told


def _lifted(task: SystemTask) -> str:
    """Return what may be done again with what a system only stored."""
    if task.request.ground:
        return _(
            "For request %(number)s you restricted a person’s details in %(system)s. You may use them again, but not"
            " in our own interest, such as for marketing. We have accepted their objection."
        )
    return _(
        "For request %(number)s you restricted a person’s details in %(system)s. You may use them again, as before."
    )
