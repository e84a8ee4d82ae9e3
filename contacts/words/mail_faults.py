"""What is wrong with a mail server, in words that staff understand: from the kind of error or from what it said."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_SILENT = _("The mail server does not answer.")
_UNREACHABLE = _("The mail server cannot be reached.")
_PROVIDER = _("The mail provider takes no mail from us.")
_ANY = _("The mail server takes no mail from us.")

_AWAY: dict[str, Any] = {
    "ConnectionRefusedError": _UNREACHABLE,
    "OSError": _UNREACHABLE,
    "gaierror": _UNREACHABLE,
    "SMTPConnectError": _UNREACHABLE,
    "SMTPServerDisconnected": _SILENT,
    "TimeoutError": _SILENT,
    "UnansweredError": _SILENT,
    "SMTPAuthenticationError": _("The mail server does not accept our user name and password."),
    "SMTPSenderRefused": _("The mail server does not accept our address as the sender."),
}
_REFUSES = _("The mail server refuses mail to different companies in the same words: “%s”.")

_ALL_WAIT = _(
    "All mail waits. One mail is tried every few minutes, first one that somebody waits for, such as a confirmation."
)
_MAILINGS_WAIT = _(
    "Mailings and announcements wait. Mail that somebody waits for, such as a confirmation or a letter, still leaves."
    " It waits only if it was itself refused like this."
)


def waits(*, awaited_leaves: bool) -> str:
    """Return which mail waits meanwhile."""
    return str(_MAILINGS_WAIT if awaited_leaves else _ALL_WAIT)


def told(reply: str, domains: int) -> str:
    """Return what is wrong. `reply` is what was said alike to so many domains, else the kind of error."""
    if domains and reply[0].isdigit():
        return str(_REFUSES) % reply
    return str(_AWAY.get(reply, _PROVIDER if reply.startswith("Anymail") else _ANY))


def said(reply: str) -> str:
    """Return what was said of an address that takes no mail."""
    if reply and reply[0].isdigit():
        return f"“{reply}”"
    return str(_("What the mail provider reported") if reply else _("Not recorded"))
