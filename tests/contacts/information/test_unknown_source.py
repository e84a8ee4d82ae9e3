"""Where nobody knows who gave the details, the person is told so; who gave them and saw no notice is listed (L5)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from contacts.delivery import letters
from contacts.information import informing
from contacts.models import Basis, Contact, Message, PolicyVersion
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import MailTemplate
from privacy_crm.tasks import count_figure
from tests.support.factories import NOON, ContactFactory, CountryRuleFactory, WhitepaperFactory, hold
from tests.support.import_files import AINO, basis, bring, person, save
from tests.support.visitors import asked

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L5")]

TODAY = NOON.date()
LIST = "/admin/contacts/contact/?notice=unshown"


@pytest.mark.parametrize("scenario", ["prospect", "customer", "partner"])
def test_a_list_that_does_not_say_who_gave_the_details_makes_nobody_their_giver(
    scenario: str, policy: PolicyVersion
) -> None:
    CountryRuleFactory.create(country="SE", ground="legitimate_interest", channel="email", valid_from=TODAY)
    bring(policy, contacts=[person(scenario=scenario, country="SE")])
    assert basis(scenario).source_kind == "unknown"
    contact = Contact.objects.get()
    assert permission.of_one(contact, day=TODAY)["email"] == Refusal.NOT_TOLD
    assert informing.enqueue_due(most=10, policy=policy, at=NOON) == 1
    assert Message.objects.get().template == MailTemplate.INFORM
    informing.told(informing.to_tell(Message.objects.get()), policy=policy, day=TODAY)
    assert permission.of_one(contact, day=TODAY)["email"] == ""


@pytest.mark.parametrize("scenario", ["whitepaper", "webinar", "event"])
def test_whoever_signed_up_gave_the_details_themselves(scenario: str, policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(scenario=scenario)])
    assert basis(scenario).source_kind == "person"


def test_what_is_not_said_again_stays_and_what_becomes_known_is_kept(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(scenario="prospect", source_kind="public"), person("b@x.example", "prospect")])
    bring(policy, contacts=[person(scenario="prospect"), person("b@x.example", "prospect", source_kind="organisation")])
    kinds = Basis.objects.values_list("contact__email", "source_kind")
    assert set(kinds) == {(AINO, "public"), ("b@x.example", "organisation")}


WORDS = {
    ("en", ""): "we do not know where we have your details from",
    ("sv", ""): "vi vet inte varifrån vi har dina uppgifter",
    ("en", "the old CRM"): "we do not know who gave us your details; all that we have noted is “the old CRM”",
    ("sv", "the old CRM"): "vi vet inte vem som gav oss dina uppgifter; allt vi har noterat är ”the old CRM”",
}


@pytest.mark.parametrize(("language", "source"), WORDS)
def test_the_letter_says_that_nobody_knows(language: str, source: str, policy: PolicyVersion) -> None:
    contact = ContactFactory.create(language=language)
    hold(contact, "prospect", TODAY, policy=policy, source_kind="unknown", source=source)
    informing.enqueue_due(most=10, policy=policy, at=NOON)
    text = " ".join(str(letters.write(Message.objects.get(), policy=policy, at=NOON).body).split())
    assert WORDS[language, source] in text
    opening = {"en": "that may not have come from you.", "sv": "som kanske inte kommer från dig."}
    assert opening[language] in text


def test_staff_read_that_nobody_knows_and_cannot_choose_it(policy: PolicyVersion, log_in: LogIn) -> None:
    contact = ContactFactory.create()
    hold(contact, "prospect", TODAY, policy=policy, source_kind="unknown")
    client = log_in("sales")
    page = client.get(f"/admin/contacts/contact/{contact.public_id}/change/").content.decode()
    assert "Nobody knows who gave them to us; the person has not been told yet" in page
    assert 'value="unknown"' not in client.get("/admin/contacts/contact/add/").content.decode()


# Art. 13


def gave(policy: PolicyVersion, **fields: Any) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "whitepaper", TODAY, policy=policy, **fields)
    return contact


def unshown() -> set[Contact]:
    return set(informing.unshown(Contact.objects.all()))


def test_whoever_gave_their_details_is_listed_unless_a_notice_is_on_record(policy: PolicyVersion) -> None:
    listed = gave(policy, source="form")
    gave(policy, informed_on=TODAY)
    gave(policy, source_kind="organisation")
    gave(policy, source_kind="unknown")
    assert unshown() == {listed}


def test_a_proven_sign_up_of_ours_showed_the_notice_of_its_own_reason_alone(policy: PolicyVersion) -> None:
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy)
    contact = proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor").contact
    assert not unshown()
    hold(contact, "customer", TODAY, policy=policy)
    assert unshown() == {contact}


def test_the_officer_finds_them_and_nobody_else_does(policy: PolicyVersion, log_in: LogIn) -> None:
    listed, other = gave(policy), gave(policy, informed_on=TODAY)
    count_figure("unshown")
    sentence = "Art. 13 not shown: 1 person gave us their details, and no notice to them is on record"
    officer = log_in("privacy officer")
    assert f'<a href="{LIST}">{sentence}</a>' in officer.get("/admin/").content.decode()
    shown = officer.get(LIST).content.decode()
    assert (str(listed.email) in shown, str(other.email) in shown) == (True, False)
    for role in ("marketing", "sales"):
        assert "Art. 13 not shown" not in log_in(role).get("/admin/").content.decode()
        assert "Art. 13 not shown" not in log_in(role).get("/admin/contacts/contact/").content.decode()


def test_an_import_says_how_many_are_on_that_list(
    policy: PolicyVersion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = person("told@x.example", informed_on="2026-06-01")
    call_command("import_crm", str(save(tmp_path, contacts=[person(), told, person("b@x.example", "prospect")])))
    sentence = "1 person gave us their details, with no notice to them on record: in the admin, “Art. 13 not shown”."
    assert sentence in capsys.readouterr().out
