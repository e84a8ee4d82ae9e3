"""Countries that nobody knows are named once for all who have them on record, by whoever may change people (P11)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion
from contacts.permission import set_country
from contacts.permission.set_country import CompletingError
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory
from tests.support.sharing import RecipientFactory, gave, owed

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P11"), pytest.mark.usefixtures("at_noon")]

PAGE = "/admin/contacts/contact/countries/"
DAY = NOON.date()
AT: dict[str, Any] = {"day": DAY, "at": NOON, "by": "user:7"}


def people(*countries: str, **fields: Any) -> list[Contact]:
    return [ContactFactory.create(country=country, **fields) for country in countries]


def countries() -> list[str]:
    return list(Contact.objects.order_by("pk").values_list("country", flat=True))


def test_each_is_listed_once_with_how_many_have_it(policy: PolicyVersion) -> None:
    people("Köln", "Nowhere", "Nowhere", "SE", "")
    people("Nowhere", restricted_through=DAY)
    people("XX", minimised_on=DAY, email=None, address_hash=None, mailbox_hash=None)
    assert set_country.unknown(day=DAY) == [("Nowhere", 2), ("Köln", 1)]


def test_everybody_who_has_it_gets_the_country(policy: PolicyVersion) -> None:
    one, two, _other = people("Nowhere", "Nowhere", "Köln")
    people("Nowhere", restricted_through=DAY)
    gave(RecipientFactory.create(), one)
    assert set_country.of_all_named("Nowhere", "NO", **AT) == 2
    assert countries() == ["NO", "NO", "Köln", "Nowhere"]
    noted = AuditEvent.objects.filter(code="contact.completed")
    assert sorted(noted.values_list("public_id", "rule", "by")) == sorted(
        (each.public_id, "country", "user:7") for each in (one, two)
    )
    assert [(kind, details) for kind, _reference, details in owed()] == [("rectified", ["country"])]


@pytest.mark.parametrize(("name", "code"), [("Nowhere", "XX"), ("Nowhere", ""), ("SE", "NO"), ("", "NO"), ("Oz", "NO")])
def test_what_cannot_be_changes_nobody(policy: PolicyVersion, name: str, code: str) -> None:
    people("Nowhere", "SE", "")
    before = contents()
    with pytest.raises(CompletingError):
        set_country.of_all_named(name, code, **AT)
    assert contents() == before


def test_on_the_page_it_is_said_with_its_number_and_done(policy: PolicyVersion, log_in: LogIn) -> None:
    people("Nowhere", "Nowhere", "K" * 200)
    client = log_in("marketing")
    shown = client.get(PAGE).content.decode()
    assert "Nowhere (2 people)" in shown
    assert "K" * 59 + "… (1 person)" in shown
    told = client.post(PAGE, {"name": "Nowhere", "country": "NO"}, follow=True).content.decode()
    assert "The country of 2 people is on record." in told
    assert countries() == ["NO", "NO", "K" * 200]
    assert f'href="{PAGE}"' in client.get("/admin/contacts/contact/").content.decode()


def test_where_all_are_known_there_is_nothing_to_do(policy: PolicyVersion, log_in: LogIn) -> None:
    people("SE", "")
    client = log_in("privacy officer")
    shown = client.get(PAGE).content.decode()
    assert "There is nothing to do." in shown
    before = contents()
    client.post(PAGE, {"name": "SE", "country": "NO"})
    assert contents() == before


@pytest.mark.parametrize("role", ["sales", "events"])
def test_who_may_change_nobody_is_offered_nothing(policy: PolicyVersion, log_in: LogIn, role: str) -> None:
    people("Nowhere")
    client = log_in(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"name": "Nowhere", "country": "NO"}).status_code == 403
    assert PAGE not in client.get("/admin/contacts/contact/").content.decode()
    assert countries() == ["Nowhere"]
