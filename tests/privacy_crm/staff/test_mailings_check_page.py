"""The page before a mailing leaves: everything that will happen, and a button that names the number."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.mailings import drafts
from contacts.models import Mailing, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.factories import NOON, SegmentFactory, TopicFactory
from tests.support.mailings import MINUTE, drafted, fresh, minute, of, prospect, readers, tick
from tests.support.sharing import RecipientFactory

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon", "policy")


def shown(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def press(client: Client, mailing: Mailing, act: str = "send", **told: str) -> str:
    """Send the form with the mark that its page carried, and return the answer."""
    form = {"seen": drafts.mark(mailing), **told}
    return client.post(of(mailing, act), form, follow=True).content.decode()


@pytest.mark.promise("P11")
@pytest.mark.promise("P12")
def test_the_page_before_it_leaves_shows_everything_that_will_happen(log_in: LogIn, policy: PolicyVersion) -> None:
    RecipientFactory.create(sends_our_mail=True, name="Brevduva")
    mailing = drafted(
        topics=[TopicFactory.create()], segment=SegmentFactory.create(name="Swedes", filters={"country": "SE"}), rate=2
    )
    for person, language in zip(readers(policy, mailing, 4), ("sv", "sv-FI", "sv", ""), strict=True):
        type(person).objects.filter(pk=person.pk).update(language=language)
    for _ in range(2):
        prospect(policy, country="SE")
    said = " ".join(shown(log_in("marketing"), of(mailing, "send")).split())
    assert "4 people get it: 3 in Swedish, 1 in English." in said
    assert "2 of 6 are left out: 2 need consent in their country and have not given it." in said
    for word in ("Swedes", "Cloud", "What is new in the cloud", "Nytt i molnet", "Nordvik Software AB", "Brevduva"):
        assert word in said
    assert "from 24 November 2026 at 13:00, 2 a minute, the last at about 24 November 2026 at 13:01" in said
    assert "Send to 4 people</button>" in said


def test_what_cannot_leave_has_no_button_and_says_why(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()], subject={"en": "News"})
    readers(policy, mailing, 1)
    client = log_in("marketing")
    said = shown(client, of(mailing, "send"))
    assert "In Swedish the subject is missing." in said
    assert "Send to" not in said
    before = contents()
    assert "missing in one of the languages" in press(client, mailing)
    assert contents() == before


@pytest.mark.promise("P15")
def test_a_register_that_lets_nothing_out_is_named_before_and_after_pressing(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    RecipientFactory.create(sends_our_mail=True, name="Brevduva", agreement_until=dt.date(2026, 11, 23))
    mailing = drafted(topics=[TopicFactory.create()])
    readers(policy, mailing, 1)
    client = log_in("marketing")
    assert "no agreement with Brevduva is in force" in shown(client, of(mailing, "send"))
    before = contents()
    assert "no agreement with Brevduva is in force" in press(client, mailing)
    assert contents() == before


def test_one_press_sends_it_and_the_report_tells_what_became_of_it(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    readers(policy, mailing, 3)
    client = log_in("marketing")
    assert "the first mails leave within a minute" in press(client, mailing)
    follows = f"{of(mailing, 'progress')}?state=scheduled"
    assert f'data-progress="{follows}"' in client.get(of(mailing)).content.decode()
    assert client.get(follows).json()["over"] is False
    minute(policy, NOON)
    assert client.get(follows).json()["over"] is True
    assert client.get(of(mailing, "progress")).json()["share"] == 1
    tick(policy, NOON + MINUTE)
    said = shown(client, of(mailing))
    assert "Sent to 3 of 3 people by 24 November 2026 at 13:01" in said
    assert "Nobody of 3 is left out." in said
    assert "not measured" in said


def test_a_moment_is_named_by_the_button_before_it_is_pressed(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    readers(policy, mailing, 2)
    client = log_in("marketing")
    when = {"when_0": "2026-11-26", "when_1": "09:00"}
    before = contents()
    said = press(client, mailing, "schedule", **when)
    assert "Schedule for 2 people on 26 November 2026 at 09:00</button>" in said
    assert contents() == before
    mark = "2026-11-26T09:00:00+01:00"
    assert f'value="{mark}"' in said
    other = press(client, mailing, "schedule", **{**when, "when_1": "10:00", "shown": mark})
    assert "on 26 November 2026 at 10:00</button>" in other
    assert contents() == before
    press(client, mailing, "schedule", **when, shown=mark)
    assert fresh(mailing).scheduled_for == dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC)


def test_a_moment_that_has_passed_is_refused_on_the_page(log_in: LogIn, policy: PolicyVersion) -> None:
    mailing = drafted()
    readers(policy, mailing, 1)
    when = {"when_0": "2026-11-24", "when_1": "12:59", "shown": "2026-11-24T12:59:00+01:00"}
    said = press(log_in("marketing"), mailing, "schedule", **when)
    assert "This moment has passed." in said
    assert fresh(mailing).state == "draft"
