import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import translation

from contacts.models import Basis, Contact, Interest, Message, PolicyVersion, SignUp
from contacts.outbox import links, outbox
from contacts.people import erasure
from contacts.permission import consents, country_rules
from contacts.signups import proof
from contacts.views import channels
from contacts.words.vocabulary import Channel, MailPurpose, MailTemplate
from privacy_crm.mail import mailer
from tests.support.admin_pages import contents
from tests.support.factories import (
    DOUBTED,
    NOON,
    UNPROVEN,
    ContactFactory,
    HoldFactory,
    SignUpFactory,
    TopicFactory,
    customer,
    everything_about,
    hold,
)
from tests.support.mail_sink import Sink, part
from tests.support.mailing import announcement, send
from tests.support.preferring import FORM, encoded, prefer, reader, refusals, suppressed, token_of, unsubscribe
from tests.support.visiting import ADDRESS, press, visiting

pytestmark = pytest.mark.usefixtures("at_noon")

ALL = {"email", "phone", "post"}


@pytest.fixture
def sink(settings: Any) -> Sink:
    """Where mail goes, not yet running."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


def page(token: str, accepts: str = "en") -> str:
    return Client().get(f"/preferences/{token}/", headers={"accept-language": accepts}).content.decode()


def told(shown: str) -> dict[str, str]:
    """What the page says of each channel: on or off, and why."""
    lines = re.findall(r"<h3>([\w-]+) <span[^>]*>(\w+)</span></h3>\s*<p>(.*?)</p>", shown)
    return {name: f"{state}: {why}" for name, state, why in lines}


def ticked(shown: str) -> set[str]:
    return set(re.findall(r'name="topic" value="(\d+)"[^>]* checked', shown))


# Looking.


@pytest.mark.promise("P13")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_and_sets_no_cookie(policy: PolicyVersion, client: Client, method: str) -> None:
    TopicFactory.create()
    token = token_of(reader(policy))
    before = contents()
    answer = client.generic(method, f"/preferences/{token}/?do=everything")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert not answer.cookies
    assert contents() == before


def test_the_page_shows_nothing_that_names_the_person(policy: PolicyVersion) -> None:
    contact = reader(policy, email="aino@fjordkraft.example", phone="+46 8 465 004 99", first_name="Aino")
    shown = page(token_of(contact))
    assert [text for text in ("aino@", "004 99", "Aino") if text in shown] == []


@pytest.mark.promise("P11")
def test_each_channel_says_whether_it_is_on_and_why(policy: PolicyVersion) -> None:
    contact = reader(policy, phone="+46 8 465 004 99", address="Norrskensgränd 4", city="Stockholm")
    assert told(page(token_of(contact))) == {
        "E-mail": "on: You said yes on 24 November 2026.",
        "Phone": "off: The law where you are asks for a yes from you, and you have not given it.",
        "Post": "on: You have not said no, and the law where you are does not ask for more.",
    }


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"bounced_on": NOON}, "Mail to your address came back."),
        (DOUBTED, "Nobody has confirmed yet that this address is yours."),
        ({"left_on": NOON}, "We heard that you have left your organisation."),
        ({"restricted_through": NOON}, "Your details are only stored, as you asked."),
        ({"frozen_through": NOON}, "We pause as long as a request or a claim of yours is open."),
    ],
)
def test_what_stands_against_mail_is_said_in_plain_words(
    policy: PolicyVersion, fields: dict[str, Any], why: str
) -> None:
    assert told(page(token_of(reader(policy, **fields))))["E-mail"] == f"off: {why}"


def test_without_a_country_the_page_says_what_would_help(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    hold(contact, "whitepaper", NOON.date(), policy=policy)
    assert told(page(token_of(contact)))["E-mail"] == (
        "off: We do not know your country, so we would need a yes from you."
    )


def test_the_page_speaks_swedish(policy: PolicyVersion) -> None:
    TopicFactory.create()
    shown = page(token_of(reader(policy)), "sv")
    assert told(shown)["E-post"] == "på: Du sa ja den 24 november 2026."
    assert list(told(shown)) == ["E-post", "Telefon", "Post"]
    assert "Att köra saker på annat håll." in shown


def test_the_page_leads_to_the_persons_rights(policy: PolicyVersion) -> None:
    assert '<a href="/privacy/#rights">' in page(token_of(reader(policy)))


# Stopping.


@pytest.mark.promise("P12")
@pytest.mark.parametrize(
    ("wish", "channels"), [("everything", ALL), ("email", {"email"}), ("phone", {"phone"}), ("post", {"post"})]
)
def test_everything_or_one_channel_is_stopped(policy: PolicyVersion, wish: str, channels: set[str]) -> None:
    contact = reader(policy, "customer")
    answer = prefer(token_of(contact), do=wish)
    assert answer.status_code == 200
    assert 'role="status"' in answer.content.decode()
    assert suppressed(contact.address_hash) == channels


@pytest.mark.promise("P12")
def test_a_mail_owed_before_the_objection_is_not_sent_after_it(policy: PolicyVersion, sink: Sink) -> None:
    message = announcement(policy)
    assert message.contact
    unsubscribe(token_of(message.contact))
    with sink.open():
        send()
    message.refresh_from_db()
    assert (sink.mails, message.end, message.reason) == ([], "skipped", "objected")


@pytest.mark.promise("P12")
def test_who_is_held_for_marketing_alone_is_told_before_they_are_deleted_and_the_page_says_so(
    policy: PolicyVersion,
) -> None:
    contact = reader(policy, "prospect")
    shown = prefer(token_of(contact), do="everything").content.decode()
    assert Message.objects.get(contact=contact).template == "parting"
    assert "All marketing is stopped: by e-mail, by phone and by post." in shown
    assert "All marketing is stopped</h2>" in shown


@pytest.mark.promise("P12")
def test_somebody_who_is_not_held_can_still_stop_everything(policy: PolicyVersion) -> None:
    contact = reader(policy)
    token = token_of(contact)
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")
    assert "we hold no details that we could use for marketing" in page(token)
    prefer(token, do="everything")
    assert suppressed(contact.address_hash) == ALL


def test_somebody_reduced_to_what_a_duty_names_has_nothing_to_choose(policy: PolicyVersion) -> None:
    contact = reader(policy)
    token = token_of(contact)
    erasure.minimise({contact.pk: contact.public_id}, ["name"], day=NOON.date(), at=NOON, by="test", rule="test")
    before = everything_about(contact)
    assert "There is nothing left to choose" in page(token)
    assert prefer(token, do="topics").status_code == 410
    assert prefer(token, do="yes", yes="email").status_code == 410
    assert everything_about(contact) == before


@pytest.mark.promise("P12")
def test_the_restricted_and_the_frozen_can_object(policy: PolicyVersion) -> None:
    contact = reader(policy, frozen_through=NOON, restricted_through=NOON)
    HoldFactory.create(contact=contact)
    prefer(token_of(contact), do="everything")
    assert suppressed(contact.address_hash) == ALL


# Topics.


def test_without_a_word_of_theirs_readers_of_a_whitepaper_get_no_topic_and_customers_all(policy: PolicyVersion) -> None:
    topic = TopicFactory.create()
    assert ticked(page(token_of(reader(policy)))) == set()
    assert ticked(page(token_of(reader(policy, "customer")))) == {str(topic.pk)}


@pytest.mark.promise("L15")
def test_whoever_holds_the_mail_stops_topics_and_adds_none(policy: PolicyVersion) -> None:
    contact, (cloud, backup, other) = reader(policy), TopicFactory.create_batch(3)
    for topic in (backup, other):
        Interest.objects.create(contact=contact, topic=topic, since=NOON)
    answer = prefer(token_of(contact), do="topics", shown=[cloud.pk, backup.pk], topic=cloud.pk)
    assert ticked(answer.content.decode()) == {str(other.pk)}
    assert dict(contact.interests.values_list("topic", "wanted")) == {backup.pk: False, other.pk: True}


def test_a_topic_that_came_up_since_is_left_alone(policy: PolicyVersion) -> None:
    contact, (cloud, _other) = reader(policy, "customer"), TopicFactory.create_batch(2)
    prefer(token_of(contact), do="topics", shown=cloud.pk, topic=cloud.pk)
    assert not contact.interests.exists()


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "\x00", "１"])
def test_a_topic_that_does_not_exist_is_passed_over(policy: PolicyVersion, nonsense: str) -> None:
    contact = reader(policy)
    before = everything_about(contact)
    assert prefer(token_of(contact), do="topics", shown=nonsense, topic=nonsense).status_code == 200
    assert everything_about(contact) == before


@pytest.mark.promise("P6")
def test_choosing_is_no_activity_and_moves_no_clock(policy: PolicyVersion) -> None:
    contact, topic = reader(policy), TopicFactory.create()

    def clocks() -> list[Any]:
        person = list(Contact.objects.filter(pk=contact.pk).values("last_activity_on"))
        return [*person, *Basis.objects.filter(contact=contact).values(), *contact.activities.values()]

    before = clocks()
    for data in (
        {"do": "topics", "shown": topic.pk, "topic": topic.pk},
        {"do": "phone"},
        {"do": "yes", "yes": "phone"},
    ):
        prefer(token_of(contact), **data)
    assert clocks() == before


# Yes.


@pytest.mark.promise("P11")
def test_a_yes_counts_once_it_is_confirmed_from_the_mail(policy: PolicyVersion, sink: Sink) -> None:
    contact = customer(policy, country="SE")
    shown = page(token_of(contact))
    wording = "Yes, Nordvik Software AB may e-mail me news about related services. I can stop this at any time."
    assert wording in shown
    assert "checked" not in shown
    answer = prefer(token_of(contact), do="yes", yes="email")
    assert (answer.status_code, answer["Location"]) == (303, "/check-your-inbox/?lang=en")
    assert refusals(contact)["email"] == "no_consent"
    with sink.open():
        send()
    (mail,) = sink.mails
    assert mail["To"] == contact.email
    proof.confirm(SignUp.objects.get().public_id, consent=True, policy=policy, at=NOON, by="visitor")
    assert refusals(contact)["email"] == ""
    assert contact.permissions.get(state="consented").wording == wording


@pytest.mark.promise("L14")
def test_given_withdrawn_and_given_again_through_the_public_doors(policy: PolicyVersion, sink: Sink) -> None:
    country_rules.adopt(at=NOON, by="test")
    contact = customer(policy, email=ADDRESS, country="GB")

    def say_yes() -> None:
        prefer(token_of(contact), do="yes", yes="email")
        with sink.open():
            send()
        [link] = set(re.findall(r"/confirm/[\w.:-]+/", part(sink.mails[-1], "text/plain")))
        Client(enforce_csrf_checks=True).post(link, data=encoded({"news": "yes"}), content_type=FORM)

    prefer(token_of(contact), do="email")
    say_yes()
    assert refusals(contact)["email"] == ""
    press(visiting(contact), withdraw="email")
    assert refusals(contact)["email"] == "objected"
    assert "off: You withdrew your consent on 24 November 2026." in told(page(token_of(contact)))["E-mail"]
    say_yes()
    assert refusals(contact)["email"] == ""
    records = list(contact.consent_records.order_by("pk"))
    assert [record.state for record in records] == ["refused", "given", "withdrawn", "given"]
    assert [record.message_id for record in records if record.state == "given"] == sink.ids
    assert len({record.message_digest for record in records if record.state == "given"} - {""}) == 2


@pytest.mark.promise("L14")
def test_what_is_stopped_here_withdraws_a_consent_and_keeps_its_wording(policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE")
    told_at = {"day": NOON.date(), "at": NOON, "by": "visitor"}
    consents.give(contact, Channel.EMAIL, "Yes.", source="form", **told_at)  # type: ignore[arg-type]
    prefer(token_of(contact), do="everything")
    said = contact.consent_records.order_by("pk").values_list("channel", "state", "wording")
    assert list(said) == [
        ("email", "given", "Yes."), ("email", "withdrawn", ""), ("phone", "refused", ""), ("post", "refused", "")
    ]  # fmt: skip


@pytest.mark.promise("P12")
def test_only_such_a_yes_ends_an_objection(policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE")
    prefer(token_of(contact), do="email")
    prefer(token_of(contact), do="yes", yes="email")
    assert suppressed(contact.address_hash) == {"email"}
    proof.confirm(SignUp.objects.get().public_id, consent=True, policy=policy, at=NOON, by="visitor")
    assert suppressed(contact.address_hash) == set()
    assert refusals(contact)["email"] == ""


@pytest.mark.parametrize("yes", [[], ["fax"], ["phone"]])
def test_a_yes_to_nothing_that_is_offered_is_refused_beside_the_boxes(policy: PolicyVersion, yes: list[str]) -> None:
    contact = customer(policy, country="SE")
    before = contents()
    answer = prefer(token_of(contact), do="yes", yes=yes)
    assert answer.status_code == 422
    assert "Tick what you say yes to." in answer.content.decode()
    assert contents() == before


def test_whoever_asks_for_mail_after_mail_is_put_off_but_can_stop(policy: PolicyVersion, settings: Any) -> None:
    settings.MAILS_AN_HOUR = 1
    contact = customer(policy, country="SE", email=f"{uuid.uuid4().hex}@fjordkraft.example")
    assert prefer(token_of(contact), do="yes", yes="email").status_code == 303
    before = contents()
    answer = prefer(token_of(contact), do="yes", yes="email")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert contents() == before
    assert prefer(token_of(contact), do="everything").status_code == 200


@pytest.mark.promise("P12")
def test_a_yes_of_somebody_deleted_meanwhile_makes_nobody(policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE")
    prefer(token_of(contact), do="yes", yes="email")
    asked_for = SignUp.objects.get().public_id
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")
    with pytest.raises(proof.SignUpGoneError):
        proof.confirm(asked_for, consent=True, policy=policy, at=NOON, by="visitor")
    assert not Contact.objects.exists()


# Bad input.


@pytest.mark.parametrize("do", ["", "everything ", "fax", "\x00", "topics\r\nX: y"])
def test_a_post_without_a_known_wish_changes_nothing(policy: PolicyVersion, do: str) -> None:
    token, before = token_of(reader(policy)), contents()
    assert prefer(token, do=do).status_code == 400
    assert contents() == before


def test_a_link_that_we_did_not_write_is_refused_in_words(policy: PolicyVersion) -> None:
    token, before = token_of(reader(policy))[:-1], contents()
    answer = prefer(token, do="everything")
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()
    assert contents() == before


def test_a_body_of_another_kind_or_too_long_is_refused(policy: PolicyVersion, client: Client) -> None:
    path, before = f"/preferences/{token_of(reader(policy))}/", contents()
    assert client.post(path, '{"do": "everything"}', content_type="application/json").status_code == 415
    long = encoded({"do": "topics", "topic": "1" * 70_000})
    assert client.post(path, long, content_type="application/x-www-form-urlencoded").status_code == 413
    assert contents() == before


def test_the_link_of_a_mail_to_a_stranger_shows_nothing_to_choose(policy: PolicyVersion) -> None:
    made = SignUpFactory.create(policy_version=policy)
    assert "There is nothing left to choose" in page(links.stop_of_stranger(made.email, made))


def test_a_service_mail_still_goes_to_whoever_has_stopped_everything(policy: PolicyVersion, sink: Sink) -> None:
    contact = customer(policy)
    prefer(token_of(contact), do="everything")
    made = SignUpFactory.create(policy_version=policy, email=contact.email)
    outbox.enqueue(MailTemplate.CONFIRM, sign_up=made, purpose=MailPurpose.SERVICE, at=NOON)
    with sink.open():
        send()
    assert len(sink.mails) == Message.objects.filter(sent_at__isnull=False).count() == 1


def test_every_word_of_these_pages_is_translated() -> None:
    words = set(re.findall(r'{% translate "([^"]+)" %}', _read("templates/preferences/*.html")))
    words |= set(
        re.findall(r'_\("([^"]+)"\)', _read("privacy_crm/preferences/*.py") + _read("contacts/views/channels.py"))
    )
    assert len(words) > 50
    with translation.override("sv"):
        assert [word for word in sorted(words) if translation.gettext(word) == word] == []


def _read(pattern: str) -> str:
    return " ".join(path.read_text(encoding="utf-8") for path in django_settings.BASE_DIR.glob(pattern))


@pytest.mark.promise("L15")
@pytest.mark.parametrize(("known", "offered"), [({}, {"email", "phone", "post"}), (UNPROVEN, {"email"})])
def test_who_may_be_somebody_else_is_asked_for_a_yes_to_mail_alone(
    policy: PolicyVersion, known: dict[str, Any], offered: set[str]
) -> None:
    """A yes opens the phone number on the record, which may be another's than the reader's."""
    person = reader(policy, phone="070 1", address="Storgatan 1", city="Umeå", **known)
    for channel in Channel:
        person.permissions.update_or_create(channel=channel, defaults={"state": "objected", "given_on": NOON.date()})
    lines = channels.of_person(person, policy=policy, day=NOON.date())
    assert {line.channel for line in lines if line.asks} == offered
