"""A person's page: kept until, three marks and four buttons first, then why, the timeline, evidence and the fields."""

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.live_server_helper import LiveServer

from contacts.models import Activity, ChannelPermission, Contact, Message, PolicyVersion
from contacts.permission import consents, objections
from contacts.words.vocabulary import Channel, PermissionState
from privacy_crm.staff.people import timeline
from tests.browser.test_admin import enter, visit
from tests.support.accessible import violations_everywhere
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    RegistrationFactory,
    WhitepaperFactory,
    contact_of,
    do,
    hold,
    place,
)
from tests.support.requesting import asked_by
from tests.support.sharing import RecipientFactory, gave, notice

if TYPE_CHECKING:
    from playwright.sync_api import Browser

type LogIn = Callable[[str], Client]

p1 = pytest.mark.promise("P1")


def of(contact: Contact) -> str:
    return f"/admin/contacts/contact/{contact.public_id}/change/"


def shown(client: Client, contact: Contact, **query: str) -> str:
    return " ".join(client.get(of(contact), query).content.decode().split())


def line(client: Client, contact: Contact) -> list[str]:
    """The timeline as it is read: what and about what, from the newest."""
    entries = client.get(of(contact)).context["timeline"]
    return [f"{entry.what} {entry.about}".strip() for entry in entries]


def mail(contact: Contact, template: str, days_ago: int, **fields: object) -> Message:
    at = NOON - days_ago * ONE_DAY
    told = {"purpose": "service", "created_at": at, "not_before": at, **fields}
    return Message.objects.create(contact=contact, template=template, **told)


@pytest.fixture
def guest(policy: PolicyVersion) -> Contact:
    """Somebody in Sweden who visited an event, called, and may be sent letters."""
    contact = contact_of(
        None, "event", policy, country="SE", address="Storgatan 1", city="Stockholm", phone="+46 8 465", last_name="Ek"
    )
    do(contact, "call", NOON - ONE_DAY, policy, "Renewal")
    return contact


@pytest.mark.usefixtures("at_noon")
def test_the_page_has_its_parts_in_the_order_in_which_they_matter(log_in: LogIn, guest: Contact) -> None:
    page = shown(log_in("privacy officer"), guest)
    parts = [
        '<h2 class="pc-name">Aino Ek',
        "Will be deleted on 23 May 2028, without new activity",
        "no marketing:",
        "Record objection",
        "Has left the organisation",
        "Record an activity",
        "Pass on a request",
        "<summary>More",
        "Why is this kept, and until when?",
        "<h2>Timeline",
        "<h2>Evidence",
        "<h2>Who got their details",
        "<h2>Details",
        "Storgatan 1",
    ]
    assert [page.find(part) for part in parts] == sorted(page.index(part) for part in parts)


@pytest.mark.usefixtures("at_noon")
def test_what_is_rare_or_grave_stands_behind_a_fold(log_in: LogIn, guest: Contact) -> None:
    before, behind = shown(log_in("privacy officer"), guest).split("<summary>More", 1)
    for label in ("Correct details", "Change the address", "Add a reason", "Place a hold", "Share with a partner"):
        assert label in behind
        assert label not in before


@p1
@pytest.mark.usefixtures("at_noon")
def test_the_evidence_says_where_from_when_and_which_policy_was_shown(
    log_in: LogIn, guest: Contact, policy: PolicyVersion
) -> None:
    told = {"source": "Nordic Cloud Fair", "source_kind": "third_party"}
    hold(guest, "prospect", dt.date(2026, 9, 1), policy=policy, **told, informed_on=dt.date(2026, 9, 20))
    evidence = shown(log_in("marketing"), guest).split("<h2>Evidence", 1)[1]
    assert "collected on 1 September 2026: Nordic Cloud Fair" in evidence
    assert "From somebody else; they were told on 20 September 2026" in evidence
    assert "Policy shown: not known; version 1 was in force when the details were collected" in evidence
    assert "policyversion" not in evidence
    guest.bases.update(policy_shown=policy, policy_shown_on=dt.date(2026, 9, 20))
    evidence = shown(log_in("marketing"), guest).split("<h2>Evidence", 1)[1]
    link = f'<a href="/admin/contacts/policyversion/{policy.pk}/change/">version 1, on 20 September 2026</a>'
    assert evidence.count(link) == 2


@p1
@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("source", "words"),
    [("embed", "on the sign-up form, embedded in another website"), ("api:Fair app", "by the program “Fair app”")],
)
def test_where_details_come_from_is_said_in_words(
    log_in: LogIn, guest: Contact, policy: PolicyVersion, source: str, words: str
) -> None:
    hold(guest, "webinar", dt.date(2026, 9, 1), policy=policy, source=source)
    assert f"collected on 1 September 2026: {words}<" in shown(log_in("marketing"), guest)


@pytest.mark.usefixtures("at_noon")
def test_the_number_of_a_person_stands_last_and_says_what_it_is_for(log_in: LogIn, guest: Contact) -> None:
    page = shown(log_in("marketing"), guest)
    facts = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page.split("<h2>Details", 1)[1].split("</dl>", 1)[0])
    assert facts[-1] == ("Number on exported lists", str(guest.public_id))
    assert "Id" not in dict(facts)


@p1
@pytest.mark.usefixtures("at_noon")
def test_a_consent_is_shown_with_the_wording_that_was_shown(log_in: LogIn, guest: Contact) -> None:
    wording = "Yes, send me news about services."
    ChannelPermission.objects.create(
        contact=guest, channel="email", state="consented", given_on=dt.date(2026, 5, 2), wording=wording, source="form"
    )
    evidence = shown(log_in("sales"), guest).split("<h2>Evidence", 1)[1]
    assert "Consented: e-mail" in evidence
    assert "2 May 2026, on the sign-up form" in evidence
    assert f"<q>{wording}</q>" in evidence


@pytest.mark.promise("L14")
@pytest.mark.usefixtures("at_noon")
def test_a_consent_that_was_withdrawn_is_told_with_its_day_and_its_wording_stays_in_the_timeline(
    log_in: LogIn, guest: Contact
) -> None:
    day = dt.date(2026, 11, 20)
    consents.give(guest, Channel.EMAIL, "Yes, news.", source="form", day=day, at=NOON - 4 * ONE_DAY, by="visitor")
    told = {"day": NOON.date(), "at": NOON, "by": "visitor"}
    consents.withdraw(guest, Channel.EMAIL, reason="withdrawn on My data", **told)  # type: ignore[arg-type]
    objections.record(str(guest.address_hash), public_id=None, channels=[Channel.POST], reason="unsubscribe", **told)  # type: ignore[arg-type]
    client = log_in("sales")
    evidence = shown(client, guest).split("<h2>Evidence", 1)[1]
    assert "Consent withdrawn: e-mail</strong> <span>24 November 2026, on “My data”" in evidence
    assert "Objected: post</strong> <span>24 November 2026, unsubscribe" in evidence
    assert line(client, guest) == [
        "Objected: post, unsubscribe",
        "Consent withdrawn: e-mail, on “My data”",
        "Call Renewal",
        "Consent given: e-mail, on the sign-up form, “Yes, news.”",
    ]


@pytest.mark.promise("L14")
@pytest.mark.promise("L20")
@pytest.mark.usefixtures("at_noon")
def test_what_a_list_brought_stands_on_the_day_that_the_list_names(log_in: LogIn, guest: Contact) -> None:
    guest.consent_records.create(
        channel="post", state="refused", said_on=dt.date(2026, 3, 2), method="import", recorded_at=NOON
    )
    guest.consent_records.create(channel="phone", state="refused", method="import", recorded_at=NOON)
    entries = log_in("sales").get(of(guest)).context["timeline"]
    told = [(entry.at.date(), entry.what, entry.about) for entry in entries if entry.what != "Call"]
    assert told == [
        (NOON.date(), "Objected:", "phone, in an imported list"),
        (dt.date(2026, 3, 2), "Objected:", "post, in an imported list"),
    ]


@pytest.mark.promise("P12")
@pytest.mark.usefixtures("at_noon")
def test_the_evidence_tells_of_what_the_address_objected_to_before_the_person_came(
    log_in: LogIn, guest: Contact
) -> None:
    client = log_in("sales")
    assert "They neither objected nor consented to marketing." in shown(client, guest)
    told = {"public_id": None, "reason": "test", "at": NOON, "by": "test"}
    channels = [Channel.EMAIL, Channel.PHONE]
    objections.record(str(guest.address_hash), channels=channels, day=dt.date(2026, 5, 2), **told)  # type: ignore[arg-type]
    word = {"channel": Channel.PHONE, "state": PermissionState.OBJECTED, "given_on": dt.date(2026, 6, 3)}
    ChannelPermission.objects.filter(contact=guest).delete()
    ChannelPermission.objects.create(contact=guest, **word)
    evidence = shown(client, guest).split("<h2>Evidence", 1)[1]
    assert "Objected earlier: e-mail</strong> <span>2 May 2026, under this address" in evidence
    assert "Objected: phone</strong> <span>3 June 2026" in evidence
    assert evidence.count("Objected") == 2
    assert "neither objected" not in evidence


@pytest.mark.usefixtures("at_noon")
def test_earlier_objections_stand_in_the_order_of_the_channels(log_in: LogIn, guest: Contact) -> None:
    told = {"public_id": None, "reason": "test", "at": NOON, "by": "test"}
    for channel in (Channel.POST, Channel.EMAIL, Channel.PHONE):
        objections.record(str(guest.address_hash), channels=[channel], day=dt.date(2026, 5, 2), **told)  # type: ignore[arg-type]
    ChannelPermission.objects.filter(contact=guest).delete()
    evidence = shown(log_in("sales"), guest).split("<h2>Evidence", 1)[1]
    assert re.findall(r"Objected earlier: ([a-z-]+)", evidence) == ["e-mail", "phone", "post"]


@pytest.mark.promise("P5")
@pytest.mark.usefixtures("at_noon")
def test_of_somebody_reduced_the_page_claims_nothing_that_is_gone_and_offers_to_add_nothing(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    reduced = ContactFactory.create(email=None, minimised_on=dt.date(2026, 11, 1))
    place(reduced, "duty", "bookkeeping")
    page = shown(log_in("privacy officer"), reduced)
    assert "Reduced on 1 November 2026 to what the law requires." in page
    for absent in ("neither objected", "Record an activity", "Correct details", "Add a reason"):
        assert absent not in page


@pytest.mark.usefixtures("at_noon")
def test_the_timeline_merges_what_they_did_said_and_got_newest_first(
    log_in: LogIn, guest: Contact, policy: PolicyVersion
) -> None:
    event = EventFactory.create(title="Cloud Day", slug="cloud-day")
    RegistrationFactory.create(contact=guest, event=event, registered_at=NOON - 5 * ONE_DAY)
    do(guest, "registration", NOON - 5 * ONE_DAY, policy, "cloud-day")
    whitepaper = WhitepaperFactory.create(title="Calm Backups", slug="calm")
    do(guest, "download", NOON - 9 * ONE_DAY, policy, "calm")
    mail(guest, "registered", 4, event=event, sent_at=NOON - 4 * ONE_DAY)
    skipped = {"purpose": "marketing", "ended_at": NOON - 3 * ONE_DAY, "end": "skipped", "reason": "no_consent"}
    mail(guest, "announce", 4, whitepaper=whitepaper, **skipped)
    mail(guest, "inform", 2)
    guest.consent_records.create(
        channel="phone", state="refused", said_on=dt.date(2026, 11, 17), method="staff", source="told us by phone"
    )
    assert line(log_in("sales"), guest) == [
        "Call Renewal",
        "Waits to be sent where we have your details from",
        "Not sent news about a topic: Calm Backups (their country asks for consent, and they have given none)",
        "Sent your place at the event: Cloud Day",
        "Registered Cloud Day",
        "Objected: phone, told us by phone",
        "Download Calm Backups",
    ]


@pytest.mark.usefixtures("at_noon")
def test_requests_their_letters_and_notices_are_for_the_officer_alone(
    log_in: LogIn, guest: Contact, policy: PolicyVersion
) -> None:
    request = asked_by(guest, policy)
    mail(guest, "written", 0, sent_at=NOON)
    recipient = RecipientFactory.create(name="Tryckhuset AB")
    gave(recipient, guest)
    notice(recipient, "rectified", reference=guest.public_id, sent_at=NOON)
    officer = line(log_in("privacy officer"), guest)
    assert f"Asked for access to their details, request {request.number}" in officer
    assert "Recipient told Tryckhuset AB: Correct" in officer
    assert "Sent a letter written for one occasion" in officer
    assert line(log_in("sales"), guest) == ["Call Renewal"]


@pytest.mark.usefixtures("at_noon")
def test_staff_of_events_find_registrations_on_it_and_nothing_else(log_in: LogIn, guest: Contact) -> None:
    RegistrationFactory.create(contact=guest, event=EventFactory.create(title="Cloud Day"))
    mail(guest, "inform", 2)
    assert line(log_in("events"), guest) == ["Registered Cloud Day"]


@pytest.mark.usefixtures("at_noon")
def test_the_timeline_shows_the_latest_and_all_where_one_asks(log_in: LogIn, guest: Contact) -> None:
    Activity.objects.bulk_create(
        Activity(contact=guest, kind="call", occurred_at=NOON - number * ONE_DAY, reference=f"Call {number:02}")
        for number in range(2, 32)
    )
    client = log_in("sales")
    page = shown(client, guest)
    assert "Call 20" in page
    assert "Call 21" not in page
    assert '<a href="?timeline=all#timeline">Show all that is on record</a>' in page
    everything = shown(client, guest, timeline="all")
    assert "Call 31" in everything
    assert "timeline=all" not in everything


@pytest.mark.usefixtures("at_noon")
def test_the_timeline_costs_one_query_for_each_kind_of_entry(guest: Contact, log_in: LogIn) -> None:
    officer = log_in("privacy officer").get("/admin/").wsgi_request.user
    officer.has_perm("contacts.view_contact")
    costs = set()
    for number in range(2):
        for _ in range(5):
            RegistrationFactory.create(contact=guest, event=EventFactory.create())
            mail(guest, "reminder", number, event=EventFactory.create())
        with CaptureQueriesContext(connection) as asked:
            timeline.of(guest, officer, zone=NOON.tzinfo, everything=False)  # type: ignore[arg-type]
        costs.add(len(asked))
    # Registrations, activities, what these are about (events and whitepapers), mails, words, requests, notices.
    assert costs == {8}


@pytest.mark.usefixtures("at_noon")
def test_the_page_costs_as_much_for_a_long_history_as_for_a_short_one(
    log_in: LogIn, guest: Contact, policy: PolicyVersion
) -> None:
    client, costs = log_in("privacy officer"), set()
    for _ in range(2):
        for number in range(4):
            do(guest, "meeting", NOON - (number + len(costs) + 2) * ONE_DAY, policy, "Renewal")
            RegistrationFactory.create(contact=guest, event=EventFactory.create())
            gave(RecipientFactory.create(), guest)
            mail(guest, "inform", number, once=f"{number}:{len(costs)}")
        with CaptureQueriesContext(connection) as asked:
            client.get(of(guest))
        costs.add(len(asked))
    assert len(costs) == 1


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("role", ["marketing", "sales", "events", "privacy officer"])
def test_the_page_has_no_room_for_notes_on_people(log_in: LogIn, guest: Contact, role: str) -> None:
    client = log_in(role)
    links = re.findall(r'href="(/admin/contacts/contact/[^"]+/[a-z-]+/)"', client.get(of(guest)).content.decode())
    assert links
    for url in {link for link in links if "objection" in link or "activity" in link or "reason" in link}:
        assert "<textarea" not in client.get(url).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_is_accessible_on_a_phone_and_a_desk_light_and_dark(
    browser: "Browser", live_server: LiveServer, log_in: LogIn, guest: Contact, policy: PolicyVersion
) -> None:
    Contact.objects.filter(pk=guest.pk).update(organisation=OrganisationFactory.create())
    RegistrationFactory.create(contact=guest, event=EventFactory.create())
    mail(guest, "inform", 2)
    place(guest, "duty", "bookkeeping")
    gave(RecipientFactory.create(), guest)
    with browser.new_context() as context:
        page = context.new_page()
        enter(page, log_in("privacy officer"), live_server)
        visit(page, live_server.url + of(guest))
        page.locator(".pc-more summary").click()
        page.get_by_role("link", name="Place a hold").wait_for()
        assert violations_everywhere(page, ".pc-head", ".pc-record") == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_a_sentence_of_the_timeline_is_as_wide_as_the_page(
    browser: "Browser", live_server: LiveServer, log_in: LogIn, guest: Contact
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        enter(page, log_in("sales"), live_server)
        Activity.objects.all().delete()
        visit(page, live_server.url + of(guest))
        box = page.locator("#timeline").get_by_text("Nothing on record.").bounding_box()
        assert box
        assert box["width"] > 300


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_until_when_and_may_we_stand_on_the_first_screen_of_a_phone(
    browser: "Browser", live_server: LiveServer, log_in: LogIn, guest: Contact
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        enter(page, log_in("sales"), live_server)
        visit(page, live_server.url + of(guest))
        for place_on_page in (".pc-kept", ".pc-mark >> nth=2", "text=Record objection"):
            box = page.locator(place_on_page).first.bounding_box()
            assert box
            assert box["y"] + box["height"] < 844
