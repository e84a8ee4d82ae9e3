"""No list moves anybody to where a channel would be open that is shut to them where they are (L15, P11)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from contacts.models import Contact, Organisation, PolicyVersion
from contacts.permission import country_rules, permission
from contacts.words.vocabulary import Channel
from privacy_crm.crm_import.existing import Mode
from tests.support.factories import NOON, OrganisationFactory, agree, contact_of
from tests.support.import_files import AINO, aino, bring, everything, person, save

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15"), pytest.mark.promise("P11")]

TODAY = NOON.date()
MODES = [Mode(), Mode(move=True)]


@pytest.fixture(autouse=True)
def _rules() -> None:
    country_rules.adopt(at=NOON, by="test")


def held(policy: PolicyVersion, country: str, legal_form: str = "company", **fields: Any) -> Contact:
    employer = OrganisationFactory.create(name="Old AB", legal_form=legal_form)
    return contact_of(employer, "prospect", policy, country=country, email=AINO, **fields)


def listed(
    policy: PolicyVersion, country: str = "", organisation: str = "", mode: Mode | None = None, **cells: str
) -> Any:
    told = {"source_kind": "person", "informed_on": "2026-06-02", "phone": "+46 9"} | cells
    rows = [person(scenario="prospect", country=country, organisation=organisation) | told]
    names = [{"name": organisation}] if organisation else []
    return bring(policy, mode=mode, organisations=names, contacts=rows)


def shut() -> bool:
    return bool(permission.of_one(aino(), day=TODAY)[Channel.EMAIL])


@pytest.mark.parametrize("mode", MODES, ids=["update", "move"])
@pytest.mark.parametrize(
    ("here", "there", "moves"),
    [
        ("SE", "GB", False),
        ("SE", "FR", False),
        ("DE", "FI", False),
        ("GB", "SE", True),
        ("FR", "IE", True),
        ("SE", "NO", True),
        ("", "FR", True),
        ("Köln", "GB", True),
    ],
)
def test_a_country_that_opens_a_channel_is_not_written(
    here: str, there: str, moves: bool, mode: Mode, policy: PolicyVersion
) -> None:
    held(policy, here)
    done = listed(policy, there, mode=mode)
    assert aino().country == (there if moves else here)
    assert moves or shut()
    assert aino().phone == "+46 9"
    assert (done.counts("contacts").updated, done.counts("contacts").refused) == (1, 0)


@pytest.mark.parametrize("mode", MODES, ids=["update", "move"])
@pytest.mark.parametrize(
    ("here", "there", "moves"),
    [("sole_trader", "company", False), ("", "llp", False), ("company", "", True), ("company", "llp", True)],
)
def test_an_organisation_that_opens_a_channel_is_not_written(
    here: str, there: str, moves: bool, mode: Mode, policy: PolicyVersion
) -> None:
    held(policy, "GB", here)
    OrganisationFactory.create(name="New AB", legal_form=there)
    listed(policy, "GB", "New AB", mode)
    assert aino().organisation == Organisation.objects.get(name="New AB" if moves else "Old AB")


@pytest.mark.parametrize("mode", MODES, ids=["update", "move"])
@pytest.mark.parametrize(
    ("here", "there", "outcome"),
    [
        (("SE", "company"), ("FR", "company"), ("SE", "New AB")),
        (("GB", "sole_trader"), ("GB", "company"), ("GB", "Old AB")),
        (("DE", "sole_trader"), ("GB", "company"), ("DE", "New AB")),
        (("SE", "sole_trader"), ("DE", "company"), ("DE", "New AB")),
    ],
    ids=["the country", "the organisation", "the country is enough", "neither"],
)
def test_of_a_move_no_more_stays_than_would_open_a_channel(
    here: tuple[str, str], there: tuple[str, str], outcome: tuple[str, str], mode: Mode, policy: PolicyVersion
) -> None:
    held(policy, *here)
    OrganisationFactory.create(name="New AB", legal_form=there[1])
    listed(policy, there[0], "New AB", mode)
    assert (aino().country, str(aino().organisation)) == outcome


@pytest.mark.parametrize("mode", MODES, ids=["update", "move"])
def test_a_row_that_makes_somebody_a_customer_opens_nothing_by_its_organisation(
    mode: Mode, policy: PolicyVersion
) -> None:
    """In Germany existing customers need not consent: by the reason and the agreement together."""
    held(policy, "DE")
    agree(OrganisationFactory.create(name="New AB"), None)
    listed(policy, "DE", "New AB", mode, scenario="customer")
    assert str(aino().organisation) == "Old AB"
    assert shut()


def test_to_fill_a_blank_is_no_change(policy: PolicyVersion) -> None:
    contact_of(None, "prospect", policy, country="", email=AINO)
    OrganisationFactory.create(name="New AB", legal_form="company")
    listed(policy, "GB", "New AB")
    assert (aino().country, str(aino().organisation), shut()) == ("GB", "New AB", False)


def test_whoever_is_new_comes_in_as_listed(policy: PolicyVersion) -> None:
    listed(policy, "FR")
    assert aino().country == "FR"


def test_where_all_that_a_row_says_stays_nothing_is_written(policy: PolicyVersion) -> None:
    held(policy, "SE", phone="+46 9")
    listed(policy, "FR")
    before = everything()
    counts = listed(policy, "FR").counts("contacts")
    assert everything() == before
    assert (counts.unchanged, counts.updated) == (1, 0)


# The command


def _export(tmp_path: Path) -> Path:
    rows = [
        person(country="GB", organisation="Old AB"),
        person("new@x.example", country="GB"),
        person(country="FR", organisation="Old AB"),
        person(country="SE"),
        person(country="FR", job_title="CTO"),
    ]
    return save(tmp_path, contacts=rows)


@pytest.mark.parametrize("options", [[], ["--move"], ["--dry-run"]])
def test_the_rows_that_stay_are_listed_by_their_lines_alone(
    options: list[str], tmp_path: Path, policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    held(policy, "SE")
    call_command("import_crm", str(_export(tmp_path)), *options)
    told = capsys.readouterr()
    assert "3 rows name a country or an organisation that would open a channel" in told.out
    assert "\n  contacts.csv, lines 2, 4, 6\n" in told.out
    assert not [word for word in ("Old AB", AINO, "FR", "CTO") if word in told.out]
    assert told.err == ""
    assert aino().country == "SE"


@pytest.mark.parametrize("options", [["--existing", "fill"], ["--existing", "skip"]])
def test_where_nothing_is_replaced_nothing_is_listed(
    options: list[str], tmp_path: Path, policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    held(policy, "SE")
    call_command("import_crm", str(_export(tmp_path)), *options)
    assert "open a channel" not in capsys.readouterr().out
