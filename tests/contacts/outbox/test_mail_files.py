"""Mails that development writes into files: a person's are found without being read, and go by themselves."""

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, mailers
from django.db import transaction

from contacts.models import PolicyVersion
from contacts.outbox import mail_files
from contacts.tasks import sweep_mail_files
from privacy_crm.celery import app
from privacy_crm.mail import mailer
from tests.support.deleting import erased, wish
from tests.support.factories import NOON, ContactFactory

pytestmark = [pytest.mark.promise("P21"), pytest.mark.promise("L11")]

ADA, BO = "ada@fjordkraft.example", "bo@fjordkraft.example"


@pytest.fixture
def directory(tmp_path: Path, settings: Any) -> Path:
    settings.MAILERS = {"default": mailer("files://", tmp_path)}
    return tmp_path


def send(*to: str, **fields: Any) -> None:
    message = EmailMessage("Hello", "All is well.", "crm@nordvik.example", list(to), **fields)
    mailers.create_connection("default").send_messages([message])


def files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def test_each_mail_has_a_file_of_its_own_that_only_we_may_read(directory: Path) -> None:
    send(ADA)
    send(ADA)
    first, second = files(directory)
    assert first.read_text().startswith(("Content-Type", "From", "Subject"))
    assert second.stat().st_mode & 0o077 == 0


def test_a_name_of_a_file_tells_nobodys_address(directory: Path) -> None:
    send(ADA, BO)
    (file,) = files(directory)
    assert re.fullmatch(r"[-+0-9a-f]+\.log", file.name)  # a moment and numbers: by chance "ada" is one


def test_the_mails_to_one_address_are_forgotten_however_they_were_sent(directory: Path) -> None:
    send(ADA)
    send(BO, ADA)
    send(BO, bcc=[ADA.upper()])
    send("Ada <ada@fjordkraft.example>")
    send(BO)
    assert mail_files.forget([ADA]) == 4
    (left,) = files(directory)
    assert BO in left.read_text()


def test_a_file_goes_after_24_hours(directory: Path) -> None:
    send(ADA)
    send(BO)
    old, young = files(directory)
    _written(old, NOON - dt.timedelta(hours=24))
    _written(young, NOON - dt.timedelta(hours=23, minutes=59))
    assert mail_files.sweep(NOON) == 1
    assert files(directory) == [young]


def _written(file: Path, at: dt.datetime) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))


@pytest.mark.django_db
@pytest.mark.usefixtures("at_noon")
def test_a_worker_sweeps_them_every_hour(directory: Path) -> None:
    send(ADA)
    _written(files(directory)[0], NOON - dt.timedelta(days=700))
    sweep_mail_files()
    assert files(directory) == []
    (entry,) = [each for each in app.conf.beat_schedule.values() if each["task"].endswith("sweep_mail_files")]
    assert len(entry["schedule"].minute) == 1
    assert len(entry["schedule"].hour) == 24


def test_where_mail_is_sent_there_is_nothing_to_forget(settings: Any, tmp_path: Path) -> None:
    settings.MAILERS = {"default": mailer("smtp://mail.example", tmp_path)}
    assert mail_files.forget([ADA]) == mail_files.sweep(NOON) == 0


@pytest.mark.django_db(transaction=True)
def test_an_erasure_removes_the_persons_mails_once_it_is_done(policy: PolicyVersion, directory: Path) -> None:
    contact = ContactFactory.create()
    send(contact.email or "")
    send(BO)
    request = wish(contact, policy)
    with transaction.atomic():
        erased(request, policy)
        assert len(files(directory)) == 2
    (left,) = files(directory)
    assert BO in left.read_text()


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_comes_to_nothing_removes_none(policy: PolicyVersion, directory: Path) -> None:
    contact = ContactFactory.create()
    send(contact.email or "")
    request = wish(contact, policy)

    def broken_off() -> None:
        with transaction.atomic():
            erased(request, policy)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert len(files(directory)) == 1
