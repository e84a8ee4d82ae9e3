"""What a person is told beside the copy: Art. 15(1)(a) to (h) and 15(2), recipients by name, in their language."""

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from contacts.models import PolicyVersion, Suppression, Tombstone
from contacts.words.addresses import hashes
from dsr import package
from dsr.package import naming, trail, walking
from dsr.words.vocabulary import Step
from retention.nights import purge
from tests.support.factories import (
    DUE,
    NOON,
    ContactFactory,
    OrganisationFactory,
    SignUpFactory,
    agree,
    contact_of,
    held_for,
    hold,
    is_held,
    place,
    run,
    stockholm,
)
from tests.support.packaged import TODAY, data_of, exported, somebody, unzipped

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20")]

ROOT = Path(__file__).resolve().parents[3]
ARTICLES = [f"15(1)({letter})" for letter in "abcdefgh"] + ["15(2)"]


def answer(policy: PolicyVersion, *ids: int, address: str = "", at: dt.datetime = NOON, language: str = "en") -> Any:
    return data_of(package.write(ids, address=address, policy=policy, language=language, at=at))


def chapter(made: Any, key: str) -> str:
    """Everything that one chapter says."""
    [found] = [each for each in made["told"] if each["key"] == key]
    return "\n".join([*found["texts"], *(f"{name}: {value}" for name, value in found["facts"])])


def test_all_that_the_article_asks_to_be_told_is_told(policy: PolicyVersion) -> None:
    made = answer(policy, somebody(policy, "Aino").pk)
    assert [each["article"] for each in made["told"]] == ARTICLES
    assert all(each["texts"] or each["facts"] for each in made["told"])


def test_purposes_and_categories_are_those_of_the_policy_for_each_reason(policy: PolicyVersion) -> None:
    made = answer(policy, held_for("whitepaper", policy).pk)
    [purpose, *_] = policy.rule("whitepaper").purposes["en"]
    assert purpose in chapter(made, "purposes")
    assert "work e-mail" in chapter(made, "categories")
    assert "dietary needs" not in chapter(made, "categories")


@pytest.mark.promise("P15")
def test_recipients_are_named_with_what_protects_the_details_outside_the_eea(policy: PolicyVersion) -> None:
    made = answer(policy, somebody(policy, "Aino").pk)
    assert "Aino Print Ltd: processor" in chapter(made, "recipients")
    assert "Aino Print Ltd: adequacy decision, Aino decision" in chapter(made, "transfers")


def test_who_was_disclosed_to_nobody_is_told_so_and_which_kinds_there_are(policy: PolicyVersion) -> None:
    told = chapter(answer(policy, held_for("prospect", policy).pk), "recipients")
    assert told.startswith("We have given your details to nobody")
    assert "Printers and distributors" in told


@pytest.mark.parametrize("scenario", ["whitepaper", "webinar", "event", "prospect", "customer", "partner"])
def test_the_day_that_is_told_is_the_day_whose_run_deletes(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for(scenario, policy)
    made = answer(policy, contact.pk, at=stockholm(2026, 6, 1))
    assert "24 November 2026" in chapter(made, "period")
    assert "24 November 2026" in made["answer"]["sentences"][0]
    assert made["answer"]["keep_until"] == "2026-11-24"
    run(DUE - dt.timedelta(days=1), policy)
    assert is_held(contact)
    run(DUE, policy)
    assert not is_held(contact)


def test_activity_moves_some_days_and_not_others(policy: PolicyVersion) -> None:
    moved = answer(policy, held_for("event", policy).pk, at=stockholm(2026, 6, 1))["answer"]["sentences"]
    fixed = answer(policy, held_for("prospect", policy).pk, at=stockholm(2026, 6, 1))["answer"]["sentences"]
    assert moved == ["Without new activity of yours we delete your details on 24 November 2026."]
    assert fixed == ["We delete your details on 24 November 2026."]


def test_while_an_agreement_is_open_the_rule_is_told_instead_of_a_day(policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    agree(organisation, None)
    made = answer(policy, contact_of(organisation, "customer", policy).pk)
    assert made["answer"]["sentences"] == [
        "No day is set yet on which we delete your details: below is what has to happen first."
    ]
    assert "24 months after your organisation's last agreement has ended" in chapter(made, "period")


def test_what_is_due_is_deleted_in_the_next_run(policy: PolicyVersion) -> None:
    made = answer(policy, held_for("prospect", policy).pk)
    assert made["answer"]["sentences"] == ["We delete your details in the next nightly run."]
    assert purge.rehearse(policy=policy, at=NOON).contacts_deleted == 1


@pytest.mark.promise("P5")
def test_a_duty_is_told_with_its_law_and_its_last_day(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    held = place(contact, "duty", "bookkeeping", until=dt.date(2033, 12, 31))
    type(held).objects.update(legal_reference="Bookkeeping Act 7:2")
    told = chapter(answer(policy, contact.pk), "period")
    assert "a part of your details (bookkeeping: Bookkeeping Act 7:2), through 31 December 2033." in told


def test_what_did_not_come_from_the_person_says_where_it_came_from(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    hold(contact, "prospect", TODAY, policy=policy, source_kind="third_party", source="Fair list 2026")
    assert "somebody else (Fair list 2026), 24 November 2026" in chapter(answer(policy, contact.pk), "source")


def test_the_rights_and_the_authority_are_the_policys_own_words(policy: PolicyVersion) -> None:
    made = answer(policy, held_for("prospect", policy).pk)
    assert policy.texts["rights"]["en"].split("\n\n")[0].strip() in chapter(made, "rights")
    assert "Integritetsskyddsmyndigheten (IMY), https://www.imy.se" in chapter(made, "complaint")


@pytest.mark.promise("L12")
@pytest.mark.parametrize(
    ("language", "sentence", "purpose", "period"),
    [
        ("en", "You asked us to delete your details", "Not to bring back", "36 months after the deletion"),
        ("sv", "Du bad oss radera dina uppgifter", "För att inte ta tillbaka", "36 månader efter raderingen"),
    ],
)
def test_who_was_erased_is_told_what_keeps_them_from_coming_back(
    policy: PolicyVersion, language: str, sentence: str, purpose: str, period: str
) -> None:
    Tombstone.objects.create(**hashes("gone+tag@fjordkraft.example"), erased_on=TODAY, ends_on=DUE)
    made = answer(policy, address="gone@fjordkraft.example", language=language)
    assert made["answer"]["sentences"][1].startswith(sentence)
    assert purpose in chapter(made, "purposes")
    assert period in chapter(made, "period")
    [row] = made["held"]["contacts.tombstone"]["rows"]
    assert row["erased_on"] == "2026-11-24"


@pytest.mark.promise("L12")
@pytest.mark.promise("L20")
@pytest.mark.parametrize(
    ("language", "period"),
    [
        ("en", "48 months after the month of each entry; proof of what was done"),
        ("sv", "48 månader efter den månad då anteckningen gjordes; bevis på"),
    ],
)
def test_how_long_the_audit_trail_is_kept_is_told(
    policy: PolicyVersion, settings: Any, language: str, period: str
) -> None:
    settings.AUDIT_MONTHS = 48
    assert period in chapter(answer(policy, somebody(policy, "Aino").pk, language=language), "period")


@pytest.mark.promise("P12")
def test_an_address_of_which_only_the_objection_is_left_is_told_so(policy: PolicyVersion) -> None:
    Suppression.objects.create(**hashes("gone@fjordkraft.example"), channel="email", since=TODAY)
    made = answer(policy, address="gone@fjordkraft.example")
    assert made["answer"]["sentences"][0] == "You are not among our contacts."
    assert made["answer"]["sentences"][1].startswith("We keep a coded form of your e-mail address")
    [row] = made["held"]["contacts.suppression"]["rows"]
    assert row == {
        **hashes("gone@fjordkraft.example"), "channel": "email", "reason": "objection",
        "since": "2026-11-24",
    }  # fmt: skip


def test_a_form_that_nobody_confirmed_is_told_with_its_period(policy: PolicyVersion) -> None:
    SignUpFactory.create(email="eva@fjordkraft.example", policy_version=policy, created_at=NOON)
    made = answer(policy, address="eva@fjordkraft.example")
    assert "we delete that 30 days after it came in" in made["answer"]["sentences"][0]


def test_a_swede_reads_it_in_swedish(policy: PolicyVersion) -> None:
    content = unzipped(package.write([somebody(policy, "Aino").pk], policy=policy, language="sv", at=NOON))
    page = content["access.html"].decode()
    assert '<html lang="sv">' in page
    assert "Vad Nordvik Software AB har om dig" in page
    assert "Sammanställt den 24 november 2026" in page
    assert "Förvara filerna säkert" in content["README.txt"].decode("utf-8-sig")
    english = re.compile(r">\s*(What|Your|Our|Who|Why|When|Kind|Sent|How) ")
    assert not english.findall(page)


def test_every_title_column_and_code_has_a_name_in_both_languages() -> None:
    shown = {label: names for label, names in exported().items() if label in naming.TITLES}
    assert shown.keys() == exported().keys()
    catalogue = trans_real.translation("sv")._catalog  # type: ignore[attr-defined]
    words = {
        str(text) for table in (naming.TITLES, naming.COLUMNS, trail.ROLES, trail.DEEDS) for text in table.values()
    }
    words |= {str(text) for choices in naming.CHOICES.values() for text in choices.values()}
    words |= {str(step.label) for step in Step}
    words -= {"Number", "phone"}  # said in a context of their own
    for table in walking.hanging():
        for name in table.exported:
            assert f"{table.label}.{name}" in naming.FOR_MACHINES | set(naming.COLUMNS) or name in naming.COLUMNS
            field: Any = table.model._meta.get_field(name)
            told = naming.choices(table.label, name)
            choices = getattr(field, "base_field", field).flatchoices
            words |= {str(text) for code, text in choices if code not in told and str(text) != "phone"}
    assert len(words) > 150
    assert not [word for word in words if word not in catalogue]


def test_everything_that_the_log_says_of_a_person_has_words() -> None:
    codes = {code for app in ("contacts", "retention", "dsr", "privacy_crm") for code in _logged(ROOT / app)}
    assert len(codes) > 20
    # Who is deleted has nobody left who could read of it.
    assert {code for code in codes if trail.deed(code) == code} <= {"contact.deleted"}
    assert trail.deed("request.received") == "your request: received"


def _logged(app: Path) -> Iterator[str]:
    """Yield the codes that are written into the log with the number of a person."""
    for path in app.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("audit.record"):
                of_no_person = ast.unparse(call.func) in ("audit.record", "audit.record_rules")
                about = not of_no_person or any(k.arg == "public_id" for k in call.keywords)
                if about and isinstance(call.args[0], ast.Constant):
                    yield str(call.args[0].value)


def test_the_language_of_whoever_calls_stays_as_it_was(policy: PolicyVersion) -> None:
    package.write([held_for("prospect", policy).pk], policy=policy, language="sv", at=NOON)
    assert translation.get_language() == "en"
