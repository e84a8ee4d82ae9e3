import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import ChannelPermission, Contact, PolicyVersion
from tests.support.factories import ContactFactory, HoldFactory, contact_of

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")


def shown(client: Client, contact: Contact) -> str:
    return " ".join(client.get(f"/admin/contacts/contact/{contact.public_id}/change/").content.decode().split())


@pytest.fixture
def swede(policy: PolicyVersion) -> Contact:
    """Somebody in Sweden with an address to write letters to, who objected to the phone."""
    contact = contact_of(
        None, "prospect", policy, country="SE", phone="+46 8 465 00 00", address="Storgatan 1", city="Stockholm"
    )
    ChannelPermission.objects.create(
        contact=contact, channel="phone", state="objected", given_on=dt.date(2026, 1, 1), source="Letter"
    )
    return contact


@pytest.mark.promise("P11")
def test_the_page_says_of_each_channel_whether_we_may_and_why_not(log_in: LogIn, swede: Contact) -> None:
    page = shown(log_in("marketing"), swede)
    assert "no marketing: their country asks for consent, and they have given none" in page
    assert "no marketing: they objected" in page
    assert page.count("marketing allowed") == 1
    assert page.index("marketing allowed") < page.index("Why is this kept")


def test_who_may_not_see_permissions_sees_no_marks(log_in: LogIn, swede: Contact) -> None:
    page = shown(log_in("events"), swede)
    assert "Aino Lindqvist" in page
    assert "no marketing" not in page
    assert "marketing allowed" not in page


def test_there_is_nothing_to_say_of_somebody_who_is_reduced(log_in: LogIn, policy: PolicyVersion) -> None:
    reduced = ContactFactory.create(email=None, minimised_on=dt.date(2026, 1, 1))
    HoldFactory.create(contact=reduced, kind="duty", reason="bookkeeping", until=dt.date(2031, 12, 31))
    assert "no marketing" not in shown(log_in("privacy officer"), reduced)


def test_the_marks_cost_two_queries(log_in: LogIn, swede: Contact) -> None:
    client = log_in("privacy officer")
    with CaptureQueriesContext(connection) as asked:
        shown(client, swede)
    judging = [query["sql"] for query in asked if "countryrule" in query["sql"] or 'AS "on_email"' in query["sql"]]
    assert len(judging) == 2
