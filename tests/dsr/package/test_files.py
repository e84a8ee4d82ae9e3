"""The files of a package: an accessible PDF and page for people, JSON and CSV for machines. What was typed is text."""

import csv
import io
import json
import zipfile

import pytest

from contacts.models import Contact, PolicyVersion
from dsr import package
from tests.support.factories import NOON, ContactFactory
from tests.support.packaged import somebody, unzipped

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20")]

TYPED = ["#panic()", "*bold* $x$ @ref", "</script><b>", '=HYPERLINK("http://evil.example","x")', "{{ 7|add:7 }}"]


def files_of(policy: PolicyVersion, contact: Contact, language: str = "en") -> dict[str, bytes]:
    return unzipped(package.write([contact.pk], policy=policy, language=language, at=NOON))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_pdf_is_tagged_and_has_title_and_language(policy: PolicyVersion) -> None:
    for language, title in (("en", "What Nordvik Software AB holds about you"), ("sv", "Vad Nordvik")):
        pdf = files_of(policy, somebody(policy, f"Aino{language}"), language)["access.pdf"]
        assert pdf.startswith(b"%PDF-1.7")
        for mark in (b"/StructTreeRoot", b"/MarkInfo", b"<pdfuaid:part>1</pdfuaid:part>", title.encode()):
            assert mark in pdf
        assert f"/Lang({language})".encode() in pdf.replace(b" ", b"")


@pytest.mark.parametrize("typed", TYPED)
def test_markup_in_a_name_is_text_in_every_file(policy: PolicyVersion, typed: str) -> None:
    contact = ContactFactory.create(first_name=typed, last_name="Åström", job_title=typed, phone="+46 8 465 004 10")
    content = files_of(policy, contact)
    assert b"<pdfuaid:part>" in content["access.pdf"]
    assert "<b>" not in content["access.html"].decode()
    assert "<script" not in content["access.html"].decode()
    [row] = json.loads(content["access.json"])["held"]["contacts.contact"]["rows"]
    assert (row["first_name"], row["last_name"]) == (typed, "Åström")
    [cells] = rows_of(content["csv/contacts-contact.csv"])
    inert = f"'{typed}" if typed.startswith(("=", "+", "-", "@")) else typed
    assert (cells["first_name"], cells["phone"]) == (inert, "'+46 8 465 004 10")


@pytest.mark.parametrize("first", ["=1", "+1", "-1", "@A1", "\t=1", "＝1", "＋1", "－1", "＠1"])
def test_no_cell_begins_like_a_formula(policy: PolicyVersion, first: str) -> None:
    [row] = rows_of(files_of(policy, ContactFactory.create(city=first))["csv/contacts-contact.csv"])
    assert row["city"] == f"'{first}"


@pytest.mark.parametrize("typed", ["王小明", "😀", "bell\x07", "محمد"])
def test_letters_that_no_font_has_break_nothing_and_are_in_the_other_files(policy: PolicyVersion, typed: str) -> None:
    content = files_of(policy, ContactFactory.create(first_name=typed))
    assert b"/StructTreeRoot" in content["access.pdf"]
    assert typed in content["access.html"].decode()


def test_the_same_moment_gives_the_same_bytes(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Aino")
    made = [package.write([contact.pk], policy=policy, language="en", at=NOON) for _ in range(2)]
    assert made[0] == made[1]


def test_every_file_says_the_same_number_of_rows(policy: PolicyVersion) -> None:
    content = files_of(policy, somebody(policy, "Aino"))
    held = json.loads(content["access.json"])["held"]
    assert {name for name in content if name.startswith("csv/")} == {
        f"csv/{label.replace('.', '-')}.csv" for label in held
    }
    for label, section in held.items():
        assert len(rows_of(content[f"csv/{label.replace('.', '-')}.csv"])) == section["total"]


def test_the_json_says_what_it_is_and_has_iso_dates(policy: PolicyVersion) -> None:
    made = json.loads(files_of(policy, somebody(policy, "Aino"))["access.json"])
    assert (made["format"], made["prepared_at"]) == ("access-package/1", "2026-11-24T13:00:00+01:00")
    assert made["held"]["contacts.basis"]["rows"][0]["collected_on"] == "2026-06-01"
    assert made["held"]["contacts.registration"]["rows"][0]["registered_at"] == "2026-06-01T10:30:00+02:00"
    assert made["company"]["name"] == "Nordvik Software AB"


def test_whoever_unpacks_it_gets_files_of_their_own_and_a_note(policy: PolicyVersion) -> None:
    made = package.write([ContactFactory.create().pk], policy=policy, language="en", at=NOON)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist()[0] == "README.txt"
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o600}
        assert b"access.json has all of it for programs" in archive.read("README.txt")


def test_the_page_needs_nothing_beside_itself(policy: PolicyVersion) -> None:
    page = files_of(policy, somebody(policy, "Aino"))["access.html"].decode()
    assert "<link" not in page
    assert "src=" not in page
    assert "http" not in page.replace("https://www.imy.se", "").replace("https://nordvik.example/Aino", "")


def test_the_officers_preview_is_the_page_in_the_package(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Aino")
    assert (
        package.html([contact.pk], policy=policy, language="en", at=NOON).encode()
        == (files_of(policy, contact)["access.html"])
    )
