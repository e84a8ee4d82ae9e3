"""Whoever holds a mail stops all marketing by its link, and deletes nobody before its reader was told (P12, L15)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from contacts.delivery import letters
from contacts.models import AuditEvent, Contact, Message, PolicyVersion, Suppression
from contacts.outbox import links
from contacts.permission import objections, permission
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import Channel
from privacy_crm.mail import mailer
from retention.lapses import parting
from retention.lapses.parting import NothingToKeepError
from tests.support.admin_pages import contents
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    hold,
    is_held,
    place,
    register,
    run,
    scenarios_of,
)
from tests.support.mail_sink import Sink
from tests.support.mailing import send
from tests.support.objecting import proven
from tests.support.preferring import ONE_CLICK, prefer, reader, suppressed, token_of, unsubscribe
from tests.support.visitors import send as post

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_noon"),
    pytest.mark.promise("P12"),
    pytest.mark.promise("L15"),
]

TODAY = NOON.date()
REASON = "stopped on the preference page"
ALL = {"email", "phone", "post"}
LATER = {
    "en": "in the next night or, if you asked us for a guide or an event, after that.",
    "sv": "nästa natt eller, om du har bett oss om en guide eller ett evenemang, därefter.",
}
ENDED = {
    "en": "a consent that you had given has ended",
    "sv": "ett samtycke som du hade lämnat har upphört",
}
DOORS = {
    "preferences": lambda token: prefer(token, do="everything"),
    "unsubscribe": lambda token: unsubscribe(token, {"do": "everything"}),
    "not me": lambda token: unsubscribe(token, {"do": "not_me"}),
}


@pytest.fixture
def prospect(policy: PolicyVersion) -> Contact:
    return reader(policy, "prospect", email="aino@fjordkraft.example")


@pytest.fixture
def sink(settings: Any) -> Sink:
    """Where mail goes, not yet running."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


def told(contact: Contact) -> Message:
    return Message.objects.get(contact=contact, template="parting")


def leave(contact: Contact) -> None:
    """The mail about it has left."""
    Message.objects.filter(contact=contact).update(sent_at=NOON)


def answer(message: Message) -> str:
    return f"/keep/{links.keep(message)}/"


@pytest.mark.parametrize("door", DOORS)
def test_it_stops_at_once_and_deletes_in_the_night_after_the_mail_has_left(
    policy: PolicyVersion, prospect: Contact, door: str
) -> None:
    DOORS[door](token_of(prospect))
    assert suppressed(prospect.address_hash) == ALL
    assert is_held(prospect)
    run(TODAY + ONE_DAY, policy)
    assert is_held(prospect)  # the mail server is slow
    leave(prospect)
    run(TODAY + 2 * ONE_DAY, policy)
    assert not is_held(prospect)
    assert suppressed(prospect.address_hash) == ALL


def test_a_mail_that_no_server_takes_keeps_nobody(policy: PolicyVersion, prospect: Contact) -> None:
    prefer(token_of(prospect), do="everything")
    Message.objects.filter(contact=prospect).update(ended_at=NOON, end="refused", reason="refused")
    run(TODAY + ONE_DAY, policy)
    assert not is_held(prospect)


def test_the_last_of_three_channels_is_all_of_them(policy: PolicyVersion, prospect: Contact) -> None:
    for channel in ("phone", "post"):
        prefer(token_of(prospect), do=channel)
    assert not Message.objects.exists()
    unsubscribe(token_of(prospect), ONE_CLICK)
    assert told(prospect)


def test_pressed_again_and_again_it_sends_one_mail(policy: PolicyVersion, prospect: Contact) -> None:
    for _again in range(3):
        prefer(token_of(prospect), do="everything")
    leave(prospect)
    prefer(token_of(prospect), do="everything")
    assert Message.objects.count() == 1


def test_whoever_stays_for_another_reason_is_not_told_of_a_deletion(policy: PolicyVersion, prospect: Contact) -> None:
    hold(prospect, "customer", TODAY, policy=policy)
    prefer(token_of(prospect), do="everything")
    assert not Message.objects.exists()
    run(TODAY + ONE_DAY, policy)
    assert scenarios_of(prospect) == ["customer"]


@pytest.mark.parametrize("reason", ["restriction", "request"])
def test_whoever_is_frozen_is_told_before_it_ends(policy: PolicyVersion, prospect: Contact, reason: str) -> None:
    place(prospect, "freeze", reason)
    prefer(token_of(prospect), do="everything")
    assert told(prospect)
    run(TODAY + ONE_DAY, policy)
    assert is_held(prospect)


def whitepaper_reader(policy: PolicyVersion) -> Contact:
    """Somebody whose guide was delivered, and whose link to it is open for seven days more."""
    contact = reader(policy)
    proven(contact, policy, NOON)
    return contact


def guest(policy: PolicyVersion) -> Contact:
    """Somebody with a place at an event that is over in a week."""
    coming = EventFactory.create(starts_at=NOON + 7 * ONE_DAY, over_at=NOON + 7 * ONE_DAY)
    contact: Contact = ContactFactory.create()
    register(contact, coming, NOON, policy=policy)
    return contact


def reader_and_prospect(policy: PolicyVersion) -> Contact:
    contact = whitepaper_reader(policy)
    hold(contact, "prospect", TODAY, policy=policy)
    return contact


@pytest.mark.parametrize("made", [whitepaper_reader, guest, reader_and_prospect])
@pytest.mark.parametrize("door", DOORS)
def test_whoever_is_deleted_later_is_told_as_well(
    policy: PolicyVersion, door: str, made: Callable[[PolicyVersion], Contact]
) -> None:
    contact = made(policy)
    DOORS[door](token_of(contact))
    assert told(contact)
    leave(contact)
    run(TODAY + ONE_DAY, policy)
    assert is_held(contact)
    run(TODAY + 9 * ONE_DAY, policy)
    assert not is_held(contact)


@pytest.mark.parametrize("made", [whitepaper_reader, guest])
def test_the_answer_counts_until_the_deletion(
    policy: PolicyVersion, client: Client, made: Callable[[PolicyVersion], Contact]
) -> None:
    contact = made(policy)
    prefer(token_of(contact), do="everything")
    leave(contact)
    run(TODAY + 6 * ONE_DAY, policy)
    assert "We keep your details" in post(client, answer(told(contact)), {}).content.decode()
    run(TODAY + 9 * ONE_DAY, policy)
    assert is_held(contact)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_each_page_says_when_they_are_deleted(prospect: Contact, client: Client, language: str) -> None:
    token = token_of(prospect)
    pages = [client.get(f"/{name}/{token}/", {"lang": language}) for name in ("preferences", "unsubscribe")]
    pages.append(unsubscribe(token, {"do": "everything", "lang": language}))
    assert [page for page in pages if LATER[language] not in page.content.decode()] == []


def test_the_mail_reaches_them_and_its_button_keeps_them(
    policy: PolicyVersion, prospect: Contact, settings: Any, client: Client, sink: Sink
) -> None:
    prefer(token_of(prospect), do="everything")
    with sink.open():
        send()
    (mail,) = sink.mails
    said = " ".join(mail.get_body().get_content().split())
    assert "we will delete them in the coming night" in said
    link = re.findall(rf"{settings.SITE_URL}(/keep/\S+)", said)[0]
    before = contents()
    assert "It was not me: keep my details" in client.get(link).content.decode()
    assert contents() == before
    assert "We keep your details" in post(client, link, {}).content.decode()
    run(TODAY + ONE_DAY, policy)
    assert is_held(prospect)
    assert suppressed(prospect.address_hash) == set()
    assert not prospect.permissions.filter(state="objected").exists()
    assert AuditEvent.objects.get(code="objection.taken_back").public_id == prospect.public_id


def test_what_they_objected_to_before_stays(policy: PolicyVersion, prospect: Contact) -> None:
    said = {"public_id": prospect.public_id, "reason": "told us by phone", "by": "user:7", "at": NOON}
    objections.record(str(prospect.address_hash), channels=[Channel.PHONE], day=TODAY, **said)  # type: ignore[arg-type]
    prefer(token_of(prospect), do="everything")
    parting.keep(told(prospect).public_id, at=NOON, by="visitor")
    assert suppressed(prospect.address_hash) == {"phone"}
    assert permission.of_one(prospect, day=TODAY)[Channel.PHONE] == "objected"


@pytest.mark.parametrize("own", ["email", "phone"])
def test_what_they_stopped_themselves_on_that_day_stays(policy: PolicyVersion, prospect: Contact, own: str) -> None:
    prefer(token_of(prospect), do=own)
    prefer(token_of(prospect), do="everything")
    parting.keep(told(prospect).public_id, at=NOON, by="visitor")
    assert suppressed(prospect.address_hash) == {own}
    assert list(prospect.permissions.filter(state="objected").values_list("channel", flat=True)) == [own]


def test_what_another_address_of_their_mailbox_had_stopped_stays(policy: PolicyVersion, prospect: Contact) -> None:
    tagged = reader(policy, "customer", email="aino+news@fjordkraft.example")
    objections.record(
        str(tagged.address_hash), public_id=None, channels=[Channel.POST], reason=REASON, day=TODAY, at=NOON, by="test"
    )
    prefer(token_of(prospect), do="everything")
    parting.keep(told(prospect).public_id, at=NOON, by="visitor")
    assert permission.of_one(prospect, day=TODAY)[Channel.POST] == "objected"


@pytest.mark.promise("L20")
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_consent_that_was_ended_stays_ended_and_mail_and_pages_say_so(
    policy: PolicyVersion, prospect: Contact, client: Client, language: str
) -> None:
    Contact.objects.update(language=language)
    prefer(token_of(prospect), do="everything")
    mail, link = told(prospect), answer(told(prospect))
    pages = [client.get(link, {"lang": language}), post(client, link, {"lang": language})]
    said = [str(letters.write(mail, policy=policy, at=NOON).body), *(page.content.decode() for page in pages)]
    assert [text for text in said if ENDED[language] not in " ".join(text.split()).lower()] == []
    assert permission.of_one(prospect, day=TODAY)[Channel.EMAIL] == Refusal.NO_CONSENT


def test_an_answer_counts_once_and_another_objection_is_told_anew(policy: PolicyVersion, prospect: Contact) -> None:
    prefer(token_of(prospect), do="everything")
    first = told(prospect)
    parting.keep(first.public_id, at=NOON, by="visitor")
    prefer(token_of(prospect), do="everything")
    assert Message.objects.filter(contact=prospect, template="parting").count() == 2
    with pytest.raises(NothingToKeepError):
        parting.keep(first.public_id, at=NOON, by="visitor")
    assert suppressed(prospect.address_hash) == ALL


def test_a_mail_that_is_answered_before_it_leaves_is_not_sent(
    policy: PolicyVersion, prospect: Contact, sink: Sink
) -> None:
    prefer(token_of(prospect), do="everything")
    parting.keep(told(prospect).public_id, at=NOON, by="visitor")
    with sink.open():
        send()
    assert sink.mails == []
    assert told(prospect).reason == "called back"


@pytest.mark.parametrize("posts", [False, True])
def test_after_the_deletion_the_link_has_ended(
    policy: PolicyVersion, prospect: Contact, client: Client, posts: bool
) -> None:
    prefer(token_of(prospect), do="everything")
    link = answer(told(prospect))
    Contact.objects.all().delete()
    assert (post(client, link, {}) if posts else client.get(link)).status_code == 410
    assert Suppression.objects.count() == len(ALL)


def test_a_link_that_nobody_sealed_does_nothing(policy: PolicyVersion, client: Client) -> None:
    assert client.get("/keep/made-up/").status_code == 404
