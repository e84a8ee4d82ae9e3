"""SMTP that tells when a server fell silent: once it has a whole mail, nobody knows whether it took it."""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class UnansweredError(smtplib.SMTPException):
    """The server did not say whether it took a mail: sent again, it may come twice."""


class _Telling(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            raise UnansweredError from error


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
