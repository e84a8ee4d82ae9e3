"""From the file to the people and back, as staff meet it: what each page says, and who may open it."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, Upload
from contacts.signups import whitepapers
from privacy_crm import tasks
from tests.support.admin_pages import contents
from tests.support.uploading import AINO, VAINO, as_csv, files
from tests.support.working_at_once import at_once

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon", "policy")]

LIST = "/admin/contacts/upload/"
TOLD = {"scenario": "prospect", "source": "Spring fair", "source_kind": "public", "collected_on": "2026-11-20"}
ROWS = [[AINO, "Aino", "Lindqvist", "", "SE"], [VAINO, "Väinö", "", "", "FI"], ["nobody", "", "", "", ""]]


@pytest.fixture(autouse=True)
def working_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch, tasks.look_through_upload, tasks.import_upload, tasks.remove_uploaded)


def send(client: Client, content: bytes) -> HttpResponse:
    return client.post(f"{LIST}add/", {"file": SimpleUploadedFile("people.csv", content)}, follow=True)


def page(upload: Upload, act: str = "change") -> str:
    return f"{LIST}{upload.public_id}/{act}/"


def text(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def chosen(upload: Upload) -> dict[str, str]:
    names = ("email", "first_name", "last_name", "organisation", "country")
    return {f"column_{place}": name for place, name in enumerate(names)} | TOLD


def test_a_list_goes_all_the_way_from_its_file_to_its_people_and_back(log_in: LogIn) -> None:
    client = log_in("marketing")
    columns = text(send(client, as_csv(ROWS)))
    upload = Upload.objects.get()
    assert "Match the columns" in columns
    assert AINO in columns
    looked = text(client.post(page(upload, "match"), chosen(upload), follow=True))
    assert "2 new people would come in" in looked
    assert "Import 2 people" in looked
    assert "By 10 December 2026, 2 people are told by e-mail" in looked
    assert "malformed address" in looked
    assert "nobody" not in looked
    assert not Contact.objects.exists()
    done = text(client.post(page(upload, "import"), follow=True))
    assert "2 new people came in on 24 November 2026" in done
    assert Contact.objects.count() == 2
    asked = text(client.get(page(upload, "remove")))
    assert "2 people are deleted" in asked
    gone = text(client.post(page(upload, "remove"), follow=True))
    assert "2 people were removed again" in gone
    assert not Contact.objects.exists()


def test_the_headline_and_the_button_are_about_the_same_people(log_in: LogIn) -> None:
    client = log_in("marketing")
    send(client, as_csv(ROWS))
    client.post(page(Upload.objects.get(), "match"), chosen(Upload.objects.get()))
    client.post(page(Upload.objects.get(), "import"))
    differs, fills = [AINO, "Aino", "Virtanen", "", "SE"], [VAINO, "", "Odotus", "", ""]
    send(client, as_csv([differs, fills, ["eero@fjordkraft.example", "Eero", "", "", "FI"]]))
    again = Upload.objects.latest("pk")
    looked = text(client.post(page(again, "match"), chosen(again), follow=True))
    assert "1 new person would come in and 1 person held already would change" in looked
    assert "Import 2 people" in looked
    assert "The list has other details of 1 person who is held already." in looked


def test_the_refused_rows_are_fetched_without_a_value(log_in: LogIn) -> None:
    client = log_in("privacy officer")
    send(client, as_csv(ROWS))
    upload = Upload.objects.get()
    client.post(page(upload, "match"), chosen(upload))
    answer = client.get(page(upload, "rejects"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.decode() == "file,line,column,reason\nupload,4,email,malformed address\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"", "The submitted file is empty"),
        (b"a@x.example\nb@x.example\n", "first row has to name the columns"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_on_the_form(content: bytes, told: str, log_in: LogIn) -> None:
    client = log_in("marketing")
    before, kept = contents(), files()
    assert told in text(send(client, content))
    assert (contents(), files()) == (before, kept)


def test_a_file_that_is_too_large_is_refused_on_the_form_and_nothing_is_kept(
    log_in: LogIn, settings: LazySettings
) -> None:
    settings.UPLOAD_MEGABYTES = 1
    client = log_in("marketing")
    before, kept = contents(), files()
    answer = send(client, b"Email\n" + b"a" * whitepapers.MOST_BYTES)
    assert answer.status_code == 200
    assert "The file is larger than 1 MB. Divide it into several." in text(answer)
    assert (contents(), files()) == (before, kept)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"column_0": ""}, "Say which column is the e-mail address"),
        ({"collected_on": "2026-11-25"}, "The day of collection is yet to come"),
        ({"source": " "}, "This field is required"),
        ({"scenario": ""}, "This field is required"),
        ({"column_1": "birthday"}, "birthday"),
    ],
)
def test_what_is_missing_is_said_on_the_form(changes: dict[str, str], told: str, log_in: LogIn) -> None:
    client = log_in("marketing")
    send(client, as_csv(ROWS))
    upload = Upload.objects.get()
    assert told in text(client.post(page(upload, "match"), chosen(upload) | changes, follow=True))
    upload.refresh_from_db()
    assert upload.state == "uploaded"


def test_a_double_click_imports_once(log_in: LogIn) -> None:
    client = log_in("marketing")
    send(client, as_csv(ROWS))
    upload = Upload.objects.get()
    client.post(page(upload, "match"), chosen(upload))
    client.post(page(upload, "import"))
    again = text(client.post(page(upload, "import"), follow=True))
    assert "This is not possible any more." in again
    assert Contact.objects.count() == 2


def test_opening_the_pages_changes_nothing(log_in: LogIn) -> None:
    client = log_in("marketing")
    send(client, as_csv(ROWS))
    upload = Upload.objects.get()
    client.post(page(upload, "match"), chosen(upload))
    before = contents()
    for act in ("change", "match", "import", "discard", "progress", "rejects"):
        assert client.get(page(upload, act)).status_code == 200
    assert contents() == before


@pytest.mark.parametrize("role", ["sales", "events", "auditor", "administrator"])
def test_nobody_else_sends_a_file_or_sees_one(role: str, log_in: LogIn) -> None:
    send(log_in("marketing"), as_csv(ROWS))
    upload, before, client = Upload.objects.get(), contents(), log_in(role)
    for address in (LIST, f"{LIST}add/", page(upload), page(upload, "match"), page(upload, "progress")):
        assert client.get(address).status_code == 403
    assert client.post(page(upload, "discard")).status_code == 403
    assert client.post(f"{LIST}add/", {"file": SimpleUploadedFile("x.csv", b"Email\na@x.example\n")}).status_code == 403
    upload.refresh_from_db()
    assert upload.state == "uploaded"
    assert before["contacts_upload"] == contents()["contacts_upload"]


def test_the_empty_list_says_what_to_do(log_in: LogIn) -> None:
    answer = text(log_in("marketing").get(LIST))
    assert "Bring in a list of people" in answer
    assert "Import people" in answer


def test_how_far_it_is_is_told_while_it_goes_on(log_in: LogIn) -> None:
    client = log_in("marketing")
    send(client, as_csv(ROWS))
    upload = Upload.objects.get()
    Upload.objects.update(state="importing", step="reading", share=0.25)
    assert client.get(page(upload, "progress")).json() == {"words": "Reading the rows", "share": 0.25, "over": False}
    shown = text(client.get(page(upload)))
    assert '<p role="status">Reading the rows</p>' in shown
    assert 'value="0.250"' in shown
    Upload.objects.update(state="done", result={"new": 1, "changed": 0})
    assert client.get(page(upload, "progress")).json()["over"]


def test_a_long_list_of_imports_costs_no_more_queries_than_a_short_one(log_in: LogIn) -> None:
    client = log_in("marketing")
    send(client, as_csv(ROWS))
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        numbers.append(len(queries))
        for _ in range(5):
            send(client, as_csv(ROWS))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 9
