"""What the end of an agreement means for the people, as is said before it is set, and what becomes of them (P3)."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer

from contacts.models import Agreement, Basis, Contact, Organisation, PolicyVersion
from contacts.people import agreements
from contacts.policy import promised
from contacts.words.vocabulary import Clock, Scenario
from retention.admin.agreements import told
from retention.forecasts import explain
from retention.lapses import consequences
from retention.lapses.consequences import Ending, Stay
from tests.browser.test_admin import enter, visit
from tests.support.accessible import violations_everywhere
from tests.support.admin_pages import contents
from tests.support.examples import examples
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    OrganisationFactory,
    agree,
    contact_of,
    crowd,
    hold,
    place,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

type LogIn = Callable[[str], Client]

TODAY = dt.date(2026, 11, 24)
IN_TWO_YEARS = dt.date(2028, 11, 24)

p3 = pytest.mark.promise("P3")


@pytest.fixture
def agreement(policy: PolicyVersion) -> Agreement:
    return agree(OrganisationFactory.create(name="Fjordkraft AB"), None)


def ending(agreement: Agreement, policy: PolicyVersion, on: dt.date = TODAY) -> Ending:
    return consequences.if_ended(agreement, on, policy=policy, day=TODAY)


def people(agreement: Agreement, policy: PolicyVersion, number: int = 1) -> list[Contact]:
    return [contact_of(agreement.organisation, "customer", policy) for _ in range(number)]


@p3
def test_customers_go_two_years_after_the_last_day(agreement: Agreement, policy: PolicyVersion) -> None:
    people(agreement, policy, 3)
    assert ending(agreement, policy) == Ending({IN_TWO_YEARS: 3})
    assert ending(agreement, policy, dt.date(2026, 8, 31)) == Ending({dt.date(2028, 8, 31): 3})


@p3
def test_an_end_long_past_lets_them_go_in_the_next_run(agreement: Agreement, policy: PolicyVersion) -> None:
    people(agreement, policy)
    assert ending(agreement, policy, dt.date(2020, 5, 1)) == Ending({TODAY: 1})


@p3
def test_people_stay_while_another_agreement_is_in_force(agreement: Agreement, policy: PolicyVersion) -> None:
    people(agreement, policy, 2)
    agree(agreement.organisation, None, kind="partner", reference="A-2")
    assert ending(agreement, policy) == Ending(stay={Stay.AGREEMENT: 2})


@p3
def test_an_agreement_that_ends_later_decides_the_day(agreement: Agreement, policy: PolicyVersion) -> None:
    people(agreement, policy)
    agree(agreement.organisation, dt.date(2027, 3, 31), reference="A-2")
    assert ending(agreement, policy) == Ending({dt.date(2029, 3, 31): 1})


@p3
def test_people_stay_for_what_else_they_are_held_for_and_under_holds(
    agreement: Agreement, policy: PolicyVersion
) -> None:
    _goes, active, frozen, owed, restricted = people(agreement, policy, 5)
    hold(active, "prospect", TODAY - ONE_DAY, policy=policy)  # lapses long before the agreement does
    later = contact_of(agreement.organisation, "whitepaper", policy)  # held for nothing of the agreement's
    place(frozen, "freeze", "legal_claim")
    place(owed, "duty", "bookkeeping", dt.date(2033, 12, 31))
    place(restricted, "freeze", "restriction")
    assert ending(agreement, policy) == Ending({IN_TWO_YEARS: 2}, {Stay.BASIS: 1, Stay.HOLD: 3})
    assert later.bases.count() == 1


@pytest.mark.promise("P5")
def test_people_of_whom_a_duty_left_only_a_part_are_not_counted(agreement: Agreement, policy: PolicyVersion) -> None:
    people(agreement, policy)
    reduced = ContactFactory.create(email=None, minimised_on=TODAY, organisation=agreement.organisation)
    place(reduced, "duty", "bookkeeping")
    assert ending(agreement, policy).people == 1


def test_people_of_other_organisations_are_nobody_of_ours(agreement: Agreement, policy: PolicyVersion) -> None:
    people(agree(OrganisationFactory.create(), None), policy, 2)
    assert ending(agreement, policy) == Ending()


@pytest.mark.parametrize("number", [10, 200])
def test_it_is_two_queries_however_many_people_there_are(
    agreement: Agreement, policy: PolicyVersion, number: int
) -> None:
    customers = crowd(number, "customer", TODAY, policy=policy)
    Contact.objects.filter(pk__in=[each.pk for each in customers]).update(organisation=agreement.organisation)
    Basis.objects.update(clock_from=None)
    promised.spans()
    with CaptureQueriesContext(connection) as asked:
        assert ending(agreement, policy) == Ending({IN_TWO_YEARS: number})
    assert len(asked) == 2  # one of them asks which versions were promised


SCENARIOS = st.sets(st.sampled_from(list(Scenario)), min_size=1)
HOLDS = st.sampled_from([None, ("freeze", "legal_claim"), ("duty", "bookkeeping")])
DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2030, 12, 31))
PERSON = st.tuples(SCENARIOS, st.dates(dt.date(2025, 1, 1), TODAY), HOLDS, st.none() | DAYS)


@p3
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cast=st.lists(PERSON, min_size=1, max_size=4), other=st.none() | st.just("open") | DAYS, on=DAYS)
def test_what_is_said_is_what_becomes_of_them(
    policy: PolicyVersion,
    cast: list[tuple[set[Scenario], dt.date, tuple[str, str] | None, dt.date | None]],
    other: dt.date | str | None,
    on: dt.date,
) -> None:
    with transaction.atomic():
        agreement = agree(OrganisationFactory.create(), None)
        if other:
            ended_on = other if isinstance(other, dt.date) else None
            agree(agreement.organisation, ended_on, kind="partner", reference="A-2")
        for scenarios, since, held, until in cast:
            contact = ContactFactory.create(organisation=agreement.organisation)
            for scenario in sorted(scenarios):
                hold(contact, scenario, since, policy=policy)
            if held:
                place(contact, *held, until)
        said = ending(agreement, policy, on)
        agreements.end(agreement, on, at=NOON, by="test")
        assert (Counter(said.deleted), Counter(said.stay)) == really(agreement.organisation, policy)
        transaction.set_rollback(True)


def really(organisation: Organisation, policy: PolicyVersion) -> tuple[Counter[dt.date], Counter[Stay]]:
    """What each person's page says once the agreement has ended."""
    deleted: Counter[dt.date] = Counter()
    stay: Counter[Stay] = Counter()
    for contact in organisation.contacts.all():
        explained = explain.of_one(contact, policy=policy, day=TODAY)
        agreed = [reason.lapses_on for reason in explained.bases if reason.clock == Clock.AGREEMENT_END]
        if explained.keep_until is None and None in agreed:
            stay[Stay.AGREEMENT] += 1
        elif explained.keep_until is not None and explained.keep_until in agreed:
            deleted[max(explained.keep_until, TODAY)] += 1
        elif explained.keep_until in {reason.lapses_on for reason in explained.bases} - {None}:
            stay[Stay.BASIS] += 1
        else:
            assert contact.holds.exists()
            stay[Stay.HOLD] += 1
    return deleted, stay


@pytest.mark.parametrize(
    ("foreseen", "sentence"),
    [
        (Ending(), "Nobody belongs to the organisation."),
        (Ending({IN_TWO_YEARS: 1}), "As things stand, 1 of 1 person will be deleted on 24 November 2028."),
        (
            Ending({IN_TWO_YEARS: 42}, {Stay.BASIS: 8, Stay.HOLD: 1}),
            (
                "As things stand, 42 of 51 people will be deleted on 24 November 2028; 9 stay for other reasons: 8 are"
                " held for something else and 1 is kept by a hold."
            ),
        ),
        (
            Ending({TODAY: 2, IN_TWO_YEARS: 3}),
            "As things stand, 2 of 5 people will be deleted in the next nightly run, 3 on 24 November 2028.",
        ),
        (
            Ending(stay={Stay.AGREEMENT: 5}),
            "As things stand, nobody is deleted because of it: 5 are kept by another agreement of the organisation.",
        ),
    ],
)
def test_it_is_said_in_one_sentence(foreseen: Ending, sentence: str) -> None:
    assert told(foreseen, TODAY) == sentence


@p3
@pytest.mark.usefixtures("at_noon")
def test_the_form_says_what_the_day_in_it_would_mean_and_looking_changes_nothing(
    log_in: LogIn, agreement: Agreement, policy: PolicyVersion
) -> None:
    people(agreement, policy, 2)
    client, url = log_in("sales"), f"/admin/contacts/agreement/{agreement.pk}/end/"
    before = contents()
    assert "2 of 2 people will be deleted on 24 November 2028." in client.get(url).content.decode()
    typed = {"ended_on": "2027-01-31", "look": "1"}
    assert "2 of 2 people will be deleted on 31 January 2029." in client.post(url, typed).content.decode()
    assert contents() == before


@p3
@pytest.mark.usefixtures("at_noon")
def test_the_answer_says_what_it_means_and_names_nobody(
    log_in: LogIn, agreement: Agreement, policy: PolicyVersion
) -> None:
    _free, restricted = people(agreement, policy, 2)
    place(restricted, "freeze", "restriction")
    client = log_in("sales")
    answer = client.post(f"/admin/contacts/agreement/{agreement.pk}/end/", {"ended_on": "2026-11-30"}, follow=True)
    shown = answer.content.decode()
    assert "The agreement ends on 30 November 2026." in shown
    assert "1 of 2 people will be deleted on 30 November 2028; 1 stays for other reasons: 1 is kept by a hold." in shown
    assert restricted.last_name not in shown


def test_the_page_names_the_first_of_its_people_and_leads_to_all(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    for number in range(12):
        ContactFactory.create(organisation=organisation, first_name="Ada", last_name=f"Person{number:02}")
    hidden = ContactFactory.create(organisation=organisation, last_name="Aaron")
    place(hidden, "freeze", "restriction")
    shown = log_in("sales").get(f"/admin/contacts/organisation/{organisation.pk}/change/").content.decode()
    assert "Ada Person09" in shown
    assert "Ada Person10" not in shown
    assert "All 12 people" in shown
    assert "Aaron" not in shown


def test_whoever_may_not_see_people_finds_none_on_the_page(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = ContactFactory.create(organisation=OrganisationFactory.create())
    shown = log_in("auditor").get(f"/admin/contacts/organisation/{contact.organisation_id}/change/").content.decode()
    assert contact.last_name not in shown
    assert str(contact.email) not in shown


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_dialog_follows_the_day_that_is_typed(
    browser: "Browser", live_server: LiveServer, log_in: LogIn, agreement: Agreement, policy: PolicyVersion
) -> None:
    people(agreement, policy, 2)
    with browser.new_context() as context:
        page = context.new_page()
        enter(page, log_in("sales"), live_server)
        visit(page, f"{live_server.url}/admin/contacts/organisation/{agreement.organisation_id}/change/")
        page.get_by_role("link", name="Set the last day").click()
        page.fill("#dialog [name=ended_on]", "2027-01-31")
        page.get_by_text("2 of 2 people will be deleted on 31 January 2029.").wait_for()
        page.wait_for_function("document.activeElement.name === 'ended_on'")
        assert violations_everywhere(page, "#dialog") == []
        page.locator("#dialog").get_by_role("button", name="Set the last day").click()
        page.get_by_text("The agreement ends on 31 January 2027.").wait_for()
    agreement.refresh_from_db()
    assert agreement.ended_on == dt.date(2027, 1, 31)
