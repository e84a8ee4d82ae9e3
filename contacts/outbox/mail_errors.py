"""What it means that a mail could not be handed over: whose fault it is, and whether to try again (RFC 3463)."""

from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING

from contacts.outbox import mail_replies
from contacts.outbox.mail_smtp import UnansweredError

if TYPE_CHECKING:
    from anymail.exceptions import AnymailAPIError

_CLOSING = 421


@dataclass(frozen=True)
class Failure:
    """`code` names the kind of failure, and `reply` what the server said: neither quotes what may name the person."""

    code: str
    reply: str = ""  # alike replies are equal (`mail_replies.alike`)
    for_good: bool = False  # no later attempt can succeed
    bounces: bool = False  # the address takes no mail
    of_the_server: bool = False  # the next message would fail as well
    in_doubt: bool = False  # perhaps the mail was taken


def failure(error: Exception) -> Failure:
    """Tell what an error says. Whatever is not surely for good is tried again: an operator may put it right."""
    from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused  # noqa: PLC0415 - with a client of HTTP

    match error:
        case SMTPRecipientsRefused():
            return _recipient(*next(iter(error.recipients.values())))
        case SMTPDataError():
            return _content(error.smtp_code, error.smtp_error)
        case AnymailRecipientsRefused():
            code = mail_replies.BY_A_PROVIDER
            return Failure(code, reply=code, for_good=True, bounces=True)
        case AnymailAPIError():
            return _provider(error)
        case SMTPException() | OSError():
            return Failure(type(error).__name__, of_the_server=True, in_doubt=isinstance(error, UnansweredError))
    return Failure(type(error).__name__)


def _content(code: int, text: bytes | str) -> Failure:
    """Tell what a server thinks of the mail itself, or that it is about to close."""
    reply = mail_replies.alike(code, text)
    return Failure(f"SMTPDataError:{code}", reply=reply, for_good=code >= 500, of_the_server=code == _CLOSING)


def _recipient(code: int, text: bytes | str) -> Failure:
    """Tell a wrong address from all else: a full mailbox, a server that will take no mail from us, or does not say."""
    wrong = code >= 500 and mail_replies.names_the_address(text)
    name, reply = f"SMTPRecipientsRefused:{code}", mail_replies.alike(code, text)
    return Failure(name, reply=reply, for_good=wrong, bounces=wrong, of_the_server=code == _CLOSING)


def _provider(error: "AnymailAPIError") -> Failure:
    """A provider that cannot be reached, is overrun or does not know our key refuses the next message, too."""
    from requests import ReadTimeout  # noqa: PLC0415 - which is loaded by now

    status = error.status_code
    away = status is None or status in {401, 403, 429} or status >= 500
    code, in_doubt = f"{type(error).__name__}:{status or '-'}", isinstance(error, ReadTimeout)
    return Failure(code, reply="" if away else code, of_the_server=away, in_doubt=in_doubt)
