"""What it means that a mail was not taken: whose fault, and for how long."""

from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest
import requests
from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused, AnymailRequestsAPIError

from contacts.outbox import mail_replies
from contacts.outbox.mail_errors import failure

WHO = "aino@fjordkraft.example"


def refused(code: int, text: str) -> SMTPRecipientsRefused:
    return SMTPRecipientsRefused({WHO: (code, text.encode())})


def answered(status: int) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError(f"{WHO} is no good", response=response)


@pytest.mark.parametrize(
    ("error", "for_good", "bounces", "of_the_server"),
    [
        (refused(550, "no such user"), False, False, False),
        (refused(550, "Relaying denied"), False, False, False),
        (refused(550, "5.1.1 no such user"), True, True, False),
        (refused(553, "5.2.1 mailbox disabled"), True, True, False),
        (refused(550, "mx.odotus.example said: 550 5.1.1 no such user"), True, True, False),
        (refused(550, "5.1.8 bad sender's system address"), False, False, False),
        (refused(552, "5.2.2 mailbox full"), False, False, False),
        (refused(550, "not from 10.5.1.1"), False, False, False),
        (refused(451, "5.1.1 greylisted"), False, False, False),
        (refused(550, "5.7.1 blocked by a list"), False, False, False),
        (refused(451, "4.7.1 greylisted"), False, False, False),
        (refused(452, "4.2.2 mailbox full"), False, False, False),
        (refused(421, "closing"), False, False, True),
        (SMTPDataError(554, b"5.6.0 looks like spam"), True, False, False),
        (SMTPDataError(451, b"try later"), False, False, False),
        (SMTPDataError(421, b"closing"), False, False, True),
        (SMTPSenderRefused(550, b"not from there", "crm@localhost"), False, False, True),
        (SMTPAuthenticationError(535, b"wrong password"), False, False, True),
        (SMTPHeloError(500, b"what"), False, False, True),
        (SMTPServerDisconnected("gone"), False, False, True),
        (ConnectionRefusedError(), False, False, True),
        (TimeoutError(), False, False, True),
        (AnymailRecipientsRefused(), True, True, False),
        (answered(401), False, False, True),
        (answered(429), False, False, True),
        (answered(503), False, False, True),
        (answered(422), False, False, False),
        (AnymailRequestsAPIError("no route"), False, False, True),
        (AnymailInvalidAddress("x"), False, False, False),
        (KeyError("whatever"), False, False, False),
    ],
)
def test_an_error_says_whether_to_try_again_and_whose_fault_it_was(
    error: Exception, for_good: bool, bounces: bool, of_the_server: bool
) -> None:
    told = failure(error)
    assert (told.for_good, told.bounces, told.of_the_server) == (for_good, bounces, of_the_server)
    assert WHO not in told.code
    assert WHO not in told.reply


@pytest.mark.parametrize(
    ("code", "said", "alike"),
    [
        (550, "5.1.1 <aino@fjordkraft.example>: Address rejected: unknown", "550 5.1.1 address rejected unknown"),
        (550, "Aino Odotus does not work here", "550 does not"),
        (None, "smtp;550 5.1.1 The email account does not exist", "550 5.1.1 account does not exist"),
        (None, "", ""),
        (554, "\udcff", "554"),
    ],
)  # fmt: skip
def test_alike_replies_are_equal_and_name_nobody(code: int | None, said: str, alike: str) -> None:
    assert mail_replies.alike(code, said) == alike
