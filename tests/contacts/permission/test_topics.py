import pytest

from contacts.models import AuditEvent, Topic
from contacts.permission import topics
from contacts.permission.topics import TopicError
from tests.support.factories import NOON, TopicFactory

pytestmark = pytest.mark.django_db

WORDS = {
    "name": {"en": "Cloud", "sv": "Molnet"},
    "sentence": {"en": "News about the cloud.", "sv": "Nyheter om molnet."},
}


def test_a_topic_has_its_name_and_sentence_in_both_languages() -> None:
    topic = topics.add("cloud", **WORDS, at=NOON, by="test")
    assert (topic.named("sv"), topic.described("en")) == ("Molnet", "News about the cloud.")
    assert AuditEvent.objects.get().rule == f"topic:{topic.pk}"


@pytest.mark.parametrize("part", ["name", "sentence"])
@pytest.mark.parametrize("missing", ["", "  "])
def test_a_topic_that_lacks_a_language_is_neither_added_nor_changed(part: str, missing: str) -> None:
    topic = TopicFactory.create()
    before = list(Topic.objects.values())
    words = {**WORDS, part: {"en": "Cloud", "sv": missing}}
    with pytest.raises(TopicError):
        topics.add("cloud", **words, at=NOON, by="test")
    with pytest.raises(TopicError):
        topics.change(topic, **words, at=NOON, by="test")
    assert list(Topic.objects.values()) == before


@pytest.mark.parametrize("slug", ["all", "", "Cloud", "the_cloud", "molnet-å", "-cloud", "a" * 101])
def test_a_short_name_that_no_link_could_carry_is_refused(slug: str) -> None:
    with pytest.raises(TopicError):
        topics.add(slug, **WORDS, at=NOON, by="test")
    assert not Topic.objects.exists()


def test_two_topics_do_not_share_a_short_name() -> None:
    topic = topics.add("cloud", **WORDS, at=NOON, by="test")
    with pytest.raises(TopicError):
        topics.add("cloud", name={"en": "X", "sv": "Y"}, sentence=WORDS["sentence"], at=NOON, by="test")
    topic.refresh_from_db()
    assert topic.name == WORDS["name"]


def test_the_words_of_a_topic_change_and_its_short_name_does_not() -> None:
    topic = TopicFactory.create(slug="cloud")
    topics.change(topic, **WORDS, at=NOON, by="test")
    topic.refresh_from_db()
    assert (topic.slug, topic.named("sv")) == ("cloud", "Molnet")


def test_a_topic_that_is_gone_is_not_changed() -> None:
    topic = TopicFactory.create()
    Topic.objects.all().delete()
    with pytest.raises(TopicError):
        topics.change(topic, **WORDS, at=NOON, by="test")
    assert not AuditEvent.objects.exists()
