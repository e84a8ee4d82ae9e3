"""What `import_crm` prints: JSON that other programs read, words that people read, and the rows it refused."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from contacts.models import AuditEvent, PolicyVersion
from contacts.people import tombstones
from contacts.words.addresses import keyed_hash
from privacy_crm.crm_import import reading
from privacy_crm.crm_import import run as crm_import
from privacy_crm.crm_import.cells import When
from privacy_crm.crm_import.existing import Mode
from privacy_crm.crm_import.staging import Import
from tests.support.application import as_application
from tests.support.factories import NOON
from tests.support.import_files import AINO, event, everything, person, save

pytestmark = pytest.mark.django_db

AT = "2026-11-24T13:00"
BAD = "aino(at)fjordkraft.example"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def command(directory: Path, *arguments: str, stderr: io.StringIO | None = None) -> tuple[str, str]:
    """Run the command; return what it prints to stdout and to stderr."""
    out, err = io.StringIO(), stderr or io.StringIO()
    call_command("import_crm", str(directory), "--at", AT, *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def export(policy: PolicyVersion, tmp_path: Path) -> Path:
    """One row that comes in, one that does not, and a food preference without consent."""
    guest = {"event": "cloud-day", "email": AINO, "food_preference": "vegan"}
    return save(tmp_path / "export", contacts=[person(), person(BAD)], events=[event()], registrations=[guest])


def test_json_says_of_each_file_that_was_there_what_became_of_its_rows(export: Path) -> None:
    out, _ = command(export, "--json")
    came_in = {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "refused": 0}
    assert json.loads(out) == {
        "dry_run": False,
        "at": "2026-11-24T13:00:00+01:00",
        "files": {
            "contacts.csv": came_in | {"rows": 2, "refused": 1},
            "events.csv": came_in,
            "registrations.csv": came_in,
        },
        "food_preferences_dropped": 1,
    }


def test_a_dry_run_prints_the_same_and_writes_nothing(export: Path) -> None:
    before = everything(), AuditEvent.objects.count()
    rehearsed = json.loads(command(export, "--json", "--dry-run")[0])
    assert (everything(), AuditEvent.objects.count()) == before
    assert json.loads(command(export, "--json")[0]) == rehearsed | {"dry_run": False}


def test_words_are_a_short_table(export: Path) -> None:
    out, _ = command(export)
    assert out.splitlines()[0] == "The import is done."
    assert "contacts.csv" in out
    assert "1 food preference was left out" in out
    assert command(export, "--dry-run")[0].startswith("The import would do this.")


@pytest.mark.promise("L5")
@pytest.mark.parametrize(("number", "words"), [(1, "1 row names a day"), (2, "2 rows name a day")])
def test_words_say_on_how_many_days_nobody_can_have_been_told(
    policy: PolicyVersion, tmp_path: Path, number: int, words: str
) -> None:
    rows = [person(f"p{each}@fjordkraft.example", informed_on="2027-01-01") for each in range(number)]
    save(tmp_path, contacts=[person(), *rows])
    assert f"{words} of being told that is before the collection or to come" in command(tmp_path)[0]


@pytest.mark.promise("L12")
@pytest.mark.parametrize(("number", "words"), [(1, "1 row was refused"), (2, "2 rows were refused")])
def test_words_say_how_many_were_erased_at_their_request(
    policy: PolicyVersion, tmp_path: Path, number: int, words: str
) -> None:
    addresses = [f"p{each}@fjordkraft.example" for each in range(number)]
    tombstones.put_up(
        {keyed_hash(each): keyed_hash(each) for each in addresses}, residue=None, day=NOON.date(), at=NOON
    )
    save(tmp_path, contacts=[person(), *map(person, addresses)])
    assert f"{words}, of people who were erased at their request" in command(tmp_path)[0]


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("number", "words"), [(1, "1 row names a country"), (2, "2 rows name a country")])
def test_words_say_how_many_countries_nobody_knows(
    policy: PolicyVersion, tmp_path: Path, number: int, words: str
) -> None:
    rows = [person(f"p{each}@fjordkraft.example", country="Köln") for each in range(number)]
    save(tmp_path, contacts=[person(country="Sverige"), person("nobody", country="Köln"), *rows])
    assert f"{words} that we do not know" in command(tmp_path, "--dry-run")[0]


def test_rejects_go_to_stderr_as_csv(export: Path) -> None:
    _, err = command(export, "--json")
    assert err == "file,line,column,reason\ncontacts.csv,3,email,malformed address\n"


def test_without_rejects_stderr_is_silent(policy: PolicyVersion, tmp_path: Path) -> None:
    assert command(save(tmp_path, contacts=[person()]), "--json")[1] == ""


def test_the_file_of_rejects_is_rewritten_by_each_run(export: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("something longer than what comes now\n" * 100)
    _, err = command(export, "--rejects", str(rejects), "--dry-run")
    assert err == ""
    assert rejects.read_text() == "file,line,column,reason\ncontacts.csv,3,email,malformed address\n"
    save(export, contacts=[person()])
    command(export, "--rejects", str(rejects))
    assert rejects.read_text() == "file,line,column,reason\n"


def test_rejects_come_in_the_order_of_the_contract_and_of_the_lines(policy: PolicyVersion, tmp_path: Path) -> None:
    activity = {"email": "nobody@fjordkraft.example", "kind": "call", "occurred_at": "2026-06-01"}
    rows = [person(BAD), person(organisation="Finns Inte AB"), person(scenario="newsletter"), person(BAD)]
    save(tmp_path, activities=[activity], contacts=rows, organisations=[{"name": ""}])
    found = list(csv.DictReader(io.StringIO(command(tmp_path)[1])))
    assert [(row["file"], row["line"]) for row in found] == [
        ("organisations.csv", "2"),
        *[("contacts.csv", str(line)) for line in (2, 3, 4, 5)],
        ("activities.csv", "2"),
    ]


def test_a_terminal_sees_how_far_the_import_is_and_then_the_line_is_gone(export: Path) -> None:
    _, err = command(export, stderr=Terminal())
    assert "\rcontacts.csv" in err
    assert "\rwriting" in err
    shown = err.replace("\033[K", "").split("\r")
    assert "file,line,column,reason\ncontacts.csv,3,email,malformed address\n" in shown
    assert err.endswith("\r\033[K\r")


def test_json_draws_no_bar(export: Path) -> None:
    assert "\r" not in command(export, "--json", stderr=Terminal())[1]


def test_progress_is_told_in_bounded_steps_and_ends_at_the_end(policy: PolicyVersion, tmp_path: Path) -> None:
    told: list[tuple[str, int, float]] = []

    def progress(*arguments: Any) -> None:
        told.append(arguments)

    save(tmp_path, contacts=[person(f"p{number}@fjordkraft.example") for number in range(12_000)])
    sources = reading.exported(tmp_path, When.under(policy, NOON))
    crm_import.run(sources, policy=policy, at=NOON, by="test", mode=Mode(dry_run=True), progress=progress)
    assert [(done, share == 1) for what, done, share in told if what == "contacts.csv"] == [
        (5_000, False),
        (10_000, False),
        (12_000, True),
    ]
    assert told[-1][0] == crm_import.WRITING
    assert told[-1][2] == 1


def test_the_audit_says_that_an_import_was_done_and_by_whom(export: Path) -> None:
    command(export)
    done = AuditEvent.objects.get(code="import.done")
    assert (done.by, done.rule, done.public_id) == ("import_crm", "", None)


def test_a_large_import_has_the_planner_know_what_it_writes(policy: PolicyVersion, tmp_path: Path) -> None:
    """Or the statements after the first compare each new row with every other: 40,000 took longer than four minutes."""
    save(tmp_path, contacts=[person(f"p{number}@fjordkraft.example") for number in range(10_000)])
    command(tmp_path, "--dry-run")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does between a look and the import: pages without a row
    known: list[tuple[str, int]] = []

    def ask(work: Import) -> None:
        work.cursor.execute(
            "SELECT relname, reltuples FROM pg_class WHERE oid = ANY(%(tables)s::regclass[]) ORDER BY relname",
            {"tables": ["contacts_contact", "contacts_basis"]},
        )
        known.extend(work.cursor.fetchall())

    sources = reading.exported(tmp_path, When.under(policy, NOON))
    with as_application():  # which owns no table
        crm_import.run(sources, policy=policy, at=NOON, by="test", mode=Mode(), last=ask)
    assert known == [("contacts_basis", 10_000), ("contacts_contact", 10_000)]
