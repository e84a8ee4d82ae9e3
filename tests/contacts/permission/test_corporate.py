"""Great Britain: consent, unless an organisation is marked as a company or public body and the address is its (P11)."""

import datetime as dt
from importlib import import_module
from itertools import product

import pytest
from django.db import connection

from contacts.models import ChannelPermission, Contact, CountryRule, PolicyVersion
from contacts.permission import country_rules, permission
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import Channel, LegalForm
from tests.support.factories import NOON, CountryRuleFactory, OrganisationFactory, contact_of

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
MARKED = ("company", "llp", "scottish_partnership", "public_body")
OWN, PUBLIC = ("harrowgate.co.uk", "gmail.com.harrowgate.example"), ("gmail.com", "btinternet.com", "tutanota.com")


@pytest.fixture(autouse=True)
def rules() -> None:
    country_rules.adopt(at=NOON, by="test")


def briton(policy: PolicyVersion, form: str | None = "company", domain: str = OWN[0], country: str = "GB") -> Contact:
    organisation = None if form is None else OrganisationFactory.create(legal_form=form)
    number = Contact.objects.count()
    return contact_of(organisation, "prospect", policy, country=country, email=f"moira{number}@{domain}")


def refusal(person: Contact, day: dt.date = TODAY) -> str:
    return permission.of_one(person, day=day)[Channel.EMAIL]


@pytest.mark.promise("P11")
def test_nobody_in_britain_gets_email_without_consent_unless_all_holds(policy: PolicyVersion) -> None:
    people = {
        (form, domain): briton(policy, form, domain)
        for form, domain in product([None, "", *LegalForm.values], [*OWN, *PUBLIC])
    }
    reached = {which for which, person in people.items() if not refusal(person)}
    assert reached == set(product(MARKED, OWN))
    others = [person for which, person in people.items() if which not in reached]
    assert {refusal(person) for person in others} == {Refusal.NO_CONSENT}
    judged = permission.judged(Channel.EMAIL, day=TODAY)
    assert judged.filter(refusal="").count() == permission.reach(Channel.EMAIL, day=TODAY).may == len(reached)


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("form", "domain"), [(None, OWN[0]), ("", OWN[0]), ("sole_trader", OWN[0]), ("llp", PUBLIC[0])]
)
def test_consent_opens_the_channel_for_those_too(form: str | None, domain: str, policy: PolicyVersion) -> None:
    person = briton(policy, form, domain)
    ChannelPermission.objects.create(contact=person, channel="email", state="consented", given_on=TODAY)
    assert refusal(person) == ""


@pytest.mark.promise("P11")
def test_a_form_of_law_opens_no_other_country_and_no_other_channel(policy: PolicyVersion) -> None:
    dane, nowhere, person = briton(policy, country="DK"), briton(policy, country=""), briton(policy)
    Contact.objects.update(phone="+44 20 7946 0123")
    assert refusal(dane) == Refusal.NO_CONSENT
    assert refusal(nowhere) == Refusal.NO_COUNTRY
    assert permission.of_one(person, day=TODAY)[Channel.PHONE] == Refusal.NO_CONSENT


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("form", "answer"), [("company", ""), ("sole_trader", Refusal.NO_COUNTRY)])
def test_a_missing_country_asks_where_great_britain_would(form: str, answer: str, policy: PolicyVersion) -> None:
    CountryRuleFactory.create(country="", ground="legitimate_interest", channel="email", valid_from=TODAY)
    CountryRule.objects.filter(ground="consent", channel="email").exclude(country="").delete()
    assert refusal(briton(policy, form, country="")) == answer


@pytest.mark.promise("P11")
def test_whoever_has_no_address_left_is_asked_as_well(policy: PolicyVersion) -> None:
    CountryRuleFactory.create(country="GB", ground="corporate", channel="phone", valid_from=TODAY)
    person = briton(policy)
    Contact.objects.update(phone="+44 20 7946 0123")
    assert permission.of_one(person, day=TODAY)[Channel.PHONE] == ""
    Contact.objects.update(email=None, address_hash=None, mailbox_hash=None, minimised_on=TODAY)
    assert permission.of_one(person, day=TODAY)[Channel.PHONE] == Refusal.NO_CONSENT


def _migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(import_module("contacts.migrations.0011_legal_forms").BRITAIN)


def _earlier(source: str) -> CountryRule:
    rule = CountryRule.objects.filter(country="GB")
    rule.update(ground="legitimate_interest", source=source)
    return rule.get()


@pytest.mark.promise("P11")
def test_a_site_with_the_earlier_rule_gets_the_new_one_from_the_day_of_its_migration(policy: PolicyVersion) -> None:
    before = _earlier("PECR, regulation 22")
    _migrate()
    _migrate()
    (new,) = CountryRule.objects.filter(country="GB").exclude(pk=before.pk)
    assert new.ground == "corporate"
    person = briton(policy, form="")
    assert refusal(person, new.valid_from) == Refusal.NO_CONSENT
    assert refusal(person, new.valid_from - dt.timedelta(days=1)) == ""


@pytest.mark.promise("P11")
def test_a_rule_of_the_officers_own_stays_as_it_is() -> None:
    before = _earlier("Counsel's opinion of 2 March")
    _migrate()
    assert CountryRule.objects.get(country="GB") == before
