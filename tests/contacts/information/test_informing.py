import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import tasks
from contacts.information import informing
from contacts.models import Activity, AuditEvent, Basis, Contact, Message, PolicyVersion
from contacts.outbox import links, outbox, standstill
from contacts.permission.permission import of_one
from contacts.words.vocabulary import MailTemplate, Scenario
from privacy_crm.mail import mailer
from tests.support.examples import examples
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    HoldFactory,
    SignUpFactory,
    crowd,
    everything_about,
    hold,
)
from tests.support.mail_sink import Sink, part
from tests.support.mailing import send

TODAY = NOON.date()
ELSEWHERE = ("organisation", "public", "third_party")


@pytest.fixture
def sink(settings: Any) -> Sink:
    """Where mail goes, not yet running."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


def known_from(policy: PolicyVersion, source_kind: str = "public", days: int = 0, **fields: Any) -> Contact:
    """A prospect whose details came in some days ago."""
    contact = ContactFactory.create(**fields)
    collected = TODAY - dt.timedelta(days=days)
    hold(contact, "prospect", collected, policy=policy, source_kind=source_kind, source="the trade register")
    return contact


def enqueue(policy: PolicyVersion, most: int = 100, at: dt.datetime = NOON) -> int:
    return informing.enqueue_due(most=most, policy=policy, at=at)


def written_to() -> set[int | None]:
    return set(Message.objects.filter(template="inform").values_list("contact", flat=True))


def by_letter() -> list[Contact]:
    return list(informing.unreached(Contact.objects.all(), day=TODAY).order_by("pk"))


def told_on(contact: Contact) -> set[dt.date | None]:
    return set(contact.bases.values_list("informed_on", flat=True))


# Who gets the letter.


@pytest.mark.promise("L5")
@pytest.mark.parametrize("scenario", Scenario.values)
@pytest.mark.parametrize("source_kind", ELSEWHERE)
def test_everyone_whose_data_did_not_come_from_them_is_owed_the_letter(
    policy: PolicyVersion, scenario: str, source_kind: str
) -> None:
    contact = ContactFactory.create()
    hold(contact, scenario, TODAY, policy=policy, source_kind=source_kind)
    assert enqueue(policy) == 1
    message = Message.objects.get()
    assert (message.contact_id, message.template, message.purpose) == (contact.pk, "inform", "information")


def test_nobody_is_told_what_they_told_us_themselves(policy: PolicyVersion) -> None:
    known_from(policy, "person")
    Basis.objects.filter(contact=known_from(policy)).update(informed_on=TODAY)
    assert enqueue(policy) == 0


@pytest.mark.promise("L5")
def test_nobody_is_owed_it_twice(policy: PolicyVersion, sink: Sink) -> None:
    known_from(policy)
    assert [enqueue(policy), enqueue(policy), enqueue(policy, at=NOON + ONE_DAY)] == [1, 0, 0]
    with sink.open():
        send(NOON + ONE_DAY)
    assert enqueue(policy, at=NOON + 2 * ONE_DAY) == 0
    assert len(sink.mails) == 1


@pytest.mark.promise("L5")
def test_one_letter_tells_of_all_reasons_and_a_later_reason_has_its_own(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    hold(contact, "partner", TODAY, policy=policy, source_kind="organisation")
    with sink.open():
        enqueue(policy)
        send()
        hold(contact, "customer", TODAY, policy=policy, source_kind="organisation")
        assert enqueue(policy) == 1
        send()
    assert len(sink.mails) == 2
    assert told_on(contact) == {TODAY}


@pytest.mark.parametrize(
    "fields", [{"bounced_on": TODAY}, {"restricted_through": TODAY}, {"restricted_through": dt.date.max}]
)
def test_bouncing_addresses_and_the_restricted_get_none(policy: PolicyVersion, fields: dict[str, Any]) -> None:
    known_from(policy, **fields)
    assert enqueue(policy) == 0


def test_the_reduced_get_none(policy: PolicyVersion) -> None:
    contact = ContactFactory.create(email=None, minimised_on=TODAY)
    hold(contact, "prospect", TODAY, policy=policy, source_kind="public")
    assert enqueue(policy) == 0


def test_a_restriction_that_has_ended_and_a_freeze_stop_no_letter(policy: PolicyVersion) -> None:
    known_from(policy, restricted_through=TODAY - ONE_DAY)
    HoldFactory.create(contact=known_from(policy, frozen_through=dt.date.max))
    assert enqueue(policy) == 2


def test_a_sign_up_that_waits_to_be_proven_changes_nothing(policy: PolicyVersion) -> None:
    contact = known_from(policy)
    made = SignUpFactory.create(policy_version=policy, email=contact.email)
    outbox.enqueue(MailTemplate.CONFIRM, sign_up=made, at=NOON)
    assert enqueue(policy) == 1
    assert told_on(contact) == {None}


# When.


@pytest.mark.promise("L5")
def test_those_who_wait_longest_are_told_first_and_no_more_than_so_many_a_day(policy: PolicyVersion) -> None:
    waiting = [known_from(policy, days=days) for days in (1, 3, 2)]
    assert enqueue(policy, most=2) == 2
    assert written_to() == {waiting[1].pk, waiting[2].pk}


@pytest.mark.promise("L5")
@given(days=st.lists(st.integers(0, 60), max_size=8), most=st.integers(0, 8))
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nobody_waits_beyond_the_month_for_that_number(policy: PolicyVersion, days: list[int], most: int) -> None:
    Contact.objects.all().delete()
    people = [known_from(policy, days=number) for number in days]
    pressing = sum(number >= 20 for number in days)
    assert enqueue(policy, most=most) == min(max(most, pressing), len(people))
    late = {contact.pk for contact, number in zip(people, days, strict=True) if number >= 20}
    assert late <= written_to()


@pytest.mark.parametrize(("month", "utc", "owed"), [(11, 5, 1), (11, 4, 0), (11, 6, 0), (7, 4, 1), (7, 5, 0)], ids=str)
def test_the_task_owes_them_at_six_in_the_companys_time_zone(
    policy: PolicyVersion, time_machine: Any, month: int, utc: int, owed: int
) -> None:
    time_machine.move_to(dt.datetime(2026, month, 24, utc, 0, tzinfo=dt.UTC))
    known_from(policy)
    tasks.owe_information()
    assert Message.objects.count() == owed


def test_the_queries_do_not_grow_with_the_people(policy: PolicyVersion, django_assert_num_queries: Any) -> None:
    people = crowd(50, "prospect", TODAY, policy=policy)
    Basis.objects.filter(contact__in=people).update(source_kind="public")
    with django_assert_num_queries(2):
        assert enqueue(policy) == 50


# The first message informs.


def written(contact: Contact, sink: Sink, template: MailTemplate = MailTemplate.REGISTERED) -> list[str]:
    """Have a mail about something else sent, and return what else is owed to its reader from then on."""
    event = EventFactory.create()
    outbox.enqueue(template, contact=contact, event=event, at=NOON)
    with sink.open():
        send()
    return list(contact.messages.filter(sent_at__isnull=True).values_list("template", flat=True))


@pytest.mark.promise("L5")
def test_whoever_gets_another_mail_first_is_owed_the_letter_with_it(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    assert written(contact, sink) == ["inform"]
    with sink.open():
        send()
    assert told_on(contact) == {TODAY}
    assert written(contact, sink) == []
    assert enqueue(policy, at=NOON + ONE_DAY) == 0


@pytest.mark.promise("L5")
def test_with_another_mail_nobody_is_owed_what_they_know_are_owed_already_or_may_not_get(
    policy: PolicyVersion, sink: Sink
) -> None:
    assert written(known_from(policy, "person"), sink) == []
    assert written(known_from(policy, restricted_through=TODAY), sink) == []
    owed_already = known_from(policy)
    enqueue(policy)
    Message.objects.update(not_before=NOON + ONE_DAY)
    assert written(owed_already, sink) == ["inform"]


def test_a_mail_that_does_not_leave_brings_no_letter(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    sink.answers[str(contact.email)] = "451 4.3.0 later"
    assert written(contact, sink) == ["registered"]


# The letter.


@pytest.mark.promise("L5")
def test_it_names_source_and_categories_and_offers_nothing(policy: PolicyVersion, sink: Sink) -> None:
    known_from(policy)
    with sink.open():
        enqueue(policy)
        send()
    text = part(sink.mails[0], "text/plain")
    rule = policy.rule("prospect")
    assert "a public source (the trade register)" in text
    assert [word for word in ("name", "e-mail", "phone", "company", *rule.purposes["en"]) if word not in text] == []
    assert policy.controller["privacy_contact"] in text
    assert set(re.findall(r"http://localhost:8000/(\w+)/", text)) == {"preferences", "privacy", "unsubscribe"}
    assert not re.search(r"Sign up|Yes, |Get the|Confirm|Download|newsletter", text)


@pytest.mark.promise("L5")
@pytest.mark.parametrize(("language", "heading"), [("en", "Your right to object"), ("sv", "Din rätt att invända")])
def test_the_right_to_object_stands_by_itself(policy: PolicyVersion, sink: Sink, language: str, heading: str) -> None:
    contact = known_from(policy, language=language)
    with sink.open():
        enqueue(policy)
        send()
    html = part(sink.mails[0], "text/html")
    section = html.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]
    assert f"/preferences/{links.stop(contact)}/" in section
    assert html.count("<h2>") > 3


@pytest.mark.promise("L5")
def test_until_they_are_told_they_get_no_marketing_and_after_that_only_the_law_decides(
    policy: PolicyVersion, sink: Sink
) -> None:
    contact = known_from(policy, phone="+46 8 465 004 99", address="Norrskensgränd 4", city="Stockholm", country="SE")
    assert set(of_one(contact, day=TODAY).values()) == {"not_told"}
    enqueue(policy)
    assert set(of_one(contact, day=TODAY).values()) == {"not_told"}
    with sink.open():
        send()
    assert told_on(contact) == {TODAY}
    assert of_one(contact, day=TODAY) == {"email": "no_consent", "phone": "no_consent", "post": ""}


def test_being_told_is_no_activity(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    before = contact.bases.values("clock_from").get()
    with sink.open():
        enqueue(policy)
        send()
    contact.refresh_from_db()
    assert (contact.last_activity_on, contact.bases.values("clock_from").get()) == (None, before)
    assert not Activity.objects.exists()


def test_a_reason_that_comes_in_while_the_letter_leaves_is_not_taken_for_told(policy: PolicyVersion) -> None:
    contact = known_from(policy)
    enqueue(policy)
    named = informing.to_tell(Message.objects.get())
    hold(contact, "partner", TODAY, policy=policy, source_kind="organisation")
    informing.told(named, policy=policy, day=TODAY)
    assert dict(contact.bases.values_list("scenario", "informed_on")) == {"prospect": TODAY, "partner": None}


@pytest.mark.promise("L5")
def test_a_letter_owed_before_a_restriction_is_withheld_and_owed_again_after_it(
    policy: PolicyVersion, sink: Sink
) -> None:
    contact = known_from(policy)
    enqueue(policy)
    Contact.objects.filter(pk=contact.pk).update(restricted_through=TODAY)
    with sink.open():
        send()
        assert told_on(contact) == {None}
        assert [enqueue(policy), enqueue(policy, at=NOON + ONE_DAY)] == [0, 1]
        send(NOON + ONE_DAY)
    assert told_on(contact) == {TODAY + ONE_DAY}
    assert len(sink.mails) == 1


# Whom no mail reaches.


@pytest.mark.promise("L5")
def test_whoever_cannot_be_reached_by_mail_is_on_the_officers_list(policy: PolicyVersion) -> None:
    known_from(policy)
    bouncing = known_from(policy, bounced_on=TODAY)
    overdue = known_from(policy, days=29)
    refused = known_from(policy)
    enqueue(policy)
    Message.objects.filter(contact=refused).update(end="refused", ended_at=NOON)
    known_from(policy, days=29, restricted_through=TODAY)
    known_from(policy, "person", days=29, bounced_on=TODAY)
    assert by_letter() == [bouncing, overdue, refused]


def test_whom_the_next_mornings_mail_will_tell_is_not_on_it_however_late(policy: PolicyVersion) -> None:
    known_from(policy, days=300)
    assert by_letter() == []


@pytest.mark.promise("L5")
def test_a_mail_that_bounces_puts_them_on_it(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    sink.answers[str(contact.email)] = "550 5.1.1 no such user"
    enqueue(policy)
    with sink.open():
        send()
        send(NOON + standstill.WINDOW)  # a refusal is believed once it is said again
    assert by_letter() == [contact]
    assert told_on(contact) == {None}


def test_a_letter_that_was_given_up_is_tried_again_after_a_week(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    enqueue(policy)
    Message.objects.update(end="gave_up", ended_at=NOON)
    assert by_letter() == [contact]
    assert [enqueue(policy, at=NOON + days * ONE_DAY) for days in (1, 6, 7)] == [0, 0, 1]
    with sink.open():
        send(NOON + 7 * ONE_DAY)
    assert by_letter() == []


@pytest.mark.promise("L5")
def test_a_letter_by_post_tells_them(policy: PolicyVersion) -> None:
    contact = known_from(policy, bounced_on=TODAY, days=9)
    informing.told_by_letter(contact.pk, on=TODAY - ONE_DAY, policy=policy, at=NOON, by="user:1")
    assert told_on(contact) == {TODAY - ONE_DAY}
    assert by_letter() == []
    event = AuditEvent.objects.get(code="contact.informed")
    assert (event.public_id, event.by, event.rule) == (contact.public_id, "user:1", "letter")


@pytest.mark.parametrize(
    ("on", "words"), [(TODAY + ONE_DAY, "has not been sent yet"), (TODAY - 10 * ONE_DAY, "nothing to tell")]
)
def test_a_letter_that_cannot_have_told_them_is_refused(policy: PolicyVersion, on: dt.date, words: str) -> None:
    contact = known_from(policy, days=9)
    before = everything_about(contact)
    with pytest.raises(informing.InformingError, match=words):
        informing.told_by_letter(contact.pk, on=on, policy=policy, at=NOON, by="user:1")
    assert everything_about(contact) == before


def test_a_mail_that_waits_is_not_sent_after_the_letter(policy: PolicyVersion, sink: Sink) -> None:
    contact = known_from(policy)
    enqueue(policy)
    informing.told_by_letter(contact.pk, on=TODAY, policy=policy, at=NOON, by="user:1")
    with sink.open():
        send()
    message = Message.objects.get()
    assert (sink.mails, message.end, message.reason) == ([], "skipped", "told")


# The officer's pages.

type LogIn = Callable[[str], Client]


@pytest.mark.usefixtures("at_noon")
@pytest.mark.promise("L5")
def test_the_officer_is_led_from_the_home_page_to_the_list_and_notes_the_letter(
    policy: PolicyVersion, log_in: LogIn
) -> None:
    officer = log_in("privacy officer")
    contact, other = known_from(policy, bounced_on=TODAY), known_from(policy)
    listed = "/admin/contacts/contact/?inform=letter"
    sentence = "1 person has to be told by letter where we have their details from"
    assert f'<a href="{listed}">{sentence}</a>' in officer.get("/admin/").content.decode()
    shown = officer.get(listed).content.decode()
    assert (str(contact.email) in shown, str(other.email) in shown) == (True, False)
    answer = officer.post(
        reverse("admin:contacts_contact_told-by-letter", args=[contact.public_id]), {"on": "2026-11-24"}
    )
    assert answer.status_code == 302
    assert told_on(contact) == {TODAY}
    assert sentence not in officer.get("/admin/").content.decode()


@pytest.mark.usefixtures("at_noon")
def test_nobody_else_has_the_list_or_the_button(policy: PolicyVersion, log_in: LogIn) -> None:
    contact = known_from(policy, bounced_on=TODAY)
    before = everything_about(contact)
    act = reverse("admin:contacts_contact_told-by-letter", args=[contact.public_id])
    for role in ("marketing", "sales", "events"):
        client = log_in(role)
        assert "told by letter" not in client.get("/admin/").content.decode()
        assert (
            "told-by-letter" not in client.get(f"/admin/contacts/contact/{contact.public_id}/change/").content.decode()
        )
        assert client.post(act, {"on": "2026-11-24"}).status_code == 403
    assert everything_about(contact) == before


@pytest.mark.usefixtures("at_noon")
@pytest.mark.promise("L5")
def test_the_page_says_of_each_reason_where_it_came_from_and_whether_the_person_was_told(
    policy: PolicyVersion, log_in: LogIn
) -> None:
    contact = known_from(policy)
    hold(contact, "customer", TODAY, policy=policy, source_kind="organisation", informed_on=TODAY - ONE_DAY)
    hold(contact, "event", TODAY, policy=policy, source="form")
    shown = log_in("sales").get(f"/admin/contacts/contact/{contact.public_id}/change/").content.decode()
    assert "From a public source; they have not been told yet" in shown
    assert "From the person's organisation; they were told on 23 November 2026" in unescape(shown)
    assert shown.count("told yet</small>") + shown.count("2026</small>") == 2
