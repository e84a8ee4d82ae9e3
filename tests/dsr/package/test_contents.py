"""Everything held about a person is in the package, and nothing about anybody else (Art. 15(3) and (4) GDPR)."""

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps

from contacts.models import Activity, Contact, FoodPreference, Message, PolicyVersion, SignUp
from contacts.personal_data import about
from contacts.policy import promised
from dsr import package
from dsr.models import Paper, Request, Subject
from dsr.package import walking
from tests.support.factories import NOON, ONE_DAY, SPRING, ContactFactory, SignUpFactory
from tests.support.packaged import TODAY, data_of, exported, somebody, unzipped
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20")]

# Two members of staff. Their numbers are longer than any that a random id or a moment would hold by chance.
STAFF = ("471100471100", "471200471200", "user:")


def held(policy: PolicyVersion, *contacts: Contact, address: str = "") -> Any:
    made = package.write([c.pk for c in contacts], address=address, policy=policy, language="en", at=NOON)
    return data_of(made)["held"]


def test_every_exported_field_of_every_table_is_in_it_and_no_other(policy: PolicyVersion) -> None:
    found = held(policy, somebody(policy, "Aino"))
    expected = {label.lower(): set(names) for label, names in exported().items()}
    assert len(expected) > 15
    assert {label: set(section["rows"][0]) for label, section in found.items()} == expected


def test_every_exported_field_says_something_for_somebody_of_whom_everything_is_held(policy: PolicyVersion) -> None:
    found = held(policy, somebody(policy, "Aino"))
    silent = {
        f"{label}.{name}"
        for label, section in found.items()
        for name in section["rows"][0]
        if all(row[name] in (None, "", [], {}) for row in section["rows"])
    }
    # Of those who are reduced, and of holds that have ended.
    assert silent == {"contacts.contact.minimised_on", "retention.hold.closed_on"}


def test_each_table_says_how_many_rows_there_are_and_has_them_all(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Aino")
    Activity.objects.bulk_create(
        Activity(contact=contact, kind="call", occurred_at=NOON, reference=str(number)) for number in range(2_100)
    )
    section = held(policy, contact)["contacts.activity"]
    assert section["total"] == len(section["rows"]) == 2_101


def test_nothing_about_anybody_else_is_in_any_of_its_files(policy: PolicyVersion) -> None:
    contact, other = somebody(policy, "Aino"), somebody(policy, "Bertil")
    colleague = somebody(policy, "Cecilia")
    Contact.objects.filter(pk=colleague.pk).update(organisation=contact.organisation)
    for name, content in unzipped(package.write([contact.pk], policy=policy, language="en", at=NOON)).items():
        for stranger in (other, colleague):
            for trace in (stranger.first_name.split()[0], str(stranger.email), str(stranger.public_id)):
                assert trace.encode() not in content, name


def test_no_member_of_staff_is_in_it(policy: PolicyVersion) -> None:
    content = unzipped(package.write([somebody(policy, "Aino").pk], policy=policy, language="en", at=NOON))
    for name in ("access.html", "access.json", "csv/contacts-auditevent.csv", "csv/dsr-request.csv"):
        assert not [trace for trace in STAFF if trace in content[name].decode()]
    log = json.loads(content["access.json"])["held"]["contacts.auditevent"]["rows"]
    assert {"at": "2026-11-24T13:00:00+01:00", "by": "staff", "code": "contact.viewed"}.items() <= log[-1].items()
    assert b"our staff" in content["access.html"]


def test_what_is_pointed_to_is_named(policy: PolicyVersion) -> None:
    found = held(policy, somebody(policy, "Aino"))
    named = {
        "contacts.contact": {"organisation": "Aino organisation"},
        "contacts.basis": {"policy_shown": 1},
        "contacts.registration": {"event": "Aino event"},
        "contacts.activity": {"reference": "Aino paper"},
        "contacts.message": {"event": "Aino meeting", "whitepaper": "Aino print"},
        "contacts.disclosure": {"recipient": "Aino Print Ltd"},
        "contacts.interest": {"topic": {"en": "Aino topic", "sv": "Aino ämne"}},
    }
    for label, values in named.items():
        assert values.items() <= found[label]["rows"][0].items()
    number = found["dsr.request"]["rows"][0]["id"]
    assert number == Request.objects.earliest("pk").number
    assert found["dsr.paper"]["rows"][0]["request"] == number


@pytest.mark.parametrize(("language", "subject"), [("en", "Aino news"), ("sv", "Aino nytt")])
def test_a_mailing_is_named_by_its_subject_and_not_by_what_staff_call_it(
    language: str, subject: str, policy: PolicyVersion
) -> None:
    files = unzipped(package.write([somebody(policy, "Aino").pk], policy=policy, language=language, at=NOON))
    assert subject in files["access.html"].decode()
    assert "Aino nytt" in files["access.json"].decode()
    assert not [name for name, content in files.items() if b"Aino campaign" in content]


def test_several_records_of_one_person_are_one_package(policy: PolicyVersion) -> None:
    first, second = somebody(policy, "Aino"), somebody(policy, "Eeva")
    found = held(policy, first, second)
    assert [row["first_name"] for row in found["contacts.contact"]["rows"]] == ["Aino first", "Eeva first"]
    assert found["contacts.foodpreference"]["total"] == 4


def test_what_waits_under_an_address_of_nobody_is_found_by_the_address(policy: PolicyVersion) -> None:
    waiting = SignUpFactory.create(email="eva@fjordkraft.example", policy_version=policy, created_at=NOON)
    SignUpFactory.create(email="eva2@fjordkraft.example", policy_version=policy, created_at=NOON)
    Message.objects.create(
        template="confirm", purpose="service", sign_up=waiting, created_at=NOON, not_before=NOON, sent_at=NOON
    )
    FoodPreference.objects.create(sign_up=waiting, preference="vegan", consented_at=NOON)
    found = held(policy, address="  EVA@fjordkraft.example ")
    assert {label for label, section in found.items() if section["total"]} == {
        "contacts.signup",
        "contacts.message",
        "contacts.foodpreference",
    }
    assert [row["email"] for row in found["contacts.signup"]["rows"]] == ["eva@fjordkraft.example"]


def test_a_row_that_names_another_person_stays_out_though_it_hangs_on_something_shared(policy: PolicyVersion) -> None:
    contact, other = somebody(policy, "Aino"), ContactFactory.create()
    request = Subject.objects.get(contact=contact).request
    Subject.objects.create(request=request, contact=other)
    Paper.objects.create(request=request, contact=other, kind="reason", at=NOON, text="about the other")
    Paper.objects.create(request=request, contact=None, kind="statement", at=NOON, text="about nobody yet")
    texts = [row["text"] for row in held(policy, contact)["dsr.paper"]["rows"]]
    assert texts == ["Aino wish", "Aino scan", "about nobody yet"]


def test_somebody_reduced_to_what_a_duty_names_gets_what_is_left(policy: PolicyVersion) -> None:
    contact = ContactFactory.create(email=None, minimised_on=TODAY, last_name="Aino")
    found = held(policy, contact)
    assert [row["last_name"] for row in found["contacts.contact"]["rows"]] == ["Aino"]
    assert SignUp.objects.count() == found["contacts.signup"]["total"] == 0


def test_a_new_table_that_hangs_on_a_person_is_in_it_by_itself() -> None:
    with isolate_apps("contacts"):
        badge = type("Badge", (models.Model,), _fields(contact=Contact, printed=None))
        dance = type("Dance", (models.Model,), _fields(badge=badge, partner=None))
    printed, partner = about("a test", exported=False), about("a test")
    said = walking.named() | {"contacts.Badge": {"printed": printed}, "contacts.Dance": {"partner": partner}}
    found = {table.label: table for table in walking.walk([*apps.get_models(), badge, dance], said)}
    assert found["contacts.Dance"].exported == ("partner",)
    assert found["contacts.Dance"].keys == (("badge", "contacts.Badge"),)
    assert found["contacts.Badge"].exported == ()


def _fields(**fields: type[models.Model] | None) -> dict[str, Any]:
    made = {name: models.ForeignKey(to, models.DB_CASCADE) if to else models.CharField() for name, to in fields.items()}
    return made | {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "contacts"})}


def test_every_table_with_something_to_export_is_reached() -> None:
    assert {table.label for table in walking.hanging() if table.exported} == set(exported())


def test_the_number_of_queries_does_not_grow_with_what_is_held(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Aino")
    promised.spans()  # which a process reads once
    counts = []
    for more in (0, 300):
        Activity.objects.bulk_create(
            Activity(contact=contact, kind="call", occurred_at=NOON, reference=str(number)) for number in range(more)
        )
        with CaptureQueriesContext(connection) as asked:
            package.write([contact.pk], policy=policy, language="en", at=NOON)
        counts.append(len(asked))
    # Who it is, under which numbers; one for each table; why and until when, by what was promised; who had it, and the
    # recipients; the files; what page and paper wear.
    tables = len([table for table in walking.hanging() if table.exported])
    assert counts == [2 + tables + 7 + 2 + 1 + 2] * 2


def test_every_table_is_asked_by_an_index(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Aino")
    with CaptureQueriesContext(connection) as asked:
        held(policy, contact)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = [_plan(cursor, query["sql"]) for query in asked.captured_queries]
    # Requests are few, and the one column that is not indexed is a hash of whoever asked.
    tables = {table.model._meta.db_table for table in walking.hanging()} - {"dsr_request"}
    assert len(tables) > 15
    assert not [plan for plan in plans for table in tables if re.search(rf"Seq Scan on {table}\b", plan)]


def _plan(cursor: Any, query: str) -> str:
    cursor.execute(f"EXPLAIN {query}")
    return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.promise("P15")
@pytest.mark.parametrize("held", [True, False], ids=["a contact", "somebody who signed up"])
def test_standing_recipients_are_named_with_country_and_safeguard(policy: PolicyVersion, held: bool) -> None:
    cloud = {"country": "US", "safeguard": "clauses", "safeguard_reference": "X-1"}
    RecipientFactory.create(name="Cloud Inc.", standing=True, **cloud)
    long_ago = {"agreement_from": SPRING - 999 * ONE_DAY, "agreement_until": SPRING - 900 * ONE_DAY}
    RecipientFactory.create(name="Ended Ltd", standing=True, **long_ago)
    who = [somebody(policy, "Aino").pk] if held else []
    if not held:
        SignUpFactory.create(email="eva@fjordkraft.example", policy_version=policy, created_at=NOON)
    written = package.write(
        who, address="" if held else "eva@fjordkraft.example", policy=policy, language="en", at=NOON
    )
    page = unzipped(written)["access.html"].decode()
    for said in ("Cloud Inc.", "United States of America", "standard contractual clauses", "X-1", "everybody"):
        assert said in page
    assert "Ended Ltd" not in page
    assert "given your details to nobody" not in page


@pytest.mark.promise("L12")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            {
                "the objection to marketing (Article 21(3) GDPR)": "Until consent to marketing is given again",
                "our interest in keeping to the deletion (Article 6(1)(f) GDPR)": "36 months after the deletion",
                "proof that it was answered (Article 5(2) GDPR)": "24 months after the answer, without your name",
                "proof of what was done (Article 5(2) GDPR)": "24 months after the month of each entry",
            },
        ),
        (
            "sv",
            {
                "invändningen mot marknadsföring (artikel 21.3 i dataskyddsförordningen)": "Tills ett nytt samtycke",
                "vårt intresse av att raderingen består (artikel 6.1 f i dataskyddsförordningen)": "36 månader efter",
                "bevis på att det har besvarats (artikel 5.2 i dataskyddsförordningen)": "24 månader efter svaret",
                "bevis på vad som har gjorts (artikel 5.2 i dataskyddsförordningen)": "24 månader efter den månad",
            },
        ),
    ],
)
def test_what_stays_without_a_name_is_told_with_its_basis_and_its_period(
    policy: PolicyVersion, language: str, said: dict[str, str]
) -> None:
    made = package.write([somebody(policy, "Aino").pk], address="", policy=policy, language=language, at=NOON)
    page = unzipped(made)["access.html"].decode()
    told = re.findall(r"<dd>([^<]*)</dd>", page)
    for ground, until in said.items():
        assert [value for value in told if value.startswith(until) and value.endswith(f"; {ground}")]
    assert {"en": "A random number stands in", "sv": "Där står ett slumptal i"}[language] in page
