"""What a provider reports of a mail: Postmark's own payloads, as its documentation shows them."""

import base64
import uuid
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from contacts.models import AuditEvent, Contact, Message, PolicyVersion, Suppression
from contacts.permission import permission
from contacts.signups import proof
from contacts.words.addresses import hashes, keyed_hash
from contacts.words.vocabulary import MailTemplate
from privacy_crm import mail, urls
from tests.contacts.delivery.test_mail import PROVIDERS
from tests.support.factories import NOON, UNPROVEN, everything_about
from tests.support.mailing import confirmation, owed, reader

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.support.webhook_urls"),
    pytest.mark.usefixtures("at_noon", "guarded"),
]


SECRET = "provider:secret"


@pytest.fixture
def guarded(settings: Any) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def report(
    message: Message | uuid.UUID | str, kind: str, address: str, *, secret: str = SECRET, **more: Any
) -> HttpResponse:
    number = message.public_id if isinstance(message, Message) else message
    payload = {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "MessageStream": "outbound",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"message": str(number)},
        "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "Test bounce details",
        "Email": address,
        "From": "crm@nordvik.example",
        "BouncedAt": "2026-11-24T16:33:54.9070259Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Test subject",
        "Content": "<Full dump of bounce>",
        **more,
    }
    return Client().post(
        "/anymail/postmark/tracking/",
        payload,
        content_type="application/json",
        headers={"authorization": "Basic " + base64.b64encode(secret.encode()).decode()},
    )


@pytest.fixture
def message(policy: PolicyVersion) -> Message:
    """A mail to a guest who may be written to."""
    message = owed(MailTemplate.REGISTERED, policy, email="aino@fjordkraft.example", country="SE")
    message.contact.permissions.create(channel="email", state="consented", given_on=NOON.date())
    assert refusal(message) == ""
    return message


def refusal(message: Message) -> str:
    return permission.of_one(Contact.objects.get(pk=message.contact_id), day=NOON.date())["email"]


def test_an_address_that_bounces_is_not_written_to_again(message: Message) -> None:
    assert report(message, "HardBounce", "Aino@Fjordkraft.example").status_code == 200
    assert Contact.objects.get().bounced_on == NOON.date()
    assert refusal(message) == "bouncing"
    assert AuditEvent.objects.get(code="address.bounced").by == "provider:postmark"


def test_a_bounce_that_is_reported_twice_is_noted_once(message: Message) -> None:
    for _ in range(2):
        report(message, "HardBounce", "aino@fjordkraft.example")
    assert AuditEvent.objects.filter(code="address.bounced").count() == 1


def test_a_bounce_of_an_address_they_no_longer_have_changes_nothing(message: Message) -> None:
    before = everything_about(message.contact)
    assert report(message, "HardBounce", "former@fjordkraft.example").status_code == 200
    assert everything_about(message.contact) == before


@pytest.mark.promise("L15")
@pytest.mark.parametrize(("kind", "doubted"), [("SpamComplaint", True), ("HardBounce", True), ("SoftBounce", False)])
def test_a_report_about_an_address_that_nobody_has_proven_doubts_it(message: Message, kind: str, doubted: bool) -> None:
    Contact.objects.update(**UNPROVEN)
    report(message, kind, "aino@fjordkraft.example")
    assert (Contact.objects.get().address_trust == "doubted") == doubted


@pytest.mark.promise("P12")
def test_a_complaint_is_an_objection_to_mail(message: Message) -> None:
    assert report(message, "SpamComplaint", "aino@fjordkraft.example").status_code == 200
    assert refusal(message) == "objected"
    assert list(Suppression.objects.values_list("channel", "reason")) == [("email", "complaint")]
    [record] = message.contact.consent_records.all()
    assert (record.state, record.method, record.source) == ("withdrawn", "provider", "complaint")
    assert Contact.objects.get().bounced_on is None


@pytest.mark.promise("P12")
def test_a_stranger_who_complains_is_not_written_to_about_news(policy: PolicyVersion) -> None:
    asked = confirmation(policy, email="aino@fjordkraft.example")
    report(asked, "SpamComplaint", "aino@fjordkraft.example")
    assert Suppression.objects.get().address_hash == keyed_hash("aino@fjordkraft.example")
    assert not Contact.objects.exists()


@pytest.mark.promise("P12")
def test_a_complaint_about_the_first_mail_counts_once_the_address_is_proven(policy: PolicyVersion) -> None:
    asked = confirmation(policy, email="aino@fjordkraft.example")
    assert asked.sign_up
    proven = proof.confirm(asked.sign_up.public_id, consent=False, policy=policy, at=NOON, by="visitor").contact
    Contact.objects.filter(pk=proven.pk).update(email="now@fjordkraft.example", **hashes("now@fjordkraft.example"))
    report(asked, "SpamComplaint", "aino@fjordkraft.example")
    assert permission.of_one(proven, day=NOON.date())["email"] == "objected"
    assert Suppression.objects.get().address_hash == keyed_hash("now@fjordkraft.example")


def test_a_strangers_address_that_bounces_is_nobodys(policy: PolicyVersion) -> None:
    asked = confirmation(policy, email="aino@fjordkraft.example")
    somebody = reader(policy, asked.sign_up.whitepaper, email="aino@fjordkraft.example")
    before = everything_about(somebody)
    assert report(asked, "HardBounce", "aino@fjordkraft.example").status_code == 200
    assert everything_about(somebody) == before


NO_BOUNCE = ["SoftBounce", "VirusNotification", "Transient", "AutoResponder", "DnsError", "ChallengeVerification"]


@pytest.mark.parametrize("kind", NO_BOUNCE)
def test_what_is_no_permanent_bounce_stops_nothing(kind: str, message: Message) -> None:
    before = everything_about(message.contact)
    assert report(message, kind, "aino@fjordkraft.example").status_code == 200
    assert everything_about(message.contact) == before


def test_a_provider_that_stops_an_address_itself_says_by_what(message: Message) -> None:
    stopped = {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"}
    report(message, "", "aino@fjordkraft.example", **stopped, Type=None)
    assert Contact.objects.get().bounced_on == NOON.date()


def mailjet(*, permanent: bool) -> dict[str, Any]:
    return {"event": "bounce", "hard_bounce": permanent, "error": "user unknown"}


def sparkpost(bounce_class: str) -> dict[str, Any]:
    return {"msys": {"message_event": {"type": "bounce", "bounce_class": bounce_class}}}


# How each provider says that a bounce is permanent, and how that it is not: the library calls both "bounced".
BOUNCES = [
    ("Amazon SES", {"bounce": {"bounceType": "Permanent"}}, {"bounce": {"bounceType": "Transient"}}),
    ("Amazon SES", {"bounce": {"bounceType": "Permanent"}}, {"bounce": {"bounceType": "Undetermined"}}),
    ("Brevo", {"event": "hard_bounce"}, {"event": "soft_bounce"}),
    ("Brevo", {"event": "invalid_email"}, {"event": "soft_bounce"}),
    ("MailerSend", {"data": {"type": "hard_bounced"}}, {"data": {"type": "soft_bounced"}}),
    ("Mailgun", {"event-data": {"severity": "permanent"}}, None),  # the library itself calls a temporary one deferred
    ("Mailjet", mailjet(permanent=True), mailjet(permanent=False)),
    ("Resend", {"data": {"bounce": {"type": "Permanent"}}}, {"data": {"bounce": {"type": "Transient"}}}),
    ("Resend", {"data": {"bounce": {"type": "Permanent"}}}, {"data": {"bounce": {"message": "inbox was full"}}}),
    ("SendGrid", {"event": "bounce", "type": "bounce"}, {"event": "bounce", "type": "blocked"}),
    ("SparkPost", sparkpost("10"), sparkpost("22")),
    ("SparkPost", sparkpost("30"), sparkpost("40")),
]


def tell(message: Message, provider: str, payload: dict[str, Any], kind: str = EventType.BOUNCED) -> None:
    event = AnymailTrackingEvent(
        event_type=kind,
        reject_reason=RejectReason.BOUNCED,
        recipient="aino@fjordkraft.example",
        metadata={"message": str(message.public_id)},
        esp_event=payload,
    )
    tracking.send(sender=None, event=event, esp_name=provider)


@pytest.mark.parametrize(("provider", "permanent", "temporary"), BOUNCES)
def test_a_permanent_bounce_alone_stops_the_mail_and_closes_my_data(
    message: Message, provider: str, permanent: dict[str, Any], temporary: dict[str, Any] | None
) -> None:
    before = everything_about(message.contact)
    if temporary:
        tell(message, provider, temporary)
        assert everything_about(message.contact) == before
    tell(message, provider, permanent)
    assert Contact.objects.get().bounced_on == NOON.date()
    assert Contact.objects.get().address_trust == "doubted"


@pytest.mark.promise("L15")
@pytest.mark.parametrize(
    ("said", "marks"),
    [
        ("smtp;550 5.1.1 The email account that you tried to reach does not exist", True),
        ("smtp;550 Relaying denied", False),
        ("smtp;554 5.7.1 blocked by a list", False),
        ("5.1.1", True),
        ("Test bounce details", True),  # no reply of a server: the provider's own word decides
    ],
)
def test_what_the_mail_server_said_decides_where_a_provider_passes_it_on(
    said: str, marks: bool, message: Message
) -> None:
    report(message, "HardBounce", "aino@fjordkraft.example", Details=said)
    assert bool(Contact.objects.get().bounced_on) == marks


@pytest.mark.parametrize(("error", "stops"), [("user unknown", True), ("quota exceeded", False)])
def test_a_full_mailbox_to_which_a_provider_sends_no_more_stops_nothing(
    message: Message, error: str, stops: bool
) -> None:
    tell(message, "Mailjet", {"event": "blocked", "error": error}, EventType.REJECTED)
    assert bool(Contact.objects.get().bounced_on) == stops


@pytest.mark.parametrize("number", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
@pytest.mark.parametrize("kind", ["HardBounce", "SpamComplaint"])
def test_a_mail_is_found_by_its_number_and_never_by_its_address(kind: str, number: str, message: Message) -> None:
    before = everything_about(message.contact)
    assert report(number, kind, "aino@fjordkraft.example").status_code == 200
    assert everything_about(message.contact) == before
    assert not Suppression.objects.exists()


def test_a_report_without_the_secret_is_refused(message: Message) -> None:
    before = everything_about(message.contact)
    assert report(message, "HardBounce", "aino@fjordkraft.example", secret="provider:guessed").status_code == 400
    assert everything_about(message.contact) == before


@pytest.mark.urls("privacy_crm.urls")
def test_without_a_secret_nobody_can_report_anything() -> None:
    assert urls.provider_reports("", "postmark") == []
    with pytest.raises(Resolver404):
        resolve("/anymail/postmark/tracking/")


# The library says at each report that nobody tests its code for SendGrid any more.
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_strangers_find_the_provider_that_carries_our_mail_and_are_refused_there(provider: str, settings: Any) -> None:
    if key := mail.SIGNED_WITH.get(provider):
        settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, key: "signed"}
    settings.ROOT_URLCONF = tuple(urls.provider_reports(SECRET, provider))
    answered = {each: Client().post(f"/anymail/{each}/tracking/").status_code for each in PROVIDERS}
    assert answered.pop(provider) == 400
    assert set(answered.values()) == {404}
    assert Client().post(f"/anymail/{provider}/inbound/").status_code == 404


def test_without_a_provider_there_is_nowhere_to_report_to() -> None:
    assert urls.provider_reports(SECRET, mail.provider("smtp://mail.example")) == []
