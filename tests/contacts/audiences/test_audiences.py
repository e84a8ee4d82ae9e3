"""A list that leaves as a file: whom it has, what is on record before it leaves, and what becomes of it."""

import datetime as dt
import tracemalloc
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.audiences import exporting
from contacts.audiences.audience import DRAFT, Wanted
from contacts.audiences.exporting import AudienceError, ExportError
from contacts.base.days import add_months
from contacts.disclosure.disclosing import DisclosureError
from contacts.models import (
    Agreement,
    Audience,
    AuditEvent,
    Contact,
    Disclosure,
    Organisation,
    PolicyVersion,
    Suppression,
    Topic,
)
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import AudienceEnd, Channel, FileFormat, Scenario
from dsr import tasks
from dsr.answers import forgetting
from privacy_crm import segments
from tests.contacts.audiences.test_audience import DANGEROUS, HARMLESS
from tests.contacts.permission.test_permission_oracle import PEOPLE, expected, make
from tests.support.admin_pages import contents
from tests.support.examples import examples
from tests.support.factories import NOON, ONE_DAY, TopicFactory, crowd
from tests.support.listing import (
    TODAY,
    content,
    custody,
    export,
    free_country,
    from_csv,
    from_xlsx,
    holder,
    made,
    prospect,
    segment,
)
from tests.support.sharing import RecipientFactory

__all__ = ["free_country"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("free_country")]

ROUTES = [
    Wanted(Channel.EMAIL, Scenario.PROSPECT),
    Wanted(Channel.EMAIL, Scenario.PROSPECT, file_format=FileFormat.XLSX),
]


# Whom it has

# Somebody about whom nothing stands against a letter, a call or a mail, but perhaps what they are held for.
PLAIN = st.fixed_dictionaries(
    {
        **dict.fromkeys(("restricted_through", "frozen_through", "left_on", "doubted"), st.none()),
        **dict.fromkeys(("bounced_on", "suppressed", "agreement", "legal_form"), st.none()),
        "domain": st.just("fjordkraft.example"),
        "phone": st.just("08-465 00 00"),
        "address": st.just("Storgatan 1"),
        "city": st.just("Stockholm"),
        "country": st.sampled_from(["GB", "GB", "SE"]),
        "bases": st.dictionaries(
            st.sampled_from(Scenario.values), st.just(("person", False)), min_size=1, max_size=len(Scenario)
        ),
        "said": st.just(set()),
        "interests": st.dictionaries(st.sampled_from([0, 1]), st.booleans()),
    }
)


@pytest.mark.promise("P11")
@pytest.mark.promise("P12")
@pytest.mark.promise("P15")
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.one_of(PEOPLE, PLAIN), min_size=1, max_size=8),
    channel=st.sampled_from(Channel),
    purpose=st.sampled_from(Scenario),
    country=st.sampled_from(["GB", "GB", "SE"]),
    asked=st.sampled_from([[], [0], [0, 1]]),
    outside=st.booleans(),
)
def test_the_file_has_those_of_the_segment_who_may_be_written_to_and_counts_all_others(
    policy: PolicyVersion,
    people: list[dict[str, Any]],
    channel: Channel,
    purpose: Scenario,
    country: str,
    asked: list[int],
    outside: bool,
) -> None:
    _start_anew()
    topics = TopicFactory.create_batch(2)
    rules = {("GB", each.value, False, dt.date(2020, 1, 1)): "legitimate_interest" for each in Channel}
    inside = [(make(each, policy, topics), each) for each in people if each["country"] == country]
    for each in people:
        if each["country"] != country:
            make(each, policy, topics)
    wanted = Wanted(
        channel,
        purpose,
        RecipientFactory.create() if outside else None,
        [topics[number] for number in asked],
        segments.people({"country": country}, policy=policy, day=TODAY),
    )
    worked_out = {str(who.public_id): _why_not(each, channel, rules, asked, purpose) for who, each in inside}
    may = {number for number, reason in worked_out.items() if not reason}
    reach = exporting.look(wanted, day=TODAY)
    assert reach.asked == len(inside)
    assert sorted(_each(reach)) == sorted(reason for reason in worked_out.values() if reason)
    if not may:
        with pytest.raises(ExportError, match="nobody is left"):
            export(policy, wanted)
        return
    file = export(policy, wanted)
    assert {row["public_id"] for row in from_csv(content(file))} == may
    assert file.draft.reach == reach
    assert (file.audience.people, sum(file.audience.left_out.values())) == (len(may), len(inside) - len(may))
    assert _on_record() == may
    given_away = {str(number) for number in Disclosure.objects.values_list("contact__public_id", flat=True)}
    assert given_away == (may if outside else set())


def _why_not(person: dict[str, Any], channel: str, rules: Any, asked: list[int], purpose: str) -> str:
    return expected(person, channel, rules, asked) or ("" if purpose in person["bases"] else "not_covered")


def _each(reach: Reach) -> list[str]:
    return [code.value for code, number in reach.left_out.items() for _ in range(number)]


def _on_record() -> set[str]:
    return {
        str(number) for number in AuditEvent.objects.filter(code="contact.exported").values_list("public_id", flat=True)
    }


def _start_anew() -> None:
    for model in (Suppression, Audience, Contact, Topic, Agreement, Organisation, AuditEvent):
        model._base_manager.all().delete()


@pytest.mark.promise("P15")
def test_both_files_have_the_same_people_in_the_same_columns(policy: PolicyVersion) -> None:
    for number in range(3):
        prospect(policy, first_name=f"Aino {number}", company="Fjordkraft")
    rows = from_csv(content(export(policy)))
    assert [*rows[0]] == ["public_id", "email", "first_name", "last_name", "company", "language", "country"]
    others = from_xlsx(content(export(policy, ROUTES[1])))
    assert [{name: cell or "" for name, cell in row.items()} for row in others] == rows


@pytest.mark.parametrize("cell", [*DANGEROUS, *HARMLESS])
def test_in_a_workbook_every_cell_is_what_it_was_as_text(cell: str, policy: PolicyVersion) -> None:
    prospect(policy, first_name=cell)
    (row,) = from_xlsx(content(export(policy, ROUTES[1])))
    assert (row["first_name"] or "") == cell.replace("\r", "_x000D_")


# What is on record


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
def test_what_left_is_on_record_with_its_holder_purpose_recipient_and_last_day(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), prospect(policy)
    prospect(policy, country="SE")  # whose law asks for no consent by post
    prospect(policy, scenario="customer")
    saved = segment(country="GB")
    wanted = Wanted(Channel.POST, Scenario.PROSPECT, recipient, file_format=FileFormat.XLSX)
    file = export(policy, wanted, custody(segment=saved, reason=" For the fair. "))
    file.close()
    listed = Audience.objects.get()
    disclosure = Disclosure.objects.get(contact=person)
    assert (listed.channel, listed.purpose, listed.recipient, listed.file_format) == (
        "post",
        "prospect",
        recipient,
        "xlsx",
    )
    assert (listed.segment, listed.reason, listed.holder) == (saved, "For the fair.", holder())
    assert (listed.people, listed.left_out) == (2, {"not_covered": 1})
    assert (listed.made_at, listed.valid_through, listed.end) == (NOON, dt.date(2026, 12, 1), "")
    assert listed.batch == disclosure.batch
    assert (disclosure.recipient, disclosure.kind, disclosure.purpose) == (recipient, "export", "prospect")


@pytest.mark.promise("P17")
@pytest.mark.parametrize("outside", [False, True])
def test_each_person_in_the_file_is_in_the_audit_with_who_took_it(outside: bool, policy: PolicyVersion) -> None:
    people = sorted(prospect(policy).public_id for _ in range(3))
    recipient = RecipientFactory.create() if outside else None
    file = export(policy, Wanted(Channel.EMAIL, Scenario.PROSPECT, recipient))
    file.close()
    events = AuditEvent.objects.filter(code="contact.exported", by="test", at=NOON, rule=f"audience:{file.audience.pk}")
    assert sorted(events.values_list("public_id", flat=True)) == people
    taken = AuditEvent.objects.get(code="audience.exported")
    assert (taken.rule, taken.by) == (f"audience:{file.audience.pk}:3", "test")


@pytest.mark.promise("P15")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wanted", ROUTES)
def test_everybody_is_on_record_for_all_to_see_before_the_first_byte_leaves(
    wanted: Wanted, policy: PolicyVersion
) -> None:
    wanted = Wanted(wanted.channel, wanted.purpose, RecipientFactory.create(), file_format=wanted.file_format)
    crowd(2_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB")
    file = export(policy, wanted)
    try:
        next(iter(file))
        assert _seen_from_elsewhere("SELECT count(*) FROM contacts_disclosure") == 2_000
        events = "SELECT count(*) FROM contacts_auditevent WHERE code = 'contact.exported'"
        assert _seen_from_elsewhere(events) == 2_000
        assert _seen_from_elsewhere("SELECT people FROM contacts_audience") == 2_000
    finally:
        file.close()


def _seen_from_elsewhere(query: str) -> int:
    parameters = connection.get_connection_params()
    told = {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if name in parameters}
    other = psycopg2.connect(**told)
    try:
        with other.cursor() as cursor:
            cursor.execute(query)
            (number,) = cursor.fetchone()
            return int(number)
    finally:
        other.close()


@pytest.mark.promise("P15")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wanted", ROUTES)
def test_of_a_download_that_breaks_off_the_record_stands_and_no_row_is_left_on_the_server(
    wanted: Wanted, policy: PolicyVersion
) -> None:
    crowd(2_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB")
    file = export(policy, wanted)
    next(iter(file))
    assert _rows_kept() == 1
    file.close()
    assert _rows_kept() == 0
    assert Audience.objects.get().people == len(_on_record()) == 2_000


def _rows_kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(to_regclass(%s))", [DRAFT])
        (number,) = cursor.fetchone()
        return int(number)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wanted", ROUTES)
def test_memory_does_not_grow_with_people(wanted: Wanted, policy: PolicyVersion) -> None:
    peaks = []
    for more in (10, 2_500, 2_500):
        crowd(more, "prospect", TODAY, policy=policy)
        Contact.objects.update(country="GB", last_name="Aino " * 60)
        peaks.append(_peak(policy, wanted))
    assert peaks[2] < peaks[1] + 100_000  # for 1 MB more of rows


def _peak(policy: PolicyVersion, wanted: Wanted) -> int:
    tracemalloc.start()
    try:
        file = export(policy, wanted)
        for _block in file:
            pass
        file.close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# What is refused


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"agreement_from": None, "agreement_reference": ""}, "no agreement"),
        ({"agreement_until": dt.date(2026, 11, 23)}, "no agreement"),
        ({"purposes": ["webinar"]}, "does not cover this purpose"),
        ({"country": "US"}, "outside the EEA, and no safeguard"),
    ],
)
def test_what_the_register_refuses_changes_nothing(fields: dict[str, Any], why: str, policy: PolicyVersion) -> None:
    wanted = Wanted(Channel.EMAIL, Scenario.PROSPECT, RecipientFactory.create(**fields))
    prospect(policy)
    held = custody()
    before = contents()
    with pytest.raises(DisclosureError, match=why):
        exporting.look(wanted, day=TODAY)
    with pytest.raises(DisclosureError, match=why):
        export(policy, wanted, held)
    assert contents() == before


@pytest.mark.parametrize("reason", ["", "  "])
def test_more_people_than_the_set_size_need_a_reason_and_without_one_nothing_changes(
    reason: str, policy: PolicyVersion
) -> None:
    for _ in range(3):
        prospect(policy)
    wanted = Wanted(Channel.EMAIL, Scenario.PROSPECT, RecipientFactory.create())
    held = custody(reason_above=2, reason=reason)
    before = contents()
    with pytest.raises(ExportError, match="say why you need more than 2 people"):
        export(policy, wanted, held)
    assert contents() == before
    assert _rows_kept() == 0
    export(policy, wanted, custody(reason_above=3)).close()
    export(policy, wanted, custody(reason_above=2, reason="The fair")).close()
    assert list(Audience.objects.values_list("reason", flat=True).order_by("pk")) == ["", "The fair"]


def test_a_list_with_nobody_on_it_is_none_and_changes_nothing(policy: PolicyVersion) -> None:
    prospect(policy, country="SE")
    held = custody()
    before = contents()
    with pytest.raises(ExportError, match="nobody is left"):
        export(policy, held=held)
    assert contents() == before


def test_more_people_than_a_sheet_has_rows_are_refused(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contacts.base.workbook.MOST_ROWS", 1)
    for _ in range(2):
        prospect(policy)
    held = custody()
    before = contents()
    with pytest.raises(ExportError, match="Take CSV"):
        export(policy, ROUTES[1], held)
    assert contents() == before
    assert len(from_csv(content(export(policy, ROUTES[0], held)))) == 2


@pytest.mark.promise("P12")
@pytest.mark.parametrize("channels", [list(Channel), [Channel.PHONE]], ids=["all", "another"])
def test_a_reseller_gets_nobody_who_objected_to_marketing(policy: PolicyVersion, channels: list[Channel]) -> None:
    person, other = prospect(policy), prospect(policy)
    for channel in channels:
        person.permissions.create(channel=channel, state="objected", given_on=TODAY)
    wanted = Wanted(Channel.POST, Scenario.PROSPECT, RecipientFactory.create(kind="reseller"))
    file = export(policy, wanted)
    assert [row["public_id"] for row in from_csv(content(file))] == [str(other.public_id)]
    assert file.draft.reach.left_out == {Refusal.OBJECTED: 1}


def test_statements_do_not_grow_with_people(policy: PolicyVersion, django_assert_max_num_queries: Any) -> None:
    for size in (1, 200):
        crowd(size, "prospect", TODAY, policy=policy)
        Contact.objects.update(country="GB")
        held, wanted = custody(), Wanted(Channel.EMAIL, Scenario.PROSPECT, RecipientFactory.create())
        with django_assert_max_num_queries(25):
            content(export(policy, wanted, held))


# What becomes of it


@pytest.mark.promise("P15")
@pytest.mark.parametrize("end", AudienceEnd)
def test_what_became_of_a_list_is_noted_once(end: AudienceEnd) -> None:
    listed = made()
    exporting.confirm(listed, end, at=NOON, by="user:1")
    listed.refresh_from_db()
    assert (listed.end, listed.confirmed_at) == (end, NOON)
    event = AuditEvent.objects.get()
    assert (event.code, event.rule, event.by) == ("audience.confirmed", f"audience:{listed.pk}:{end.value}", "user:1")
    before = contents()
    for again in AudienceEnd:
        with pytest.raises(AudienceError, match="on record already"):
            exporting.confirm(listed, again, at=NOON + ONE_DAY, by="user:2")
    assert contents() == before


def test_a_list_is_overdue_on_the_day_after_its_last(policy: PolicyVersion) -> None:
    listed = made(valid_through=TODAY)
    made(valid_through=TODAY - ONE_DAY, confirmed_at=NOON, end="used")
    assert not Audience.objects.overdue(TODAY).exists()
    assert Audience.objects.overdue(TODAY + ONE_DAY).get() == Audience.objects.outstanding().get() == listed


@pytest.mark.parametrize("wrong", [{"confirmed_at": NOON}, {"end": "used"}])
def test_the_database_keeps_a_confirmation_and_what_it_says_together(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="audience_confirmed_says_how"), transaction.atomic():
        made(**wrong)


def test_a_list_goes_24_months_after_it_was_confirmed_and_never_while_it_is_outstanding(policy: PolicyVersion) -> None:
    confirmed = made(confirmed_at=NOON, end="used")
    outstanding = made()
    gone_by = dt.datetime.combine(add_months(TODAY, 24), dt.time(12), dt.UTC)
    assert forgetting.forget_audiences(months=24, policy=policy, at=gone_by - ONE_DAY) == 0
    assert forgetting.forget_audiences(months=24, policy=policy, at=gone_by) == 1
    assert list(Audience.objects.all()) == [outstanding] != [confirmed]


def test_the_nightly_task_forgets_them(policy: PolicyVersion) -> None:
    made(confirmed_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), end="destroyed")
    tasks.forget_audiences()
    assert not Audience.objects.exists()


@pytest.mark.promise("P15")
def test_who_was_on_a_list_stays_on_record_when_the_list_is_forgotten(policy: PolicyVersion) -> None:
    person = prospect(policy)
    export(policy, Wanted(Channel.EMAIL, Scenario.PROSPECT, RecipientFactory.create())).close()
    exporting.confirm(Audience.objects.get(), AudienceEnd.USED, at=NOON, by="test")
    later = dt.datetime.combine(add_months(TODAY, 25), dt.time(12), dt.UTC)
    assert forgetting.forget_audiences(months=24, policy=policy, at=later) == 1
    assert Disclosure.objects.get().contact == person
