import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contacts.models import AuditEvent, ChannelPermission, ListLayout, PolicyVersion
from privacy_crm.staff.people.contact_columns import COLUMNS
from tests.support.factories import (
    NOON,
    ContactFactory,
    EventFactory,
    HoldFactory,
    OrganisationFactory,
    TopicFactory,
    contact_of,
    hold,
)

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

LIST = "/admin/contacts/contact/"
MARKER = "Zebradottir"


def text(client: Client, **query: str) -> str:
    return " ".join(client.get(LIST, query).content.decode().split())


@pytest.mark.promise("P5")
@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["marketing", "sales", "events"])
def test_nobody_finds_a_person_whom_they_may_not_see(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(name="Fjordkraft AB")
    reduced = ContactFactory.create(
        email=None, last_name=MARKER, minimised_on=dt.date(2026, 1, 1), organisation=organisation, country="SE"
    )
    stored = contact_of(
        organisation, "event", policy, last_name=MARKER, country="SE", restricted_through=dt.date(2027, 1, 1)
    )
    client = log_in(role)
    asked = [{"q": MARKER}, {"q": "fjordkraft"}, {"q": str(reduced.public_id)}, {"q": str(stored.email)}]
    asked += [{"country": "SE"}, {"organisation": str(organisation.pk)}, {"due": "90"}, {}]
    for query in asked:
        assert f"{MARKER}</a>" not in text(client, **query)
    assert f"{MARKER}</a>" in text(log_in("privacy officer"), q=MARKER)


@pytest.mark.promise("P17")
def test_what_is_searched_for_stands_in_no_audit_row(log_in: LogIn, policy: PolicyVersion) -> None:
    contact_of(None, "event", policy, last_name=MARKER)
    assert MARKER in text(log_in("sales"), q=MARKER)
    assert not [event for event in AuditEvent.objects.values_list("code", "rule", "by") if MARKER in str(event)]


def test_the_list_is_narrowed_by_each_filter_and_by_several_at_once(log_in: LogIn, policy: PolicyVersion) -> None:
    topic = TopicFactory.create(slug="cloud")
    aino = contact_of(
        OrganisationFactory.create(name="Fjordkraft AB"), "event", policy, last_name="Lindqvist", country="SE"
    )
    aino.interests.create(topic=topic, since=dt.date(2026, 1, 1))
    bo = contact_of(None, "prospect", policy, last_name="Berg", country="DE")
    bo.interests.create(topic=topic, since=dt.date(2026, 1, 1), wanted=False)
    client = log_in("sales")
    filters = {"scenario": "event", "organisation": str(aino.organisation_id), "country": "SE", "topic": "cloud"}
    for query in [*({name: value} for name, value in filters.items()), filters]:
        shown = text(client, **query)
        assert "Lindqvist</a>" in shown
        assert "Berg</a>" not in shown
    assert "Nothing matches" in text(client, **filters | {"country": "DE"})


@pytest.mark.promise("P9")
def test_the_list_shows_who_goes_within_so_many_days(log_in: LogIn, policy: PolicyVersion) -> None:
    # 18 months after these days it is 14 December, 13 January and 12 February.
    for name, collected in (
        ("Soon", dt.date(2025, 6, 14)),
        ("Later", dt.date(2025, 7, 13)),
        ("Last", dt.date(2025, 8, 12)),
    ):
        hold(ContactFactory.create(last_name=name), "prospect", collected, policy=policy)
    client = log_in("sales")
    found = {
        days: [name for name in ("Soon", "Later", "Last") if f"{name}</a>" in text(client, due=days)]
        for days in ("30", "60", "90")
    }
    assert found == {"30": ["Soon"], "60": ["Soon", "Later"], "90": ["Soon", "Later", "Last"]}


@pytest.mark.parametrize(
    "query", [{"organisation": "999"}, {"organisation": "x"}, {"topic": "gone"}, {"country": "XX"}]
)
def test_a_filter_for_what_is_gone_says_so_and_finds_nobody(
    query: dict[str, str], log_in: LogIn, policy: PolicyVersion
) -> None:
    TopicFactory.create()
    contact_of(None, "event", policy, last_name=MARKER)
    shown = text(log_in("sales"), **query)
    assert "not on record any more" in shown
    assert "Nothing matches" in shown
    assert MARKER not in shown


@pytest.mark.promise("P11")
def test_each_row_says_for_each_channel_whether_we_may_and_why_not(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = contact_of(
        None, "prospect", policy, country="SE", phone="+46 8 465 00 00", address="Storgatan 1", city="A"
    )
    ChannelPermission.objects.create(
        contact=contact, channel="phone", state="objected", given_on=dt.date(2026, 1, 1), source="Letter"
    )
    shown = text(log_in("marketing"))
    assert "E-mail: no, their country asks for consent, and they have given none" in shown
    assert "Phone: no, they objected" in shown
    assert "Post: marketing allowed" in shown


def test_who_may_not_see_permissions_sees_no_marks_in_the_list(log_in: LogIn, policy: PolicyVersion) -> None:
    contact_of(None, "event", policy, last_name=MARKER)
    shown = text(log_in("events"))
    assert MARKER in shown
    assert "pc-why" not in shown
    assert "held as" not in shown.lower()


@pytest.mark.promise("P17")
def test_no_column_shows_a_phone_number_or_a_postal_address(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("privacy officer")
    contact_of(
        None, "event", policy, phone="+46 8 465 77 77", address="Storgatan 77", postal_code="777 77", city="Sjustad"
    )
    client.post(f"{LIST}columns/", {"columns": list(COLUMNS)})
    shown = text(client)
    assert ListLayout.objects.get().columns == list(COLUMNS)
    assert not [value for value in ("465 77 77", "Storgatan 77", "777 77", "Sjustad") if value in shown]


def test_everybody_chooses_columns_of_their_own(log_in: LogIn, policy: PolicyVersion) -> None:
    person = contact_of(None, "event", policy, country="SE", job_title="Head of Operations")
    client, other = log_in("sales"), log_in("sales")
    answer = client.post(f"{LIST}columns/", {"columns": ["country_name", "role"]})
    assert answer.headers["Location"] == LIST
    mine, theirs = text(client), text(other)
    assert "Sweden</td>" in mine
    assert "Head of Operations" in mine
    assert str(person.email) not in mine
    assert str(person.email) in theirs
    assert "Head of Operations" not in theirs


def test_the_columns_chosen_in_a_dialog_are_shown_where_one_is(log_in: LogIn, policy: PolicyVersion) -> None:
    answer = log_in("sales").post(f"{LIST}columns/", {"columns": ["role"]}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    assert "HX-Redirect" not in answer.headers


@pytest.mark.parametrize("column", ["phone", "address", "scenarios"])
def test_a_column_that_is_not_for_a_user_is_refused(column: str, log_in: LogIn, policy: PolicyVersion) -> None:
    answer = log_in("events").post(f"{LIST}columns/", {"columns": [column]})
    assert "is not one of the available choices" in answer.content.decode()
    assert not ListLayout.objects.exists()


def test_a_column_that_there_is_no_more_is_left_out(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    contact_of(None, "event", policy)
    ListLayout.objects.create(user=User.objects.get(), columns=["shoe_size", "role"])
    assert "Professional role" in text(client)


def test_a_get_chooses_no_columns(log_in: LogIn, policy: PolicyVersion) -> None:
    assert log_in("sales").get(f"{LIST}columns/", {"columns": "role"}).status_code == 200
    assert not ListLayout.objects.exists()


def test_the_officer_still_finds_a_reduced_person_and_no_mark_for_them(log_in: LogIn, policy: PolicyVersion) -> None:
    reduced = ContactFactory.create(email=None, last_name=MARKER, minimised_on=dt.date(2026, 1, 1))
    HoldFactory.create(contact=reduced, kind="duty", reason="bookkeeping", until=dt.date(2031, 12, 31), placed_at=NOON)
    shown = text(log_in("privacy officer"), reduced="yes")
    assert MARKER in shown
    assert "marketing allowed" not in shown


def test_the_list_opens_where_no_policy_is_published(log_in: LogIn) -> None:
    ContactFactory.create(last_name=MARKER, country="SE")
    EventFactory.create()
    client = log_in("sales")
    assert MARKER in text(client)
    assert MARKER not in text(client, country="SE")
