"""An organisation is chosen by what one types: there may be very many, and only who may see them is offered any."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from privacy_crm import roles
from tests.support.admin_pages import contents
from tests.support.factories import ContactFactory, OrganisationFactory, SegmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

type LogIn = Callable[[str], Client]

LIST, OFFERS = "/admin/contacts/contact/", "/admin/autocomplete/"
OF_A_CONTACT = {"app_label": "contacts", "model_name": "contact", "field_name": "organisation"}
SEES = [role for role, may in roles.ROLES.items() if "contacts.view_organisation" in may]


def offered(client: Client, term: str, **fields: str) -> Any:
    return client.get(OFFERS, {**OF_A_CONTACT, "term": term, **fields})


def names(answer: Any) -> list[str]:
    return [each["text"] for each in answer.json()["results"]]


def box(client: Client, **query: str) -> str:
    """Return the box of the organisation in the list's filters, empty where there is none."""
    page = " ".join(client.get(LIST, query).content.decode().split())
    found = re.search(r'<select name="organisation".*?</select>', page)
    return found[0] if found else ""


@pytest.mark.parametrize("role", SEES)
def test_a_few_letters_find_organisations_and_leave_no_trace(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in(role)
    found = [OrganisationFactory.create(name=name) for name in ("Fjordkraft AB", "Norrfjord Hamn")]
    OrganisationFactory.create(name="Tallåsen Livs AB")
    before = contents()
    answer = offered(client, "fjord")
    assert answer.json() == {
        "results": [{"id": str(each.pk), "text": each.name} for each in found],
        "pagination": {"more": False},
    }
    assert contents() == before


@pytest.mark.parametrize("role", sorted(set(roles.ROLES) - set(SEES)))
def test_who_may_not_see_organisations_is_offered_none(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    OrganisationFactory.create(name="Fjordkraft AB")
    assert offered(log_in(role), "fjord").status_code == 403


def test_nobody_else_is_offered_any(client: Client, db: None) -> None:
    OrganisationFactory.create(name="Fjordkraft AB")
    assert offered(client, "fjord").status_code == 302


@pytest.mark.promise("P17")
@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("registration", "contact"),
        ("activity", "contact"),
        ("audience", "holder"),
        ("segment", "owner"),
        ("contact", "email"),
        ("contact", "nothing"),
    ],
)
def test_nothing_but_organisations_is_offered(model: str, field: str, log_in: LogIn, policy: PolicyVersion) -> None:
    ContactFactory.create(last_name="Fjord")
    answer = offered(log_in("superuser"), "fjord", model_name=model, field_name=field)
    assert answer.status_code in {403, 404}
    assert not AuditEvent.objects.filter(code__startswith="contact.").exists()


def test_very_many_are_offered_a_page_at_a_time_with_as_many_queries_and_none_is_counted(
    log_in: LogIn, policy: PolicyVersion, django_assert_num_queries: Any
) -> None:
    client = log_in("marketing")
    for number in range(45):
        OrganisationFactory.create(name=f"Fjord {number:02}")
    pages = []
    for page in ("1", "2", "3"):
        # Session, user, own and group permissions, time zone; the organisations.
        with django_assert_num_queries(8) as asked:
            pages.append(offered(client, "fjord", page=page))
        assert "COUNT(" not in asked.captured_queries[-1]["sql"].upper()
    assert [len(names(page)) for page in pages] == [20, 20, 5]
    assert [page.json()["pagination"]["more"] for page in pages] == [True, True, False]
    assert list(itertools.chain.from_iterable(map(names, pages))) == [f"Fjord {number:02}" for number in range(45)]


@pytest.mark.parametrize("term", ["x\0y", "%", "x'", "x" * 10_000])
def test_what_nobody_types_fails_nowhere(term: str, log_in: LogIn, policy: PolicyVersion) -> None:
    OrganisationFactory.create(name="Fjordkraft AB")
    assert names(offered(log_in("sales"), term)) == []


# The box in the list


def test_the_box_keeps_the_chosen_one_without_a_script_and_lets_it_go(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation, client = OrganisationFactory.create(name="Fjordkraft AB"), log_in("sales")
    OrganisationFactory.create(name="Tallåsen Livs AB")
    chosen = box(client, organisation=str(organisation.pk))
    assert f'<option value="{organisation.pk}" selected>Fjordkraft AB</option>' in chosen
    assert '<option value="">any</option>' in chosen
    assert "Tallåsen" not in chosen
    assert "selected" not in box(client)
    assert OFFERS in box(client)


def test_who_may_not_see_organisations_has_no_box_and_can_still_let_go_of_one(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    organisation, client = OrganisationFactory.create(name="Fjordkraft AB"), log_in("events")
    assert box(client) == ""
    assert OFFERS not in box(client, organisation=str(organisation.pk))
    assert '<option value="">any</option>' in box(client, organisation=str(organisation.pk))


def test_the_name_of_the_chosen_one_costs_one_query_and_a_segment_of_it_none(
    log_in: LogIn, policy: PolicyVersion, django_assert_num_queries: Any
) -> None:
    organisation, client = OrganisationFactory.create(), log_in("privacy officer")
    ContactFactory.create_batch(3, organisation=organisation)
    SegmentFactory.create(filters={"organisation": str(organisation.pk)}, shared=True)
    # As many as the list without a filter, the name, and by which policy and its rules people are found.
    with django_assert_num_queries(23):
        client.get(LIST, {"organisation": str(organisation.pk)})
