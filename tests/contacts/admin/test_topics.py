import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import AuditEvent, Interest, PolicyVersion, Topic
from tests.support.factories import ContactFactory, TopicFactory

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon", "policy")

LIST = "/admin/contacts/topic/"
FORM = {
    "name_en": "Cloud security",
    "name_sv": "Molnsäkerhet",
    "sentence_en": "News about safe clouds.",
    "sentence_sv": "Nyheter om säkra moln.",
}


def test_marketing_adds_a_topic_whose_short_name_comes_from_its_name(log_in: LogIn) -> None:
    answer = log_in("marketing").post(f"{LIST}add/", FORM)
    topic = Topic.objects.get()
    assert (answer.status_code, topic.slug, topic.named("sv")) == (302, "cloud-security", "Molnsäkerhet")
    assert AuditEvent.objects.filter(code="topic.added", rule=f"topic:{topic.pk}").exists()


@pytest.mark.parametrize("field", FORM)
def test_a_topic_that_lacks_a_word_is_shown_again_and_not_stored(log_in: LogIn, field: str) -> None:
    client = log_in("marketing")
    topic = TopicFactory.create()
    before = list(Topic.objects.values())
    for page in (f"{LIST}add/", f"{LIST}{topic.pk}/describe/"):
        answer = client.post(page, {**FORM, field: " "})
        assert answer.status_code == 200
        assert "required" in answer.content.decode()
    assert list(Topic.objects.values()) == before


def test_a_short_name_that_is_taken_or_reserved_is_refused_in_words(log_in: LogIn) -> None:
    TopicFactory.create(slug="cloud")
    client = log_in("marketing")
    assert "has this short name already" in client.post(f"{LIST}add/", {**FORM, "slug": "cloud"}).content.decode()
    assert "all topics together" in client.post(f"{LIST}add/", {**FORM, "slug": "all"}).content.decode()
    assert Topic.objects.count() == 1


def test_the_words_of_a_topic_are_changed_beginning_with_what_stands(log_in: LogIn) -> None:
    topic = TopicFactory.create(name={"en": "Old", "sv": "Gammal"})
    client = log_in("marketing")
    assert 'value="Gammal"' in client.get(f"{LIST}{topic.pk}/describe/").content.decode()
    assert client.post(f"{LIST}{topic.pk}/describe/", FORM).status_code == 302
    topic.refresh_from_db()
    assert topic.named("en") == "Cloud security"


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["sales", "events", "privacy officer", "auditor", "administrator"])
def test_nobody_but_marketing_edits_topics(log_in: LogIn, role: str) -> None:
    topic = TopicFactory.create()
    before = list(Topic.objects.values())
    client = log_in(role)
    assert client.post(f"{LIST}add/", FORM).status_code == 403
    assert client.post(f"{LIST}{topic.pk}/describe/", FORM).status_code == 403
    assert list(Topic.objects.values()) == before


def test_the_list_counts_who_wants_each_topic_in_as_many_queries_for_many_as_for_one(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    client = log_in("marketing")
    counts = []
    for size in (1, 9):
        for topic in TopicFactory.create_batch(size):
            for wanted in (True, True, False):
                contact = ContactFactory.create()
                Interest.objects.create(contact=contact, topic=topic, wanted=wanted, since=dt.date(2026, 1, 1))
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert "2 people want this, 1 said no" in client.get(f"{LIST}{topic.pk}/change/").content.decode()
