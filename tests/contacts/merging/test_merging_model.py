"""Whatever two records hold: the one that is left holds what both did, no less, and for no shorter time."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import ChannelPermission, Contact, PolicyVersion
from contacts.permission.permission import Refusal, of_one
from contacts.words.vocabulary import ACTIVITY_SCENARIOS, ActivityKind, Channel, Scenario
from privacy_crm.merging import merge
from retention.due import retention_schedule
from retention.models import Hold
from tests.support.examples import examples
from tests.support.factories import NOON, ContactFactory, do, everything_about, hold, place

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 11, 1))
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 11, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
RECORDS = st.fixed_dictionaries(
    {
        "bases": st.dictionaries(st.sampled_from(Scenario.values), DAYS, min_size=1),
        "deeds": st.lists(st.tuples(st.sampled_from(ActivityKind.values), MOMENTS), max_size=3),
        "said": st.dictionaries(
            st.tuples(st.sampled_from(["email", "phone"]), st.sampled_from(["objected", "consented"])), DAYS
        ),
        "duties": st.dictionaries(
            st.sampled_from(["bookkeeping", "tax"]), st.none() | st.dates(dt.date(2027, 1, 1), dt.date(2033, 1, 1))
        ),
        "claimed": st.booleans(),
    }
)


def made(record: dict[str, Any], policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    for scenario, day in record["bases"].items():
        hold(contact, scenario, day, policy=policy)
    for kind, moment in record["deeds"]:
        do(contact, kind, moment, policy)
    for (channel, state), day in record["said"].items():
        ChannelPermission.objects.create(contact=contact, channel=channel, state=state, given_on=day)
    for reason, until in record["duties"].items():
        place(contact, "duty", reason, until)
    if record["claimed"]:
        place(contact, "freeze", "legal_claim")
    return contact


def leaves_on(*people: Contact, policy: PolicyVersion) -> dt.date:
    """The latest day on which one of these goes."""
    days = retention_schedule.kept_until(policy, [person.pk for person in people], NOON.date()).values()
    return max(day or dt.date.max for day in days)


@pytest.mark.promise("P1")
@pytest.mark.promise("P5")
@pytest.mark.promise("P9")
@pytest.mark.promise("P12")
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ours=RECORDS, theirs=RECORDS)
def test_the_one_record_holds_what_both_did(policy: PolicyVersion, ours: Any, theirs: Any) -> None:
    keep, gone = made(ours, policy), made(theirs, policy)
    before, active = leaves_on(keep, gone, policy=policy), _last_activity(keep, gone)
    merge(keep.pk, gone.pk, [], policy=policy, at=NOON, by="test")
    keep.refresh_from_db()
    _has_each_reason(keep, ours["bases"], theirs["bases"])
    assert keep.last_activity_on == active
    deeds = {(kind, moment) for kind, moment in [*ours["deeds"], *theirs["deeds"]]}
    assert set(keep.activities.values_list("kind", "occurred_at")) == deeds
    _has_each_word(keep, {*ours["said"], *theirs["said"]})
    _has_each_hold(keep, ours, theirs)
    shared = set(ours["bases"]) & set(theirs["bases"]) - set(ACTIVITY_SCENARIOS)
    # Of two days of collection the earlier counts, where that is the clock (P9): then it may end sooner.
    assert shared or leaves_on(keep, policy=policy) >= before
    assert not any(everything_about(gone).values())


def _last_activity(*people: Contact) -> dt.date | None:
    found = Contact.objects.filter(pk__in=[person.pk for person in people]).values_list("last_activity_on", flat=True)
    return max((day for day in found if day), default=None)


def _has_each_reason(keep: Contact, ours: dict[str, dt.date], theirs: dict[str, dt.date]) -> None:
    earliest = {
        scenario: min(bases[scenario] for bases in (ours, theirs) if scenario in bases) for scenario in {*ours, *theirs}
    }
    assert dict(keep.bases.values_list("scenario", "collected_on")) == earliest


def _has_each_word(keep: Contact, said: set[tuple[str, str]]) -> None:
    ended = {(channel, "consented") for channel, state in said if state == "objected"}
    assert set(keep.permissions.values_list("channel", "state")) == said - ended
    answers = of_one(keep, day=NOON.date())
    for channel, state in said:
        if state == "objected":
            assert answers[Channel(channel)] in {Refusal.OBJECTED, Refusal.FROZEN}


def _has_each_hold(keep: Contact, ours: Any, theirs: Any) -> None:
    ends = {
        reason: max(record["duties"][reason] or dt.date.max for record in (ours, theirs) if reason in record["duties"])
        for reason in {*ours["duties"], *theirs["duties"]}
    }
    duties = Hold.objects.filter(contact=keep, kind="duty").values_list("reason", "until")
    assert {reason: until or dt.date.max for reason, until in duties} == ends
    claimed = ours["claimed"] or theirs["claimed"]
    assert (keep.frozen_through is not None) == claimed
