"""The register of breaches: entered, changed, decided and closed, each by those who saw it as it is (L10)."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.breaches import register
from contacts.breaches.register import BreachError
from contacts.models import AuditEvent, Breach, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.breaching import AN_HOUR, NOTICE, OFFICER, BreachFactory, affecting, facts, report, seen, tell
from tests.support.breaching import unreported as leave
from tests.support.factories import NOON, ContactFactory
from tests.support.mailing import send
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.promise("L10"), pytest.mark.django_db]


def entered(**other: object) -> Breach:
    return register.enter(facts(**other), contact_point="privacy@nordvik.example", at=NOON, by=OFFICER)


def test_a_breach_is_on_record_with_the_moment_from_which_the_hours_run() -> None:
    breach = entered(processor=RecipientFactory.create(), processor_told_at=NOON - 2 * AN_HOUR)
    assert (breach.state, breach.aware_at, breach.changed) == ("open", NOON - AN_HOUR, 0)
    assert AuditEvent.objects.get(code="breach.entered").rule == f"breach:{breach.pk}"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"aware_at": NOON + AN_HOUR}, "in the future"),
        ({"began_at": NOON - AN_HOUR, "ended_at": NOON - 2 * AN_HOUR}, "ended before it began"),
        ({"processor_told_at": NOON}, "name the recipient"),
    ],
)
def test_what_cannot_be_is_not_put_on_record(other: dict[str, object], why: str) -> None:
    with pytest.raises(BreachError, match=why):
        entered(**other)
    assert not Breach.objects.exists()


def test_nobody_overwrites_what_they_have_not_seen() -> None:
    breach = BreachFactory.create()
    first, second = seen(breach), seen(breach)
    register.change(first, {"groups": "Customers"}, at=NOON, by=OFFICER)
    with pytest.raises(BreachError, match="changed since you opened"):
        register.change(second, {"groups": "Nobody"}, at=NOON, by=OFFICER)
    assert seen(breach).groups == "Customers"


def test_the_moment_of_awareness_is_not_moved_once_the_report_is_decided(policy: PolicyVersion) -> None:
    breach = BreachFactory.create()
    register.change(seen(breach), {"aware_at": NOON - 3 * AN_HOUR}, at=NOON, by=OFFICER)
    report(breach, policy)
    with pytest.raises(BreachError, match="not changed any more"):
        register.change(seen(breach), {"aware_at": NOON - AN_HOUR}, at=NOON, by=OFFICER)
    assert seen(breach).aware_at == NOON - 3 * AN_HOUR


def test_a_moved_moment_of_awareness_has_the_officers_reminded_anew() -> None:
    breach = BreachFactory.create(warned=6)
    register.change(seen(breach), {"groups": "Customers"}, at=NOON, by=OFFICER)
    assert seen(breach).warned == 6
    register.change(seen(breach), {"aware_at": NOON}, at=NOON, by=OFFICER)
    assert seen(breach).warned is None


@pytest.mark.parametrize("risk", ["", "likely", "high"])
def test_only_a_breach_that_is_unlikely_to_be_a_risk_goes_unreported(risk: str) -> None:
    breach = BreachFactory.create(risk=risk)
    with pytest.raises(BreachError, match="a risk is unlikely"):
        register.leave_unreported(breach, "We think so.", at=NOON, by=OFFICER)
    assert seen(breach).state == "open"


def test_what_is_not_reported_says_why_and_is_reported_once_there_is_a_risk(policy: PolicyVersion) -> None:
    breach = BreachFactory.create()
    leave(breach)
    assert (seen(breach).state, seen(breach).unreported_because) == ("unreported", "The disk was encrypted.")
    with pytest.raises(BreachError, match="There is a risk now"):
        register.change(seen(breach), {"risk": "likely"}, at=NOON, by=OFFICER)
    report(breach, policy)
    register.change(seen(breach), {"risk": "likely"}, at=NOON, by=OFFICER)
    assert (seen(breach).state, seen(breach).risk) == ("reported", "likely")


def test_a_decided_breach_is_closed_with_what_was_learnt() -> None:
    breach = BreachFactory.create()
    leave(breach)
    register.close(seen(breach), "Encrypt every disk.", at=NOON, by=OFFICER)
    assert (seen(breach).state, seen(breach).closed_at, seen(breach).learnt) == ("closed", NOON, "Encrypt every disk.")
    before = contents()
    with pytest.raises(BreachError):
        register.change(seen(breach), {"groups": "Others"}, at=NOON, by=OFFICER)
    assert contents() == before


def test_nothing_is_closed_while_something_is_open(policy: PolicyVersion) -> None:
    breach = affecting(ContactFactory.create())
    assert "Report it first" in register.still_open(seen(breach))
    report(breach, policy)
    assert "Assess the risk" in register.still_open(seen(breach))
    Breach.objects.update(risk="high")
    assert "have no letter" in register.still_open(seen(breach))
    tell(breach)
    assert "have not left yet" in register.still_open(seen(breach))
    with pytest.raises(BreachError, match="have not left yet"):
        register.close(seen(breach), "Much.", at=NOON, by=OFFICER)
    send()
    assert register.still_open(seen(breach)) == ""


def test_people_at_high_risk_without_a_letter_need_a_reason(policy: PolicyVersion) -> None:
    breach = affecting(ContactFactory.create())
    report(breach, policy)
    Breach.objects.update(risk="high", untold_because="The data was encrypted (Art. 34(3)(a)).")
    assert register.still_open(seen(breach)) == ""


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'unreported'", "breach_unreported_has_its_reason"),
        ("state = 'unreported', unreported_because = 'so', risk = 'high'", "breach_unreported_has_its_reason"),
        ("unreported_because = 'so'", "breach_open_is_undecided"),
        ("state = 'closed', closed_at = now()", "breach_closed_says_what_was_learnt"),
        ("closed_at = now()", "breach_closed_says_what_was_learnt"),
        ("state = 'gone'", "breach_(state|closed)"),
        ("risk = 'some'", "breach_risk"),
        ("severity = 'some'", "breach_severity"),
        ("processor_told_at = now()", "breach_processor_told_at_a_time"),
        ("began_at = now(), ended_at = now() - interval '1 hour'", "breach_ends_after_it_began"),
    ],
)
def test_the_database_refuses_what_no_breach_can_be(change: str, constraint: str) -> None:
    BreachFactory.create()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE contacts_breach SET {change}")  # noqa: S608


@pytest.mark.parametrize("table", ["affectedgroup", "breachreport", "breachletter", "breachnotice"])
@pytest.mark.parametrize("how", ["UPDATE contacts_{} SET id = id + 1", "DELETE FROM contacts_{}"])
def test_what_was_said_is_neither_changed_nor_deleted(table: str, how: str, policy: PolicyVersion) -> None:
    breach = affecting(ContactFactory.create())
    report(breach, policy)
    tell(breach)
    breach.notices.create(
        texts=NOTICE, from_on=NOON, until_on=NOON + dt.timedelta(days=9), published_at=NOON, published_by=OFFICER
    )
    with pytest.raises(IntegrityError, match="is not changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(how.format(table))
