import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# What a database had recorded before the migrations were folded (ADR 0028).
ONCE = {
    "contacts": (
        "0001_initial",
        "0002_guards",
        "0003_public_side",
        "0004_address_hashes",
        "0005_addresses_have_hashes",
        "0006_recipients_and_transfers_of_a_rule",
        "0007_trigrams",
        "0008_untold",
        "0009_written_messages",
        "0010_recipients",
        "0011_corrected",
        "0012_see_restricted",
        "0013_found_by_person",
        "0014_sends_our_mail",
        "0015_workplace",
        "0016_event_was_open",
        "0017_letters_that_never_left",
        "0018_merged_addresses",
    ),
    "retention": ("0001_initial", "0002_freezes_stand_on_people", "0003_purgerun_spared"),
    "dsr": ("0001_initial",),
    "privacy_crm": (),
}
FOLDED = {
    ("contacts", "0001_policy_and_people"),
    ("contacts", "0002_marketing_and_recipients"),
    ("contacts", "0003_events_and_sign_ups"),
    ("contacts", "0004_mailings_and_lists"),
    ("contacts", "0005_guards"),
    ("retention", "0001_runs_and_holds"),
}

pytestmark = pytest.mark.django_db


def applied() -> set[tuple[str, str]]:
    return {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in ONCE}


def record(names: dict[str, tuple[str, ...]]) -> None:
    """Leave exactly these on record for our apps."""
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app__in=ONCE).delete()
    for app, of_app in names.items():
        for name in of_app:
            recorder.record_applied(app, name)


def later() -> set[tuple[str, str]]:
    """The migrations that were written since."""
    on_disk = {key for key in MigrationLoader(None).disk_migrations if key[0] in ONCE}
    return on_disk - FOLDED - {("dsr", "0001_initial")}


def migrate(*args: str) -> str:
    written = io.StringIO()
    call_command("migrate", *args, no_color=True, stdout=written)
    return written.getvalue()


def test_the_folded_migrations_replace_all_that_there_were() -> None:
    loader = MigrationLoader(None)
    replaced = [key for new in FOLDED for key in loader.disk_migrations[new].replaces]
    assert sorted(replaced) == sorted((app, name) for app in ("contacts", "retention") for name in ONCE[app])


def test_a_database_that_ran_all_migrations_before_they_were_folded_has_nothing_left_to_run() -> None:
    record(ONCE)
    for app, name in later():
        MigrationRecorder(connection).record_applied(app, name)
    assert "No migrations to apply." in migrate()
    assert applied() >= FOLDED


@pytest.mark.parametrize("stop", [1, 5, 10, 17])
def test_a_database_that_stopped_halfway_before_is_refused_and_told_what_to_do(stop: int) -> None:
    halfway = {"contacts": ONCE["contacts"][:stop]}
    record(halfway)
    with pytest.raises(CommandError, match=rf"contacts\.{ONCE['contacts'][stop]}.* Go back to the last version"):
        migrate()
    assert applied() == {("contacts", name) for name in halfway["contacts"]}


def test_one_app_that_stopped_halfway_holds_up_all() -> None:
    record(ONCE | {"retention": ONCE["retention"][:1]})
    before = applied()
    with pytest.raises(CommandError, match=re.escape("retention.0002_freezes_stand_on_people, retention.0003")):
        migrate()
    assert applied() == before


def test_a_new_database_that_stopped_between_two_migrations_goes_on_with_the_next() -> None:
    record({"contacts": (*ONCE["contacts"][3:8], "0001_initial", *ONCE["contacts"][10:12], "0018_merged_addresses")})
    MigrationRecorder(connection).record_applied("contacts", "0001_policy_and_people")
    planned = re.findall(r"^(?:contacts|retention|dsr)\.\w+$", migrate("--plan"), re.MULTILINE)
    assert planned[0] == "contacts.0002_marketing_and_recipients"
    assert sorted(set(planned) - {".".join(key) for key in later()}) == [
        "contacts.0002_marketing_and_recipients",
        "contacts.0003_events_and_sign_ups",
        "contacts.0004_mailings_and_lists",
        "contacts.0005_guards",
        "dsr.0001_initial",
        "retention.0001_runs_and_holds",
    ]
