from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.live_server_helper import LiveServer

from contacts.models import Activity, Contact, CountryRule, Message, PolicyVersion, Whitepaper
from contacts.signups import whitepapers
from tests.browser.test_admin import enter, visit
from tests.support.admin_pages import contents
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    SignUpFactory,
    TopicFactory,
    WhitepaperFactory,
    do,
    hold,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

ADD = "/admin/contacts/whitepaper/add/"


def upload(content: bytes = b"%PDF-1.7 calm") -> SimpleUploadedFile:
    return SimpleUploadedFile("draft.pdf", content)


def of(whitepaper: Whitepaper, act: str) -> str:
    return f"/admin/contacts/whitepaper/{whitepaper.pk}/{act}/"


def test_marketing_adds_a_whitepaper_with_its_words_topics_and_file(log_in: LogIn) -> None:
    topic = TopicFactory.create()
    form = {"title": "Calm Backups", "summary_en": "Sleep.", "summary_sv": "Sov.", "topics": [topic.pk]}
    answer = log_in("marketing").post(ADD, form | {"file": upload()}, follow=True)
    made = Whitepaper.objects.get()
    assert (made.slug, list(made.topics.all())) == ("calm-backups", [topic])
    assert made.summary == {"en": "Sleep.", "sv": "Sov."}
    assert "Not published yet" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"file": upload(b"MZ")}, "neither a PDF nor an EPUB"),
        ({"file": upload(b"%PDF-1.7" + b"x" * whitepapers.MOST_BYTES)}, "larger than 20 MB"),
        ({"file": ""}, "This field is required"),
        ({"file": upload(), "slug": "../etc"}, "valid “slug”"),
        ({"file": upload(), "slug": "taken"}, "has this short name already"),
    ],
)
def test_a_whitepaper_that_cannot_be_is_refused_with_a_reason(
    log_in: LogIn, form: dict[str, object], told: str
) -> None:
    WhitepaperFactory.create(slug="taken")
    client = log_in("marketing")
    before = contents()
    answer = client.post(ADD, {"title": "Calm Backups", **form})
    assert told in answer.content.decode()
    assert contents() == before


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_title_stays_when_a_file_is_chosen(browser: "Browser", log_in: LogIn, live_server: LiveServer) -> None:
    from playwright.sync_api import expect

    complaints: list[str] = []
    with closing(browser.new_page()) as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        enter(page, log_in("marketing"), live_server)
        visit(page, f"{live_server.url}{ADD}")
        page.get_by_label("File").set_input_files({"name": "x.pdf", "mimeType": "", "buffer": b"%PDF-1.7 calm"})
        expect(page.locator("input[type=text][hidden]")).to_have_attribute("value", "x.pdf")
        expect(page.get_by_label("Title")).to_have_value("")
    assert complaints == []


@pytest.mark.parametrize("dialog", [True, False])
def test_the_form_that_takes_a_file_says_so_to_the_browser(log_in: LogIn, dialog: bool) -> None:
    headers = {"HX-Request": "true"} if dialog else {}
    page = log_in("marketing").get(of(WhitepaperFactory.create(), "replace"), headers=headers).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert ('hx-encoding="multipart/form-data"' in page) == dialog


def test_a_file_is_replaced_from_the_dialog(log_in: LogIn) -> None:
    whitepaper = WhitepaperFactory.create()
    headers = {"HX-Request": "true"}
    log_in("marketing").post(of(whitepaper, "replace"), {"file": upload(b"%PDF-2.0 new")}, headers=headers)
    whitepaper.refresh_from_db()
    assert Path(whitepaper.file.path).read_bytes() == b"%PDF-2.0 new"


def test_staff_fetch_the_file_under_its_short_name(log_in: LogIn) -> None:
    whitepaper = WhitepaperFactory.create(slug="calm")
    answer = log_in("sales").get(of(whitepaper, "file"))
    assert answer.getvalue() == b"%PDF-1.7 a whitepaper"
    assert answer["Content-Disposition"] == 'attachment; filename="calm.pdf"'
    assert answer["Content-Type"] == "application/pdf"


def test_a_file_has_no_address_of_its_own(policy: PolicyVersion, client: Client) -> None:
    name = WhitepaperFactory.create().file.name
    assert {client.get(f"/{prefix}{name}", follow=True).status_code for prefix in ("", "media/", "static/")} == {404}


def test_the_page_of_a_whitepaper_whose_file_is_gone_says_what_to_do(log_in: LogIn) -> None:
    whitepaper = WhitepaperFactory.create()
    Path(whitepaper.file.path).unlink()
    assert "The file is missing: replace it." in log_in("marketing").get(of(whitepaper, "change")).content.decode()


def test_downloads_are_counted_by_whitepaper_and_waiting_sign_ups_beside_them(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    whitepaper, other = WhitepaperFactory.create(slug="calm"), WhitepaperFactory.create(slug="other")
    for reference, kind in (("calm", "download"), ("calm", "download"), ("other", "download"), ("calm", "call")):
        person = ContactFactory.create()
        hold(person, "whitepaper", NOON.date(), policy=policy)
        do(person, kind, NOON, policy, reference)
    SignUpFactory.create(policy_version=policy, kind="whitepaper", scenario="whitepaper", whitepaper=whitepaper)
    client = log_in("marketing")
    listed = client.get("/admin/contacts/whitepaper/").context["cl"].result_list
    assert {row.slug: row.download_count for row in listed} == {"calm": 2, "other": 1}
    page = client.get(of(whitepaper, "change"))
    assert (page.context["record"].download_count, page.context["waiting"]) == (2, 1)
    assert client.get(of(other, "change")).context["waiting"] == 0
    assert Activity.objects.count() == 4


def test_whoever_fetched_a_whitepaper_twice_is_one_reader(log_in: LogIn, policy: PolicyVersion) -> None:
    whitepaper = WhitepaperFactory.create(slug="calm")
    person, gone = ContactFactory.create(), ContactFactory.create()
    for reader, days in ((person, 0), (person, 1), (gone, 0)):
        do(reader, "download", NOON - days * ONE_DAY, policy, "calm")
    Contact.objects.filter(pk=gone.pk).delete()
    page = " ".join(log_in("marketing").get(of(whitepaper, "change")).content.decode().split())
    assert "2<br><small>by 1 person, of those who are still held</small>" in page


def test_the_list_does_not_ask_once_a_whitepaper(log_in: LogIn) -> None:
    client = log_in("marketing")
    numbers = []
    for more in (1, 5):
        WhitepaperFactory.create_batch(more)
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/contacts/whitepaper/")
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def reader(policy: PolicyVersion, **fields: object) -> None:
    person = ContactFactory.create(**fields)
    hold(person, "customer", NOON.date(), policy=policy)


@pytest.mark.promise("P11")
def test_marketing_sees_who_is_left_out_and_why_before_anybody_is_told(log_in: LogIn, policy: PolicyVersion) -> None:
    CountryRule.objects.create(
        country="SE", channel="email", ground="legitimate_interest", valid_from="2020-01-01", source="test"
    )
    whitepaper = WhitepaperFactory.create()
    for country in ("SE", "SE", "DE", ""):
        reader(policy, country=country)
    client = log_in("marketing")
    form = client.get(of(whitepaper, "announce")).context["form"]
    assert str(form.submit) == "Tell 2 people"
    assert sorted(number for _, number in form.left_out) == [1, 1]
    assert not Message.objects.exists()
    answer = client.post(of(whitepaper, "announce"), follow=True)
    assert "2 people are told." in answer.content.decode()
    assert Message.objects.filter(template="announce", whitepaper=whitepaper).count() == 2
    again = client.get(of(whitepaper, "announce")).context["form"]
    assert str(again.submit) == "Tell 0 people"
    assert ("they were told of it before", 2) in again.left_out


@pytest.mark.parametrize("role", ["sales", "events", "privacy officer"])
def test_nobody_but_marketing_announces(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    reader(policy, country="SE")
    assert log_in(role).post(of(WhitepaperFactory.create(), "announce")).status_code == 403
    assert not Message.objects.exists()
