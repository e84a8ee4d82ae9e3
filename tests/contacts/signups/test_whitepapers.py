import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import AuditEvent, Whitepaper
from contacts.signups import whitepapers
from contacts.signups.whitepapers import EPUB, MOST_BYTES, PDF, Cover, WhitepaperError
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, TopicFactory, WhitepaperFactory

COVER = Cover("Calm Backups", {"en": "Sleep at night.", "sv": "Sov gott."})


def pdf(content: bytes = b"%PDF-1.7 calm") -> ContentFile:
    return ContentFile(content, name="Aino Lindqvist's draft.exe")


def epub() -> ContentFile:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("content.opf", "<package/>")
    return ContentFile(made.getvalue(), name="book")


def stored() -> set[Path]:
    return set(Path(settings.MEDIA_ROOT).rglob("*.*"))


def test_a_file_is_known_by_its_content_and_not_by_its_name() -> None:
    assert whitepapers.media_type(pdf()) == PDF
    assert whitepapers.media_type(epub()) == EPUB


@given(st.binary(max_size=80).filter(lambda content: not content.startswith(b"%PDF-")))
def test_whatever_begins_in_another_way_is_neither(content: bytes) -> None:
    assert whitepapers.media_type(ContentFile(content, name="paper.pdf")) == ""


def test_a_zip_that_is_no_book_is_neither() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr("mimetype", "application/zip")
    assert whitepapers.media_type(ContentFile(made.getvalue())) == ""


@pytest.mark.django_db
def test_a_whitepaper_is_kept_under_a_name_that_tells_nothing_and_found_by_nobody_yet() -> None:
    topic = TopicFactory.create()
    made = whitepapers.add("calm", Cover("Calm", {"en": "x"}, [topic]), pdf(), at=NOON, by="test")
    assert list(made.topics.all()) == [topic]
    assert made.file.name.startswith("whitepapers/")
    assert made.file.name.endswith(".pdf")
    assert "aino" not in made.file.name.lower()
    assert made.file.read() == b"%PDF-1.7 calm"
    made.file.close()
    assert not Whitepaper.objects.published(NOON).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("file", [pdf(b"MZ not a paper"), pdf(b""), pdf(b"%PDF-" + b"x" * MOST_BYTES)])
def test_another_kind_of_file_or_one_that_is_too_large_is_refused_and_kept_nowhere(file: ContentFile) -> None:
    before, files = contents(), stored()
    with pytest.raises(WhitepaperError):
        whitepapers.add("calm", COVER, file, at=NOON, by="test")
    assert (contents(), stored()) == (before, files)


@pytest.mark.django_db
def test_two_whitepapers_do_not_share_a_short_name_and_the_second_file_goes() -> None:
    whitepapers.add("calm", COVER, pdf(), at=NOON, by="test")
    before, files = contents(), stored()
    with pytest.raises(WhitepaperError):
        whitepapers.add("calm", COVER, pdf(), at=NOON, by="test")
    assert (contents(), stored()) == (before, files)


@pytest.mark.django_db(transaction=True)
def test_a_replaced_file_goes_once_the_new_one_stands() -> None:
    made = whitepapers.add("calm", COVER, pdf(), at=NOON, by="test")
    old = Path(made.file.path)
    whitepapers.replace_file(made, epub(), at=NOON, by="test")
    made.refresh_from_db()
    assert made.file.name.endswith(".epub")
    assert not old.exists()
    assert Path(made.file.path).exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_refused_leaves_the_old_one() -> None:
    made = whitepapers.add("calm", COVER, pdf(), at=NOON, by="test")
    files = stored()
    with pytest.raises(WhitepaperError):
        whitepapers.replace_file(made, pdf(b"MZ"), at=NOON, by="test")
    made.refresh_from_db()
    assert stored() == files
    assert Path(made.file.path).exists()


@pytest.mark.django_db
def test_a_whitepaper_is_published_withdrawn_and_published_once_more() -> None:
    made = whitepapers.add("calm", COVER, pdf(), at=NOON, by="test")
    for act, found in ((whitepapers.publish, True), (whitepapers.withdraw, False), (whitepapers.publish, True)):
        act(made, at=NOON, by="test")
        assert Whitepaper.objects.published(NOON).exists() == found
        with pytest.raises(WhitepaperError):
            act(made, at=NOON + ONE_DAY, by="test")
    codes = AuditEvent.objects.order_by("pk").values_list("code", flat=True)
    assert [code.partition(".")[2] for code in codes] == ["added", "published", "withdrawn", "published"]


@pytest.mark.django_db
def test_a_whitepaper_that_was_never_published_is_not_withdrawn() -> None:
    made = WhitepaperFactory.create(published_at=None)
    with pytest.raises(WhitepaperError):
        whitepapers.withdraw(made, at=NOON, by="test")


@pytest.mark.django_db
def test_a_change_of_words_keeps_the_short_name_that_links_carry() -> None:
    made = WhitepaperFactory.create()
    slug = made.slug
    whitepapers.change(made, COVER, at=NOON, by="test")
    made.refresh_from_db()
    assert (made.slug, made.title, made.summary["sv"]) == (slug, "Calm Backups", "Sov gott.")
