import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, Basis, Contact, Organisation, PolicyVersion
from contacts.people import matching
from contacts.people.matching import MatchError
from contacts.people.organisations import OrganisationError
from tests.support.admin_pages import contents
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    ContactFactory,
    OrganisationFactory,
    agree,
    contact_of,
    is_held,
    run,
)

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")


def stranger(policy: PolicyVersion, **fields: object) -> Contact:
    return contact_of(None, "customer", policy, **fields)


def names(contact: Contact) -> list[str]:
    return [suggestion.organisation.name for suggestion in matching.suggestions(contact, day=DUE)]


@pytest.mark.promise("P3")
def test_with_an_organisation_its_agreement_is_the_persons_clock(policy: PolicyVersion) -> None:
    person, organisation = stranger(policy), OrganisationFactory.create()
    agree(organisation, None)
    assert Basis.objects.get().clock_from == SPRING
    matching.match(person.pk, organisation.pk, at=NOON, by="test")
    assert Basis.objects.get().clock_from is None
    run(DUE, policy)
    assert is_held(person)


def test_without_one_the_prospects_rule_holds(policy: PolicyVersion) -> None:
    person = stranger(policy)
    run(DUE, policy)
    assert not is_held(person)


def test_a_match_is_audited_by_numbers_alone(policy: PolicyVersion) -> None:
    person, organisation = stranger(policy), OrganisationFactory.create()
    matching.match(person.pk, organisation.pk, at=NOON, by="user:7")
    event = AuditEvent.objects.get(code="contact.matched")
    assert (event.by, event.public_id, event.rule) == ("user:7", person.public_id, f"organisation:{organisation.pk}")


def test_a_match_keeps_what_the_person_typed(policy: PolicyVersion) -> None:
    person, organisation = stranger(policy, company="fjordkraft"), OrganisationFactory.create()
    matching.match(person.pk, organisation.pk, at=NOON, by="test")
    person.refresh_from_db()
    assert (person.company, person.organisation) == ("fjordkraft", organisation)


def test_nobody_is_matched_twice(policy: PolicyVersion) -> None:
    first, second = OrganisationFactory.create_batch(2)
    person = contact_of(first, "customer", policy)
    before = contents()
    with pytest.raises(MatchError):
        matching.match(person.pk, second.pk, at=NOON, by="test")
    assert contents() == before


def test_neither_a_person_nor_an_organisation_that_is_gone_is_matched(policy: PolicyVersion) -> None:
    person, organisation = stranger(policy), OrganisationFactory.create()
    before = contents()
    for contact_id, organisation_id in ((person.pk, 0), (0, organisation.pk)):
        with pytest.raises(MatchError):
            matching.match(contact_id, organisation_id, at=NOON, by="test")
    assert contents() == before


def test_an_organisation_that_somebody_was_matched_to_is_not_swept_for_being_empty(policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(entered_on=dt.date(2024, 1, 1))
    person = contact_of(None, "partner", policy)
    Basis.objects.update(collected_on=dt.date(2026, 11, 1), clock_from=dt.date(2026, 11, 1))
    matching.match(person.pk, organisation.pk, at=NOON, by="test")
    run(DUE, policy)
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_a_new_organisation_is_not_entered_where_the_match_fails(policy: PolicyVersion) -> None:
    taken = OrganisationFactory.create()
    person = contact_of(taken, "customer", policy)
    before = contents()
    for name, refusal in (("Nytt AB", MatchError), (taken.name, OrganisationError)):
        with pytest.raises(refusal):
            matching.match_new(person.pk, name, on=DUE, at=NOON, by="test")
    assert contents() == before


def test_an_organisation_whose_people_share_the_domain_is_suggested_first(policy: PolicyVersion) -> None:
    lower, higher = OrganisationFactory.create(name="Zebra AB"), OrganisationFactory.create(name="Fjordheim Kraft AS")
    ContactFactory.create_batch(2, organisation=lower, email=None, minimised_on=DUE)
    for number in range(2):
        ContactFactory.create(organisation=lower, email=f"n{number}@fjordheim.example")
    person = stranger(policy, email="new@fjordheim.example", company="fjordheim kraft")
    assert names(person) == [lower.name, higher.name]
    assert matching.suggestions(person, day=DUE)[0].colleagues == 2


@pytest.mark.promise("L6")
def test_whose_details_are_only_stored_suggests_nothing_until_that_ends(policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(name="Zebra AB")
    ContactFactory.create(organisation=organisation, email="old@fjordheim.example", restricted_through=DUE)
    person = stranger(policy, email="new@fjordheim.example")
    assert names(person) == []
    assert matching.suggestions(person, day=DUE + ONE_DAY)[0].colleagues == 1


def test_an_organisation_is_suggested_once(policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(name="Fjordheim Kraft AS")
    ContactFactory.create(organisation=organisation, email="old@fjordheim.example")
    assert names(stranger(policy, email="new@fjordheim.example", company="Fjordheim Kraft")) == [organisation.name]


def test_a_mailbox_that_anybody_can_have_suggests_nothing(policy: PolicyVersion) -> None:
    ContactFactory.create(organisation=OrganisationFactory.create(name="Zebra"), email="old@gmail.com")
    assert names(stranger(policy, email="new@gmail.com")) == []


@pytest.mark.parametrize("email", ["new@heim.example", "new@notfjordheim.example"])
def test_a_domain_is_compared_whole(policy: PolicyVersion, email: str) -> None:
    ContactFactory.create(organisation=OrganisationFactory.create(name="Zebra"), email="old@fjordheim.example")
    assert names(stranger(policy, email=email)) == []


@pytest.mark.parametrize("typed", ["granvik logistik", "Granvik Logistics AB", "GRANVIK LOGISTIK AB (publ)"])
def test_a_name_need_not_be_typed_exactly(policy: PolicyVersion, typed: str) -> None:
    for name in ("Granvik Logistik AB", "Zebra AB", "Kvarnholm Papper AB"):
        OrganisationFactory.create(name=name)
    assert names(stranger(policy, company=typed)) == ["Granvik Logistik AB"]


def of(person: Contact) -> str:
    return f"/admin/contacts/contact/{person.public_id}/match/"


def test_staff_choose_a_suggestion(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(name="Granvik Logistik AB")
    person = stranger(policy, company="granvik logistik")
    client = log_in("sales")
    form = client.get(of(person)).context["form"]
    assert form.fields["choice"].initial == str(organisation.pk)
    answer = client.post(of(person), {"choice": str(organisation.pk)}, follow=True)
    assert f"{person.display_name} belongs to the organisation now." in answer.content.decode()
    person.refresh_from_db()
    assert person.organisation == organisation


def test_staff_name_another_organisation_or_enter_a_new_one(log_in: LogIn, policy: PolicyVersion) -> None:
    another = OrganisationFactory.create(name="Zebra AB")
    first, second = stranger(policy), stranger(policy)
    client = log_in("marketing")
    client.post(of(first), {"choice": "other", "name": "zebra ab"})
    client.post(of(second), {"choice": "new", "name": "Nytt AB"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.organisation == another
    entered = Organisation.objects.get(name="Nytt AB")
    assert (second.organisation, entered.entered_on) == (entered, DUE)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"choice": "other", "name": "Granvik Logistic"}, "Like it: “Granvik Logistik AB”."),
        ({"choice": "other", "name": "Xyz"}, "No organisation on record has this name."),
        ({"choice": "new", "name": ""}, "Type the name of the organisation."),
        ({"choice": "new", "name": "Granvik Logistik AB"}, "is on record already"),
        ({}, "This field is required."),
    ],
)
def test_a_match_that_cannot_be_is_refused_with_a_reason(
    log_in: LogIn, policy: PolicyVersion, form: dict[str, str], told: str
) -> None:
    OrganisationFactory.create(name="Granvik Logistik AB")
    person = stranger(policy)
    client = log_in("sales")
    before = contents()
    assert told in client.post(of(person), form).content.decode()
    assert contents() == before


def test_only_who_waits_is_matched(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    prospect = contact_of(None, "prospect", policy)
    client = log_in("sales")
    before = contents()
    client.post(of(prospect), {"choice": "new", "name": "Nytt AB"})
    client.post(of(contact_of(organisation, "customer", policy)), {"choice": "new", "name": "Nytt AB"})
    assert Organisation.objects.count() == 1
    assert contents()["contacts_organisation"] == before["contacts_organisation"]


def test_the_list_of_contacts_finds_who_waits_and_who_is_unverified(log_in: LogIn, policy: PolicyVersion) -> None:
    waits, unproven = stranger(policy), contact_of(OrganisationFactory.create(), "partner", policy)
    verified = OrganisationFactory.create()
    agree(verified, None)
    contact_of(verified, "customer", policy)
    contact_of(None, "prospect", policy)
    client = log_in("sales")
    for value, people in (("unmatched", {waits}), ("all", {waits, unproven})):
        found = client.get("/admin/contacts/contact/", {"unverified": value}).context["cl"].result_list
        assert set(found) == people


def test_list_and_page_show_who_is_unverified_until_an_agreement_proves_them(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    organisation = OrganisationFactory.create()
    person, client = contact_of(organisation, "customer", policy), log_in("sales")
    contact_of(None, "prospect", policy)
    page = f"/admin/contacts/contact/{person.public_id}/change/"

    def shown() -> tuple[int, int]:
        texts = [client.get(url).content.decode() for url in ("/admin/contacts/contact/", page)]
        return texts[0].count("customer, unverified"), texts[1].count("<small>unverified</small>")

    assert shown() == (1, 1)
    agree(organisation, None)
    assert shown() == (0, 0)


def test_the_home_page_of_marketing_and_sales_says_how_many_wait(log_in: LogIn, policy: PolicyVersion) -> None:
    sales = log_in("sales")
    assert "to be matched" not in sales.get("/admin/").content.decode()
    stranger(policy)
    assert "1 registered person waits to be matched" in sales.get("/admin/").content.decode()
    stranger(policy)
    assert "2 registered people wait to be matched" in log_in("marketing").get("/admin/").content.decode()
    assert "to be matched" not in log_in("events").get("/admin/").content.decode()
