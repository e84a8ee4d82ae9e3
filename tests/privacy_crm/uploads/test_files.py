"""What is taken for a list of people: by its content, in whatever letters it is written, and never too much of it."""

import datetime as dt
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from contacts.models import PolicyVersion, Upload
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.uploads import fields, forgetting, receiving
from privacy_crm.uploads.nameless import NamelessFileUploadHandler
from privacy_crm.uploads.workbooks import TooManyRowsError
from tests.support.factories import NOON
from tests.support.uploading import AINO, HEADER, as_csv, as_xlsx, bring_in, files, look_through, open_up, receive, send

pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTE = 1024 * 1024
ROWS = [[AINO, "Åsa", "Ödman", "Björk & Söner AB", "Österrike"], ["h@x.example", "Jürgen", "Müßig", "Häfele", "Köln"]]


def rewritten(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return a workbook in which each part went through `change`; those that come out as None are left out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return packed.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    return rewritten(as_xlsx(ROWS), lambda name, part: sheet if name.endswith("sheet1.xml") else part)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "mac_roman"]
)
def test_the_letters_of_a_list_are_read_as_they_were_written(encoding: str, policy: PolicyVersion) -> None:
    upload = receive(as_csv(ROWS, encoding=encoding))
    assert receiving.first_rows(upload) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_separates_cells_and_lines_is_found(delimiter: str, line_end: str, policy: PolicyVersion) -> None:
    rows = [[AINO, 'Says "hej"; often, really', "a|b", "", ""], *ROWS]
    content = as_csv(rows, delimiter=delimiter).replace(b"\r\n", line_end.encode())
    upload = receive(content)
    assert (upload.header, upload.delimiter) == (HEADER, delimiter)
    assert receiving.first_rows(upload) == rows


def test_a_column_alone_needs_nothing_that_separates(policy: PolicyVersion) -> None:
    assert look_through(receive(b"Mail\r\na@x.example\r\nb@x.example\r\n"), policy).preview["new"] == 2


def test_a_line_above_the_header_may_say_what_separates(policy: PolicyVersion) -> None:
    upload = receive(b"sep=;\r\nEmail;Name\r\na,b@x.example;Aino\r\nc@x.example;Lind, Ada\r\n")
    assert upload.header == ["Email", "Name"]
    assert look_through(upload, policy).rejects == [[3, "email", "malformed address"]]


@pytest.mark.parametrize(
    ("header", "program", "guessed"),
    [
        (
            "Record ID|First Name|Last Name|Email|Phone|Lead Status|Associated Company|Unsubscribed from all email",
            "HubSpot",
            {"first_name": [1], "last_name": [2], "email": [3], "phone": [4], "organisation": [6], "no_email": [7]},
        ),
        (
            (
                "First Name|Last Name|Title|Account Name|Mailing Street|Mailing City|Mailing Zip/Postal Code|"
                "Mailing Country|Phone|Email|Email Opt Out|Do Not Call"
            ),
            "Salesforce",
            {
                "first_name": [0],
                "last_name": [1],
                "job_title": [2],
                "organisation": [3],
                "address": [4],
                "city": [5],
                "postal_code": [6],
                "country": [7],
                "phone": [8],
                "email": [9],
                "no_email": [10],
                "no_phone": [11],
            },
        ),
        (
            "FirstName|LastName|Email|MailingStreet|HasOptedOutOfEmail|DoNotCall",
            "Salesforce",
            {"first_name": [0], "last_name": [1], "email": [2], "address": [3], "no_email": [4], "no_phone": [5]},
        ),
        (
            (
                "Title|First Name|Last Name|Company|Job Title|Business Street|Business City|Business Phone|"
                "Mobile Phone|E-mail Address|E-mail Type|E-mail 2 Address|Birthday|Notes"
            ),
            "Outlook",
            {
                "first_name": [1],
                "last_name": [2],
                "organisation": [3],
                "job_title": [4],
                "address": [5],
                "city": [6],
                "phone": [7, 8],
                "email": [9, 11],
            },
        ),
        (
            "Förnamn|Efternamn|Företag|Befattning|Gatuadress, arbete|Ort, arbete|Telefon, arbete|E-postadress|Barn",
            "Outlook",
            {
                "first_name": [0],
                "last_name": [1],
                "organisation": [2],
                "job_title": [3],
                "address": [4],
                "city": [5],
                "phone": [6],
                "email": [7],
            },
        ),
        (
            "Vorname|Nachname|Firma|E-Mail-Adresse|Straße|PLZ|Stadt|Land|Abgemeldet",
            "",
            {
                "first_name": [0],
                "last_name": [1],
                "organisation": [2],
                "email": [3],
                "address": [4],
                "postal_code": [5],
                "city": [6],
                "country": [7],
                "no_email": [8],
            },
        ),
        ("namn|e-post|postnr|ort", "", {"full_name": [0], "email": [1], "postal_code": [2], "city": [3]}),
    ],
)
def test_the_exports_of_other_programs_are_recognised(header: str, program: str, guessed: dict[str, list[int]]) -> None:
    names = header.split("|")
    assert fields.recognise(names) == program
    assert fields.guess(names) == guessed


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b" \r\n ", "The file is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"%PDF-1.7 a list", "This is a PDF"),
        (b"PK\x03\x04 not really", "damaged"),
        (b"MZ\x90\x01\x02\x03,a\n1,2\n", "not a list"),
        (b"Email,Name\n", "no row below"),
        (b"aino@x.example,Aino\nb@x.example,Ada\n", "first row has to name the columns"),
        (b",".join(b"c%d" % n for n in range(201)) + b"\na@x.example\n", "more than 200 columns"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do_and_kept_nowhere(content: bytes, told: str) -> None:
    before = files()
    with pytest.raises(UnreadableError, match=told):
        receive(content)
    assert files() == before
    assert not Upload.objects.exists()


def test_an_open_document_is_refused_with_what_to_do() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(UnreadableError, match=r"Save the list as \.xlsx or CSV"):
        receive(packed.getvalue())


def test_a_file_that_is_too_large_is_refused_before_it_is_looked_at(settings: LazySettings) -> None:
    settings.UPLOAD_MEGABYTES = 0
    with pytest.raises(UnreadableError, match="larger than 0 MB"):
        receive(as_csv(ROWS))


def test_of_a_body_that_is_too_large_nothing_is_kept_while_it_arrives(settings: LazySettings) -> None:
    settings.UPLOAD_MEGABYTES = 21
    handler = NamelessFileUploadHandler()
    handler.new_file("file", "people.csv", "text/csv", None)
    assert handler.file
    stored = []
    for _ in range(23):
        handler.receive_data_chunk(b"x" * MEGABYTE, 0)
        handler.file.flush()
        stored.append(os.fstat(handler.file.fileno()).st_size // MEGABYTE)
    assert (max(stored), stored[-2:]) == (21, [0, 0])
    taken = handler.file_complete(23 * MEGABYTE)
    assert taken
    with pytest.raises(UnreadableError, match="larger than 21 MB"):
        receiving.receive(taken, None, at=NOON, by="test")
    taken.close()
    assert not Upload.objects.exists()


def test_two_files_of_one_request_share_its_limit(settings: LazySettings) -> None:
    settings.UPLOAD_MEGABYTES = 21
    handler, found = NamelessFileUploadHandler(), []
    for size in (20, 2):
        handler.new_file("file", "people.csv", "text/csv", None)
        for _ in range(size):
            handler.receive_data_chunk(b"x" * MEGABYTE, 0)
        taken = handler.file_complete(size * MEGABYTE)
        assert taken
        found.append((taken.size // MEGABYTE, len(taken.read()) // MEGABYTE))
        taken.close()
    assert found == [(20, 20), (22, 0)]


def test_a_bomb_is_refused_unopened() -> None:
    bomb = rewritten(as_xlsx(ROWS), lambda name, part: b" " * 20_000_000 if name.endswith("sheet1.xml") else part)
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableError, match="unpacks to far more"):
        receive(bomb)


def test_a_workbook_of_very_many_parts_is_refused() -> None:
    packed = io.BytesIO(as_xlsx(ROWS))
    with zipfile.ZipFile(packed, "a") as archive:
        for number in range(2_001):
            archive.writestr(f"xl/media/{number}", b"")
    with pytest.raises(UnreadableError, match="unpacks to far more"):
        receive(packed.getvalue())


def test_an_archive_that_lies_about_its_size_yields_no_more_than_it_says() -> None:
    content = bytearray(with_sheet(b"<worksheet>" + b" " * 5_000_000 + b"</worksheet>"))
    told = struct.pack("<I", 5_000_000 + 23)
    assert content.count(told) == 2
    with pytest.raises(UnreadableError, match="damaged"):
        receive(bytes(content).replace(told, struct.pack("<I", 1_000)))


@pytest.mark.parametrize(
    "entity",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_workbook_with_entities_is_refused(entity: bytes) -> None:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
    sheet = entity + b"<worksheet " + space + b"><sheetData>" + cell * 2 + b"</sheetData></worksheet>"
    with pytest.raises(UnreadableError, match="damaged"):
        receive(with_sheet(sheet))


def test_a_row_far_down_does_not_make_a_workbook_endless() -> None:
    def moved(name: str, part: bytes) -> bytes:
        return part.replace(b'<row r="5"', b'<row r="99999999999"') if name.endswith("sheet1.xml") else part

    content = rewritten(as_xlsx([*ROWS, *ROWS]), moved)
    upload = open_up(send(content))
    assert (upload.state, upload.failure) == ("failed", str(TooManyRowsError()))


def test_the_first_rows_of_a_workbook_are_read_once_and_go_with_it() -> None:
    before = files()
    upload = receive(as_xlsx(ROWS))
    Path(upload.file.path).write_bytes(b"opened by nobody")
    assert receiving.first_rows(upload) == [row[:5] for row in ROWS]
    forgetting.discard(upload, at=NOON, by="test")
    assert files() == before


def test_the_first_rows_of_a_workbook_are_still_there_once_it_is_unpacked(policy: PolicyVersion) -> None:
    before = files()
    upload = look_through(receive(as_xlsx(ROWS)), policy)
    assert len(receiving.first_rows(upload)) == len(ROWS)
    bring_in(upload, policy)
    assert files() == before


def test_numbers_and_days_of_a_workbook_are_read_as_one_would_write_them(policy: PolicyVersion) -> None:
    rows = [[AINO, 46701234567, dt.date(2026, 1, 31), True, "#N/A"]]
    upload = receive(as_xlsx(rows, ["Email", "Phone", "Collected on", "Do not call", "Ort"]))
    assert receiving.first_rows(upload) == [[AINO, "46701234567", "2026-01-31", "true"]]
