"""Mailings: who may do what when. Every act meets every state; a refusal changes nothing."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contacts.mailings import approval, drafts, schedule
from contacts.mailings.drafts import MailingError
from contacts.models import AuditEvent, Mailing, PolicyVersion
from contacts.words.vocabulary import MailingKind, MailingState
from tests.support.admin_pages import contents
from tests.support.factories import NOON, TopicFactory
from tests.support.mailings import AUTHOR, MINUTE, OFFICER, approved, drafted, fresh, scheduled, words

pytestmark = pytest.mark.django_db

# What each act leads to, from each state that it takes; from all others it is refused.
ACTS: dict[str, tuple[Callable[[Mailing, PolicyVersion], None], dict[str, str]]] = {
    "edit": (
        lambda mailing, _: drafts.edit(mailing, words(name="Other", kind=mailing.kind), at=NOON, by=AUTHOR),
        {"draft": "draft"},
    ),
    "submit": (
        lambda mailing, _: approval.submit(mailing, at=NOON, by=AUTHOR),
        {"draft": "submitted"},
    ),
    "approve": (
        lambda mailing, _: approval.approve(mailing, drafts.mark(mailing), at=NOON, by=OFFICER),
        {"submitted": "draft"},
    ),
    "send_back": (
        lambda mailing, _: approval.send_back(mailing, at=NOON, by=OFFICER),
        {"submitted": "draft"},
    ),
    "schedule": (lambda mailing, policy: scheduled(mailing, policy) and None, {"draft": "scheduled"}),
    "take_back": (
        lambda mailing, _: schedule.take_back(mailing, at=NOON, by=AUTHOR),
        {"submitted": "draft", "scheduled": "draft"},
    ),
    "pause": (lambda mailing, _: schedule.pause(mailing, at=NOON, by=AUTHOR), {"sending": "paused"}),
    "resume": (lambda mailing, _: schedule.resume(mailing, at=NOON, by=AUTHOR), {"paused": "sending"}),
    "stop": (
        lambda mailing, _: schedule.stop(mailing, at=NOON, by=AUTHOR),
        {"sending": "stopped", "paused": "stopped"},
    ),
}


def in_state(state: str, kind: str) -> Mailing:
    """A mailing in a state, as its acts would have left it; important ones are approved unless they wait for it."""
    mailing = drafted(kind=kind)
    given = {
        "state": state,
        "scheduled_for": NOON if state not in {"draft", "submitted"} else None,
        "ended_at": NOON if state in {"sent", "stopped"} else None,
    }
    if kind == "important" and state not in {"draft", "submitted"}:
        given |= {"approved_by": OFFICER, "approved_at": NOON}
    Mailing.objects.filter(pk=mailing.pk).update(**given)
    return fresh(mailing)


def takes(act: str, state: str, kind: str) -> bool:
    if kind == "important" and act == "schedule":
        return False  # not approved: test_an_important_message_leaves_once_it_is_approved
    if kind == "marketing" and act == "submit":
        return False
    return state in ACTS[act][1]


@pytest.mark.parametrize("kind", MailingKind.values)
@pytest.mark.parametrize("state", MailingState.values)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_takes_its_states_and_refuses_all_others_without_a_trace(
    act: str, state: str, kind: str, policy: PolicyVersion
) -> None:
    mailing, (do, leads_to) = in_state(state, kind), ACTS[act]
    if takes(act, state, kind):
        do(mailing, policy)
        assert fresh(mailing).state == leads_to[state]
        assert AuditEvent.objects.filter(rule=f"mailing:{mailing.pk}").count() == 2
        return
    before = contents()
    with pytest.raises(MailingError):
        do(mailing, policy)
    assert contents() == before


@pytest.mark.promise("P11")
def test_an_important_message_leaves_once_it_is_approved(policy: PolicyVersion) -> None:
    mailing = approved()
    assert (fresh(mailing).approved_by, fresh(mailing).approved_at) == (OFFICER, NOON)
    scheduled(mailing, policy)
    assert fresh(mailing).state == "scheduled"


@pytest.mark.promise("P11")
def test_the_database_lets_no_important_message_leave_that_nobody_has_approved(policy: PolicyVersion) -> None:
    mailing = drafted(kind="important")
    with pytest.raises(IntegrityError), transaction.atomic():
        Mailing.objects.filter(pk=mailing.pk).update(state="sending")


@pytest.mark.promise("P11")
def test_nobody_approves_what_they_wrote_themselves(policy: PolicyVersion) -> None:
    mailing = drafted(kind="important")
    approval.submit(mailing, at=NOON, by=AUTHOR)
    before = contents()
    with pytest.raises(MailingError, match="somebody else"):
        approval.approve(mailing, drafts.mark(mailing), at=NOON, by=AUTHOR)
    assert contents() == before


@pytest.mark.promise("P11")
def test_what_reads_otherwise_than_the_officer_saw_is_not_approved(policy: PolicyVersion) -> None:
    mailing = drafted(kind="important")
    seen = drafts.mark(mailing)
    drafts.edit(mailing, words(kind="important", body={"en": "Buy", "sv": "Köp"}), at=NOON, by=AUTHOR)
    approval.submit(fresh(mailing), at=NOON, by=AUTHOR)
    before = contents()
    with pytest.raises(MailingError, match="changed since"):
        approval.approve(mailing, seen, at=NOON, by=OFFICER)
    assert contents() == before


@pytest.mark.promise("P11")
def test_an_approval_falls_away_with_any_change(policy: PolicyVersion) -> None:
    mailing = approved()
    drafts.edit(mailing, words(kind="important"), at=NOON, by="user:3")
    assert (fresh(mailing).approved_by, fresh(mailing).approved_at, fresh(mailing).made_by) == ("", None, "user:3")
    with pytest.raises(MailingError):
        scheduled(mailing, policy)


def test_what_is_taken_back_unchanged_stays_approved(policy: PolicyVersion) -> None:
    mailing = scheduled(approved(), policy, NOON + MINUTE)
    schedule.take_back(mailing, at=NOON, by=AUTHOR)
    scheduled(mailing, policy)
    assert fresh(mailing).state == "scheduled"


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"subject": {"en": "News"}}, [("sv", "subject")]),
        ({"body": {"sv": "Nytt", "en": " "}}, [("en", "body")]),
        ({"button": {"en": "Read"}}, [("sv", "button")]),
        ({"subject": {}, "body": {}}, [("en", "subject"), ("en", "body"), ("sv", "subject"), ("sv", "body")]),
    ],
)
def test_what_lacks_a_language_waits(
    changes: dict[str, Any], lacks: list[tuple[str, str]], policy: PolicyVersion
) -> None:
    mailing = drafted(**changes)
    assert list(drafts.missing(mailing)) == lacks
    before = contents()
    with pytest.raises(MailingError, match="missing"):
        scheduled(mailing, policy)
    assert contents() == before


def test_a_moment_that_has_passed_is_refused(policy: PolicyVersion) -> None:
    mailing = drafted()
    with pytest.raises(MailingError, match="passed"):
        scheduled(mailing, policy, NOON - dt.timedelta(seconds=1))
    assert fresh(mailing).state == "draft"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"button_url": ""}, "needs both"),
        ({"button": {}}, "needs both"),
        ({"button_url": "http://elsewhere.example/"}, "begins with https"),
        ({"button_url": "javascript:alert(1)"}, "begins with https"),
        ({"button_url": "http://localhost:8000.evil.example/"}, "begins with https"),
        ({"rate": 0}, "in a minute"),
        ({"rate": 10_001}, "in a minute"),
    ],
)
def test_a_draft_that_cannot_be_sent_is_refused(changes: dict[str, Any], why: str, policy: PolicyVersion) -> None:
    mailing = drafted()
    before = contents()
    with pytest.raises(MailingError, match=why):
        drafted(**changes)
    with pytest.raises(MailingError, match=why):
        drafts.edit(mailing, words(**changes), at=NOON, by=AUTHOR)
    assert contents() == before


def test_a_button_may_lead_to_our_own_site(policy: PolicyVersion) -> None:
    assert drafted(button_url="http://localhost:8000/whitepapers/calm/").button_url


def test_an_important_message_has_no_topics(policy: PolicyVersion) -> None:
    topic = TopicFactory.create()
    assert list(drafted(topics=[topic]).topics.all()) == [topic]
    assert not drafted(kind="important", topics=[topic]).topics.exists()
