from pathlib import Path
from typing import Any

import pytest
from django.core.mail import mailers

from contacts.delivery import letters
from contacts.models import PolicyVersion
from contacts.words.vocabulary import MailTemplate
from privacy_crm.mail import mailer
from tests.support.factories import NOON
from tests.support.mailing import owed

HERE = Path("/somewhere")


def test_files_are_written_below_the_folder_given() -> None:
    assert mailer("files://", HERE)["OPTIONS"] == {"file_path": "/somewhere"}


def test_an_smtp_url_gives_host_port_and_an_unquoted_password() -> None:
    options = mailer("smtp://crm:p%40ss@mail.example:2525?tls=1", HERE)["OPTIONS"]
    assert (options["host"], options["port"], options["password"]) == ("mail.example", 2525, "p@ss")
    assert options["use_tls"] is True
    assert options["use_ssl"] is False


def test_smtps_speaks_tls_from_the_first_byte_on_its_own_port() -> None:
    options = mailer("smtps://mail.example", HERE)["OPTIONS"]
    assert (options["port"], options["use_ssl"], options["use_tls"]) == (465, True, False)


@pytest.mark.parametrize("url", ["smtp:", "smtp://", "smtp:mail.example", "smtps://:465", "smtp://user:pa/ss@host"])
def test_a_mail_server_without_a_name_is_refused_with_what_is_needed(url: str) -> None:
    """*Found*: `smtp:` was this machine, where production has no mail server. A password is not repeated."""
    with pytest.raises(ValueError, match=r"EMAIL_URL lacks a part: it has to be smtps?://USER:PASSWORD@HOST:PORT"):
        mailer(url, HERE)


def test_an_unknown_kind_of_url_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        mailer("pigeon://loft", HERE)


PROVIDERS = {
    "postmark": ("postmark://Server-Token", {"server_token": "Server-Token"}),
    "mailgun": ("mailgun://Key-1@mg.company.example", {"api_key": "Key-1", "sender_domain": "mg.company.example"}),
    "sendgrid": ("sendgrid://SG.Key%2F1", {"api_key": "SG.Key/1"}),
    "brevo": ("brevo://xkeysib-1", {"api_key": "xkeysib-1"}),
    "mailjet": ("mailjet://Key:Secret", {"api_key": "Key", "secret_key": "Secret"}),
    "resend": ("resend://re_Key", {"api_key": "re_Key"}),
    "sparkpost": ("sparkpost://Key", {"api_key": "Key"}),
    "mailersend": ("mailersend://mlsn.Token", {"api_token": "mlsn.Token"}),
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_told_its_key_as_it_was_typed(name: str) -> None:
    url, wanted = PROVIDERS[name]
    entry = mailer(url, HERE)
    assert entry["BACKEND"] == f"anymail.backends.{name}.EmailBackend"
    assert wanted.items() <= entry["OPTIONS"].items()


# The library says at each start that nobody tests its code for SendGrid any more.
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
@pytest.mark.parametrize("name", PROVIDERS)
def test_django_takes_the_entry_of_each_provider(name: str, settings: Any) -> None:
    settings.MAILERS = {"default": mailer(PROVIDERS[name][0], HERE)}
    assert mailers.default.esp_name


@pytest.mark.promise("P13")
@pytest.mark.parametrize("name", ["postmark", "mailgun", "sendgrid", "mailjet", "sparkpost", "mailersend"])
def test_a_provider_that_would_follow_readers_is_told_not_to(name: str) -> None:
    assert mailer(PROVIDERS[name][0], HERE)["OPTIONS"]["send_defaults"] == {"track_opens": False, "track_clicks": False}


@pytest.mark.parametrize(
    "url",
    ["postmark://", "mailgun://key", "mailgun://@mg.company.example", "mailjet://key", "brevo://"],
)
def test_a_provider_that_lacks_something_is_refused_with_what_it_needs(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        mailer(url, HERE)


def test_mailgun_can_stay_in_the_eu() -> None:
    assert mailer("mailgun://key@mg.company.example?eu=1", HERE)["OPTIONS"]["api_url"].startswith("https://api.eu.")


@pytest.mark.django_db
@pytest.mark.parametrize("template", MailTemplate.values)
def test_a_provider_gets_the_mail_with_its_headers_its_number_and_its_calendar(
    template: str, settings: Any, policy: PolicyVersion
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.test.EmailBackend"}}
    message = owed(MailTemplate(template), policy)
    envelope = letters.write(message, policy=policy, at=NOON)
    mailers.default.send_messages([envelope])
    told = envelope.anymail_test_params
    assert told["metadata"] == {"message": str(message.public_id)}
    assert {"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"} <= set(told["extra_headers"])
    calendars = [each.mimetype for each in told.get("attachments", [])]
    in_calendars = message.event and not message.whitepaper and template != MailTemplate.GIVEN_UP
    assert calendars == (["text/calendar"] if in_calendars else [])
