"""Somebody with a row in every table that a package is made of, marked by a word, so that two can be told apart."""

import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import Any

from django.contrib.auth.models import User

from contacts.base import audit
from contacts.models import (
    Activity,
    AffectedPerson,
    Bounce,
    Breach,
    BreachLetter,
    ChannelPermission,
    ConsentRecord,
    Contact,
    Disclosure,
    FoodPreference,
    Interest,
    Message,
    PolicyTelling,
    PolicyVersion,
    ProposedDetail,
    Recipient,
    RecipientNotice,
    SignUp,
    Strike,
    Suppression,
    System,
    Tombstone,
    Topic,
    Upload,
    UploadedDifference,
)
from contacts.personal_data import Field
from contacts.words.addresses import hashes
from dsr.models import (
    Attachment,
    Enclosure,
    Entry,
    Evidence,
    Handover,
    Paper,
    Representative,
    Request,
    Subject,
    SystemTask,
)
from dsr.package import walking
from tests.support.factories import (
    NOON,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    SignUpFactory,
    TopicFactory,
    WhitepaperFactory,
    agree,
    hold,
    place,
    register,
)
from tests.support.listing import made
from tests.support.mailings import drafted

TODAY = NOON.date()
BEFORE = dt.datetime(2026, 6, 1, 8, 30, tzinfo=dt.UTC)


def somebody(policy: PolicyVersion, mark: str, **fields: Any) -> Contact:
    """A person of whom every table holds something that says `mark`."""
    organisation = OrganisationFactory.create(name=f"{mark} organisation")
    agree(organisation, None, reference=f"{mark} agreement")
    contact = ContactFactory.create(
        email=f"{mark.lower()}@fjordkraft.example",
        **hashes(f"{mark.lower()}@fjordkraft.example"),
        organisation=organisation,
        **{"first_name": f"{mark} first", "last_name": f"{mark} last", "job_title": f"{mark} title"} | fields,
    )
    Contact.objects.filter(pk=contact.pk).update(
        phone=f"+46 {mark}", address=f"{mark} road", postal_code="111 22", city=f"{mark} city", country="SE",
        language="sv", company=f"{mark} company", corrected=["phone"], bounced_on=TODAY,
        left_on=TODAY,
    )  # fmt: skip
    contact.refresh_from_db()
    _reasons(contact, policy, mark)
    _deeds(contact, policy, mark)
    _outbox(contact, policy, mark)
    _requests(contact, mark)
    return contact


def _reasons(contact: Contact, policy: PolicyVersion, mark: str) -> None:
    told = {"informed_on": TODAY, "policy_shown": policy, "policy_shown_on": TODAY}
    hold(contact, "customer", BEFORE.date(), policy=policy, source=f"{mark} source", **told)
    prospect = hold(contact, "prospect", BEFORE.date(), policy=policy, source=f"{mark} list", source_kind="third_party")
    PolicyTelling.objects.create(
        basis=prospect, version=policy, way="mail", told_on=TODAY, mail=contact.public_id, bounced_on=TODAY
    )
    held = place(contact, "duty", "bookkeeping", until=dt.date(2033, 12, 31))
    type(held).objects.filter(pk=held.pk).update(legal_reference=f"{mark} law", financial_year_ended_on=TODAY)
    place(contact, "freeze", "restriction")
    audit.record("contact.viewed", at=NOON, by="user:471100471100", public_id=contact.public_id, rule=f"{mark} rule")


def _deeds(contact: Contact, policy: PolicyVersion, mark: str) -> None:
    event = EventFactory.create(title=f"{mark} event")
    paper = WhitepaperFactory.create(title=f"{mark} paper")
    place_at = register(contact, event, BEFORE, policy=policy, food=f"{mark} food")
    type(place_at).objects.filter(pk=place_at.pk).update(attended_at=NOON, active_before=TODAY, cancelled_at=NOON)
    Activity.objects.create(contact=contact, kind="download", occurred_at=BEFORE, reference=paper.slug)
    topic: Topic = TopicFactory.create(name={"en": f"{mark} topic", "sv": f"{mark} ämne"})
    Interest.objects.create(contact=contact, topic=topic, since=TODAY)
    said = {"given_on": TODAY, "source": f"{mark} page"}
    ChannelPermission.objects.create(contact=contact, channel="email", state="consented", wording=f"{mark} yes", **said)
    ChannelPermission.objects.create(contact=contact, channel="phone", state="objected", **said)
    Suppression.objects.create(
        address_hash=contact.address_hash or "", mailbox_hash=contact.mailbox_hash or "", channel="phone", since=TODAY
    )
    Tombstone.objects.create(
        address_hash=contact.address_hash or "", mailbox_hash=contact.mailbox_hash or "", erased_on=TODAY, ends_on=TODAY
    )
    ConsentRecord.objects.create(
        contact=contact, channel="email", state="given", said_on=TODAY, method="double_opt_in", source=f"{mark} page",
        controller=f"{mark} AB", wording=f"{mark} yes", language="sv", policy_version=policy, ticked_at=BEFORE,
        recorded_at=NOON, withdraw_at=f"https://nordvik.example/{mark}", message_id=f"<{mark}@nordvik.example>",
        message_digest=hashlib.sha256(mark.encode()).hexdigest(),
    )  # fmt: skip
    waiting = SignUpFactory.create(
        kind="event", scenario="event", event=event, email=contact.email, first_name=f"{mark} typed",
        policy_version=policy, consents={"email": f"{mark} ticked"}, created_at=NOON, phone=f"+46 {mark} typed",
        company=f"{mark} typed", job_title=f"{mark} typed", address=f"{mark} typed", postal_code="111 22",
        city=f"{mark} typed", country="SE", arrived_at=NOON,
    )  # fmt: skip
    FoodPreference.objects.create(sign_up=waiting, preference=f"{mark} waiting food", consented_at=NOON)
    proven = SignUpFactory.create(
        kind="whitepaper", scenario="whitepaper", whitepaper=paper, policy_version=policy, created_at=BEFORE
    )
    SignUp.objects.filter(pk=proven.pk).update(
        contact=contact, confirmed_at=NOON, email="", first_name="", last_name="", source=f"{mark} door"
    )
    proposed = {"typed": {"phone": f"+46 {mark} proposed"}, "source": f"{mark} form", "sign_up": proven}
    ProposedDetail.objects.create(contact=contact, detail="phone", proposed_at=NOON, **proposed)
    _differs(contact, mark)


def _differs(contact: Contact, mark: str) -> None:
    """Have a list say something else of somebody than their record does, which stays."""
    whose, _ = User.objects.get_or_create(username="importer")
    upload = Upload.objects.create(uploaded_by=whose, uploaded_at=NOON, file_format="csv", mode="update")
    said = {"old": f"{mark} old", "new": f"{mark} new", "reason": "frozen"}
    UploadedDifference.objects.create(upload=upload, contact=contact, detail="city", **said)


def _outbox(contact: Contact, policy: PolicyVersion, mark: str) -> None:
    event, paper = EventFactory.create(title=f"{mark} meeting"), WhitepaperFactory.create(title=f"{mark} print")
    when = {"created_at": BEFORE, "not_before": BEFORE}
    Message.objects.create(
        template="registered",
        purpose="service",
        contact=contact,
        event=event,
        whitepaper=paper,
        sent_at=NOON,
        digest=hashlib.sha256(mark.encode()).hexdigest(),
        **when,
    )
    Message.objects.create(
        template="announce",
        purpose="marketing",
        contact=contact,
        ended_at=NOON,
        end="skipped",
        reason="left",
        refused_at=BEFORE,
        reply="451 4.7.1 greylisted",
        **when,
    )
    Message.objects.create(
        template="written", purpose="information", contact=contact, address=contact.email or "", forget_at=NOON,
        written={"subject": f"{mark} letter", "parts": [{"kind": "text", "text": f"{mark} lines"}]}, **when,
    )  # fmt: skip
    trusted = {"address_trust": "unproven", "address_trust_reason": "list"}
    Bounce.objects.create(contact=contact, at=NOON, reply=f"550 5.1.1 {mark} unknown", **trusted)
    mailing = drafted(name=f"{mark} campaign", subject={"en": f"{mark} news", "sv": f"{mark} nytt"})
    Message.objects.create(
        template="mailing", purpose="marketing", contact=contact, mailing=mailing, sent_at=NOON, **when
    )
    breach = Breach.objects.create(
        title=f"{mark} breach", happened="lost", kinds=["confidentiality"], aware_at=BEFORE, contact_point="us"
    )
    AffectedPerson.objects.create(breach=breach, contact=contact, told_at=NOON, fate="told")
    told = BreachLetter.objects.create(
        breach=breach, texts={}, contact_point="us", approved_at=BEFORE, approved_by="user:1"
    )
    Message.objects.create(
        template="breach", purpose="service", contact=contact, breach_letter=told, sent_at=NOON, **when
    )
    recipient = Recipient.objects.create(
        name=f"{mark} Print Ltd", kind="processor", service=f"{mark} prints and posts", country="GB",
        agreement_from=BEFORE.date(), purposes=["customer"], safeguard="adequacy", contact_email="dpo@print.example",
        safeguard_reference=f"{mark} decision",
    )  # fmt: skip
    Disclosure.objects.create(
        contact=contact, recipient=recipient, at=BEFORE, kind="mailing", purpose="customer", batch=contact.public_id
    )
    Strike.objects.create(audience=made(), reference=contact.public_id, kind="objected", created_at=NOON)
    RecipientNotice.objects.create(
        recipient=recipient, reference=contact.public_id, kind="rectified", details=["phone"], created_at=BEFORE,
        not_before=BEFORE, sent_at=NOON, acknowledged_at=NOON, acknowledged_by="link",
    )  # fmt: skip


def _requests(contact: Contact, mark: str) -> None:
    request = Request.objects.create(
        kind="erasure", state="closed", outcome="refused", ground="objected", refusal="legal_duty", source="form",
        received_on=BEFORE.date(), safe_on=TODAY, legal_on=TODAY, extended_on=TODAY, reminded_on=TODAY,
        agreed_by=TODAY, closed_on=TODAY, paused_days=3, passed_on_by="user:471200471200",
    )  # fmt: skip
    Entry.objects.create(request=request, at=NOON, by="visitor", step="proven")
    Request.objects.create(
        kind="access", state="asked", source="email", received_on=TODAY, safe_on=TODAY, legal_on=TODAY,
        paused_since=TODAY, address_hash=contact.address_hash or "",
    )  # fmt: skip
    Subject.objects.create(request=request, contact=contact)
    Evidence.objects.create(
        request=request, number=f"{mark} number", kind="answer", address_hash=contact.address_hash or "",
        sealed_at=BEFORE, ends_on=TODAY, content=b"sealed",
    )  # fmt: skip
    Paper.objects.create(
        request=request, contact=contact, kind="statement", at=NOON, text=f"{mark} wish", data={"old": f"{mark} old"}
    )
    came = Paper.objects.create(request=request, contact=contact, kind="incoming", at=NOON, text=f"{mark} scan")
    Attachment.objects.create(paper=came, name=f"{mark} scan.pdf", size=4, content=b"%PDF")
    Representative.objects.create(
        request=request, contact=contact, kind="lawyer", name=f"{mark} lawyer", email=f"{mark.lower()}@law.example",
        post=f"{mark} street", proof="power", issued_by=f"{mark} issuer", issued_on=TODAY, seen_by="user:471200471200",
        seen_on=TODAY, scope=["erasure"], ends_on=TODAY, entered_at=NOON, untold=f"{mark} why", agreed_on=TODAY,
        ended_at=NOON, end="ended",
    )  # fmt: skip
    Handover.objects.create(request=request, contact=contact, portable=False, created_at=BEFORE, expires_at=NOON)
    system = System.objects.create(
        name=f"{mark} system", holds="x", scenarios=["event"], owner_email="owner@nordvik.example", ended_on=TODAY
    )
    task = SystemTask.objects.create(
        request=request, system=system, opened_at=BEFORE, not_before=BEFORE, due_on=TODAY, answer="done",
        answered_at=NOON, answered_by="user:471200471200",
    )  # fmt: skip
    SystemTask.objects.create(
        request=request, system=system, opened_at=BEFORE, not_before=BEFORE, due_on=TODAY, called_off_at=NOON
    )
    Enclosure.objects.create(request=request, contact=contact, task=task, name=f"{mark}.csv", content=b"x", at=NOON)


def exported() -> dict[str, list[str]]:
    """What the apps export of whom, by their own tables: independent of how a package finds it."""
    tables: dict[str, dict[str, Field]] = walking.named()
    return {label: names for label, table in tables.items() if (names := [n for n, f in table.items() if f.exported])}


def unzipped(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def data_of(package: bytes, name: str = "access.json") -> Any:
    return json.loads(unzipped(package)[name])
