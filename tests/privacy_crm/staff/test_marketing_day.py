"""A day in marketing, through the pages alone: web, worker and mail server are processes of their own."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.support.accessible import violations
from tests.support.embedded_users import eventually
from tests.support.listing import from_csv
from tests.support.mail_sink import part
from tests.support.office import AUTHOR, PATIENT, Office, office, sink, site
from tests.support.processes import PATIENCE
from tests.support.uploading import as_csv

__all__ = ["office", "sink", "site"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

HEADER = ["E-mail", "First name", "Last name", "Company", "Country", "Language"]
AINO, VAINO, SIV = (f"{name}@fjordkraft.example" for name in ("aino", "vaino", "siv"))
ROWS = [
    [AINO, "Aino", "Lindqvist", "Fjordkraft Ltd", "IE", "en"],
    [VAINO, "Väinö", "Ek", "Vuonovoima Oy", "FI", "sv"],
    [SIV, "Siv", "Berg", "Fjordkraft Ltd", "IE", "en"],
    ["bo@fjordkraft.example", "Bo", "Ny", "Fjordkraft AB", "SE", "sv"],
    ["nobody", "Nobody", "", "", "IE", "en"],
]


@pytest.mark.promise("P11")
@pytest.mark.promise("P13")
def test_a_marketing_day(office: Office, tmp_path: Path) -> None:
    _add_a_topic(office)
    _put_on_an_event(office)
    _bring_people_in(office)
    _hear_an_objection(office, "Siv Berg")
    _save_a_segment(office)
    _take_a_list_out(office, tmp_path)
    _write_a_mailing(office)
    _send_it(office)
    _unsubscribe(office)
    _hear_an_objection(office, "Väinö Ek")
    _read_the_report(office)
    _go_home(office)


def _add_a_topic(office: Office) -> None:
    page = office.open("topic")
    page.get_by_role("link", name="Add a topic").first.click()
    for label, typed in {"Name": ("Cloud", "Moln"), "Sentence": ("Elsewhere.", "Någon annanstans.")}.items():
        for language, words in zip(("English", "Swedish"), typed, strict=True):
            page.get_by_label(f"{label} in {language}").fill(words)
    office.look()
    page.get_by_role("button", name="Add a topic").click()
    page.get_by_text("The topic is on record").wait_for()


def _put_on_an_event(office: Office) -> None:
    page = office.open("event")
    page.get_by_role("link", name="Put on an event").first.click()
    page.get_by_label("Title").fill("Cloud Day")
    page.get_by_label("Kind").select_option("physical")
    day = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=30)
    page.locator("[name=starts_at_0]").fill(day.isoformat())
    page.locator("[name=starts_at_1]").fill("09:00")
    page.get_by_label("Cloud", exact=True).check()
    office.look()
    page.get_by_role("button", name="Put on an event").click()
    page.get_by_text("The event is on record.").wait_for()
    office.look()


def _bring_people_in(office: Office) -> None:
    page = office.open("upload")
    page.get_by_role("link", name="Import people").first.click()
    page.get_by_label("File").set_input_files(
        {"name": "fair.csv", "mimeType": "text/csv", "buffer": as_csv(ROWS, HEADER)}
    )
    office.look()
    page.get_by_role("button", name="Send the file").click()
    page.get_by_label("Why do we hold these people?").select_option("prospect")
    page.get_by_label("Where does the list come from?").fill("Spring fair")
    page.get_by_label("the person", exact=True).check()
    page.get_by_label("When were they collected?").fill(dt.datetime.now(tz=dt.UTC).date().isoformat())
    office.look()
    page.get_by_role("button", name="Show me what would happen").click()
    page.get_by_text("4 new people would come in").wait_for(timeout=PATIENT)
    page.get_by_text("malformed address").first.wait_for()
    office.look()
    assert office.site.people() == 0
    page.get_by_role("button", name="Import 4 people").click()
    page.get_by_text("4 new people came in").wait_for(timeout=PATIENT)
    office.look()
    assert office.site.people() == 4


def _hear_an_objection(office: Office, name: str) -> None:
    """They phone: no more mails. Their page says so from then on."""
    page = office.open("contact")
    page.get_by_role("link", name=name).click()
    mark = page.locator(".pc-mark", has_text="E-mail")
    mark.get_by_text("marketing allowed").wait_for()
    office.look()
    page.get_by_role("link", name="Record objection").click()
    for channel in ("phone", "post"):
        page.get_by_label(channel, exact=True).uncheck()
    page.get_by_label("How did you hear it?").select_option("told us by phone")
    page.get_by_role("button", name="Record the objection").click()
    page.get_by_text("gets no more marketing by e-mail").wait_for()
    mark.get_by_text("no marketing: they objected").wait_for()
    office.look()


def _save_a_segment(office: Office) -> None:
    page = office.open("contact")
    page.get_by_label("Held as").select_option("prospect")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Save as a segment").click()
    page.get_by_label("Name of the segment").fill("Fair")
    page.get_by_role("button", name="Save as a segment").click()
    page.get_by_text("2 may be reached.").first.wait_for()
    office.look()


def _take_a_list_out(office: Office, tmp_path: Path) -> None:
    page = office.open("audience")
    page.get_by_role("link", name="Make a list").first.click()
    page.get_by_label("Whom do you want to reach?").select_option(label="Fair")
    page.get_by_label("What are they held as?").select_option("prospect")
    office.look()
    page.get_by_role("button", name="Show who would be on it").click()
    page.get_by_text("2 people would be on this list.").wait_for()
    page.get_by_text("2 of 4 are left out").wait_for()
    office.look()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export 2 people as CSV").click()
    download.value.save_as(tmp_path / "list.csv")
    assert {row["email"] for row in from_csv((tmp_path / "list.csv").read_bytes())} == {AINO, VAINO}


def _write_a_mailing(office: Office) -> None:
    page = office.open("mailing")
    page.get_by_role("link", name="Write a mailing").first.click()
    page.get_by_label("Name").fill("Autumn news")
    page.get_by_label("Who gets it?").select_option(label="Fair")
    page.get_by_label("Cloud", exact=True).check()
    for language, word in (("English", "News"), ("Swedish", "Nytt")):
        page.get_by_label(f"Subject in {language}").fill(word)
        page.get_by_label(f"Text in {language}").fill(f"{word}.")
    office.look()
    page.get_by_role("button", name="Write a mailing").click()
    page.get_by_text("A draft: nobody has got it").wait_for()
    office.look()
    page.get_by_role("link", name="Send me a test").click()
    page.get_by_role("button", name="Send me a test").click()
    office.await_mails(AUTHOR, 2)
    assert {mail["Subject"] for mail in office.arrived(AUTHOR)} == {"Test: News", "Test: Nytt"}


def _send_it(office: Office) -> None:
    """It reaches each in their language, and neither who objected nor whose country asks for consent."""
    page = office.page
    page.get_by_role("link", name="Send it now").click()
    page.get_by_text("2 people get it: 1 in English, 1 in Swedish.").wait_for()
    page.get_by_text("1 objected").wait_for()
    office.look()
    page.get_by_role("button", name="Send to 2 people").click()
    page.get_by_text("the first mails leave within a minute").wait_for()
    office.a_minute_passes()
    for address, subject in ((AINO, "News"), (VAINO, "Nytt")):
        office.await_mails(address, 1)
        assert [mail["Subject"] for mail in office.arrived(address)] == [subject]
    office.a_minute_passes()
    eventually(lambda: office.site.rows("SELECT state FROM contacts_mailing") == [("sent",)], within=PATIENCE)
    # The page follows the mailing by itself: to load it anew would cut off the load that it begins at the end.
    page.get_by_text("Sent to 2 of 2 people").wait_for()
    assert set(office.sink.recipients) == {AUTHOR, AINO, VAINO}


def _unsubscribe(office: Office) -> None:
    """Aino presses the button to which the mail leads. She is held for marketing alone, and goes in the next night."""
    (mail,) = office.arrived(AINO)
    links = re.findall(r"https?://\S+/unsubscribe/\S+", part(mail, "text/plain"))
    visitor = office.visitors.new_page()
    visitor.goto(links[0])
    assert violations(visitor) == []
    visitor.get_by_role("button", name="Stop all marketing").click()
    visitor.get_by_role("heading", name="Done").wait_for()
    assert violations(visitor) == []
    page = office.open("contact")
    page.get_by_role("link", name="Aino Lindqvist").click()
    page.locator(".pc-mark", has_text="E-mail").get_by_text("they objected").wait_for()


def _read_the_report(office: Office) -> None:
    page = office.open("mailing")
    page.get_by_role("link", name="Autumn news").click()
    page.get_by_role("heading", name="What became of it").wait_for()
    page.locator(".pc-tile", has_text="objections").get_by_text("2", exact=True).wait_for()
    page.locator(".pc-tile", has_text="sent").first.get_by_text("2", exact=True).wait_for()
    office.look()


def _go_home(office: Office) -> None:
    """What is left of the day stands on the home page: somebody has to say what became of the list."""
    page = office.page
    page.goto("/admin/")
    page.get_by_role("heading", name="Your tasks").wait_for()
    page.get_by_role("heading", name="Objections to marketing").wait_for()
    office.look(".pc-stack")
