"""After an objection to all marketing, what was held for marketing alone goes (Art. 17(1)(c) GDPR).

The prospect at once, the whitepaper once delivered, webinar and event once over. Said at the door it goes there and
then, else with the next run.
"""

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.base.days import run_of
from contacts.models import AuditEvent, Contact, Event, Message, Organisation, PolicyVersion, Registration, SignUp
from contacts.permission import consents
from contacts.words.vocabulary import Channel
from retention.forecasts import explain, forecast, words
from retention.models import HoldReason
from tests.retention.nights.test_purge_races import (
    PATIENCE,
    Start,
    await_waiting,
    deed_locked,
    locked,
    meanwhile,
    the_night,
    uncommitted,
)
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    WhitepaperFactory,
    contact_of,
    crowd,
    customer,
    do,
    everything_about,
    hold,
    is_held,
    place,
    register,
    rehearse,
    run,
    scenarios_of,
)
from tests.support.objecting import noted, objects, owed, proven, suppressed

__all__ = ["meanwhile"]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

TODAY = DUE
RECENTLY = dt.date(2026, 11, 1)
HOUR = dt.timedelta(hours=1)
MARKETING = ["prospect", "whitepaper", "webinar", "event"]

type Objecting = Callable[[Contact], None]


def at_the_door(policy: PolicyVersion) -> Objecting:
    """The person says so, and the act looks after the rest."""
    return lambda contact: objects(contact, policy) and None


def by_the_night(policy: PolicyVersion) -> Objecting:
    """It is on record, and the next run looks after the rest."""

    def object_and_wait(contact: Contact) -> None:
        noted(contact, TODAY)
        run(TODAY + ONE_DAY, policy)

    return object_and_wait


@pytest.fixture(params=[at_the_door, by_the_night])
def objecting(request: pytest.FixtureRequest, policy: PolicyVersion) -> Objecting:
    return request.param(policy)


def held(scenario: str, policy: PolicyVersion, **fields: Any) -> Contact:
    """Somebody with one basis, far from lapsing by its clock."""
    contact = ContactFactory.create(**fields)
    hold(contact, scenario, RECENTLY, policy=policy)
    return contact


def gathering(kind: str, over: dt.datetime, **fields: Any) -> Event:
    return EventFactory.create(kind=kind, starts_at=over - HOUR, ends_at=over, **fields)


def guest(policy: PolicyVersion, kind: str, over: dt.datetime, **fields: Any) -> Contact:
    """Somebody with a place at an event, and nothing else."""
    contact = ContactFactory.create(**fields)
    register(contact, gathering(kind, over), NOON - ONE_DAY, policy=policy)
    return contact


def of_kind(scenario: str) -> str:
    return "webinar" if scenario == "webinar" else "physical"


KINDS = pytest.mark.parametrize("scenario", ["webinar", "event"])


# At once


@pytest.mark.parametrize("scenario", MARKETING)
def test_who_is_held_for_marketing_alone_is_deleted(policy: PolicyVersion, objecting: Objecting, scenario: str) -> None:
    contact = held(scenario, policy)
    objecting(contact)
    assert not is_held(contact)
    assert len(suppressed(contact.email)) == 3


def test_who_is_held_for_all_of_it_is_deleted(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("prospect", policy)
    for scenario in MARKETING[1:]:
        hold(contact, scenario, RECENTLY, policy=policy)
    objecting(contact)
    assert not is_held(contact)


@pytest.mark.parametrize("scenario", MARKETING)
@pytest.mark.parametrize("channels", [*combinations(Channel, 1), *combinations(Channel, 2)])
def test_an_objection_to_less_than_all_channels_deletes_nothing(
    policy: PolicyVersion, objecting: Objecting, scenario: str, channels: tuple[Channel, ...]
) -> None:
    contact = held(scenario, policy)
    bases = list(contact.bases.values())
    noted(contact, TODAY, channels)
    run(TODAY + ONE_DAY, policy)
    objects(contact, policy, channels)
    assert list(contact.bases.values()) == bases


def test_the_last_of_three_objections_counts(policy: PolicyVersion) -> None:
    contact = held("prospect", policy)
    for channel in Channel:
        assert is_held(contact)
        objects(contact, policy, [channel])
    assert not is_held(contact)


@pytest.mark.parametrize("scenario", ["customer", "partner"])
def test_customers_and_partners_stay_with_what_their_agreement_needs(
    policy: PolicyVersion, objecting: Objecting, scenario: str
) -> None:
    contact = customer(policy)
    for each in {scenario, *MARKETING} - {"customer"}:
        hold(contact, each, RECENTLY, policy=policy)
    objecting(contact)
    assert scenarios_of(contact) == sorted({"customer", scenario})


def test_an_unverified_customer_stays(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("customer", policy)
    objecting(contact)
    assert scenarios_of(contact) == ["customer"]


def test_what_the_reason_that_went_alone_needed_goes_with_it(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = customer(policy)
    register(contact, gathering("webinar", NOON - HOUR), NOON - ONE_DAY, policy=policy)
    do(contact, "download", NOON - ONE_DAY, policy)
    objecting(contact)
    assert not contact.registrations.exists()
    assert not contact.activities.filter(kind="registration").exists()


def test_the_audit_says_that_it_was_the_objection(policy: PolicyVersion) -> None:
    contact = held("prospect", policy)
    done = objects(contact, policy)
    assert (done.deleted, done.reduced) == (1, 0)
    assert list(AuditEvent.objects.filter(public_id=contact.public_id).values_list("code", "rule")) == [
        ("objection.recorded", "email,phone,post"),
        ("contact.deleted", "objection"),
    ]


def test_nothing_is_said_or_done_where_nobody_is_held(policy: PolicyVersion) -> None:
    done = objects(ContactFactory.build(email="nej@fjordkraft.example"), policy)
    assert (done.deleted, done.reduced) == (0, 0)
    assert len(suppressed("nej@fjordkraft.example")) == 3


def test_nobody_else_is_touched(policy: PolicyVersion, objecting: Objecting) -> None:
    others = [held(scenario, policy) for scenario in MARKETING]
    noted(others[0], TODAY, [Channel.EMAIL, Channel.POST])
    before = [everything_about(other) for other in others]
    objecting(held("prospect", policy))
    assert [everything_about(other) for other in others] == before


def test_the_organisation_that_nobody_belongs_to_any_more_is_looked_at(
    policy: PolicyVersion, objecting: Objecting
) -> None:
    firm = OrganisationFactory.create(entered_on=RECENTLY)
    objecting(held("prospect", policy, organisation=firm))
    assert Organisation.objects.get(pk=firm.pk).may_be_vacant


# Once delivered


@pytest.mark.promise("P6")
def test_a_whitepaper_waits_until_its_link_has_ended(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("whitepaper", policy)
    proven(contact, policy, NOON)
    objecting(contact)
    assert scenarios_of(contact) == ["whitepaper"]
    run(TODAY + 7 * ONE_DAY, policy)  # at 02:30, when the link has some hours left
    assert is_held(contact)
    run(TODAY + 8 * ONE_DAY, policy)
    assert not is_held(contact)


def test_the_latest_of_two_whitepapers_counts(policy: PolicyVersion) -> None:
    contact = held("whitepaper", policy)
    for days in (6, 9):
        proven(contact, policy, NOON - days * ONE_DAY)
    objects(contact, policy)
    assert is_held(contact)
    objects(contact, policy, at=NOON + ONE_DAY)
    assert not is_held(contact)


def test_a_whitepaper_that_may_be_fetched_keeps_no_prospect(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("whitepaper", policy)
    hold(contact, "prospect", RECENTLY, policy=policy)
    proven(contact, policy, NOON)
    objecting(contact)
    assert scenarios_of(contact) == ["whitepaper"]


def test_a_wish_that_nobody_has_proven_keeps_nobody(policy: PolicyVersion, objecting: Objecting) -> None:
    """Anyone can type anyone's address: that must not delay what its owner asked for."""
    contact = held("whitepaper", policy)
    wish = proven(contact, policy, NOON)
    SignUp.objects.filter(pk=wish.pk).update(email=contact.email, contact=None, confirmed_at=None)
    objecting(contact)
    assert not is_held(contact)
    assert SignUp.objects.filter(pk=wish.pk, email=contact.email).exists()


def test_the_proof_of_another_wish_keeps_nobody(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("webinar", policy)
    wish = {"kind": "event", "scenario": "webinar", "whitepaper": None, "event": gathering("webinar", NOON - HOUR)}
    SignUp.objects.filter(pk=proven(contact, policy, NOON - ONE_DAY).pk).update(**wish)
    objecting(contact)
    assert not is_held(contact)


@KINDS
def test_a_message_about_the_event_that_has_not_left_keeps_the_guest(
    policy: PolicyVersion, objecting: Objecting, scenario: str
) -> None:
    event = gathering(of_kind(scenario), NOON + 9 * ONE_DAY, cancelled_at=NOON)
    contact = held(scenario, policy)
    message = owed(contact, template="cancelled", event=event)
    objecting(contact)
    assert is_held(contact)
    Message.objects.filter(pk=message.pk).update(sent_at=NOON)
    run(TODAY + ONE_DAY, policy)
    assert not is_held(contact)


@KINDS
def test_a_message_that_ended_without_leaving_keeps_nobody(
    policy: PolicyVersion, objecting: Objecting, scenario: str
) -> None:
    contact = held(scenario, policy)
    event = gathering(of_kind(scenario), NOON + 9 * ONE_DAY, cancelled_at=NOON)
    owed(contact, template="cancelled", event=event, ended_at=NOON, end="gave_up")
    objecting(contact)
    assert not is_held(contact)


@pytest.mark.promise("P6")
def test_a_whitepaper_that_has_not_left_keeps_its_reader(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("whitepaper", policy)
    message = owed(contact, whitepaper=WhitepaperFactory.create())
    objecting(contact)
    assert is_held(contact)
    Message.objects.filter(pk=message.pk).update(sent_at=NOON)
    run(TODAY + ONE_DAY, policy)
    assert not is_held(contact)


@pytest.mark.parametrize("scenario", MARKETING)
def test_what_has_not_left_keeps_nobody_for_something_else(
    policy: PolicyVersion, objecting: Objecting, scenario: str
) -> None:
    contact, event = held(scenario, policy), gathering("webinar", NOON + ONE_DAY, cancelled_at=NOON)
    if scenario != "whitepaper":
        owed(contact, whitepaper=WhitepaperFactory.create())
    if scenario != "webinar":
        owed(contact, template="cancelled", event=event)
    owed(held("webinar", policy), template="cancelled", event=event)
    objecting(contact)
    assert not is_held(contact)


def test_marketing_that_has_not_left_keeps_nobody(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("webinar", policy)
    owed(contact, template="announce", purpose="marketing", event=gathering("webinar", NOON + ONE_DAY))
    objecting(contact)
    assert not is_held(contact)


# Once over


@pytest.mark.promise("P7")
@KINDS
def test_a_guest_stays_until_the_event_is_over(policy: PolicyVersion, objecting: Objecting, scenario: str) -> None:
    contact = guest(policy, of_kind(scenario), NOON + 9 * ONE_DAY)
    objecting(contact)
    assert scenarios_of(contact) == [scenario]
    run(TODAY + 9 * ONE_DAY, policy)
    assert is_held(contact)
    run(TODAY + 10 * ONE_DAY, policy)
    assert not is_held(contact)


@KINDS
def test_an_event_is_over_from_its_end_on(policy: PolicyVersion, scenario: str) -> None:
    contact = guest(policy, of_kind(scenario), NOON)
    objects(contact, policy, at=NOON - HOUR)
    assert is_held(contact)
    objects(contact, policy)
    assert not is_held(contact)


@KINDS
def test_the_last_of_several_events_counts(policy: PolicyVersion, objecting: Objecting, scenario: str) -> None:
    contact = guest(policy, of_kind(scenario), NOON - HOUR)
    register(contact, gathering(of_kind(scenario), NOON + 9 * ONE_DAY), NOON - ONE_DAY, policy=policy)
    objecting(contact)
    assert is_held(contact)


@KINDS
def test_an_event_of_the_other_kind_keeps_the_other_reason_alone(
    policy: PolicyVersion, objecting: Objecting, scenario: str
) -> None:
    contact = guest(policy, of_kind(scenario), NOON + 9 * ONE_DAY)
    for each in ("webinar", "event"):
        if each != scenario:
            hold(contact, each, RECENTLY, policy=policy)
    objecting(contact)
    assert scenarios_of(contact) == [scenario]


@KINDS
def test_a_cancelled_place_keeps_nobody(policy: PolicyVersion, objecting: Objecting, scenario: str) -> None:
    contact = guest(policy, of_kind(scenario), NOON + 9 * ONE_DAY)
    Registration.objects.filter(contact=contact).update(cancelled_at=NOON)
    objecting(contact)
    assert not is_held(contact)


@KINDS
def test_a_cancelled_event_keeps_nobody(policy: PolicyVersion, objecting: Objecting, scenario: str) -> None:
    contact = guest(policy, of_kind(scenario), NOON + 9 * ONE_DAY)
    Event.objects.update(cancelled_at=NOON)
    objecting(contact)
    assert not is_held(contact)


def test_an_event_that_moves_keeps_its_guest_until_its_new_end(policy: PolicyVersion) -> None:
    contact = guest(policy, "webinar", NOON + ONE_DAY)
    objects(contact, policy)
    Event.objects.update(starts_at=NOON + 30 * ONE_DAY, ends_at=NOON + 30 * ONE_DAY + HOUR)
    run(TODAY + 3 * ONE_DAY, policy)
    assert is_held(contact)


# Freeze, duty, clocks


@pytest.mark.parametrize("reason", [HoldReason.REQUEST, HoldReason.LEGAL_CLAIM, HoldReason.RESTRICTION])
def test_a_freeze_spares_and_the_run_after_its_end_deletes(
    policy: PolicyVersion, objecting: Objecting, reason: str
) -> None:
    contact = held("prospect", policy)
    place(contact, "freeze", reason, until=TODAY + 5 * ONE_DAY)
    objecting(contact)
    assert scenarios_of(contact) == ["prospect"]
    run(TODAY + 5 * ONE_DAY, policy)
    assert is_held(contact)
    run(TODAY + 6 * ONE_DAY, policy)
    assert not is_held(contact)


@pytest.mark.promise("P5")
def test_a_duty_reduces_and_never_keeps_the_address(policy: PolicyVersion, objecting: Objecting) -> None:
    contact = held("prospect", policy, phone="+46 70 000 00 01")
    place(contact, "duty", "bookkeeping", keeps=("name",))
    objecting(contact)
    left = Contact.objects.get(pk=contact.pk)
    assert (left.first_name, left.email, left.phone, left.address_hash) == ("Aino", None, "", None)
    assert left.minimised_on
    assert len(suppressed(contact.email)) == 3


def test_an_objection_of_a_day_to_come_waits_for_it(policy: PolicyVersion) -> None:
    contact = held("prospect", policy)
    noted(contact, TODAY + 5 * ONE_DAY)
    run(TODAY + 4 * ONE_DAY, policy)
    assert is_held(contact)
    run(TODAY + 5 * ONE_DAY, policy)
    assert not is_held(contact)


def test_a_reason_that_is_over_by_its_clock_as_well_lapses_once(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy)
    hold(contact, "customer", RECENTLY, policy=policy)
    noted(contact, SPRING)
    foreseen, done = rehearse(DUE, policy), run(DUE, policy)
    assert foreseen.bases_lapsed == done.bases_lapsed
    assert done.bases_lapsed["prospect"] == 1
    assert (foreseen.contacts_deleted, done.contacts_deleted) == (0, 0)
    assert scenarios_of(contact) == ["customer"]


def test_who_opted_in_again_stays(policy: PolicyVersion) -> None:
    contact = guest(policy, "webinar", NOON + ONE_DAY)
    objects(contact, policy)
    consents.give(contact, Channel.EMAIL, "Yes, please.", source="form", day=TODAY, at=NOON, by="test")
    run(TODAY + 9 * ONE_DAY, policy)
    assert scenarios_of(contact) == ["webinar"]


# What is said beforehand


@pytest.fixture
def objectors(policy: PolicyVersion) -> list[Contact]:
    """One of each, whose objections the night finds: two go at once, others later, one stays."""
    people = [
        held("prospect", policy),
        held("whitepaper", policy),
        guest(policy, "webinar", NOON + 3 * ONE_DAY),
        guest(policy, "physical", NOON + 5 * ONE_DAY),
        customer(policy),
    ]
    hold(people[-1], "prospect", RECENTLY, policy=policy)
    fetching = held("whitepaper", policy)
    proven(fetching, policy, NOON)
    frozen = held("prospect", policy)
    place(frozen, "freeze", "request", until=TODAY + 3 * ONE_DAY)
    kept = held("prospect", policy)
    place(kept, "duty", "tax", until=TODAY + 6 * ONE_DAY)
    for contact in (*people, fetching, frozen, kept):
        noted(contact, TODAY)
    return [*people, fetching, frozen, kept]


@pytest.mark.parametrize("days", [0, 1, 3, 4, 5, 6, 7, 8])
def test_the_dry_run_says_what_the_run_does(policy: PolicyVersion, objectors: list[Contact], days: int) -> None:
    day = TODAY + days * ONE_DAY
    foreseen, done = rehearse(day, policy), run(day, policy)
    assert (foreseen.bases_lapsed, foreseen.contacts_deleted, foreseen.contacts_minimised) == (
        done.bases_lapsed,
        done.contacts_deleted,
        done.contacts_minimised,
    )
    assert foreseen.contacts_held == done.contacts_held
    assert sum(done.bases_lapsed.values()) >= 4


@pytest.mark.parametrize("days", [0, 1, 4, 5, 6, 7, 8])
def test_the_forecast_adds_up_to_the_dry_run(policy: PolicyVersion, objectors: list[Contact], days: int) -> None:
    coming = list(forecast.days(policy=policy, first=TODAY, number=days + 1))
    foreseen = rehearse(TODAY + days * ONE_DAY, policy)
    assert sum(each.contacts for each in coming) == foreseen.contacts_deleted
    for scenario, number in foreseen.bases_lapsed.items():
        assert sum(each.bases[scenario] for each in coming) == number


def test_the_run_of_the_day_that_is_explained_deletes(policy: PolicyVersion, objectors: list[Contact]) -> None:
    days = {each.public_id: each.keep_until for each in explain.of_everyone(policy=policy, day=TODAY)}
    for offset in range(9):
        day = TODAY + offset * ONE_DAY
        run(day, policy)
        for contact in objectors:
            until = days[contact.public_id]
            # While a freeze stands, nobody can say; the fixture's ends after three days.
            expected = until > day if until else True
            if contact is not objectors[6]:
                assert is_held(contact) == expected
    assert [is_held(contact) for contact in objectors] == [False] * 4 + [True] + [False] * 3


def said(contact: Contact, policy: PolicyVersion) -> str:
    return words.explain(explain.of_one(contact, policy=policy, day=TODAY), policy, TODAY)


def test_in_words_it_is_the_objection_that_deletes(policy: PolicyVersion) -> None:
    contact = held("prospect", policy, first_name="Saga", last_name="Vinterstråle")
    noted(contact, TODAY)
    assert said(contact, policy).endswith(
        "Saga Vinterstråle will be deleted in the next nightly run, because they objected to all marketing."
    )


def test_in_words_a_guest_goes_after_the_event(policy: PolicyVersion) -> None:
    contact = guest(policy, "webinar", NOON + 9 * ONE_DAY, first_name="Saga", last_name="Vinterstråle")
    objects(contact, policy)
    assert said(contact, policy).endswith(
        "Saga Vinterstråle will be deleted on 4 December 2026, because they objected to all marketing."
    )


def test_in_words_an_objection_that_deletes_nobody_is_no_reason(policy: PolicyVersion) -> None:
    contact = customer(policy)
    hold(contact, "prospect", RECENTLY, policy=policy)
    noted(contact, TODAY)
    assert "objected" not in said(contact, policy)


def test_the_command_answers_with_the_same_keys(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    contact = held("prospect", policy)
    noted(contact, TODAY)
    call_command("explain", str(contact.public_id), "--json", "--at", TODAY.isoformat())
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"email", "public_id", "keep_until", "bases", "holds"}
    assert answer["keep_until"] == TODAY.isoformat()
    assert answer["bases"] == [
        {
            "scenario": "prospect",
            "legal_basis": "legitimate_interest",
            "clock": "collection",
            "anchor": RECENTLY.isoformat(),
            "lapses_on": TODAY.isoformat(),
            "policy_shown": None,
            "policy_shown_on": None,
            "policy_then": 1,
            "promised": 1,
            "by_promise": False,
            "waiting": [],
        }
    ]


def test_a_run_asks_as_many_queries_for_many_objectors_as_for_one(policy: PolicyVersion) -> None:
    def queries(number: int) -> int:
        for contact in crowd(number, "prospect", RECENTLY, policy=policy):
            noted(contact, TODAY)
        with CaptureQueriesContext(connection) as found:
            assert run(TODAY, policy).contacts_deleted == number
        return len(found)

    queries(1)  # after it, there is a forecast to look at
    assert queries(1) == queries(30)


def test_the_cap_measures_them_as_well(policy: PolicyVersion, settings: Any) -> None:
    settings.PURGE_CAP_NUMBER, settings.PURGE_CAP_SHARE = 1, 0
    people = crowd(2, "prospect", RECENTLY, policy=policy)
    for contact in people:
        noted(contact, TODAY)
    assert rehearse(TODAY, policy).status == run(TODAY, policy).status == "needs_approval"
    assert all(map(is_held, people))
    run(TODAY, policy, approve=True)
    assert not any(map(is_held, people))


# Races

racing = pytest.mark.django_db(transaction=True)


@racing
def test_two_objections_at_once_are_one(policy: PolicyVersion, meanwhile: Start) -> None:
    contact = held("prospect", policy)
    with locked("contacts_contact", "id = %s", contact.pk):
        both = [meanwhile(partial(objects, contact, policy)) for _ in range(2)]
        await_waiting(2)
    assert sorted(each.result(PATIENCE).deleted for each in both) == [0, 1]
    assert AuditEvent.objects.filter(code="objection.recorded").count() == 1
    assert AuditEvent.objects.filter(code="contact.deleted").count() == 1
    assert len(suppressed(contact.email)) == 3


@racing
def test_two_objections_of_a_stranger_at_once_are_one(policy: PolicyVersion) -> None:
    stranger = ContactFactory.build(email="nej@fjordkraft.example")
    with ThreadPoolExecutor() as threads:

        def each() -> None:
            try:
                objects(stranger, policy)
            finally:
                connection.close()

        for future in [threads.submit(each) for _ in range(8)]:
            future.result(PATIENCE)
    assert len(suppressed("nej@fjordkraft.example")) == 3


@racing
def test_an_objection_that_comes_while_a_run_holds_the_row_waits_and_is_kept(
    policy: PolicyVersion, meanwhile: Start
) -> None:
    people = crowd(2, "whitepaper", SPRING, policy=policy)
    for contact in people:
        do(contact, "download", run_of(SPRING, policy.zone), policy)
    with deed_locked(people[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        late = meanwhile(partial(objects, people[1], policy))
        await_waiting(2)
    assert night.result(PATIENCE).contacts_deleted == 2
    assert late.result(PATIENCE).deleted == 0
    assert len(suppressed(people[1].email)) == 3


@racing
def test_a_consent_that_is_not_committed_when_the_run_starts_saves_the_person(
    policy: PolicyVersion, meanwhile: Start
) -> None:
    contact = held("prospect", policy)
    noted(contact, TODAY)

    def consent() -> None:
        person = Contact.objects.select_for_update().get(pk=contact.pk)
        consents.give(person, Channel.EMAIL, "Yes.", source="form", day=TODAY, at=NOON, by="test")

    with uncommitted(consent, meanwhile):
        night = meanwhile(the_night(policy))
        await_waiting(1)
    assert night.result(PATIENCE).contacts_deleted == 0
    assert is_held(contact)


@racing
def test_a_registration_that_is_not_committed_when_the_objection_comes_keeps_the_guest(
    policy: PolicyVersion, meanwhile: Start
) -> None:
    contact = held("webinar", policy)
    coming = gathering("webinar", NOON + 9 * ONE_DAY)
    with uncommitted(lambda: register(contact, coming, NOON, policy=policy), meanwhile):
        said = meanwhile(partial(objects, contact, policy))
        await_waiting(1)
    assert said.result(PATIENCE).deleted == 0
    assert scenarios_of(contact) == ["webinar"]
