"""The company's own look: what it takes, what it refuses, and where it is worn."""

import io
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from contacts.look import look, tokens
from contacts.look.look import Link, LookError
from contacts.models import AuditEvent, PolicyVersion
from tests.support.factories import NOON
from tests.support.looking import BY, image, worn

pytestmark = pytest.mark.django_db

type LogIn = Any


def test_without_a_choice_it_is_the_products_own() -> None:
    assert look.colours(look.current()) == (tokens.MAIN, tokens.BAND)


def test_it_is_on_record_who_changed_it() -> None:
    worn()
    assert set(AuditEvent.objects.values_list("code", "by")) == {("look.changed", BY)}


@pytest.mark.parametrize(
    ("main", "band", "why"),
    [("#ffcc00", "", "nearest colour that can be read is #"), ("red", "", "no colour"), ("", "#12", "no colour")],
)
def test_what_cannot_be_read_is_refused_and_nothing_changes(main: str, band: str, why: str) -> None:
    with pytest.raises(LookError, match=why):
        look.paint(main, band, at=NOON, by=BY)
    assert look.colours(look.current()) == (tokens.MAIN, tokens.BAND)


def test_an_image_is_drawn_anew_no_larger_than_it_is_shown() -> None:
    large = image(3000, 400, "JPEG")
    look.show_logo(large, at=NOON, by=BY)
    now = look.current()
    with now.logo.open() as file, Image.open(io.BytesIO(file.read())) as shown:
        assert (shown.format, list(shown.size)) == ("PNG", now.logo_size)
        assert now.logo_size == [640, 85]


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\x89PNG broken"])
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(LookError, match="no image"):
        look.show_logo(ContentFile(content, "logo.png"), at=NOON, by=BY)


def test_an_image_that_is_replaced_or_taken_away_is_deleted(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        look.show_logo(image(), at=NOON, by=BY)
        first = look.current().logo
        look.show_logo(image(colour="#123456"), at=NOON, by=BY)
        second = look.current().logo
        look.show_logo(None, at=NOON, by=BY)
    storage = first.storage
    assert not storage.exists(first.name)
    assert not storage.exists(second.name)
    assert not look.current().logo


def test_a_footer_leads_to_pages_of_the_web_alone() -> None:
    with pytest.raises(LookError, match="https"):
        look.lead([Link("javascript:alert(1)", {"en": "Here", "sv": "Här"})], at=NOON, by=BY)


def test_the_site_wears_it(policy: PolicyVersion, client: Client) -> None:
    worn()
    page = client.get("/", {"lang": "sv"}).content.decode()
    shown = look.shown(look.current(), "sv")
    assert f'src="{shown["logo"]}" alt="Nordvik Software AB"' in page
    assert shown["picture"] in page
    assert '<a href="https://nordvik.example/careers">Jobba hos oss</a>' in page
    sheet = client.get("/look.css", {"v": shown["version"]})
    assert "--accent: light-dark(#7a1f5c" in sheet.content.decode()
    assert "immutable" in sheet["Cache-Control"]
    assert Image.open(io.BytesIO(client.get(shown["logo"]).getvalue())).format == "PNG"


def test_an_old_address_of_the_stylesheet_is_not_kept_for_good(client: Client) -> None:
    sheet = client.get("/look.css", {"v": "another"})
    assert (sheet.status_code, sheet["Cache-Control"]) == (200, "public, max-age=300")
    assert client.get("/look.css", headers={"if-none-match": sheet["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["nothing.png", "..%2Fwhitepapers%2Fsecret.pdf"])
def test_no_other_file_is_handed_out(client: Client, policy: PolicyVersion, name: str) -> None:
    worn()
    assert client.get(f"/look/{name}").status_code == 404


def test_a_change_is_seen_before_it_is_saved(log_in: LogIn) -> None:
    client = log_in("administrator")
    page = "/admin/contacts/look/1/colours/"
    told = {"main": "#7a1f5c", "band": "#3b0f2c"}
    looked = client.post(page, told | {"look": "1"}).content.decode()
    assert "--accent: #7a1f5c" in looked
    assert look.current().main == ""
    refused = client.post(page, {"main": "#ffcc00", "band": "#3b0f2c", "look": "1"}).content.decode()
    assert "The nearest colour that can be read is" in refused
    assert client.post(page, told).status_code == 302
    assert look.colours(look.current()) == ("#7a1f5c", "#3b0f2c")


def test_a_footers_link_has_its_words_in_each_language(log_in: LogIn) -> None:
    client, page = log_in("administrator"), "/admin/contacts/look/1/links/"
    told = {"url_0": "https://nordvik.example/", "words_0_en": "Home"}
    assert "Write what the link says." in client.post(page, told).content.decode()
    assert client.post(page, told | {"words_0_sv": "Hem"}).status_code == 302
    assert json.dumps(look.current().links) == json.dumps(
        [{"url": "https://nordvik.example/", "words": {"en": "Home", "sv": "Hem"}}]
    )
