"""A restriction, and a freeze for a request, end with the request alone: no page of holds goes round it (L6)."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from dsr.words.vocabulary import Kind
from retention.models import Hold
from tests.support.admin_pages import contents
from tests.support.deciding import ada, asks
from tests.support.factories import place

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L6")]


@pytest.mark.parametrize("reason", ["request", "restriction"])
def test_the_page_of_a_hold_offers_no_end_of_it(log_in: LogIn, policy: PolicyVersion, reason: str) -> None:
    asks(policy, Kind.OBJECTION)
    held, client = Hold.objects.get(reason=reason), log_in("privacy officer")
    page = client.get(f"/admin/retention/hold/{held.pk}/change/").content.decode()
    assert "End this hold" not in page
    assert "It ends with the person&#x27;s request" in page or "It ends with the person's request" in page
    before = contents()
    client.post(f"/admin/retention/hold/{held.pk}/end/", {"day": "2026-11-24"})
    assert contents() == before


@pytest.mark.parametrize("reason", ["request", "restriction"])
def test_neither_is_placed_by_hand(log_in: LogIn, policy: PolicyVersion, reason: str) -> None:
    person, client = ada(policy), log_in("privacy officer")
    form = f"/admin/contacts/contact/{person.public_id}/place-hold/"
    assert f'value="{reason}"' not in client.get(form).content.decode()
    before = contents()
    client.post(form, {"reason": reason, "until": "2026-11-24"})
    assert contents() == before


def test_a_legal_claim_ends_where_it_was_placed(log_in: LogIn, policy: PolicyVersion) -> None:
    held = place(ada(policy), "freeze", "legal_claim")
    log_in("privacy officer").post(f"/admin/retention/hold/{held.pk}/end/", {"day": "2026-11-24"})
    held.refresh_from_db()
    assert held.until is not None
