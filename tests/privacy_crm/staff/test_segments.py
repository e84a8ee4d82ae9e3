import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contacts.models import Audience, AuditEvent, Mailing, PolicyVersion, Segment
from tests.support.factories import NOON, OrganisationFactory, SegmentFactory, contact_of

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

SEGMENTS = "/admin/contacts/segment/"
DAY = NOON.date()


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page(segment: Segment, part: str = "change") -> str:
    return f"{SEGMENTS}{segment.pk}/{part}/"


def save(client: Client, **told: Any) -> Any:
    return client.post(f"{SEGMENTS}add/", {"name": "Guests", **told})


def me(client: Client) -> int:
    return int(client.session["_auth_user_id"])


def kept() -> list[dict[str, Any]]:
    return list(Segment.objects.order_by("pk").values())


def test_saving_keeps_the_filters_under_a_name_and_no_person(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("marketing")
    answer = save(client, scenario="event", country="SE", topic="", due="", organisation="")
    segment = Segment.objects.get()
    assert answer.headers["Location"] == page(segment)
    assert (segment.name, segment.filters, segment.shared) == ("Guests", {"scenario": "event", "country": "SE"}, False)
    assert (segment.owner_id, segment.created_at) == (me(client), NOON)
    noted = AuditEvent.objects.exclude(code="policy.published")
    assert list(noted.values_list("code", "rule")) == [("segment.saved", f"segment:{segment.pk}")]


def test_the_form_is_filled_with_what_the_list_was_narrowed_by(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(name="Fjordkraft AB")
    client = log_in("sales")
    narrowed = {"scenario": "event", "organisation": str(organisation.pk)}
    listed = text(client.get("/admin/contacts/contact/", narrowed))
    assert f"{SEGMENTS}add/?scenario=event&amp;organisation={organisation.pk}" in listed
    form = client.get(f"{SEGMENTS}add/", narrowed)
    assert "Only the people of Fjordkraft AB." in text(form)
    assert '<option value="event" selected>' in text(form)
    assert kept() == []


@pytest.mark.promise("P17")
def test_a_search_is_not_offered_to_be_saved(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    for query in ({"q": "Lindqvist", "scenario": "event"}, {"unverified": "all", "scenario": "event"}, {}):
        assert f"{SEGMENTS}add/" not in text(client.get("/admin/contacts/contact/", query))
    save(client, q="Lindqvist", scenario="event")
    assert Segment.objects.get().filters == {"scenario": "event"}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "A segment needs at least one filter"),
        ({"scenario": "job applicant"}, "is not one of the available choices"),
        ({"organisation": "999"}, "This is not on record, or not any more: organisation."),
        ({"scenario": "event", "name": "Taken"}, "You have a segment of this name already."),
        ({"scenario": "event", "name": " "}, "This field is required"),
    ],
)
def test_a_segment_that_cannot_be_is_refused_in_words(
    told: dict[str, str], why: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    client = log_in("sales")
    SegmentFactory.create(owner_id=me(client), name="Taken")
    before = kept()
    assert why in text(save(client, **told))
    assert kept() == before


def test_two_members_of_staff_may_use_one_name(log_in: LogIn, policy: PolicyVersion) -> None:
    for client in (log_in("sales"), log_in("sales")):
        save(client, scenario="event")
    assert [segment["name"] for segment in kept()] == ["Guests", "Guests"]


@pytest.mark.promise("P17")
def test_a_private_segment_of_somebody_else_is_not_there(log_in: LogIn, policy: PolicyVersion) -> None:
    theirs = SegmentFactory.create(name="Secret plans")
    before = kept()
    for role in ("sales", "marketing", "privacy officer"):
        client = log_in(role)
        for part in ("change", "numbers", "name-and-share", "delete-segment"):
            assert client.get(page(theirs, part)).status_code == 404
        for part in ("name-and-share", "delete-segment"):
            assert client.post(page(theirs, part), {"name": "Mine"}).status_code == 404
        for url in (SEGMENTS, "/admin/contacts/contact/"):
            assert "Secret plans" not in text(client.get(url))
    assert kept() == before


def test_a_shared_segment_is_seen_used_and_changed_by_colleagues(log_in: LogIn, policy: PolicyVersion) -> None:
    shared = SegmentFactory.create(name="Guests of events", shared=True)
    client = log_in("sales")
    for url in (SEGMENTS, page(shared), "/admin/contacts/contact/"):
        assert "Guests of events" in text(client.get(url))
    client.post(page(shared, "name-and-share"), {"name": "Guests", "shared": "on"})
    shared.refresh_from_db()
    assert (shared.name, shared.shared) == ("Guests", True)


def test_who_takes_a_segment_of_somebody_else_back_is_led_to_the_list(log_in: LogIn, policy: PolicyVersion) -> None:
    shared = SegmentFactory.create(shared=True)
    answer = log_in("sales").post(page(shared, "name-and-share"), {"name": "Guests"})
    assert answer.headers["Location"] == SEGMENTS
    shared.refresh_from_db()
    assert shared.shared is False


def _mailing(segment: Segment, state: str) -> Mailing:
    ended = NOON if state in {"sent", "stopped"} else None
    scheduled = NOON if state == "scheduled" else None
    return Mailing.objects.create(
        name="News", kind="marketing", segment=segment, rate=60, state=state, ended_at=ended, scheduled_for=scheduled
    )


@pytest.mark.parametrize("state", ["draft", "submitted", "scheduled", "sending", "paused"])
def test_a_segment_stays_while_a_mailing_goes_to_it(state: str, log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("marketing")
    segment = SegmentFactory.create(owner_id=me(client))
    mailing = _mailing(segment, state)
    before = kept()
    assert "A mailing that has not ended goes to this segment" in text(client.post(page(segment, "delete-segment")))
    mailing.refresh_from_db()
    assert (kept(), mailing.segment_id) == (before, segment.pk)


@pytest.mark.parametrize("state", ["sent", "stopped"])
def test_what_was_made_with_a_segment_stays_when_it_goes(state: str, log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("marketing")
    segment = SegmentFactory.create(owner_id=me(client))
    mailing = _mailing(segment, state)
    audience = Audience.objects.create(
        segment=segment,
        channel="email",
        purpose="event",
        file_format="csv",
        people=1,
        holder_id=me(client),
        made_at=NOON,
        valid_through=DAY,
    )
    assert client.post(page(segment, "delete-segment")).headers["Location"] == SEGMENTS
    mailing.refresh_from_db()
    audience.refresh_from_db()
    assert (kept(), mailing.segment_id, audience.segment_id, audience.people) == ([], None, None, 1)


@pytest.mark.promise("P11")
def test_the_numbers_say_how_many_may_be_reached_and_why_others_may_not(log_in: LogIn, policy: PolicyVersion) -> None:
    for number in range(3):
        contact_of(
            None, "prospect", policy, country="SE", address="Storgatan 1", city="A", left_on=DAY if number else None
        )
    client = log_in("marketing")
    segment = SegmentFactory.create(owner_id=me(client), filters={"scenario": "prospect"})
    shown = text(client.get(page(segment, "numbers")))
    assert "3 people" in shown
    assert "1 may be reached. 2 of 3 are left out: 2 have left their organisation." in shown
    assert "0 may be reached. 3 of 3 are left out: 2 have left their organisation, 1 needs consent" in shown


@pytest.mark.promise("P17")
def test_the_numbers_leave_out_those_whom_the_reader_may_not_see(log_in: LogIn, policy: PolicyVersion) -> None:
    contact_of(None, "event", policy)
    contact_of(None, "event", policy, restricted_through=dt.date(2027, 1, 1))
    segment = SegmentFactory.create(shared=True)
    shown = {role: text(log_in(role).get(page(segment, "numbers"))) for role in ("marketing", "privacy officer")}
    assert "1 person" in shown["marketing"]
    assert "restrict" not in shown["marketing"]
    assert "2 people" in shown["privacy officer"]


def test_the_numbers_cost_as_many_queries_for_many_people_as_for_one(
    log_in: LogIn, policy: PolicyVersion, django_assert_num_queries: Any
) -> None:
    segment = SegmentFactory.create(shared=True)
    client = log_in("privacy officer")
    for number in (1, 30):
        for _ in range(number):
            contact_of(None, "event", policy)
        # Time zone, session, user, own and group permissions; the segment; policy, its rules; a savepoint and its end,
        # the limit of time as it was, as it is meanwhile and set back, the laws, the versions told, the numbers.
        with django_assert_num_queries(17):
            client.get(page(segment, "numbers"))


def test_the_list_of_segments_asks_as_many_queries_for_many_as_for_one(
    log_in: LogIn, policy: PolicyVersion, django_assert_max_num_queries: Any
) -> None:
    client = log_in("sales")
    for number in (1, 30):
        for organisation in OrganisationFactory.create_batch(number):
            SegmentFactory.create(shared=True, filters={"organisation": str(organisation.pk), "country": "SE"})
        with django_assert_max_num_queries(11):
            shown = text(client.get(SEGMENTS))
        assert "country Sweden" in shown
        assert "Counting…" in shown


def test_the_page_of_a_segment_leads_to_its_people(log_in: LogIn, policy: PolicyVersion) -> None:
    segment = SegmentFactory.create(shared=True, filters={"scenario": "event", "topic": "gone"})
    shown = text(log_in("sales").get(page(segment)))
    assert "Held as: event; Interested in: not on record any more" in shown
    assert "/admin/contacts/contact/?scenario=event&amp;topic=gone" in shown


def test_a_segment_whose_organisation_went_counts_nobody(log_in: LogIn, policy: PolicyVersion) -> None:
    contact_of(None, "event", policy)
    segment = SegmentFactory.create(shared=True, filters={"organisation": "999"})
    assert "0 people" in text(log_in("sales").get(page(segment, "numbers")))


def test_no_get_changes_a_segment(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    segment = SegmentFactory.create(shared=True)
    before = kept()
    for url in (page(segment, "name-and-share"), page(segment, "delete-segment"), f"{SEGMENTS}add/"):
        assert client.get(url, {"name": "New", "shared": ""}).status_code == 200
    assert kept() == before
    assert User.objects.count() == 2
