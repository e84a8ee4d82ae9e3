"""What "My data" shows to whoever has proven their address, and what its buttons do."""

import datetime as dt
from typing import Any

import pytest

from contacts.models import Contact, FoodPreference, PolicyVersion
from contacts.permission import country_rules
from dsr.answers import closing
from dsr.intake import asking
from dsr.intake.intake import Asked
from dsr.models import Request
from dsr.records import transitions
from dsr.words.vocabulary import Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.support import requesting
from tests.support.admin_pages import contents
from tests.support.deleting import dump
from tests.support.factories import (
    NOON,
    ONE_DAY,
    EventFactory,
    TopicFactory,
    customer,
    everything_about,
    held_for,
    is_held,
    place,
    register,
)
from tests.support.preferring import reader, refusals, suppressed
from tests.support.visiting import ADDRESS, MINE, only_request, press, visiting, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

BUTTONS = [
    kind.value for kind in Kind if kind not in {Kind.MARKETING_OBJECTION, Kind.WITHDRAWAL}
]  # those two have buttons of their own


@pytest.mark.promise("P19")
def test_the_page_shows_what_is_held_and_why_until_when_and_where_from(policy: PolicyVersion) -> None:
    person = reader(policy, email=ADDRESS, job_title="Head of IT", phone="+46 8 465 004 99", city="Luleå")
    person.bases.update(source="Whitepaper form")
    shown = words(visiting(person).get(MINE))
    for fact in (person.display_name, "Head of IT", "+46 8 465 004 99", "Luleå", "Sweden", ADDRESS):
        assert fact in shown
    assert "Without new activity of yours we delete your details on 24 May 2028." in shown
    assert "24 May 2028, or later if you do something new with us" in shown
    assert "You (Whitepaper form), 24 November 2026" in shown
    assert "You said yes on 24 November 2026." in shown
    assert "Integritetsskyddsmyndigheten" in shown


def test_looking_changes_nothing(policy: PolicyVersion) -> None:
    client = visiting(reader(policy, email=ADDRESS))
    before = contents()
    for path in (MINE, f"{MINE}correct/", f"{MINE}?done=stopped_all", f"{MINE}?done=<b>"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert contents() == before


@pytest.mark.promise("P19")
@pytest.mark.parametrize("kind", BUTTONS)
def test_each_right_takes_one_click(policy: PolicyVersion, kind: str) -> None:
    person = customer(policy, email=ADDRESS)
    client = visiting(person)
    answer = press(client, ask=kind, words="Since you ask.")
    request = only_request()
    assert (answer.status_code, answer["Location"]) == (303, f"{MINE}?lang=en&done={kind}")
    assert (request.kind, request.state, request.source) == (kind, State.OPEN, "my_data")
    assert request.papers.get().text == "Since you ask."
    assert Hold.objects.filter(contact=person, reason="request", until=None).exists()
    shown = words(client.get(answer["Location"]))
    assert f"Its number is {request.number}. We answer by 24 December 2026." in shown
    assert shown.count(f'value="{kind}"') == 0


@pytest.mark.promise("P19")
def test_the_same_is_asked_once_at_a_time(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    client = visiting(person)
    press(client, ask="access")
    before = everything_about(person)
    answer = press(client, ask="access")
    assert answer.status_code == 409
    assert f"The number of your request is {only_request().number}." in words(answer)
    assert everything_about(person) == before
    requesting.close(only_request(), policy)
    assert press(client, ask="access").status_code == 303
    assert Request.objects.count() == 2


def test_a_closed_request_says_how_it_ended(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    request = requesting.asked_by(person, policy, Kind.COMPLAINT)
    closing.close(
        transitions.lock(request.pk),
        Outcome.REFUSED,
        refusal=RefusalGround.EXCESSIVE,
        policy=policy,
        at=NOON,
        by="test",
    )
    assert "Refused; our letter says why, on 24 November 2026" in words(visiting(person).get(MINE))


@pytest.mark.parametrize(
    "said", [{"ask": "everything"}, {"ask": "withdrawal"}, {"stop": "pigeon"}, {"withdraw": "x"}, {}]
)
def test_a_button_that_is_none_of_ours_does_nothing(policy: PolicyVersion, said: dict[str, str]) -> None:
    client = visiting(customer(policy, email=ADDRESS))
    before = contents()
    assert press(client, **said).status_code == 400
    assert contents() == before


@pytest.mark.parametrize(("typed", "said"), [("a\0b", "control characters"), ("x" * 2001, "it has 2001")])
def test_words_that_cannot_be_kept_are_refused_where_they_stand(policy: PolicyVersion, typed: str, said: str) -> None:
    client = visiting(customer(policy, email=ADDRESS))
    before = contents()
    answer = press(client, ask="erasure", words=typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'id="wish_erasure" open' in words(answer)
    assert contents() == before


@pytest.mark.promise("P12")
@pytest.mark.parametrize("channel", ["email", "phone", "post"])
def test_a_channel_is_stopped_at_once(policy: PolicyVersion, channel: str) -> None:
    person = reader(policy, "customer", email=ADDRESS)
    client = visiting(person)
    answer = press(client, stop=channel)
    assert suppressed(person.address_hash) == {channel}
    assert refusals(person)[channel] == "objected"
    assert "is stopped." in words(client.get(answer["Location"]))
    request = only_request()
    assert (request.kind, request.state, request.outcome) == ("marketing_objection", State.CLOSED, "fulfilled")


@pytest.mark.promise("P12")
@pytest.mark.promise("P22")
def test_nothing_holds_an_objection_to_marketing_up(policy: PolicyVersion) -> None:
    """Neither a request of the same kind that the officer has entered, nor a restriction."""
    person = customer(policy, email=ADDRESS)
    requesting.entered(policy, Kind.MARKETING_OBJECTION).subjects.create(contact=person)
    place(person, "freeze", "restriction")
    client = visiting(person)
    assert press(client, stop="all").status_code == 303
    assert suppressed(person.address_hash) == {"email", "phone", "post"}
    assert press(client, stop="all").status_code == 303


@pytest.mark.promise("P12")
def test_who_is_held_for_marketing_alone_goes_with_their_objection(policy: PolicyVersion) -> None:
    person = held_for("prospect", policy, email=ADDRESS)
    answer = press(visiting(person), stop="all")
    assert answer.status_code == 200
    assert answer.cookies["my_data"].value == ""
    assert "there is nothing left to show" in words(answer)
    assert not Contact.objects.exists()
    assert suppressed(person.address_hash) == {"email", "phone", "post"}
    assert only_request().subjects.count() == only_request().papers.count() == 0


@pytest.mark.promise("P22")
def test_an_objection_to_another_use_freezes_while_it_is_weighed(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    client = visiting(person)
    press(client, ask="objection", words="I am nobody's lead.")
    assert set(Hold.objects.values_list("kind", "reason")) == {("freeze", "request"), ("freeze", "restriction")}
    shown = words(client.get(MINE))
    assert "Your details are only stored, as you asked: nobody uses them" in shown


@pytest.mark.promise("L14")
@pytest.mark.parametrize("country", ["SE", "GB"])
def test_a_consent_is_withdrawn_and_its_channel_stops_whatever_the_law_asks_for(
    policy: PolicyVersion, country: str
) -> None:
    country_rules.adopt(at=NOON, by="test")
    person = reader(policy, "customer", email=ADDRESS, country=country)
    person.permissions.create(channel="phone", state="consented", given_on=NOON.date())
    client = visiting(person)
    answer = press(client, withdraw="email")
    assert set(person.permissions.values_list("channel", "state")) == {("email", "objected"), ("phone", "consented")}
    assert refusals(person)["email"] == "objected"
    assert suppressed(person.address_hash) == {"email"}
    record = person.consent_records.get()
    assert (record.channel, record.state, record.said_on) == ("email", "withdrawn", NOON.date())
    assert (record.method, record.source) == ("online", "withdrawn on My data")
    assert (only_request().kind, only_request().outcome) == ("withdrawal", "fulfilled")
    assert not Hold.objects.exists()
    shown = words(client.get(answer["Location"]))
    assert "Your consent is withdrawn, and what rested on it has stopped." in shown
    assert "You withdrew your consent on 24 November 2026." in shown
    before = contents_but_requests(person)
    press(client, withdraw="email")
    assert contents_but_requests(person) == before


def contents_but_requests(person: Contact) -> tuple[Any, ...]:
    about = everything_about(person)
    return about["ChannelPermission"], about["ConsentRecord"], suppressed(person.address_hash)


@pytest.mark.promise("L14")
@pytest.mark.promise("P12")
def test_who_withdraws_the_last_channel_has_objected_to_all(policy: PolicyVersion) -> None:
    person = reader(policy, "prospect", email=ADDRESS)
    client = visiting(person)
    press(client, stop="phone")
    press(client, stop="post")
    press(client, withdraw="email")
    assert not is_held(person)
    assert suppressed(person.address_hash) == {"email", "phone", "post"}


@pytest.mark.promise("P12")
def test_taking_a_consent_back_lifts_no_objection(policy: PolicyVersion) -> None:
    person = reader(policy, "customer", email=ADDRESS)
    client = visiting(person)
    press(client, stop="email")
    press(client, withdraw="email")
    assert list(person.permissions.values_list("channel", "state")) == [("email", "objected")]
    assert suppressed(person.address_hash) == {"email"}


@pytest.mark.promise("P8")
def test_a_note_of_what_somebody_eats_is_deleted_at_once_whatever_holds_them(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    register(person, EventFactory.create(title="Cloud Day"), NOON, policy=policy, food="No hazelnuts whatever")
    guest = customer(policy)
    register(guest, EventFactory.create(), NOON, policy=policy, food="No fish")
    place(person, "freeze", "legal_claim")
    client = visiting(person)
    shown = words(client.get(MINE))
    assert "For Cloud Day. It is deleted straight after the event, or now." in shown
    assert "hazelnuts" not in shown
    press(client, withdraw="food")
    assert FoodPreference.objects.get().registration.contact == guest  # type: ignore[union-attr]
    assert only_request().outcome == "fulfilled"
    assert "hazelnuts" not in dump()


@pytest.mark.promise("P4")
def test_who_has_left_says_so_with_one_click(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS, left_on=None)
    client = visiting(person)
    press(client, ask="leaver")
    person.refresh_from_db()
    assert person.left_on == NOON.date()
    assert only_request().state == State.OPEN


@pytest.mark.promise("P4")
def test_who_is_known_to_have_left_can_still_ask(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS, left_on=NOON.date() - ONE_DAY)
    press(visiting(person), ask="leaver")
    person.refresh_from_db()
    assert person.left_on == NOON.date() - ONE_DAY
    assert only_request().state == State.OPEN


def test_the_page_reads_as_many_rows_however_many_requests_there_are(
    policy: PolicyVersion, django_assert_max_num_queries: Any
) -> None:
    person = customer(policy, email=ADDRESS)
    for day in range(20):
        asking.ask(
            Asked(Kind.MARKETING_OBJECTION),
            person.pk,
            policy=policy,
            at=NOON - dt.timedelta(days=day),
            by="visitor",
        )
    client = visiting(person)
    with django_assert_max_num_queries(40):
        client.get(MINE)


@pytest.mark.promise("L15")
def test_whoever_has_proven_the_mailbox_chooses_topics(policy: PolicyVersion) -> None:
    person, (cloud, backup) = reader(policy, email=ADDRESS), TopicFactory.create_batch(2)
    client = visiting(person)
    answer = press(client, topics="save", shown=[cloud.pk, backup.pk], topic=[cloud.pk])
    assert "Your topics are saved." in words(client.get(answer["Location"]))
    assert dict(person.interests.values_list("topic", "wanted")) == {cloud.pk: True}
    press(client, topics="save", shown=[cloud.pk, backup.pk], topic=[backup.pk])
    assert dict(person.interests.values_list("topic", "wanted")) == {cloud.pk: False, backup.pk: True}


def test_nobody_chooses_topics_who_is_not_held(policy: PolicyVersion) -> None:
    assert press(visiting(ADDRESS), topics="save", shown=[TopicFactory.create().pk]).status_code == 410
