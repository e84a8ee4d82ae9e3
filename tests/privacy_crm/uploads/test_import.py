"""A list is looked through and imported: the same act as `import_crm`, with an end that is noted in its transaction."""

import datetime as dt
from random import Random

import pytest

from contacts.base.days import next_run
from contacts.models import (
    AuditEvent,
    Basis,
    ChannelPermission,
    Contact,
    Organisation,
    PolicyVersion,
    Suppression,
    UploadedPerson,
)
from contacts.words.vocabulary import Scenario, SourceKind
from privacy_crm.staff.uploads import upload_page
from privacy_crm.uploads import importing, matching
from privacy_crm.uploads.matching import Origin
from retention.nights import purge
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, agree, contact_of, hold
from tests.support.import_files import everything
from tests.support.uploading import (
    AINO,
    COLLECTED,
    FAIR,
    HEADER,
    VAINO,
    as_csv,
    as_xlsx,
    bring_in,
    files,
    look_through,
    match,
    people,
    receive,
)

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [
    [AINO, "Aino", "Lindqvist", "Fjordkraft AB", "Sverige"],
    [VAINO, "Väinö", "Odotus", "Fjordkraft AB", "FI"],
    [VAINO.upper(), "Väinö", "Odotus", "", ""],
    ["no address", "Nobody", "", "Nowhere AB", ""],
]


@pytest.mark.promise("P1")
@pytest.mark.parametrize("content", [as_csv(ROWS), as_xlsx(ROWS), as_csv(ROWS, delimiter=";", encoding="utf-16")])
def test_a_list_comes_in_with_the_reason_the_source_and_the_day_that_were_told(
    content: bytes, policy: PolicyVersion
) -> None:
    upload = bring_in(look_through(receive(content), policy), policy)
    assert upload.state == "done"
    basis = Basis.objects.get(contact__email=AINO)
    assert (basis.scenario, basis.source, basis.source_kind, basis.collected_on) == (
        "prospect",
        "Spring fair",
        "public",
        COLLECTED,
    )
    aino = Contact.objects.select_related("organisation").get(email=AINO)
    assert (aino.first_name, aino.country) == ("Aino", "SE")
    assert str(getattr(aino.organisation, "name", "")) == "Fjordkraft AB"
    assert sorted(Contact.objects.values_list("email", flat=True)) == [AINO, VAINO]
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Fjordkraft AB"]


def test_the_look_through_says_what_the_import_then_does(policy: PolicyVersion) -> None:
    hold(
        ContactFactory.create(email=AINO, first_name="Aino", last_name="Lindqvist"),
        "prospect",
        COLLECTED,
        policy=policy,
    )
    upload = look_through(receive(as_csv([*ROWS, *people(30), ["", "No", "Address", "", ""]])), policy)
    foreseen, refused = upload.preview, upload.rejects
    assert foreseen["new"] == 31
    assert foreseen["changed"] == 1
    assert foreseen["duplicates"] == 1
    assert foreseen["wrong"] == 2
    assert refused == [[5, "email", "malformed address"], [36, "email", "no address"]]
    bring_in(upload, policy)
    assert upload.result == foreseen
    assert upload.rejects == refused


@pytest.mark.parametrize(
    ("scenario", "collected_on", "lapsed"),
    [
        (Scenario.PROSPECT, dt.date(2025, 5, 25), 2),
        (Scenario.PROSPECT, dt.date(2025, 5, 26), 0),
        (Scenario.CUSTOMER, dt.date(2025, 5, 25), 2),  # nobody has verified them
        (Scenario.WHITEPAPER, dt.date(2025, 5, 26), 0),
    ],
)
def test_who_would_be_deleted_in_the_night_is_said_before(
    scenario: Scenario, collected_on: dt.date, lapsed: int, policy: PolicyVersion
) -> None:
    origin = Origin(scenario, "Old fair", SourceKind.PUBLIC, collected_on)
    upload = look_through(receive(as_csv(ROWS)), policy, origin)
    assert upload.preview["lapsed"] == lapsed
    said = "2 people who are new were collected so long ago that the next nightly run deletes them."
    assert (said in upload_page.sentences(upload, upload.preview)) == bool(lapsed)
    bring_in(upload, policy)
    night = next_run(NOON, policy.zone)
    purge.run(policy=policy, at=night, by="test", approve=True, now=lambda: night)
    assert Contact.objects.count() == 2 - lapsed


def test_the_look_through_writes_nothing_of_anybody(policy: PolicyVersion) -> None:
    upload = receive(as_csv(ROWS))
    match(upload)
    before = {key: row for key, row in everything().items() if key[0] != "contacts_upload"}
    importing.look_through(upload.pk, policy=policy, at=NOON, by="test", now=lambda: NOON)
    assert {key: row for key, row in everything().items() if key[0] != "contacts_upload"} == before
    assert not AuditEvent.objects.filter(code__in=["import.done", "contact.created"]).exists()


@pytest.mark.promise("P12")
def test_who_said_no_in_another_crm_is_left_alone_here(policy: PolicyVersion) -> None:
    header = ["Email", "Unsubscribed from all email", "Opted out of email: Marketing Information"]
    upload = receive(as_csv([[AINO, "true", ""], [VAINO, "false", ""], ["third@x.example", "", "Yes"]], header))
    upload = bring_in(look_through(upload, policy), policy)
    assert upload.result["objected"] == 2
    said = ChannelPermission.objects.filter(state="objected").values_list("contact__email", "channel")
    assert sorted(said) == [(AINO, "email"), ("third@x.example", "email")]
    assert Suppression.objects.count() == 2


@pytest.mark.promise("P12")
def test_who_said_no_to_all_marketing_is_refused_as_a_prospect_and_the_no_is_kept(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_csv([[AINO, "x"], [VAINO, "no"]], ["Email", "Do not contact"])), policy)
    assert (upload.preview["suppressed"], upload.preview["new"]) == (1, 1)
    bring_in(upload, policy)
    assert not Contact.objects.filter(email=AINO).exists()
    assert Suppression.objects.count() == 3
    assert upload.rejects == [[2, "email", "suppressed address"]]


@pytest.mark.promise("L5")
@pytest.mark.parametrize(
    ("collected", "told_by", "must_by"),
    [
        (dt.date(2026, 11, 20), "2026-12-10", "2026-12-20"),
        (dt.date(2026, 11, 1), "2026-11-25", "2026-12-01"),
        (dt.date(2026, 8, 31), "2026-11-25", "2026-09-30"),
    ],
)
def test_the_day_by_which_people_are_told_is_the_letters_own(
    collected: dt.date, told_by: str, must_by: str, policy: PolicyVersion
) -> None:
    origin = Origin(Scenario.PROSPECT, "A list", SourceKind.THIRD_PARTY, collected)
    preview = look_through(receive(as_csv(ROWS)), policy, origin).preview
    assert (preview["untold"], preview["told_by"], preview["must_by"]) == (2, told_by, must_by)


def test_nobody_is_to_be_told_what_they_told_us_themselves(policy: PolicyVersion) -> None:
    origin = Origin(Scenario.WEBINAR, "Our form", SourceKind.PERSON, COLLECTED)
    preview = look_through(receive(as_csv(ROWS)), policy, origin).preview
    assert preview["untold"] == 0
    assert "told_by" not in preview


def test_a_day_of_collection_of_ones_own_goes_before_that_of_all(policy: PolicyVersion) -> None:
    header = ["Email", "Insamlad den"]
    rows = [[AINO, "2026-01-31"], [VAINO, ""], ["x@y.example", "2099-01-01"]]
    upload = bring_in(look_through(receive(as_csv(rows, header)), policy), policy)
    days = dict(Basis.objects.values_list("contact__email", "collected_on"))
    assert days == {AINO: dt.date(2026, 1, 31), VAINO: COLLECTED}
    assert upload.rejects == [[4, "collected_on", "date in the future"]]


def test_nothing_of_the_file_is_left_when_its_people_are_in(policy: PolicyVersion) -> None:
    before = files()
    upload = look_through(receive(as_xlsx(ROWS)), policy)
    assert len(files()) == len(before) + 4  # the list, its first rows, and those that are checked of two kinds
    bring_in(upload, policy)
    assert files() == before
    assert (upload.file.name, upload.header, upload.mapping) == ("", [], {})
    assert UploadedPerson.objects.filter(upload=upload).count() == 2


def test_a_file_that_turns_out_unreadable_brings_nobody_in_and_goes(policy: PolicyVersion) -> None:
    before = files()
    upload = look_through(receive(b'Email,Name\nvaino@x.example,Odotus\n"aino@x.example,Aino\n'), policy)
    assert upload.failure == "The file, line 3: malformed CSV (unexpected end of data)."
    assert (upload.state, upload.file.name, upload.header) == ("failed", "", [])
    assert files() == before
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("mapping", "origin", "told"),
    [
        ({"first_name": [1]}, FAIR, "Say which column is the e-mail address"),
        ({"email": [0]}, Origin(Scenario.PROSPECT, " ", SourceKind.PUBLIC, COLLECTED), "Say where the list comes from"),
        ({"email": [0]}, Origin(Scenario.PROSPECT, "x", SourceKind.PUBLIC, dt.date(2026, 11, 25)), "yet to come"),
    ],
)
def test_a_list_is_not_looked_through_before_everything_is_said(
    mapping: dict[str, list[int]], origin: Origin, told: str, policy: PolicyVersion
) -> None:
    upload = receive(as_csv(ROWS, HEADER))
    with pytest.raises(matching.MatchError, match=told):
        matching.match(upload, mapping, origin, day=NOON.date(), at=NOON)
    upload.refresh_from_db()
    assert (upload.state, upload.mapping) == ("uploaded", {})


def some_rows(luck: Random) -> list[list[str]]:
    """Rows of few people over and over: new and held, right and wrong, some of whom said no."""
    addresses = [*(f"p{n}@fjordkraft.example" for n in range(6)), "not an address", ""]
    names, companies, noes = ["Aino", "Väinö", ""], ["Fjordkraft AB", "Nordlys AS", "Å" * 1_400, ""], ["", "", "", "x"]
    return [
        [luck.choice(addresses), luck.choice(names), luck.choice(companies), luck.choice(noes), luck.choice(noes)]
        for _ in range(luck.randrange(1, 12))
    ]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_in_a_list_the_import_does_what_the_look_through_said(seed: int, policy: PolicyVersion) -> None:
    luck = Random(seed)
    header = ["Email", "First name", "Company", "Unsubscribed", "Do not contact"]
    for _ in range(4):
        origin = Origin(luck.choice(list(Scenario)), "A list", luck.choice(list(SourceKind)), COLLECTED)
        upload = look_through(receive(as_csv(some_rows(luck), header)), policy, origin)
        foreseen, refused, held = upload.preview, upload.rejects, Contact.objects.count()
        bring_in(upload, policy)
        assert (upload.result, upload.rejects) == (foreseen, refused)
        assert Contact.objects.count() == held + foreseen["new"]
        people = foreseen["new"] + foreseen["changed"] + foreseen["unchanged"]
        assert foreseen["rows"] == people + foreseen["duplicates"] + foreseen["suppressed"] + foreseen["wrong"]


@pytest.mark.promise("L15")
def test_a_list_makes_no_customers_contact_somebody_elsewhere(policy: PolicyVersion) -> None:
    names = {"first_name": "Ada", "last_name": "Byron", "country": "GB", "phone": "", "city": "London"}
    company = OrganisationFactory.create(name="Harrowgate")
    agree(company, None)
    held = contact_of(company, "customer", policy, email=AINO, **names)
    told = ["Aino", "Lindqvist", "Fjordkraft AB", "SE", "Stockholm", "+46 8 465 00 00"]
    content = as_csv([[AINO, *told]], [*HEADER, "City", "Phone"])
    bring_in(look_through(receive(content), policy), policy)
    held.refresh_from_db()
    assert {name: getattr(held, name) for name in names} == names | {"phone": "+46 8 465 00 00"}
    assert held.organisation == company
