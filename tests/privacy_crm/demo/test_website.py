"""What the demo puts on its website, in a small world of its own."""

import tomllib
from typing import Any

import pytest

from contacts.information import informing
from contacts.models import Contact, Event, Interest, Message, PolicyVersion, SignUp, Topic, Whitepaper
from contacts.signups.sign_ups import is_full
from contacts.signups.whitepapers import PDF, media_type
from privacy_crm.demo import website
from privacy_crm.demo.cast import TOPICS
from tests.support.factories import (
    NOON,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    RegistrationFactory,
    agree,
    contact_of,
    do,
    hold,
)


def words() -> dict[str, Any]:
    return tomllib.loads((website.HERE / "website.toml").read_text(encoding="utf-8"))


@pytest.fixture
def opened(policy: PolicyVersion) -> None:
    for slug in words()["events"]:
        EventFactory.create(slug=slug, kind="webinar" if slug == "zero-downtime" else "physical")
    RegistrationFactory.create_batch(3, event=Event.objects.get(slug="nordic-summit"))
    organisation = OrganisationFactory.create(name="Granvik Logistik AB")
    agree(organisation, None)
    contact_of(organisation, "customer", policy, email="old@granvik-logistik.example")
    unreached = ContactFactory.create(email="unreached@granvik.example")
    hold(unreached, "prospect", NOON.date(), policy=policy, source_kind="public")
    do(ContactFactory.create(email="reader@granvik.example"), "download", NOON, policy, TOPICS[0])
    website.open_up(policy, NOON)


@pytest.mark.usefixtures("opened")
def test_the_whitepapers_are_real_files_that_are_counted_by_what_people_did() -> None:
    published = Whitepaper.objects.published(NOON)
    assert sorted(paper.slug for paper in published) == sorted(TOPICS)
    for paper in published:
        with paper.file.open("rb") as file:
            assert media_type(file) == PDF


def test_the_same_words_make_the_same_pdf(policy: PolicyVersion) -> None:
    for paper in words()["whitepapers"]:
        topics = [Topic(slug=slug, **words()["topics"][slug]) for slug in paper["topics"]]
        first, second = (website.typeset(paper, topics, policy.controller) for _ in range(2))
        assert first == second


def test_everything_on_the_website_has_words_in_both_languages() -> None:
    told = words()
    texts = [entry["summary"] for entry in (*told["whitepapers"], *told["events"].values())]
    texts += [topic[field] for topic in told["topics"].values() for field in ("name", "sentence")]
    assert len(texts) > 15
    assert all(set(text) == {"en", "sv"} and all(text.values()) for text in texts)


@pytest.mark.usefixtures("opened")
def test_one_coming_event_is_nearly_full_one_has_many_places_and_one_takes_no_sign_ups() -> None:
    summit, webinar, supper = (
        Event.objects.get(slug=slug) for slug in ("nordic-summit", "zero-downtime", "supper-with-engineers")
    )
    assert summit.capacity == 5
    assert not is_full(summit)
    assert (summit.signup_open, webinar.signup_open, supper.signup_open) == (True, True, False)
    assert webinar.link
    assert not Message.objects.filter(template="moved").exists()


@pytest.mark.usefixtures("opened")
def test_three_people_wait_and_are_owed_their_mails() -> None:
    waiting = SignUp.objects.waiting()
    assert sorted(waiting.values_list("kind", flat=True)) == ["event", "event", "whitepaper"]
    assert Message.objects.due(NOON).filter(sign_up__in=waiting).count() == 3


@pytest.mark.usefixtures("opened")
def test_a_registered_customer_waits_to_be_matched() -> None:
    assert [person.company for person in Contact.objects.unmatched()] == ["granvik logistik"]


@pytest.mark.usefixtures("opened")
def test_an_officer_finds_somebody_to_write_to_by_post() -> None:
    waiting = informing.unreached(Contact.objects.all(), day=NOON.date())
    assert [person.email for person in waiting] == ["unreached@granvik.example"]


@pytest.mark.usefixtures("opened")
def test_people_are_interested_in_what_they_asked_for() -> None:
    shown = Interest.objects.filter(contact__email="reader@granvik.example").values_list("topic__slug", flat=True)
    assert sorted(shown) == ["operations", "security"]


def test_nobody_who_signs_up_could_be_real(opened: None) -> None:
    addresses = [*SignUp.objects.waiting().values_list("email", flat=True), Contact.objects.unmatched().get().email]
    assert all(str(address).endswith(".example") for address in addresses)
