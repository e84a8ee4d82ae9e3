"""Lists of people at their edges: days that end in the middle, disks, people who are in two lists, objections (P12)."""

import datetime as dt
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from contacts.models import (
    AuditEvent,
    Basis,
    ChannelPermission,
    Contact,
    PolicyVersion,
    RecipientNotice,
    Suppression,
    Upload,
    UploadedPerson,
)
from contacts.words.vocabulary import Channel, Scenario, SourceKind
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.staff.uploads import upload_page
from privacy_crm.uploads import forgetting, importing, moving, removing, workbooks
from privacy_crm.uploads.matching import Origin
from tests.support.factories import NOON, ContactFactory, hold, place
from tests.support.import_files import everything
from tests.support.sharing import RecipientFactory, gave
from tests.support.uploading import (
    AINO,
    COLLECTED,
    FAIR,
    VAINO,
    as_csv,
    as_xlsx,
    bring_in,
    files,
    look_through,
    open_up,
    receive,
    send,
)

pytestmark = pytest.mark.django_db(transaction=True)

ANOTHER_MINUTE = dt.timedelta(minutes=1)
A_DAY_LATER = NOON + dt.timedelta(hours=24)
NO = ["Email", "No marketing"]


def listed(*addresses: str) -> bytes:
    return as_csv([[address, "Aino", "Lindqvist", "", "SE"] for address in addresses])


def come_in(policy: PolicyVersion, content: bytes, origin: Origin = FAIR) -> Upload:
    return bring_in(look_through(receive(content), policy, origin), policy)


def remove(upload: Upload, policy: PolicyVersion, at: dt.datetime = NOON) -> Upload:
    removing.remove(upload.pk, policy=policy, at=at, by="test", now=lambda: at)
    upload.refresh_from_db()
    return upload


# Taking back


def test_a_removal_that_is_asked_for_within_the_day_removes_them_after_it(policy: PolicyVersion) -> None:
    upload = come_in(policy, listed(AINO, VAINO))
    removing.start(upload, at=A_DAY_LATER - dt.timedelta(minutes=1), by="test")
    forgetting.sweep(A_DAY_LATER)  # before a worker has begun
    remove(upload, policy, A_DAY_LATER)
    assert not Contact.objects.exists()
    assert upload.result["removed"] == 2
    forgetting.sweep(A_DAY_LATER)
    upload.refresh_from_db()
    assert upload.forget_at is None


def test_a_removal_that_is_broken_off_at_the_end_of_the_day_can_be_started_again(policy: PolicyVersion) -> None:
    upload = come_in(policy, listed(AINO))
    removing.start(upload, at=A_DAY_LATER - dt.timedelta(minutes=1), by="test")
    later = A_DAY_LATER + dt.timedelta(minutes=5)
    forgetting.sweep(later)
    upload.refresh_from_db()
    assert (upload.state, UploadedPerson.objects.count()) == ("done", 1)
    removing.start(upload, at=later, by="test")
    assert remove(upload, policy, later).result["removed"] == 1
    assert not Contact.objects.exists()


def test_who_is_in_a_later_list_as_well_stays_when_the_first_is_taken_back(policy: PolicyVersion) -> None:
    first = come_in(policy, listed(AINO, VAINO))
    come_in(policy, listed(AINO))
    removing.start(first, at=NOON, by="test")
    remove(first, policy)
    assert list(Contact.objects.values_list("email", flat=True)) == [AINO]
    assert first.result["removed"] == 1


# Disks


def test_a_workbook_that_cannot_be_unpacked_leaves_nothing_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    before = files()
    upload = send(as_xlsx([[AINO, "Aino", "", "", ""], [VAINO, "", "", "", ""], ["a@b.example", "", "", "", ""]]))
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    assert open_up(upload).state == "failed"
    assert files() == before


def test_what_a_worker_left_beside_a_file_goes_with_it(policy: PolicyVersion) -> None:
    before = files()
    upload = send(as_xlsx([[AINO, "Aino", "", "", ""]]))
    Path(f"{upload.file.path}.csv").write_text(AINO)  # it died while it wrote
    forgetting.discard(upload, at=NOON, by="test")
    assert files() == before


def test_a_file_that_no_upload_names_goes_within_the_hour_and_no_other_does(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_xlsx([[AINO, "Aino", "", "", ""]])), policy)
    stray = Path(settings.MEDIA_ROOT) / "uploads" / "stray"
    stray.write_text(AINO)
    written = dt.datetime.fromtimestamp(stray.stat().st_mtime, dt.UTC)
    Upload.objects.update(uploaded_at=written, forget_at=written + dt.timedelta(hours=24))
    forgetting.sweep(written + dt.timedelta(minutes=59))
    assert stray.exists()
    forgetting.sweep(written + dt.timedelta(hours=1, minutes=1))
    assert not stray.exists()
    assert Path(upload.file.path).exists()


def test_what_a_browser_sends_has_no_name_on_the_disk_while_it_comes_in(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("list.csv", listed(AINO) * 90_000)})
    sent = request.FILES["file"]
    assert not list(tmp_path.iterdir())
    assert (sent.name, sent.size, sent.read(7)) == ("list.csv", len(listed(AINO)) * 90_000, b"E-mail,")
    request.close()


def test_a_row_of_endless_cells_is_refused_before_it_fills_the_memory(policy: PolicyVersion) -> None:
    upload = receive(as_csv([[AINO, "Aino", "", "", ""]]) + b"," * 9_000_000 + b"\n")
    look_through(upload, policy)
    assert upload.state == "failed"
    assert "line 3" in upload.failure
    assert not Contact.objects.exists()


def test_texts_that_fill_the_memory_are_refused_under_whatever_name(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_MEGABYTES = 1
    path = tmp_path / "list"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/strings-of-mine.xml", random.Random(1).randbytes(1_500_000).hex())
    with pytest.raises(UnreadableError, match="too large to be read"):
        workbooks.inspect(path)


# Objections, and what people are told


def refusing(*addresses: str) -> bytes:
    return as_csv([[address, "yes"] for address in addresses], NO)


@pytest.mark.promise("P12")
def test_a_prospect_whose_no_to_everything_is_in_a_list_is_gone_with_the_import(policy: PolicyVersion) -> None:
    aino, vaino, kept = (ContactFactory.create(email=each) for each in (AINO, VAINO, "kept@fjordkraft.example"))
    for person in (aino, vaino, kept):
        hold(person, "prospect", COLLECTED, policy=policy)
    hold(vaino, "customer", COLLECTED, policy=policy)
    place(kept, "freeze", "legal_claim")
    upload = look_through(receive(refusing(AINO, VAINO, str(kept.email))), policy)
    assert (Contact.objects.count(), upload.preview["deleted"]) == (3, 1)
    assert "1 person whom we held as a prospect alone" in " ".join(upload_page.sentences(upload, upload.preview))
    assert bring_in(upload, policy).result["deleted"] == 1
    assert set(Contact.objects.values_list("email", flat=True)) == {VAINO, kept.email}
    assert list(vaino.bases.values_list("scenario", flat=True)) == ["customer"]
    assert Suppression.objects.count() == 9


@pytest.mark.promise("P12")
def test_whoever_was_given_their_details_hears_of_an_objection_in_a_list_once(policy: PolicyVersion) -> None:
    aino = ContactFactory.create(email=AINO)
    hold(aino, "customer", COLLECTED, policy=policy)
    gave(RecipientFactory.create(), aino)
    content = as_csv([[AINO, "yes"]], ["Email", "Unsubscribed from all email"])
    for _ in range(2):
        come_in(policy, content, Origin(Scenario.CUSTOMER, "Fair", SourceKind.PERSON, COLLECTED))
    notice = RecipientNotice.objects.get()
    assert (notice.kind, notice.reference, notice.details) == ("objected", aino.public_id, ["email"])
    heard = AuditEvent.objects.get(code="objection.recorded")
    assert (heard.public_id, heard.rule) == (aino.public_id, "email")
    assert ChannelPermission.objects.filter(contact=aino, channel=Channel.EMAIL, state="objected").count() == 1


@pytest.mark.promise("L5")
@pytest.mark.parametrize("kind", [SourceKind.PERSON, SourceKind.PUBLIC])
def test_who_has_not_been_told_of_one_source_is_not_made_known_by_another_list(
    kind: SourceKind, policy: PolicyVersion
) -> None:
    come_in(policy, listed(AINO), Origin(Scenario.PROSPECT, "Bought list", SourceKind.THIRD_PARTY, COLLECTED))
    for _ in range(2):
        come_in(policy, listed(AINO), Origin(Scenario.PROSPECT, "Fair", kind, COLLECTED))
    untold = Basis.objects.untold().get()
    assert (untold.source, untold.source_kind) == ("Bought list; Fair", "third_party")


@pytest.mark.promise("L5")
def test_who_was_told_of_one_source_is_told_of_another_one_that_is_not_they(policy: PolicyVersion) -> None:
    bought = Origin(Scenario.PROSPECT, "Bought list", SourceKind.THIRD_PARTY, COLLECTED)
    come_in(policy, listed(AINO), bought)
    Basis.objects.update(informed_on=COLLECTED)
    for origin in (bought, Origin(Scenario.PROSPECT, "Fair", SourceKind.PERSON, COLLECTED)):
        come_in(policy, listed(AINO), origin)
        assert not Basis.objects.untold().exists()
    upload = come_in(policy, listed(AINO), Origin(Scenario.PROSPECT, "Register", SourceKind.PUBLIC, COLLECTED))
    assert Basis.objects.untold().get().source == "Register"
    assert upload.result["untold"] == 1


# Two at once


def test_what_was_matched_anew_since_the_page_was_opened_is_not_imported(policy: PolicyVersion) -> None:
    upload = look_through(receive(listed(AINO)), policy)
    seen = importing.mark(upload)
    look_through(upload, policy, Origin(Scenario.CUSTOMER, "Fair", SourceKind.PERSON, COLLECTED), NOON + ANOTHER_MINUTE)
    before = everything()
    with pytest.raises(moving.MovedError):
        importing.start(upload, seen, at=NOON + ANOTHER_MINUTE, by="test")
    assert everything() == before
    importing.start(upload, importing.mark(upload), at=NOON + ANOTHER_MINUTE, by="test")


def test_a_task_that_follows_at_once_on_another_finds_the_list_free(policy: PolicyVersion) -> None:
    upload = receive(listed(AINO))
    for _ in range(30):
        look_through(upload, policy)
        assert upload.state == "previewed"
