"""Exports that cannot be read as they are: everything stops, with one line, before anything is written."""

import traceback
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm.crm_import.columns import FILES
from tests.support.import_files import HEADERS, event, everything, person, read, save

pytestmark = pytest.mark.django_db

HEADER = ",".join(HEADERS["contacts"].split())
GOOD = "aino.lindqvist@fjordkraft.example,Aino,,,,,,,,,,whitepaper,2026-06-01,,,,"


def refused(directory: Path, *arguments: str) -> str:
    """Run the command, which must refuse and leave everything as it was; return what it says."""
    before = everything(), AuditEvent.objects.count()
    with pytest.raises(CommandError) as error:
        call_command("import_crm", str(directory), *arguments)
    assert error.value.returncode == 2
    assert (everything(), AuditEvent.objects.count()) == before
    message = str(error.value)
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "activities.csv is empty."),
        (b"\xef\xbb\xbf", "activities.csv is empty."),
        (b"\r\n  \n", "activities.csv is empty."),
        (b"email,kind,reference\n", "activities.csv, line 1: the header lacks occurred_at."),
        (b"email;kind;occurred_at;reference\n", "the header lacks email, kind, occurred_at, reference."),
        (b"email,kind,occurred_at,reference,kind\n", "activities.csv, line 1: the header has more than one kind."),
        (b"email,kind,occurred_at,reference\na,b,c,d\n\xe5,b,c,d\n", "activities.csv, line 3: not UTF-8."),
        ("email,kind,occurred_at,reference\n".encode("utf-16"), "activities.csv, line 1: not UTF-8."),
        (b"email,kind,occurred_at,reference\na,b,c,\xc3", "activities.csv, line 2: not UTF-8."),
        (b'email,kind,occurred_at,reference\na,b,c,d\na,b,"c\n,d\n', "activities.csv, line 3: malformed CSV"),
        (b'email,kind,occurred_at,reference\na,"b"x,c,d\n', "activities.csv, line 2: malformed CSV"),
    ],
)
def test_a_file_that_is_none_stops_everything_and_is_named(
    policy: PolicyVersion, tmp_path: Path, content: bytes, message: str
) -> None:
    save(tmp_path, contacts=[person()])
    (tmp_path / "activities.csv").write_bytes(content)
    assert message in refused(tmp_path)


def test_a_byte_that_is_not_utf8_far_into_a_file_stops_what_was_read_before(
    policy: PolicyVersion, tmp_path: Path
) -> None:
    rows = "".join(f"p{n}@fjordkraft.example,call,2026-06-01,\n" for n in range(12_000))
    save(tmp_path, contacts=[person()])
    text = f"email,kind,occurred_at,reference\n{rows}".encode() + b"caf\xe9\n"
    (tmp_path / "activities.csv").write_bytes(text)
    assert refused(tmp_path) == "activities.csv, line 12002: not UTF-8."


def test_a_cell_without_an_end_does_not_take_the_whole_file_into_memory(policy: PolicyVersion, tmp_path: Path) -> None:
    row = "p@fjordkraft.example,call,2026-06-01,x\n"
    text = f'email,kind,occurred_at,reference\n"{row * 500_000}'
    (tmp_path / "activities.csv").write_text(text)
    assert "activities.csv, line 2: malformed CSV" in refused(tmp_path)


def test_a_directory_that_is_missing_is_named(policy: PolicyVersion, tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere") == f"{tmp_path / 'nowhere'}: no such directory."


def test_a_directory_without_any_file_of_an_export_is_refused(policy: PolicyVersion, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(HEADER)
    message = refused(tmp_path)
    assert all(file.filename in message for file in FILES)


def test_a_file_that_cannot_be_read_is_named(policy: PolicyVersion, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").mkdir()
    assert refused(tmp_path) == "contacts.csv: Is a directory."


def test_without_a_policy_the_command_that_publishes_one_is_named(db: None, tmp_path: Path) -> None:
    save(tmp_path, contacts=[person()])
    assert "manage.py publish_policy" in refused(tmp_path)


@pytest.mark.parametrize(
    "place", ["nowhere/rejects.csv", ".", "contacts.csv"], ids=["no directory", "a directory", "the export itself"]
)
def test_rejects_that_cannot_be_written_are_refused_before_anything_is(
    policy: PolicyVersion, tmp_path: Path, place: str
) -> None:
    export = save(tmp_path / "export", contacts=[person()])
    target = export / place if place == "contacts.csv" else tmp_path / place
    content = (export / "contacts.csv").read_bytes()
    assert str(target) in refused(export, "--rejects", str(target))
    assert (export / "contacts.csv").read_bytes() == content


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_rejects_that_do_not_fit_on_the_disk_leave_nothing_imported(policy: PolicyVersion, tmp_path: Path) -> None:
    save(tmp_path, contacts=[person()])
    assert refused(tmp_path, "--rejects", "/dev/full") == "/dev/full: No space left on device."


def test_a_refused_export_leaves_the_rejects_of_the_last_run_alone(policy: PolicyVersion, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("")
    rejects = tmp_path / "rejects.csv"
    refused(tmp_path, "--rejects", str(rejects))
    assert not rejects.exists()
    rejects.write_text("file,line,column,reason\n")
    refused(tmp_path, "--rejects", str(rejects))
    assert rejects.read_text() == "file,line,column,reason\n"


# What is fine


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{GOOD}\n",
        f"\ufeff{HEADER}\n{GOOD}",
        f"{HEADER}\r\n{GOOD}\r\n",
        f"{HEADER}\r{GOOD}\r",
        f"\n{HEADER}\n\n  \n{GOOD}\n\n",
        f"{HEADER.replace(',', ' , ')},note, ,\n{GOOD},a note,,,,\n",
        f"{HEADER}\n{GOOD.rstrip(',')}\n",
    ],
    ids=["plain", "BOM", "CRLF", "CR", "blank lines", "extra columns and cells", "cells missing at the end"],
)
def test_what_spreadsheets_make_of_a_file_is_read(policy: PolicyVersion, tmp_path: Path, content: str) -> None:
    (tmp_path / "contacts.csv").write_bytes(content.encode())
    outcome = read(tmp_path, policy)
    assert (outcome.refused, outcome.counts("contacts").created) == ([], 1)
    assert Contact.objects.get().first_name == "Aino"


def test_columns_may_come_in_any_order(policy: PolicyVersion, tmp_path: Path) -> None:
    names = list(reversed(HEADER.split(",")))
    (tmp_path / "contacts.csv").write_text(f"{','.join(names)}\n{','.join(reversed(GOOD.split(',')))}\n")
    assert read(tmp_path, policy).counts("contacts").created == 1


def test_a_refused_row_is_told_by_its_first_physical_line(policy: PolicyVersion, tmp_path: Path) -> None:
    three_lines = GOOD.replace("Aino", '"Aino\nof\r\nTurku"')
    bad = GOOD.replace("@", "(at)")
    (tmp_path / "contacts.csv").write_bytes(f"{HEADER}\n\n{three_lines}\n{bad}\n\n{bad}\n".encode())
    assert [reject.line for reject in read(tmp_path, policy).rejects] == [6, 8]


def test_a_file_with_nothing_but_a_header_is_a_file(policy: PolicyVersion, tmp_path: Path) -> None:
    outcome = read(save(tmp_path, contacts=[], events=[event()]), policy)
    assert outcome.counts("contacts").rows == 0
    assert list(outcome.report.files) == ["contacts.csv", "events.csv"]


def test_what_the_database_refuses_is_told_without_the_row(policy: PolicyVersion, tmp_path: Path) -> None:
    """Its own message quotes the row, and would stand in a terminal or a log."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact ADD CONSTRAINT nobody_is_called_so CHECK (first_name <> 'Aino')")
    save(tmp_path, contacts=[person(first_name="Aino")])
    with pytest.raises(CommandError) as error:
        call_command("import_crm", str(tmp_path))
    assert error.value.returncode == 1
    assert str(error.value) == "The database refused the import (IntegrityError, SQLSTATE 23514). Nothing was written."
    assert "Aino" not in "".join(traceback.format_exception(error.value))
    assert not Contact.objects.exists()
