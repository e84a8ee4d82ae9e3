"""Whatever door says that somebody works elsewhere: no channel opens by it, unless the person says so (L15, P11)."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.merging.merging import MergeError
from contacts.models import Agreement, Contact, CountryRule, Organisation, PolicyVersion, ProposedDetail
from contacts.people import details
from contacts.permission import permission, set_country, unconfirmed
from contacts.permission.set_country import CompletingError
from contacts.words.details import Detail
from contacts.words.vocabulary import Channel
from dsr.intake import own_words
from privacy_crm.crm_import.existing import Mode
from privacy_crm.merging import merge
from tests.contacts.permission.test_permission_oracle import FORMS, RULES, TODAY
from tests.support.examples import examples
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, hold
from tests.support.import_files import bring, person

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15"), pytest.mark.promise("P11")]

AT: dict[str, Any] = {"at": NOON, "by": "user:1"}

type Doors = dict[str, Callable[[Contact, str, Organisation, PolicyVersion], Any]]


def _listed(mode: Mode, who: Contact, country: str, employer: Organisation, policy: PolicyVersion) -> None:
    told = {"country": country, "organisation": employer.name, "source_kind": "person", "informed_on": "2026-06-02"}
    bring(policy, mode=mode, contacts=[person(str(who.email), who.bases.get().scenario, **told)])


def _merged(taken: list[str], who: Contact, country: str, employer: Organisation, policy: PolicyVersion) -> None:
    other = _held(str(who.email).partition("@")[2], country, employer, policy, who.bases.get().scenario)
    try:
        merge(who.pk, other.pk, taken, policy=policy, **AT)
    except MergeError:
        assert Contact.objects.filter(pk=other.pk).exists()


def _completed(who: Contact, country: str, _employer: Organisation, _policy: PolicyVersion) -> None:
    with pytest.raises(CompletingError):
        set_country.country(who.pk, country, **AT)


def _settled(who: Contact, country: str, employer: Organisation, _policy: PolicyVersion) -> None:
    _proposed(who, country, employer)
    unconfirmed.settle(who.pk, {Detail.COUNTRY: True, Detail.COMPANY: True}, grounds="told us by phone", **AT)


def _proposed(who: Contact, country: str, employer: Organisation) -> None:
    details.propose(who, {"country": country, "company": employer.name}, source="form", **AT)


DOORS: Doors = {
    "import": lambda *told: _listed(Mode(), *told),
    "import, moving": lambda *told: _listed(Mode(move=True), *told),
    "merge": lambda *told: _merged([], *told),
    "merge, taking over": lambda *told: _merged(["country", "company"], *told),
    "staff correct": lambda who, country, *_: unconfirmed.correct(who.pk, {"country": country}, **AT),
    "staff complete": _completed,
    "staff settle": _settled,
}
BY_COUNTRY = {
    ("DE", "email", False, TODAY): "consent",
    ("SE", "email", False, TODAY): "legitimate_interest",
    ("GB", "email", False, TODAY): "corporate",
}
PLACES = st.tuples(st.sampled_from(["DE", "SE", "GB"]), st.sampled_from(FORMS[1:]), st.booleans())


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    here=PLACES,
    there=PLACES,
    rules=RULES,
    domain=st.sampled_from(["fjordkraft.example", "gmail.com"]),
    scenario=st.sampled_from(["prospect", "customer"]),
)
def test_no_channel_opens(
    policy: PolicyVersion, door: str, here: Any, there: Any, rules: dict[Any, str], domain: str, scenario: str
) -> None:
    _start_anew(BY_COUNTRY | rules)
    who = _held(domain, here[0], _employer(*here[1:]), policy, scenario)
    shut = _shut(who)
    DOORS[door](who, there[0], _employer(*there[1:]), policy)
    assert _shut(who) >= shut


@pytest.mark.parametrize("own", ["in the mail", "on My data"])
def test_the_persons_own_word_opens_what_the_law_there_opens(own: str, policy: PolicyVersion) -> None:
    _start_anew({("FI", "email", False, TODAY): "legitimate_interest"})
    who = _held("fjordkraft.example", "SE", _employer("company", False), policy)
    _proposed(who, "FI", OrganisationFactory.create())
    shut = _shut(who)
    said = {Detail.COUNTRY: True}
    if own == "in the mail":
        details.settle(who.pk, said, at=NOON, by="visitor")
    else:
        own_words.answer(who, said, policy=policy, at=NOON, by="visitor")
    assert shut - _shut(who) == {Channel.EMAIL}
    assert ProposedDetail.objects.get().detail == "company"


def _shut(who: Contact) -> set[Channel]:
    """The channels that the law shuts to somebody who can be reached on all of them."""
    answers = permission.of_one(who, day=TODAY)
    assert set(answers.values()) <= {"", "no_consent"}
    return {channel for channel, refusal in answers.items() if refusal}


def _held(
    domain: str, country: str, employer: Organisation, policy: PolicyVersion, scenario: str = "prospect"
) -> Contact:
    reached = {"phone": "1", "address": "Street 1", "city": "Town"}
    who: Contact = ContactFactory.create(
        email=f"who{next(_numbers)}@{domain}", country=country, organisation=employer, **reached
    )
    hold(who, scenario, TODAY, policy=policy)
    return who


def _employer(legal_form: str, agreed: bool) -> Organisation:
    made: Organisation = OrganisationFactory.create(legal_form=legal_form)
    if agreed:
        Agreement.objects.create(organisation=made, kind="customer")
    return made


def _start_anew(rules: dict[Any, str]) -> None:
    for model in (CountryRule, Contact, Agreement, Organisation):
        model._base_manager.all().delete()
    CountryRule.objects.bulk_create(
        CountryRule(
            country=country, channel=channel, existing_customers=special, valid_from=day, ground=said, source="An Act"
        )
        for (country, channel, special, day), said in rules.items()
    )


_numbers = count()
