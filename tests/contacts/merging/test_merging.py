import datetime as dt
from typing import Any

import pytest
from django.db.models import ForeignObjectRel

from contacts.merging import merging_rules
from contacts.merging.merging import MergeError
from contacts.models import (
    Activity,
    AuditEvent,
    Basis,
    ChannelPermission,
    Contact,
    Disclosure,
    FoodPreference,
    Interest,
    PolicyVersion,
    RecipientNotice,
    Registration,
    SignUp,
    Suppression,
)
from contacts.words.addresses import keyed_hash
from dsr.answers import merging as requests_merging
from privacy_crm.merging import merge
from retention.holds import holds
from retention.holds import merging as holds_merging
from retention.models import Hold
from tests.support.factories import (
    DOUBTED,
    NOON,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    TopicFactory,
    agree,
    do,
    everything_about,
    hold,
    place,
    register,
)
from tests.support.objecting import suppress

AT: dict[str, Any] = {"at": NOON, "by": "user:7"}
EARLY, LATE = dt.date(2026, 2, 1), dt.date(2026, 9, 1)


@pytest.fixture
def two(policy: PolicyVersion) -> tuple[Contact, Contact]:
    """One person on file twice, as prospect and as guest of a webinar."""
    keep, gone = ContactFactory.create(first_name="Aino"), ContactFactory.create(first_name="Ainoo", phone="070")
    hold(keep, "prospect", LATE, policy=policy)
    hold(gone, "webinar", EARLY, policy=policy)
    return keep, gone


def test_every_table_that_hangs_on_a_person_has_its_rule() -> None:
    hanging = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in Contact._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
    }
    ruled = [*merging_rules.RULES, *holds_merging.RULES, *requests_merging.RULES]
    assert len(hanging) > 15
    assert sorted(ruled) == sorted(hanging)


@pytest.mark.promise("P1")
def test_the_reasons_of_both_survive_and_of_one_scenario_the_earliest_with_its_evidence(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    hold(gone, "prospect", EARLY, policy=policy, source="fair")
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    assert dict(keep.bases.values_list("scenario", "collected_on")) == {"prospect": EARLY, "webinar": EARLY}
    assert keep.bases.get(scenario="prospect").source == "fair"
    assert keep.bases.get(scenario="prospect").clock_from == EARLY


@pytest.mark.promise("P9")
@pytest.mark.parametrize("earlier", [0, 1])
def test_of_two_clocks_the_earlier_wins_whichever_record_it_runs_on(policy: PolicyVersion, earlier: int) -> None:
    two = ContactFactory.create_batch(2)
    for number, person in enumerate(two):
        day = EARLY if number == earlier else LATE
        hold(person, "prospect", day, policy=policy, source=f"list of {day}")
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    left = Basis.objects.get()
    assert (left.contact, left.collected_on, left.clock_from) == (two[0], EARLY, EARLY)
    assert left.source == f"list of {EARLY}"


@pytest.mark.promise("L5")
@pytest.mark.parametrize("earlier", ["keep", "gone"])
def test_who_has_not_been_told_of_one_source_is_still_to_be_told(
    policy: PolicyVersion, two: tuple[Contact, Contact], earlier: str
) -> None:
    keep, gone = two
    days = {"keep": (EARLY, LATE), "gone": (LATE, EARLY)}[earlier]
    keep.bases.all().delete()
    hold(keep, "prospect", days[0], policy=policy, source="form", informed_on=None)
    hold(gone, "prospect", days[1], policy=policy, source="list", source_kind="third_party")
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    left = Basis.objects.untold().get(contact=keep, scenario="prospect")
    assert left.collected_on == EARLY
    assert "list" in left.source


def test_the_latest_activity_wins_and_no_activity_is_doubled(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    for person in two:
        do(person, "call", NOON - dt.timedelta(days=3), policy)
    do(gone, "reply", NOON - dt.timedelta(days=1), policy)
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    assert sorted(Activity.objects.values_list("contact", "kind")) == [(keep.pk, "call"), (keep.pk, "reply")]
    keep.refresh_from_db()
    assert keep.last_activity_on == dt.date(2026, 11, 23)
    assert keep.bases.get(scenario="webinar").clock_from == dt.date(2026, 11, 23)


@pytest.mark.promise("P12")
@pytest.mark.parametrize("who_objected", [0, 1])
def test_an_objection_of_either_holds_for_the_one_and_under_both_addresses(
    two: tuple[Contact, Contact], policy: PolicyVersion, who_objected: int
) -> None:
    keep, gone = two
    ChannelPermission.objects.create(contact=keep, channel="email", state="consented", given_on=LATE)
    ChannelPermission.objects.create(contact=two[who_objected], channel="email", state="objected", given_on=EARLY)
    Suppression.objects.create(
        address_hash=two[1 - who_objected].address_hash,
        mailbox_hash=two[1 - who_objected].mailbox_hash,
        channel="post",
        since=EARLY,
    )
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    said = ChannelPermission.objects.values_list("contact", "channel", "state")
    told = [(keep.pk, "email", "objected"), (keep.pk, "post", "objected")]
    assert sorted(said) == told
    for address in (keep.email, gone.email):
        found = Suppression.objects.filter(address_hash=keyed_hash(address), since=EARLY)
        assert set(found.values_list("channel", flat=True)) == {"email", "post"}


@pytest.mark.promise("P12")
def test_whose_objections_reach_all_channels_together_is_held_for_marketing_no_longer(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    suppress(keep, "email", EARLY)
    for channel in ("phone", "post"):
        suppress(gone, channel, EARLY)
    assert not merge(keep.pk, gone.pk, [], policy=policy, **AT)
    assert not Contact.objects.exists()
    assert Suppression.objects.count() == 6


@pytest.mark.promise("L14")
@pytest.mark.parametrize("later", [0, 1])
def test_of_two_consents_the_later_wins_with_the_words_that_were_seen_last(
    two: tuple[Contact, Contact], policy: PolicyVersion, later: int
) -> None:
    for number, person in enumerate(two):
        said = ("Yes, to news.", LATE) if number == later else ("Yes.", EARLY)
        consent(person, *said)
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    left = ChannelPermission.objects.get()
    assert (left.contact, left.given_on) == (two[0], LATE)
    assert (left.wording, left.source) == ("Yes, to news.", "Yes, to news. (form)")


@pytest.mark.promise("P12")
@pytest.mark.parametrize("earlier", [0, 1])
def test_of_two_objections_the_earlier_stands(
    two: tuple[Contact, Contact], policy: PolicyVersion, earlier: int
) -> None:
    for number, person in enumerate(two):
        day = EARLY if number == earlier else LATE
        ChannelPermission.objects.create(contact=person, channel="post", state="objected", given_on=day)
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    assert ChannelPermission.objects.get().given_on == EARLY
    assert set(Suppression.objects.values_list("channel", "since")) == {("post", EARLY)}


def consent(person: Contact, wording: str, day: dt.date) -> None:
    ChannelPermission.objects.create(
        contact=person, channel="email", state="consented", given_on=day, wording=wording, source=f"{wording} (form)"
    )


@pytest.mark.promise("P8")
def test_of_two_places_at_one_event_one_is_left_which_stands_where_either_does(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    event = EventFactory.create()
    register(keep, event, NOON, policy=policy)
    Registration.objects.filter(contact=keep).update(cancelled_at=NOON)
    register(gone, event, NOON - dt.timedelta(days=9), policy=policy, food="vegan")
    Registration.objects.filter(contact=gone).update(attended_at=NOON)
    other = register(gone, EventFactory.create(), NOON, policy=policy)
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    left = keep.registrations.get(event=event)
    assert (left.registered_at, left.cancelled_at) == (NOON - dt.timedelta(days=9), None)
    assert left.attended_at == NOON
    assert FoodPreference.objects.get().registration == left
    assert keep.registrations.filter(pk=other.pk).exists()
    assert Registration.objects.count() == 2


def test_a_no_to_a_topic_wins_over_a_yes(two: tuple[Contact, Contact], policy: PolicyVersion) -> None:
    topic, other = TopicFactory.create(), TopicFactory.create()
    Interest.objects.create(contact=two[0], topic=topic, wanted=True, since=LATE)
    Interest.objects.create(contact=two[1], topic=topic, wanted=False, since=EARLY)
    Interest.objects.create(contact=two[1], topic=other, wanted=True, since=EARLY)
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    said = Interest.objects.order_by("topic").values_list("contact", "topic", "wanted", "since")
    assert list(said) == [(two[0].pk, topic.pk, False, EARLY), (two[0].pk, other.pk, True, EARLY)]


@pytest.mark.promise("P5")
def test_the_holds_of_both_survive_and_the_longer_of_two_stands(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    place(keep, "duty", "bookkeeping", dt.date(2031, 12, 31), keeps=("name",))
    place(gone, "duty", "bookkeeping", dt.date(2032, 12, 31), keeps=("company",))
    place(gone, "freeze", "legal_claim")
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    duty = Hold.objects.get(contact=keep, kind="duty")
    assert (duty.until, duty.keeps, duty.closed_on) == (dt.date(2032, 12, 31), ["company", "name"], None)
    keep.refresh_from_db()
    assert keep.frozen_through == dt.date.max


@pytest.mark.promise("L9")
@pytest.mark.parametrize(("keeps", "goes", "stays"), [(2024, 2025, 2025), (2025, 2024, 2025)])
def test_of_two_duties_for_bookkeeping_the_longer_stands_with_its_financial_year(
    two: tuple[Contact, Contact], policy: PolicyVersion, keeps: int, goes: int, stays: int
) -> None:
    keep, gone = two
    for contact, year in ((keep, keeps), (gone, goes)):
        holds.keep_for_bookkeeping(contact, dt.date(year, 6, 30), **AT)
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    held = Hold.objects.get()
    assert (held.until, held.financial_year_ended_on) == (dt.date(stays + 7, 12, 31), dt.date(stays, 6, 30))


def test_what_is_chosen_is_taken_over_and_an_address_with_what_is_known_of_it(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    organisation = OrganisationFactory.create()
    agree(organisation, None)
    Contact.objects.filter(pk=keep.pk).update(corrected=["phone", "city"], **DOUBTED)
    Contact.objects.filter(pk=gone.pk).update(organisation=organisation, corrected=["phone"], job_title="CTO")
    merge(keep.pk, gone.pk, ["email", "phone", "company"], policy=policy, **AT)
    keep.refresh_from_db()
    assert (keep.email, keep.address_hash, keep.address_trust) == (gone.email, gone.address_hash, "unproven")
    assert (keep.phone, keep.job_title, keep.organisation) == ("070", "", organisation)
    assert keep.corrected == ["city", "phone"]


def test_nobody_can_choose_another_field(two: tuple[Contact, Contact], policy: PolicyVersion) -> None:
    before = [everything_about(person) for person in two]
    with pytest.raises(KeyError):
        merge(two[0].pk, two[1].pk, ["minimised_on"], policy=policy, **AT)
    assert [everything_about(person) for person in two] == before


def refused_restricted(person: Contact) -> None:
    place(person, "freeze", "restriction")


def refused_waiting(person: Contact) -> None:
    place(person, "freeze", "request")


def refused_reduced(person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).update(email=None, address_hash=None, mailbox_hash=None, minimised_on=EARLY)


def refused_gone(person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).delete()


@pytest.mark.promise("L6")
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("state", [refused_restricted, refused_waiting, refused_reduced, refused_gone])
def test_who_is_stored_only_asks_us_is_reduced_or_gone_is_merged_by_nobody(
    two: tuple[Contact, Contact], policy: PolicyVersion, state: Any, number: int
) -> None:
    state(two[number])
    before = [everything_about(person) for person in two]
    with pytest.raises(MergeError):
        merge(two[0].pk, two[1].pk, ["phone"], policy=policy, **AT)
    assert [everything_about(person) for person in two] == before


def test_a_person_is_not_merged_with_themselves(two: tuple[Contact, Contact], policy: PolicyVersion) -> None:
    with pytest.raises(MergeError):
        merge(two[0].pk, two[0].pk, [], policy=policy, **AT)
    assert Contact.objects.count() == 2


def test_the_trail_names_both_and_nobody_is_left_under_the_old_number(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    SignUp.objects.create(
        kind="register", scenario="customer", policy_version=policy, language="en", source="form", created_at=NOON,
        confirmed_at=NOON, contact=gone,
    )  # fmt: skip
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    trail = AuditEvent.objects.filter(code="contact.merged", by="user:7").values_list("public_id", "rule")
    assert set(trail) == {(keep.public_id, f"from:{gone.public_id}"), (gone.public_id, f"into:{keep.public_id}")}
    assert SignUp.objects.get().contact == keep
    assert not any(rows for rows in everything_about(gone).values())


@pytest.mark.promise("L4")
def test_recipients_hear_that_the_old_number_is_gone_and_stay_on_record(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    from tests.support.sharing import RecipientFactory

    keep, gone = two
    recipient = RecipientFactory.create()
    for person in two:
        Disclosure.objects.create(
            contact=person, recipient=recipient, at=NOON, kind="share", purpose="prospect", batch=person.public_id
        )
    merge(keep.pk, gone.pk, ["phone"], policy=policy, **AT)
    owed = RecipientNotice.objects.values_list("reference", "kind", "details")
    assert sorted(owed, key=str) == sorted(
        [(gone.public_id, "erased", []), (keep.public_id, "rectified", ["phone"])], key=str
    )
    assert keep.disclosures.count() == 2
