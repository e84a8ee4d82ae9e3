"""The pages of lists that leave as files: what is shown before, the file itself, and what its holder says later."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode
from pytest_django import Settings

from contacts.models import Audience, AuditEvent, Disclosure, Interest, PolicyVersion
from privacy_crm.staff.audiences import audiences
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, TopicFactory
from tests.support.factoring import show_factor
from tests.support.listing import TODAY, free_country, from_csv, from_xlsx, made, prospect, segment
from tests.support.sharing import RecipientFactory

type LogIn = Callable[[str], Client]

__all__ = ["free_country"]

pytestmark = pytest.mark.usefixtures("at_noon", "free_country")

LISTS, ADD = "/admin/contacts/audience/", "/admin/contacts/audience/add/"
MAY = ["marketing", "sales", "privacy officer"]
CHOSEN = {"channel": "email", "purpose": "prospect", "file_format": "csv"}


def chosen(**choices: Any) -> str:
    return f"{ADD}?{urlencode({**CHOSEN, **choices}, doseq=True)}"


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def page_of(audience: Audience, act: str = "change") -> str:
    return f"{LISTS}{audience.pk}/{act}/"


# Before


@pytest.mark.promise("P11")
@pytest.mark.parametrize("role", MAY)
def test_who_would_be_on_a_list_and_who_not_is_shown_before_and_nothing_changes(
    role: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    for country in ("GB", "GB", "SE"):
        prospect(policy, country=country)
    prospect(policy, scenario="customer")
    client = log_in(role)
    client.get(ADD)
    before = contents()
    shown = client.get(chosen()).content.decode()
    assert "2 people would be on this list." in shown
    assert "2 of 4 are left out: 1 needs consent by the country&#x27;s law and has not given it, 1 is not held" in shown
    assert "Use it by 1 December 2026." in shown
    assert "It stays in the company: give it to nobody outside." in shown
    assert "Export 2 people as CSV" in shown
    assert contents() == before


@pytest.mark.promise("P15")
def test_a_segment_narrows_the_list_and_another_s_private_one_is_no_choice(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    client = log_in("marketing")
    prospect(policy)
    prospect(policy, first_name="Ireland", country="IE")
    mine, private = segment("Mine", user_of(client), country="GB"), segment("Private", country="GB")
    first = client.get(f"{ADD}?segment={mine.pk}").content.decode()
    assert f'<option value="{mine.pk}" selected>Mine</option>' in first
    assert "Private" not in first
    assert "Nobody of 1 is left out." in client.get(chosen(segment=mine.pk)).content.decode()
    assert "Select a valid choice" in client.post(chosen(segment=private.pk)).content.decode()
    assert not Audience.objects.exists()
    (row,) = from_csv(client.post(chosen(segment=mine.pk)).getvalue())
    assert row["country"] == "GB"
    assert Audience.objects.get().segment == mine


@pytest.mark.promise("P15")
def test_the_page_of_a_list_says_what_its_segment_asks_for_also_where_that_is_its_holders_alone(log_in: LogIn) -> None:
    listed = made(segment=segment("Islands", country="GB"))
    assert "Islands (country United Kingdom)" in log_in("privacy officer").get(page_of(listed)).content.decode()
    assert "sees what the segment is called" in log_in("marketing").get(ADD).content.decode()
    Audience.objects.update(segment=None)  # as its deletion does
    assert "or a segment that has been deleted since" in log_in("auditor").get(page_of(listed)).content.decode()


@pytest.mark.promise("P11")
def test_people_held_for_their_interest_alone_are_on_the_list_of_their_topic(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    topic, person, client = TopicFactory.create(), prospect(policy, scenario="event"), log_in("marketing")
    Interest.objects.create(contact=person, topic=topic, since=TODAY)
    assert "Nobody is left" in client.get(chosen(purpose="event")).content.decode()
    (row,) = from_csv(client.post(chosen(purpose="event", topics=[topic.pk])).getvalue())
    assert row["public_id"] == str(person.public_id)


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
def test_only_recipients_that_may_get_anything_are_choices_and_what_protects_the_data_is_said(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    safe = {"country": "GB", "safeguard": "adequacy", "safeguard_reference": "2021/1772"}
    right, wrong = (
        RecipientFactory.create(name="Right Ltd", **safe),
        RecipientFactory.create(name="Wrong", country="US"),
    )
    prospect(policy)
    client = log_in("sales")
    shown = client.get(chosen(recipient=right.pk)).content.decode()
    assert "It goes to Right Ltd (United Kingdom; safeguard: adequacy decision)." in shown
    assert "Wrong" not in shown
    before = contents()
    assert "Select a valid choice" in client.post(chosen(recipient=wrong.pk)).content.decode()
    assert contents() == before


@pytest.mark.promise("P15")
def test_an_agreement_that_does_not_cover_the_purpose_is_said_before_and_by_the_post(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    recipient, client = RecipientFactory.create(name="Tryckhuset", purposes=["event"]), log_in("marketing")
    prospect(policy)
    client.get(ADD)
    before = contents()
    for answer in (client.get(chosen(recipient=recipient.pk)), client.post(chosen(recipient=recipient.pk))):
        assert "the agreement with Tryckhuset does not cover this purpose" in answer.content.decode()
        assert "Export 1 person" not in answer.content.decode()
    assert contents() == before


def test_without_a_policy_nobody_is_on_a_list(log_in: LogIn) -> None:
    client = log_in("marketing")
    for answer in (client.get(chosen()), client.post(chosen())):
        assert "No policy is published yet" in answer.content.decode()
    assert not Audience.objects.exists()


# The file


@pytest.mark.promise("P15")
@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize(("file_format", "read"), [("csv", from_csv), ("xlsx", from_xlsx)])
def test_the_file_is_the_answer_and_is_kept_by_nobody_on_the_way(
    role: str, file_format: str, read: Any, log_in: LogIn, policy: PolicyVersion
) -> None:
    person, recipient, client = prospect(policy), RecipientFactory.create(), log_in(role)
    answer = client.post(chosen(recipient=recipient.pk, file_format=file_format))
    assert answer.streaming
    (row,) = read(answer.getvalue())
    listed = Audience.objects.get()
    assert row["public_id"] == str(person.public_id)
    assert answer["Content-Disposition"] == f'attachment; filename="audience-{listed.public_id}.{file_format}"'
    assert "no-store" in answer["Cache-Control"]
    assert (listed.holder, listed.recipient, listed.people) == (user_of(client), recipient, 1)
    assert Disclosure.objects.get().recipient == recipient
    assert set(AuditEvent.objects.filter(code__endswith="exported").values_list("by", flat=True)) == {
        f"user:{listed.holder_id}"
    }


def test_above_the_set_size_a_reason_is_asked_for_and_the_number_that_day_decides(
    log_in: LogIn, policy: PolicyVersion, settings: Settings
) -> None:
    settings.AUDIENCE_REASON_ABOVE = 1
    client = log_in("marketing")
    prospect(policy)
    assert "Why do you need so many?" not in client.get(chosen()).content.decode()
    prospect(policy)  # since the page was shown
    before = contents()
    refused = client.post(chosen()).content.decode()
    assert "say why you need more than 1 people" in refused
    assert "Why do you need so many?" in refused
    assert contents() == before
    assert len(from_csv(client.post(chosen(), {"reason": "The fair"}).getvalue())) == 2
    assert Audience.objects.get().reason == "The fair"


@pytest.mark.promise("P17")
@pytest.mark.parametrize(("minutes", "leaves"), [(1, True), (60, False)])
def test_a_list_leaves_after_a_fresh_factor_alone(
    minutes: int, leaves: bool, log_in: LogIn, policy: PolicyVersion, settings: Settings
) -> None:
    settings.SECOND_FACTOR = True
    prospect(policy)
    client = log_in("marketing")
    show_factor(client, minutes)
    assert "Export 1 person as CSV" in client.get(chosen()).content.decode()
    before = contents()
    answer = client.post(chosen())
    assert answer.streaming == leaves
    if not leaves:
        assert "Nothing was done yet" in answer.content.decode()
        assert contents() == before


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["events", "auditor", "administrator"])
def test_others_take_no_list_out(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    prospect(policy)
    client = log_in(role)
    client.get(LISTS)
    before = contents()
    assert [client.get(chosen()).status_code, client.post(chosen()).status_code] == [403, 403]
    assert contents() == before


def test_no_person_is_named_in_an_address_a_cookie_or_a_session(log_in: LogIn, policy: PolicyVersion) -> None:
    person, client = prospect(policy, first_name="Väinö"), log_in("marketing")
    answer = client.post(chosen())
    answer.getvalue()
    kept = str(client.cookies) + str(answer.headers) + str(dict(client.session))
    assert str(person.email) not in kept
    assert "Väinö" not in kept


# Afterwards


@pytest.mark.promise("P15")
@pytest.mark.parametrize(
    ("act", "end", "words"),
    [("used", "used", "used, and deleted"), ("destroyed", "destroyed", "deleted without being used")],
)
def test_its_holder_says_what_became_of_a_list(
    act: str, end: str, words: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    client = log_in("marketing")
    listed = made(user_of(client), left_out={"objected": 3, "no_consent": 1})
    page = client.get(page_of(listed)).content.decode()
    assert "Use it by 24 November 2026, then delete the file and say so here." in page
    assert "4 of 16 are left out: 3 objected, 1 needs consent" in page
    answer = client.post(page_of(listed, act), follow=True).content.decode()
    assert f"Confirmed on 24 November 2026: {words}." in answer
    listed.refresh_from_db()
    assert (listed.end, listed.confirmed_at) == (end, NOON)
    before = contents()
    client.post(page_of(listed, "used"))
    assert contents() == before


@pytest.mark.promise("P17")
def test_another_s_list_is_the_officer_s_and_the_auditor_s_to_see_and_the_officer_s_to_confirm(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    listed = made()
    clients = {role: log_in(role) for role in ("marketing", "sales", "auditor", "privacy officer")}
    seen = {role: client.get(page_of(listed)).status_code for role, client in clients.items()}
    assert seen == {"marketing": 403, "sales": 403, "auditor": 200, "privacy officer": 200}
    listings = {role: "12 people by e-mail" in client.get(LISTS).content.decode() for role, client in clients.items()}
    assert listings == {"marketing": False, "sales": False, "auditor": True, "privacy officer": True}
    for role in ("marketing", "sales", "auditor"):
        assert clients[role].post(page_of(listed, "used")).status_code == 403
    assert Audience.objects.outstanding().exists()
    clients["privacy officer"].post(page_of(listed, "destroyed"))
    assert not Audience.objects.outstanding().exists()


def test_the_list_of_lists_says_which_are_overdue_and_finds_them(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("privacy officer")
    made(people=1, valid_through=TODAY - ONE_DAY)
    made(people=2)
    made(people=3, confirmed_at=NOON, end="used")
    shown = client.get(LISTS).content.decode()
    assert [label in shown for label in ("overdue", "in use", "used, and deleted")] == [True] * 3
    assert "23 November 2026" in shown
    for standing, number in {"overdue": "1 person", "outstanding": "2 people", "confirmed": "3 people"}.items():
        assert f"{number} by e-mail" in client.get(f"{LISTS}?standing={standing}").content.decode()
    assert "3 people by e-mail" not in client.get(f"{LISTS}?standing=outstanding").content.decode()


def asked_by(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


@pytest.mark.promise("P15")
def test_a_list_that_is_overdue_is_a_task_of_its_holder_and_of_the_officer(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    users = {role: user_of(log_in(role)) for role in ("marketing", "sales", "privacy officer", "auditor")}
    made(users["marketing"])
    assert [audiences.tasks(asked_by(user)) for user in users.values()] == [[], [], [], []]
    Audience.objects.update(valid_through=TODAY - ONE_DAY)
    told = {role: [task["text"] for task in audiences.tasks(asked_by(user))] for role, user in users.items()}
    assert told == {
        "marketing": ["Say what became of 1 list of yours"],
        "sales": [],
        "privacy officer": ["1 list is overdue: its holder has not said what became of it"],
        "auditor": [],
    }
    badges = {role: audiences.badge(asked_by(user)) for role, user in users.items()}
    assert badges == {"marketing": "1", "sales": None, "privacy officer": "1", "auditor": "1"}


def test_queries_do_not_grow_with_lists(log_in: LogIn, policy: PolicyVersion) -> None:
    client, counts = log_in("privacy officer"), []
    client.get(LISTS)
    for number in (1, 10):
        for _ in range(number):
            made(recipient=RecipientFactory.create(), segment=segment(str(Audience.objects.count())))
        with CaptureQueriesContext(connection) as asked:
            client.get(LISTS)
        counts.append(len(asked))
    assert counts[0] == counts[1]
