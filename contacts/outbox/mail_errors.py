"""What it means that a mail could not be handed over: whose fault it is, and whether to try again (RFC 3463)."""

import re
from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING

from contacts.outbox.mail_smtp import UnansweredError

if TYPE_CHECKING:
    from anymail.exceptions import AnymailAPIError

# The address is wrong, or its mailbox does not take mail: no other failure says anything about a person.
_OF_THE_ADDRESS = re.compile(r"5\.(1|2)\.\d+")
_ENHANCED = re.compile(r"\b\d\.\d+\.\d+\b")
_CLOSING = 421


@dataclass(frozen=True)
class Failure:
    """`code` names the kind of failure and quotes nothing: what a server says may name the person."""

    code: str
    for_good: bool = False  # no later attempt can succeed
    bounces: bool = False  # the address takes no mail
    of_the_server: bool = False  # the next message would fail as well
    in_doubt: bool = False  # perhaps the mail was taken


def failure(error: Exception) -> Failure:
    """Tell what an error says. Whatever is not surely for good is tried again: an operator may put it right."""
    from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused  # noqa: PLC0415 - with a client of HTTP

    match error:
        case SMTPRecipientsRefused():
            return _recipient(error)
        case SMTPDataError():
            return _content(error.smtp_code)
        case AnymailRecipientsRefused():
            return Failure("AnymailRecipientsRefused", for_good=True, bounces=True)
        case AnymailAPIError():
            return _provider(error)
        case SMTPException() | OSError():
            return Failure(type(error).__name__, of_the_server=True, in_doubt=isinstance(error, UnansweredError))
    return Failure(type(error).__name__)


def _content(code: int) -> Failure:
    """Tell what a server thinks of the mail itself, or that it is about to close."""
    return Failure(f"SMTPDataError:{code}", for_good=code >= 500, of_the_server=code == _CLOSING)


def _recipient(error: SMTPRecipientsRefused) -> Failure:
    """Tell a wrong address from a full mailbox, and from a server that will not take mail from us (X.7.X)."""
    code, text = next(iter(error.recipients.values()))
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    wrong = code >= 500 and (_OF_THE_ADDRESS.search(said) is not None or not _ENHANCED.search(said))
    return Failure(f"SMTPRecipientsRefused:{code}", for_good=wrong, bounces=wrong, of_the_server=code == _CLOSING)


def _provider(error: "AnymailAPIError") -> Failure:
    """A provider that cannot be reached, is overrun or does not know our key refuses the next message, too."""
    from requests import ReadTimeout  # noqa: PLC0415 - which is loaded by now

    status = error.status_code
    alike = status is None or status in {401, 403, 429} or status >= 500
    code, in_doubt = f"{type(error).__name__}:{status or '-'}", isinstance(error, ReadTimeout)
    return Failure(code, of_the_server=alike, in_doubt=in_doubt)
