"""The pages of mailings: written, checked, approved, sent and reported on, each by those who may."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.mailings import approval, drafts
from contacts.models import AuditEvent, Contact, Mailing, Message, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.factories import NOON, SegmentFactory, TopicFactory
from tests.support.mailing import reader, send
from tests.support.mailings import (
    AUTHOR,
    LIST,
    MINUTE,
    approved,
    bound,
    drafted,
    fresh,
    minute,
    of,
    readers,
    scheduled,
    tick,
)

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon", "policy")

FORM = {
    "name": "Cloud news",
    "kind": "marketing",
    "rate": "300",
    "subject_en": "News",
    "subject_sv": "Nytt",
    "body_en": "Hello",
    "body_sv": "Hej",
}


def shown(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_marketing_writes_a_mailing_in_both_languages(log_in: LogIn) -> None:
    segment, topic = SegmentFactory.create(shared=True), TopicFactory.create()
    form = FORM | {"segment": segment.pk, "topics": [topic.pk], "button_en": "Read", "button_sv": "Läs"}
    client = log_in("marketing")
    answer = client.post(f"{LIST}add/", form | {"button_url": "https://nordvik.example/"}, follow=True)
    made = Mailing.objects.get()
    assert (made.subject, made.body) == ({"en": "News", "sv": "Nytt"}, {"en": "Hello", "sv": "Hej"})
    assert (made.button, made.button_url) == ({"en": "Read", "sv": "Läs"}, "https://nordvik.example/")
    assert (made.segment, list(made.topics.all()), made.state) == (segment, [topic], "draft")
    assert "A draft: nobody has got it" in answer.content.decode()
    client.post(of(made, "edit"), form | {"button_url": "https://nordvik.example/", "subject_en": "Newer"})
    assert fresh(made).subject == {"en": "Newer", "sv": "Nytt"}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"button_en": "Read"}, "needs both its words and the address"),
        ({"button_url": "http://elsewhere.example/", "button_en": "Read"}, "begins with https"),
        ({"rate": "0"}, "greater than or equal to 1"),
        ({"kind": "spam"}, "not one of the available choices"),
        ({"segment": "999"}, "not one of the available choices"),
    ],
)
def test_a_mailing_that_cannot_be_is_refused_with_a_reason(log_in: LogIn, form: dict[str, str], told: str) -> None:
    client = log_in("marketing")
    before = contents()
    assert told in client.post(f"{LIST}add/", FORM | form).content.decode()
    assert contents() == before


def test_a_private_segment_is_offered_to_its_owner_alone(log_in: LogIn) -> None:
    client = log_in("marketing")
    mine = SegmentFactory.create(owner_id=client.session["_auth_user_id"])
    theirs = SegmentFactory.create(name="Secret plans")
    page, before = shown(client, f"{LIST}add/"), contents()
    assert (mine.name in page, theirs.name in page) == (True, False)
    answer = client.post(f"{LIST}add/", FORM | {"segment": theirs.pk})
    assert ("not one of the available choices" in answer.content.decode(), contents()) == (True, before)
    client.post(f"{LIST}add/", FORM | {"segment": mine.pk})
    assert Mailing.objects.get().segment == mine


def test_whoever_edits_a_colleagues_draft_keeps_the_segment_that_is_theirs_alone(log_in: LogIn) -> None:
    theirs = SegmentFactory.create(name="Secret plans")
    mailing, client = drafted(segment=theirs), log_in("marketing")
    assert "Secret plans" in shown(client, of(mailing, "edit"))
    client.post(of(mailing, "edit"), FORM | {"segment": theirs.pk, "subject_en": "Newer"})
    assert (fresh(mailing).segment, fresh(mailing).subject["en"]) == (theirs, "Newer")


def test_its_pages_say_what_its_segment_asks_for_also_to_the_officer(log_in: LogIn) -> None:
    segment = SegmentFactory.create(name="Neighbours", filters={"country": "NO", "scenario": "customer"})
    news, important = drafted(segment=segment), drafted(segment=segment, kind="important")
    approval.submit(important, at=NOON, by=AUTHOR)
    told, officer = "Neighbours (held as customer, country Norway)", log_in("privacy officer")
    assert told in shown(log_in("marketing"), of(news, "send"))
    assert told in shown(officer, of(important))
    assert told in shown(officer, of(important, "approve"))


def test_a_mailing_that_ended_does_not_claim_everyone_where_its_segment_has_been_deleted(log_in: LogIn) -> None:
    mailing = drafted()
    assert "deleted since" not in shown(log_in("auditor"), of(mailing))
    Mailing.objects.filter(pk=mailing.pk).update(state="sent", started_at=NOON, ended_at=NOON)
    assert "or a segment that has been deleted since" in shown(log_in("auditor"), of(mailing))


# Approval


@pytest.mark.promise("P11")
def test_the_officer_reads_and_approves_an_important_message(log_in: LogIn, policy: PolicyVersion) -> None:
    bound(policy)
    mailing = drafted(kind="important")
    client = log_in("marketing")
    client.post(of(mailing, "submit"))
    assert client.get(of(mailing, "approve")).status_code == 403
    officer = log_in("privacy officer")
    said = shown(officer, of(mailing, "approve"))
    assert "Three things are new." in said
    assert "1 person gets it: 1 in English." in said
    seen = {"seen": drafts.mark(fresh(mailing))}
    assert seen["seen"] in said
    assert "can be sent" in officer.post(of(mailing, "approve"), seen, follow=True).content.decode()
    assert fresh(mailing).approved_by.startswith("user:")
    assert "Send to 1 person</button>" in shown(client, of(mailing, "send"))


def test_the_officer_sends_back_what_is_no_important_message(log_in: LogIn) -> None:
    mailing = drafted(kind="important")
    approval.submit(mailing, at=NOON, by=AUTHOR)
    log_in("privacy officer").post(of(mailing, "send-back"))
    assert (fresh(mailing).state, fresh(mailing).approved_at) == ("draft", None)


# A test, pauses and the end


def test_a_test_goes_to_the_address_of_who_asks_for_it(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted()
    client = log_in("marketing")
    before = Message.objects.count()
    assert "no e-mail address" in client.post(of(mailing, "test")).content.decode()
    assert Message.objects.count() == before
    User.objects.filter(username__startswith="marketing").update(email="mia@nordvik.example")
    client.post(of(mailing, "test"))
    assert set(Message.objects.values_list("address", flat=True)) == {"mia@nordvik.example"}
    assert send() == 2


def test_marketing_pauses_resumes_and_stops_what_is_being_sent(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()], rate=1)
    readers(policy, mailing, 3)
    scheduled(mailing, policy)
    minute(policy, NOON)
    client = log_in("marketing")
    for act, says in (
        ("pause", "Paused: 1 of 3 have left"),
        ("resume", "1 of 3 have left"),
        ("stop", "Stopped on 24 November 2026 at 13:00: 1 of 3 had got it"),
    ):
        assert says in client.post(of(mailing, act), follow=True).content.decode()
    tick(policy, NOON + MINUTE)
    assert "2 people did not get it" in shown(client, of(mailing))


@pytest.fixture
def in_doubt(policy: PolicyVersion) -> Mailing:
    """A mailing to two, whose sender died with Bo's mail in its hands."""
    mailing = drafted(topics=[TopicFactory.create()])
    bo, _ = reader(policy, mailing, first_name="Bo"), readers(policy, mailing, 1)
    scheduled(mailing, policy)
    tick(policy)
    Message.objects.filter(contact=bo).update(claimed_until=NOON + MINUTE)
    send()
    for number in (2, 3):
        minute(policy, NOON + number * MINUTE)
    return mailing


def test_the_report_says_which_mails_perhaps_arrived(log_in: LogIn, in_doubt: Mailing) -> None:
    page = shown(log_in("auditor"), of(in_doubt))
    assert "Sent to 1 of 2 people" in page
    assert "1 mail was being sent when the sender broke off. Perhaps it arrived" in page
    assert "did not get it" not in page


@pytest.mark.promise("P17")
def test_the_report_names_who_perhaps_got_it_to_those_who_may_see_people_and_the_look_is_recorded(
    log_in: LogIn, in_doubt: Mailing
) -> None:
    bo = Contact.objects.get(first_name="Bo")
    looks = AuditEvent.objects.filter(code="contact.viewed", public_id=bo.public_id)
    named = f'<a href="/admin/contacts/contact/{bo.public_id}/change/">Bo'
    assert named not in shown(log_in("auditor"), of(in_doubt))
    assert not looks.exists()
    assert named in shown(log_in("marketing"), of(in_doubt))
    assert looks.get().rule == "page:mailing"
    Contact.objects.filter(pk=bo.pk).update(restricted_through="2099-01-01")
    assert named not in shown(log_in("marketing"), of(in_doubt))
    assert named in shown(log_in("privacy officer"), of(in_doubt))


# Who may


@pytest.mark.promise("P17")
def test_the_auditor_reads_and_is_offered_no_button(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("auditor")
    mailing = approved()
    said = shown(client, of(mailing))
    assert "Approved on 24 November 2026" in said
    assert "Send it now" not in said
    before = contents()
    for act in ("send", "schedule", "edit", "test", "stop", "approve", "take-back"):
        assert client.post(of(mailing, act)).status_code == 403
    assert contents() == before


def test_nothing_happens_on_a_get(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing, client = drafted(), log_in("superuser")
    before = contents()
    for act in ("change", "send", "schedule", "edit", "test", "progress"):
        assert client.get(of(mailing, act)).status_code == 200
    assert contents() == before


def test_the_trail_has_who_did_what_and_no_address(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    readers(policy, mailing, 1)
    log_in("marketing").post(of(mailing, "send"), {"seen": drafts.mark(mailing)})
    minute(policy, NOON)
    told = AuditEvent.objects.filter(rule=f"mailing:{mailing.pk}").order_by("pk").values_list("code", flat=True)
    assert list(told) == ["mailing.drafted", "mailing.scheduled", "mailing.started"]


@pytest.mark.parametrize("page", ["list", "record"])
def test_queries_do_not_grow_with_mailings_or_people(page: str, log_in: LogIn, policy: PolicyVersion) -> None:
    client, counts = log_in("marketing"), []
    for size in (1, 12):
        for _ in range(size):
            mailing = drafted(topics=[TopicFactory.create()])
        readers(policy, mailing, size)
        scheduled(mailing, policy)
        minute(policy, NOON)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST if page == "list" else of(mailing)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
