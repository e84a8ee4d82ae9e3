"""SMTP that tells when a server fell silent: once it has a whole mail, nobody knows whether it took it.

And that waits for no reply longer than its patience. The library's own timeout begins anew with each byte, so that a
server that drips its words would hold a sender for as long as it likes.
"""

import io
import smtplib
import time
from typing import Any

from django.core.mail.backends import smtp

# Longer than for any other reply, since a server may look through a mail before it takes it, and nobody knows what
# became of a mail that it said nothing about (RFC 5321, 4.5.3.2.6).
_AFTER_A_MAIL = 4


class UnansweredError(smtplib.SMTPException):
    """The server did not say whether it took a mail: sent again, it may come twice."""


class _Replies(io.RawIOBase):
    """What a server says, up to a moment: each read waits for what is left until then."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)
        return int(self.sock.recv_into(buffer))


class _Telling(smtplib.SMTP):
    patience = 1

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.replies = _Replies(self.sock)
            self.file = io.BufferedReader(self.replies)
        self.replies.until = time.monotonic() + self.timeout * self.patience
        try:
            return super().getreply()
        finally:
            if self.sock:
                self.sock.settimeout(self.timeout)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.patience = _AFTER_A_MAIL
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            raise UnansweredError from error
        finally:
            self.patience = 1


class _TellingSSL(_Telling, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TellingSSL if self.use_ssl else _Telling

    def hand_over(self, sender: str, recipient: str, content: bytes) -> None:
        """Send a mail that is made already, from one bare address to another; the connection stays open."""
        self.open()
        if self.connection is None:
            raise smtplib.SMTPServerDisconnected
        self.connection.sendmail(sender, [recipient], content)
