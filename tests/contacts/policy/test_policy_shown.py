"""Which version of the policy a person was shown: a record of a form or a mail of ours, or not known (P1, L20)."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from contacts.events import events
from contacts.information import informing
from contacts.models import Basis, Event, PolicyVersion
from contacts.policy import policies
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from dsr import package
from privacy_crm.mail import mailer
from privacy_crm.merging import merge
from tests.support.factories import NOON, ONE_DAY, ContactFactory, WhitepaperFactory, hold, register
from tests.support.mail_sink import Sink
from tests.support.mailing import send
from tests.support.packaged import unzipped
from tests.support.visitors import asked, event

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P1"), pytest.mark.promise("L20")]

TODAY = NOON.date()
EARLY, LATE = dt.date(2026, 3, 1), dt.date(2026, 9, 1)


@pytest.fixture
def sink(settings: Any) -> Sink:
    """Where mail goes, not yet running."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


@pytest.fixture
def newer(policy: PolicyVersion, policy_source: dict[str, Any]) -> PolicyVersion:
    """A second version, published on 1 June 2026 at half past midnight in Stockholm, which is 31 May in London."""
    policy_source["controller"]["phone"] = "+46 8 1"
    at = dt.datetime(2026, 5, 31, 22, 30, tzinfo=dt.UTC)
    return policies.publish_source(policy_source, at=at, by="test")[0]


def shown(basis: Basis) -> tuple[int | None, dt.date | None]:
    basis.refresh_from_db()
    return basis.policy_shown and basis.policy_shown.number, basis.policy_shown_on


def then(day: dt.date) -> int | None:
    """The version in force on the day on which somebody is collected."""
    basis = Basis.objects.create(
        contact=ContactFactory.create(), scenario="prospect", legal_basis="legitimate_interest", collected_on=day
    )
    found: int | None = Basis.objects.with_policy_then().get(pk=basis.pk).policy_then
    return found


@pytest.mark.parametrize(
    ("day", "number"),
    [("2019-12-31", None), ("2020-01-01", 1), ("2026-05-31", 1), ("2026-06-01", 2), ("2026-11-24", 2)],
)
def test_the_version_in_force_on_a_day_is_the_last_one_published_by_its_end_in_the_companys_zone(
    newer: PolicyVersion, policy_source: dict[str, Any], day: str, number: int | None
) -> None:
    policy_source["controller"]["phone"] = "+46 8 2"
    policies.draft(policy_source)
    assert then(dt.date.fromisoformat(day)) == number


def test_the_last_form_stands_whichever_is_proven_last(policy: PolicyVersion, newer: PolicyVersion) -> None:
    wish = Wish.of_whitepaper(WhitepaperFactory.create())
    first, second = asked(wish, policy, NOON - 9 * ONE_DAY), asked(wish, newer, NOON - ONE_DAY)
    for made in (second, first):
        proof.confirm(made.public_id, consent=False, policy=newer, at=NOON, by="visitor")
    assert shown(Basis.objects.get()) == (2, TODAY - ONE_DAY)


@pytest.mark.promise("L5")
def test_a_mail_that_tells_where_the_details_come_from_shows_the_policy_in_force(
    newer: PolicyVersion, sink: Sink
) -> None:
    contact = ContactFactory.create()
    basis = hold(contact, "prospect", LATE, policy=newer, source_kind="public")
    heard = hold(contact, "whitepaper", LATE, policy=newer)
    with sink.open():
        informing.enqueue_due(most=9, policy=newer, at=NOON)
        assert shown(basis) == (None, None)
        send()
    assert shown(basis) == (2, TODAY)
    assert shown(heard) == (None, None)


def test_a_letter_by_post_shows_nothing_that_we_know_of(policy: PolicyVersion) -> None:
    basis = hold(ContactFactory.create(), "prospect", LATE, policy=policy, source_kind="public")
    informing.told_by_letter(basis.contact_id, on=TODAY, policy=policy, at=NOON, by="user:1")
    assert (basis.contact.bases.get().informed_on, *shown(basis)) == (TODAY, None, None)


def test_guests_of_an_event_that_becomes_a_webinar_were_shown_what_its_form_showed(policy: PolicyVersion) -> None:
    held: Event = event()
    made = asked(Wish.of_event(held), policy, NOON - 2 * ONE_DAY)
    guest = proof.confirm(made.public_id, consent=False, policy=policy, at=NOON - ONE_DAY, by="visitor").contact
    listed = register(ContactFactory.create(), held, NOON, policy=policy).contact
    events.convert(held, "webinar", policy=policy, at=NOON, by="test")
    assert shown(guest.bases.get(scenario="webinar")) == (1, TODAY - 2 * ONE_DAY)
    assert shown(listed.bases.get(scenario="webinar")) == (None, None)


VERSIONS = [(None, None), (1, EARLY), (2, EARLY), (1, LATE), (2, LATE)]


@pytest.mark.parametrize("ours", VERSIONS)
@pytest.mark.parametrize("theirs", VERSIONS)
@pytest.mark.parametrize("earlier", [0, 1])
def test_of_two_records_the_showing_that_came_last_stands_whichever_record_goes(
    policy: PolicyVersion, newer: PolicyVersion, ours: Any, theirs: Any, earlier: int
) -> None:
    keep, gone = ContactFactory.create_batch(2)
    for number, (person, (version, on)) in enumerate([(keep, ours), (gone, theirs)]):
        day = EARLY if number == earlier else LATE
        record = version and PolicyVersion.objects.get(number=version)
        hold(person, "prospect", day, policy=newer, policy_shown=record, policy_shown_on=on)
    merge(keep.pk, gone.pk, [], policy=newer, at=NOON, by="test")
    last = max(ours, theirs, key=lambda record: (record[1] or dt.date.min, record[0] or 0))
    assert shown(Basis.objects.get()) == last


@pytest.mark.promise("P20")
@pytest.mark.parametrize(
    ("language", "known", "unknown"),
    [
        ("en", "version 2", "not known; version 1 was in force when the details were collected"),
        ("sv", "version 2", "inte känt; version 1 gällde när uppgifterna samlades in"),
    ],
)
def test_the_package_says_what_was_shown_or_that_it_is_not_known(
    policy: PolicyVersion, newer: PolicyVersion, language: str, known: str, unknown: str
) -> None:
    contact = ContactFactory.create()
    hold(contact, "whitepaper", LATE, policy=newer, policy_shown=newer, policy_shown_on=LATE)
    hold(contact, "prospect", EARLY, policy=newer)
    made = unzipped(package.write([contact.pk], policy=newer, language=language, at=NOON))
    told = json.loads(made["access.json"])
    reasons = told["answer"]["reasons"]
    said = [(each["policy_shown"], each["policy_shown_on"], each["policy_then"]) for each in reasons]
    assert said == [(2, LATE.isoformat(), 2), (None, None, 1)]
    rows = told["held"]["contacts.basis"]["rows"]
    assert [(row["policy_shown"], row["policy_shown_on"]) for row in rows] == [(2, LATE.isoformat()), (None, None)]
    page = made["access.html"].decode()
    assert f">{known}<" in page
    assert f">{unknown}<" in page
