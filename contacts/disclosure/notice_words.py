"""What a notice asks of a recipient, in words: a person is a number in it, and a changed value never stands in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contacts.models import RecipientNotice
from contacts.words.vocabulary import Channel, NoticeKind

_HEADINGS = {
    NoticeKind.ERASED: pgettext_lazy("notice", "Erase"),
    NoticeKind.OBJECTED: pgettext_lazy("notice", "Stop marketing"),
    NoticeKind.RECTIFIED: pgettext_lazy("notice", "Correct"),
    NoticeKind.RESTRICTED: pgettext_lazy("notice", "Store only"),
    NoticeKind.LIFTED: pgettext_lazy("notice", "The restriction has ended"),
}

_FIELDS = {
    "email": gettext_lazy("e-mail"),
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "job_title": gettext_lazy("professional role"),
    "phone": gettext_lazy("phone"),
    "company": gettext_lazy("company"),
    "organisation": gettext_lazy("organisation"),
    "address": gettext_lazy("address"),
    "postal_code": gettext_lazy("postal code"),
    "city": gettext_lazy("city"),
    "country": gettext_lazy("country"),
    "language": gettext_lazy("language"),
}


@dataclass(frozen=True)
class Task:
    """One thing to do, and the people whom it is to be done for."""

    heading: str
    text: str
    notices: list[RecipientNotice]


def tasks(notices: Iterable[RecipientNotice]) -> list[Task]:
    """Return what notices ask for, those that ask for the same together."""

    def same(notice: RecipientNotice) -> tuple[int, list[str]]:
        return list(NoticeKind).index(NoticeKind(notice.kind)), notice.details

    return [
        Task(heading(found[0]), what_to_do(found[0]), found)
        for found in (list(group) for _same, group in groupby(sorted(notices, key=same), key=same))
    ]


def heading(notice: RecipientNotice) -> str:
    return str(_HEADINGS[NoticeKind(notice.kind)])


def what_to_do(notice: RecipientNotice) -> str:
    """Return what a notice asks for, as a sentence or two."""
    match NoticeKind(notice.kind):
        case NoticeKind.ERASED:
            return _("Delete everything about the people listed here that you have from us, copies included.")
        case NoticeKind.OBJECTED:
            return _objected(notice.details)
        case NoticeKind.RECTIFIED:
            return _rectified(notice.details)
        case NoticeKind.RESTRICTED:
            return _("Keep what you hold about the people listed here, and do not use it until you hear from us again.")
    return _("You may again use what you hold about the people listed here, for the purpose we gave it to you for.")


def _objected(channels: list[str]) -> str:
    named = [str(channel.label) for channel in Channel if channel in channels]
    if not named or len(named) == len(Channel):
        return _("Send no more marketing to the people listed here, on any channel.")
    return _("Send no more marketing by %s to the people listed here.") % ", ".join(named)


def _rectified(fields: list[str]) -> str:
    named = ", ".join(str(_FIELDS.get(field, field)) for field in fields)
    if not named:
        return _("What we gave you about the people listed here has changed. Ask us for it before you use it again.")
    return (
        _("What we gave you about the people listed here has changed: %s. Ask us for it before you use it again.")
        % named
    )
