import pytest

from contacts.models import Contact, Interest, PolicyVersion, Topic
from tests.support.factories import DUE, SPRING, ContactFactory, customer, hold, run

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P6")]


def interested(contact: Contact) -> Contact:
    """Somebody who wants to hear of one topic and not of another."""
    for slug, wanted in (("cloud", True), ("security", False)):
        topic = Topic.objects.create(slug=slug, name={"en": slug}, sentence={"en": slug})
        Interest.objects.create(contact=contact, topic=topic, wanted=wanted, since=SPRING)
    return contact


def topics_of(contact: Contact) -> set[tuple[str, bool]]:
    return set(contact.interests.values_list("topic__slug", "wanted"))


def test_the_interest_that_a_whitepaper_showed_lapses_with_it_and_a_no_stays(policy: PolicyVersion) -> None:
    contact = interested(customer(policy))
    hold(contact, "whitepaper", SPRING, policy=policy)
    run(DUE, policy)
    assert topics_of(contact) == {("security", False)}


def test_an_interest_stays_while_another_activity_scenario_stands(policy: PolicyVersion) -> None:
    contact = interested(ContactFactory.create())
    hold(contact, "prospect", SPRING, policy=policy)
    hold(contact, "event", DUE, policy=policy)
    run(DUE, policy)
    assert topics_of(contact) == {("cloud", True), ("security", False)}


def test_interests_go_with_the_person(policy: PolicyVersion) -> None:
    hold(interested(ContactFactory.create()), "whitepaper", SPRING, policy=policy)
    run(DUE, policy)
    assert not Interest.objects.exists()
