from typing import Any

import pytest

from contacts.models import AuditEvent, PolicyVersion, Segment
from contacts.people import segments
from contacts.people.segments import SegmentError
from privacy_crm import segments as filters
from privacy_crm.segments import FilterError
from tests.support.factories import (
    NOON,
    ContactFactory,
    OrganisationFactory,
    SegmentFactory,
    StaffFactory,
    TopicFactory,
    contact_of,
)

pytestmark = pytest.mark.django_db

DAY = NOON.date()
WHO = {"at": NOON, "by": "user:1"}


def kept() -> list[dict[str, Any]]:
    return list(Segment.objects.order_by("pk").values())


def test_a_segment_finds_anew_whoever_fits_now(policy: PolicyVersion) -> None:
    segment = SegmentFactory.create(filters={"scenario": "event", "country": "SE"})
    first = contact_of(None, "event", policy, country="SE")
    contact_of(None, "prospect", policy, country="SE")
    ContactFactory.create(country="SE", email=None, minimised_on=DAY)
    assert list(filters.people(segment.filters, policy=policy, day=DAY)) == [first]
    second = contact_of(None, "event", policy, country="SE")
    assert set(filters.people(segment.filters, policy=policy, day=DAY)) == {first, second}


def test_without_filters_everybody_is_found_and_an_unknown_filter_is_an_error(policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy)
    assert list(filters.people({}, policy=policy, day=DAY)) == [contact]
    with pytest.raises(KeyError):
        filters.people({"shoe_size": "44"}, policy=policy, day=DAY)


def test_people_of_a_segment_can_be_asked_for_inside_another_query(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy, country="SE")
    found = filters.people({"due": "90", "country": "SE", "scenario": "prospect"}, policy=policy, day=DAY)
    assert list(type(contact).objects.filter(pk__in=found).values_list("pk", flat=True)) == [contact.pk]
    assert found.count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Lindqvist"},
        {"scenario": "job applicant"},
        {"country": "ZZ"},
        {"topic": "gone"},
        {"due": "31"},
        {"organisation": "999"},
        {"organisation": "1; DROP"},
    ],
)
def test_what_is_on_none_of_the_lists_is_no_filter(given: dict[str, str]) -> None:
    with pytest.raises(FilterError):
        filters.checked({"scenario": "event", **given})


def test_filters_are_kept_in_one_order_and_empty_ones_are_left_out() -> None:
    given = {"country": "SE", "topic": "", "scenario": "event"}
    assert list(filters.checked(given).items()) == [("scenario", "event"), ("country", "SE")]


def test_filters_are_said_in_words_and_what_is_gone_is_said_to_be() -> None:
    organisation = OrganisationFactory.create(name="Fjordkraft AB")
    TopicFactory.create(slug="cloud")
    told = filters.described(
        {"scenario": "event", "organisation": str(organisation.pk), "country": "SE", "topic": "cloud", "due": "30"}
    )
    assert told == [
        ("held as", "event"),
        ("organisation", "Fjordkraft AB"),
        ("country", "Sweden"),
        ("interested in", "Cloud"),
        ("deleted within", "30 days"),
    ]
    gone = filters.described({"organisation": "999", "topic": "gone"})
    assert [words for _label, words in gone] == ["not on record any more"] * 2


def test_many_segments_are_described_with_a_query_for_each_kind(django_assert_num_queries: Any) -> None:
    organisations = OrganisationFactory.create_batch(20)
    TopicFactory.create(slug="cloud")
    listed = [{"organisation": str(each.pk), "topic": "cloud", "country": "SE"} for each in organisations]
    with django_assert_num_queries(2):
        told = filters.described_each(listed)
    assert [words[0][1] for words in told] == [each.name for each in organisations]


def test_a_segment_takes_no_name_that_its_owner_uses() -> None:
    owner = StaffFactory.create()
    SegmentFactory.create(owner=owner, name="Guests")
    other = SegmentFactory.create(owner=owner, name="Others")
    before = kept()
    for name in ("Guests", "  ", "x" * 101):
        with pytest.raises(SegmentError):
            segments.change(other, name, shared=True, **WHO)
    assert kept() == before
    assert not AuditEvent.objects.exists()


def test_a_segment_that_is_gone_cannot_be_changed() -> None:
    segment = SegmentFactory.create()
    gone = Segment.objects.get(pk=segment.pk)
    segments.delete(segment, **WHO)
    for act in (lambda: segments.change(gone, "Guests", shared=True, **WHO), lambda: segments.delete(gone, **WHO)):
        with pytest.raises(SegmentError, match="no such segment"):
            act()
    assert kept() == []
