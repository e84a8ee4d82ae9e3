"""`manage.py access_package EMAIL OUT.zip`: for whoever runs the system."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import AuditEvent, Contact, PolicyVersion, Suppression
from contacts.words.addresses import hashes
from tests.support.factories import ContactFactory, held_for
from tests.support.packaged import TODAY, data_of, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20")]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.zip"


def refused(*arguments: Any) -> tuple[str, int]:
    before = AuditEvent.objects.count()
    with pytest.raises(CommandError) as refusal:
        call_command("access_package", *map(str, arguments))
    assert AuditEvent.objects.count() == before
    return str(refusal.value), refusal.value.returncode


def test_everything_about_the_person_of_an_address_is_written(
    policy: PolicyVersion, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contact = somebody(policy, "Aino")
    call_command("access_package", " AINO@fjordkraft.example", str(out))
    made = data_of(out.read_bytes())
    assert made["held"]["contacts.contact"]["rows"][0]["email"] == contact.email
    assert made["language"] == "sv"
    said = capsys.readouterr()
    entries = sum(section["total"] for section in made["held"].values())
    assert said.out.startswith(f"Written: {entries} entries of {len(made['held'])} tables.")
    assert "aino" not in (said.out + said.err).lower()


def test_only_its_owner_can_read_the_file_and_nothing_else_is_left(policy: PolicyVersion, out: Path) -> None:
    call_command("access_package", held_for("prospect", policy).email, str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.promise("P17")
def test_that_it_was_made_is_in_the_trail_of_the_person(policy: PolicyVersion, out: Path) -> None:
    contact: Contact = held_for("prospect", policy)
    call_command("access_package", contact.email, str(out))
    event = AuditEvent.objects.latest("pk")
    assert (event.code, event.by, event.public_id) == ("access.packaged", "operator", contact.public_id)


def test_a_file_that_is_there_is_not_overwritten(policy: PolicyVersion, out: Path) -> None:
    out.write_text("something else")
    assert refused(held_for("prospect", policy).email, out) == (
        "There is such a file already. Name one that does not exist.",
        2,
    )
    assert out.read_text() == "something else"


def test_an_address_of_nobody_is_refused(policy: PolicyVersion, out: Path) -> None:
    ContactFactory.create()
    assert refused("nobody@fjordkraft.example", out) == ("Nothing is held about this address.", 1)
    assert not out.exists()


def test_what_is_no_address_is_refused(policy: PolicyVersion, out: Path) -> None:
    assert refused("nobody", out) == ("EMAIL is no e-mail address.", 2)
    assert not out.exists()


def test_a_folder_that_is_not_there_is_named_as_the_reason(policy: PolicyVersion, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "out.zip"
    assert refused(held_for("prospect", policy).email, missing) == ("There is no such folder. Make it first.", 2)


def test_a_name_that_cannot_be_written_is_refused_with_the_reason(policy: PolicyVersion, tmp_path: Path) -> None:
    reason, code = refused(held_for("prospect", policy).email, tmp_path / f"{'x' * 300}.zip")
    assert (reason.startswith("OUT.zip cannot be written there: "), code) == (True, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.promise("P12")
def test_an_address_that_only_objected_gets_its_package(policy: PolicyVersion, out: Path) -> None:
    Suppression.objects.create(**hashes("gone@fjordkraft.example"), channel="post", since=TODAY)
    call_command("access_package", "gone@fjordkraft.example", str(out), "--language", "en")
    assert data_of(out.read_bytes())["held"]["contacts.suppression"]["total"] == 1
    assert AuditEvent.objects.latest("pk").public_id is None


def test_somebody_without_a_language_of_ours_reads_the_companys(policy: PolicyVersion, out: Path) -> None:
    call_command("access_package", held_for("prospect", policy, language="fi").email, str(out))
    assert data_of(out.read_bytes())["language"] == "en"
