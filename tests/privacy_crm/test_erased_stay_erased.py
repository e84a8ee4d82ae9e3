"""Who was erased at their request stays erased, at every door of staff and of programs (L12)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts import tasks
from contacts.events import check_in
from contacts.merging.merging import MergeError
from contacts.models import (
    AuditEvent,
    Basis,
    Contact,
    Event,
    MergedAddress,
    Message,
    PolicyVersion,
    SignUp,
    Suppression,
    Tombstone,
)
from contacts.people import change_email, tombstones
from contacts.people.tombstones import ErasedError
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.signups import entering, proof, sign_ups, verify_in_person
from contacts.signups.entering import Reason
from contacts.signups.sign_ups import Typed, Wish
from contacts.signups.verify_in_person import Grounds
from contacts.words.addresses import hashes, keyed_hash
from contacts.words.vocabulary import Scenario, TrustReason
from dsr.intake import identity
from dsr.words.vocabulary import ErasureGround, Kind
from privacy_crm.merging import merge
from privacy_crm.staff.uploads import upload_page
from tests.support import visitors
from tests.support.deleting import erased, under_a_duty, wish
from tests.support.doors import event_on, waiting
from tests.support.factories import (
    NOON,
    ONE_DAY,
    SPRING,
    AgreementFactory,
    ContactFactory,
    OrganisationFactory,
    WhitepaperFactory,
    customer,
    hold,
    run,
)
from tests.support.import_files import Row, bring, consent, person
from tests.support.requesting import entered
from tests.support.uploading import as_csv, look_through, receive
from tests.support.uploading import bring_in as bring_in_upload

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L12")]

PLAIN, TAGGED = "anna@fjordkraft.example", "anna+crm@fjordkraft.example"
EITHER = pytest.mark.parametrize("comes", [PLAIN, TAGGED])
TODAY = NOON.date()
LATER = NOON + dt.timedelta(days=9)
AFTER: dict[str, Any] = {"at": LATER, "by": "test"}
ON = "erased at their request on 24 November 2026"


@pytest.fixture
def anna(policy: PolicyVersion) -> str:
    """A customer who asked to be deleted, and was."""
    someone = customer(policy, email=PLAIN)
    erased(wish(someone, policy), policy)
    assert not Contact.objects.exists()
    return PLAIN


def row(email: str, scenario: str = "customer") -> Row:
    return person(email, scenario, informed_on="", collected_on="2026-11-01")


def signed_up(email: str, policy: PolicyVersion, scenario: Scenario = Scenario.CUSTOMER) -> Any:
    return sign_ups.sign_up(
        Wish.of_register(scenario), Typed(email, country="SE"), policy=policy, source="form", at=LATER, by="visitor"
    )


# What an erasure leaves


@pytest.mark.promise("L16")
def test_both_hashes_stand_with_the_day_and_the_last_day_and_nothing_else(policy: PolicyVersion) -> None:
    someone = customer(policy, email=TAGGED)
    erased(wish(someone, policy), policy)
    stone = Tombstone.objects.get()
    assert {"address_hash": stone.address_hash, "mailbox_hash": stone.mailbox_hash} == hashes(TAGGED)
    assert (stone.erased_on, stone.ends_on, stone.residue) == (TODAY, dt.date(2029, 11, 24), None)


def test_how_long_it_holds_is_a_setting(policy: PolicyVersion, settings: Any) -> None:
    settings.TOMBSTONE_MONTHS = 3
    erased(wish(customer(policy), policy), policy)
    assert Tombstone.objects.get().ends_on == dt.date(2027, 2, 24)


def test_every_address_that_is_known_to_be_theirs_has_one_and_none_that_is_somebody_elses(
    policy: PolicyVersion,
) -> None:
    someone = customer(policy, email=PLAIN)
    for given_up in ("once@fjordkraft.example", "bo@fjordkraft.example"):
        MergedAddress.objects.create(contact=someone, **hashes(given_up))
    customer(policy, email="bo@fjordkraft.example")
    erased(wish(someone, policy), policy)
    kept = set(Tombstone.objects.values_list("address_hash", flat=True))
    assert kept == {keyed_hash(PLAIN), keyed_hash("once@fjordkraft.example")}


def test_what_the_law_has_us_keep_is_named_and_not_doubled(policy: PolicyVersion) -> None:
    someone = under_a_duty(policy)
    erased(wish(someone, policy), policy)
    assert Tombstone.objects.get().residue == someone.public_id
    outcome = bring(policy, LATER, contacts=[row(str(someone.email))])
    assert outcome.refused == [("contacts.csv", 2, "email", ON)]
    assert list(Contact.objects.values_list("public_id", "email")) == [(someone.public_id, None)]


def test_nobody_is_said_to_have_asked_where_somebody_else_told_us_that_they_left(policy: PolicyVersion) -> None:
    request = entered(policy, Kind.LEAVER)
    identity.identify(request.pk, [customer(policy, email=PLAIN)], "Their employer told us.", at=NOON, by="user:1")
    certificate = erased(request, policy, ErasureGround.LEFT)
    assert not Tombstone.objects.exists()
    assert certificate.remembered_until is None
    assert bring(policy, LATER, contacts=[row(PLAIN)]).refused == []


def test_the_night_leaves_nothing_of_the_kind(policy: PolicyVersion) -> None:
    someone = ContactFactory.create()
    hold(someone, "prospect", SPRING, policy=policy)
    run(TODAY + ONE_DAY, policy)
    assert not Contact.objects.exists()
    assert not Tombstone.objects.exists()


def test_erased_twice_it_holds_from_the_second_time(policy: PolicyVersion, anna: str) -> None:
    proof.confirm(signed_up(PLAIN, policy).public_id, consent=False, policy=policy, **AFTER)
    erased(wish(Contact.objects.get(), policy, at=LATER), policy, at=LATER)
    assert Tombstone.objects.get().erased_on == LATER.date()


# The doors


@EITHER
@pytest.mark.parametrize("scenario", ["customer", "partner", "prospect", "whitepaper"])
def test_import_crm_refuses_them_whatever_they_come_in_as(
    policy: PolicyVersion, anna: str, comes: str, scenario: str
) -> None:
    outcome = bring(policy, LATER, contacts=[row(comes, scenario)], consents=[consent(email=comes)])
    assert outcome.refused == [
        ("contacts.csv", 2, "email", ON),
        ("consents.csv", 2, "email", "unknown person"),
    ]
    assert outcome.counts("contacts").refused == 1
    assert not Contact.objects.exists()
    again = bring(policy, LATER, contacts=[row(comes, scenario), row("bo@fjordkraft.example")])
    assert [refused[3] for refused in again.refused] == [ON]
    assert Contact.objects.get().email == "bo@fjordkraft.example"


def test_a_list_in_the_browser_refuses_them_and_counts_one_reason(policy: PolicyVersion, anna: str) -> None:
    erased(wish(customer(policy, email="bo@fjordkraft.example"), policy, at=LATER), policy, at=LATER)
    rows = [[TAGGED, "Anna", "", "", "SE"], ["bo@fjordkraft.example", "Bo", "", "", "SE"], ["", "No one", "", "", ""]]
    upload = look_through(receive(as_csv(rows)), policy, at=LATER)
    assert ["email", "erased at their request", 2] in upload.preview["reasons"]
    assert (upload.preview["erased"], upload.preview["suppressed"], upload.preview["wrong"]) == (2, 0, 1)
    assert upload.rejects[0] == [2, "email", ON]
    tiles = {str(label): number for number, label in upload_page.fill(upload)["tiles"]}
    assert tiles["refused: they were erased at their request"] == "2"
    bring_in_upload(upload, policy, LATER)
    assert not Contact.objects.exists()


@EITHER
@pytest.mark.parametrize("scenario", [Scenario.CUSTOMER, Scenario.PROSPECT])
def test_staff_cannot_enter_them(policy: PolicyVersion, anna: str, comes: str, scenario: Scenario) -> None:
    reason = Reason(scenario, "Fair", "organisation", TODAY)
    with pytest.raises(ErasedError, match="erased at their request on 24 November 2026"):
        entering.enter(Typed(comes), reason, policy=policy, **AFTER)
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("at_noon")
def test_the_form_of_staff_says_so_and_enters_nobody(log_in: LogIn, policy: PolicyVersion, anna: str) -> None:
    typed = {
        "scenario": "customer", "source_kind": "organisation", "source": "Their boss", "collected_on": "2026-11-24",
        "email": TAGGED, "country": "SE", "language": "sv", "again": "named",
    }  # fmt: skip
    page = log_in("sales").post(ADD, {**typed, "look": "1"}).content.decode()
    assert "They were erased at their request on 24 November 2026." in page
    page = log_in("sales").post(ADD, {**typed, "scenario": "prospect", "look": "1"}).content.decode()
    assert "They were erased at their request on 24 November 2026." in page
    for nobody_comes_in in ("they are kept until", "We tell them"):
        assert nobody_comes_in not in page
    assert 'name="again"' not in page
    page = log_in("sales").post(ADD, typed).content.decode()
    assert "They were erased at their request on 24 November 2026." in page
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(("again", "follows"), [("", False), ("named", True)])
def test_the_form_says_what_follows_only_where_the_officer_lets_them_come_back(
    log_in: LogIn, policy: PolicyVersion, anna: str, again: str, follows: bool
) -> None:
    typed = {"scenario": "customer", "source_kind": "organisation", "collected_on": "2026-11-24", "email": TAGGED}
    page = log_in("privacy officer").post(ADD, {**typed, "again": again, "look": "1"}).content.decode()
    assert "They were erased at their request on 24 November 2026." in page
    assert ("We tell them where we have their details from" in page) == follows


ADD = reverse("admin:contacts_contact_add")


@EITHER
@pytest.mark.parametrize("proven", [False, True])
def test_staff_cannot_give_their_address_to_somebody(
    policy: PolicyVersion, anna: str, comes: str, proven: bool
) -> None:
    bo = customer(policy, email="bo@fjordkraft.example")
    with pytest.raises(ErasedError):
        change_email.change(bo.pk, comes, evidence=TrustReason.MET if proven else None, **AFTER)
    bo.refresh_from_db()
    assert bo.email == "bo@fjordkraft.example"


@pytest.mark.parametrize("kept", [0, 1])
def test_no_merge_gives_their_mailbox_a_record(policy: PolicyVersion, kept: int) -> None:
    two = customer(policy, email=TAGGED), customer(policy, email="bo@fjordkraft.example")
    erased(wish(customer(policy, email=PLAIN), policy), policy)
    with pytest.raises(MergeError, match=r"^One of the two was erased at their request on 24 November 2026\. They can"):
        merge(two[kept].pk, two[1 - kept].pk, ["email"], policy=policy, **AFTER)
    assert Contact.objects.count() == 2


def test_who_types_the_address_at_the_door_comes_in_and_brings_nobody_back(policy: PolicyVersion, anna: str) -> None:
    event: Event = event_on()
    arrival = check_in.walk_in(event, Typed(TAGGED), anyway=False, policy=policy, at=NOON, by="test")
    assert not Contact.objects.exists()
    made = SignUp.objects.get(public_id=arrival.key)
    with pytest.raises(ErasedError):
        verify_in_person.vouch(made, Grounds.MET, policy=policy, **AFTER)
    proof.confirm(made.public_id, consent=False, policy=policy, **AFTER)
    assert Contact.objects.get().email == TAGGED
    assert not Tombstone.objects.exists()


def test_check_in_admits_nobody_of_them(policy: PolicyVersion, anna: str) -> None:
    event: Event = event_on()
    with pytest.raises(ErasedError):
        check_in.admit(event, waiting(event, policy, email=TAGGED), policy=policy, at=NOON, by="test")
    assert not Contact.objects.exists()


def test_staff_cannot_vouch_for_them(policy: PolicyVersion, anna: str) -> None:
    made = signed_up(PLAIN, policy)
    with pytest.raises(ErasedError):
        verify_in_person.vouch(made, Grounds.MET, policy=policy, **AFTER)
    assert not Contact.objects.exists()
    assert Tombstone.objects.exists()


def test_somebody_on_file_in_the_mailbox_goes_on_being_kept_up_to_date_by_lists(policy: PolicyVersion) -> None:
    customer(policy, email=TAGGED)
    erased(wish(customer(policy, email=PLAIN), policy), policy)
    outcome = bring(policy, LATER, contacts=[{**row(TAGGED), "city": "Umeå"}, row(PLAIN)])
    assert [refused[1] for refused in outcome.refused] == [3]
    assert Contact.objects.get().city == "Umeå"


# How they come back


@EITHER
@pytest.mark.parametrize("form", ["register", "event", "whitepaper"])
@pytest.mark.usefixtures("at_noon")
def test_the_public_forms_answer_as_ever_and_owe_the_same_mail(
    policy: PolicyVersion, anna: str, comes: str, form: str
) -> None:
    at = {
        "register": lambda: f"{reverse('register')}?as=customer",
        "event": lambda: reverse("event", args=[visitors.event().slug]),
        "whitepaper": lambda: reverse("whitepaper", args=[WhitepaperFactory.create().slug]),
    }[form]()
    known, unknown = answer(at, policy, comes), answer(at, policy, "new@fjordkraft.example")
    assert known == unknown
    assert (known["status"], known["to"]) == (302, f"{reverse('sent')}?lang=en")
    assert [mail["template"] for mail in known["owed"]] == ["confirm"]
    assert not Contact.objects.exists()


def answer(form: str, policy: PolicyVersion, email: str) -> dict[str, Any]:
    """What a visitor is answered who types an address, and what mails are owed then."""
    before = set(Message.objects.values_list("pk", flat=True))
    said = visitors.send(Client(), form, visitors.filled(policy, email=email))
    owed = Message.objects.exclude(pk__in=before).order_by("pk").values()
    own = {"id", "public_id", "sign_up_id"}
    return {
        "status": said.status_code,
        "to": said.headers.get("Location"),
        "content": said.content,
        "cookies": dict(said.cookies),
        "owed": [{name: value for name, value in mail.items() if name not in own} for mail in owed],
    }


@EITHER
def test_their_own_proven_act_lifts_it(policy: PolicyVersion, anna: str, comes: str) -> None:
    made = signed_up(comes, policy)
    assert Tombstone.objects.exists()
    contact = proof.confirm(made.public_id, consent=False, policy=policy, **AFTER).contact
    assert not Tombstone.objects.exists()
    assert contact.bases.get().scenario == "customer"
    lifted = AuditEvent.objects.get(code="tombstone.lifted")
    assert (lifted.public_id, lifted.rule) == (contact.public_id, "own")
    assert bring(policy, LATER, contacts=[row(comes, "partner")]).refused == []


def test_it_ends_with_its_last_day(policy: PolicyVersion, anna: str) -> None:
    last = dt.date(2029, 11, 24)
    known = {keyed_hash(PLAIN): keyed_hash(PLAIN)}
    assert tombstones.sweep(last) == 0
    assert tombstones.standing(known, day=last)
    assert tombstones.standing(known, day=last + ONE_DAY) is None
    assert tombstones.sweep(last + ONE_DAY) == 1
    assert not Tombstone.objects.exists()


@pytest.mark.parametrize(("day", "comes_in"), [(dt.date(2029, 11, 24), False), (dt.date(2029, 11, 25), True)])
def test_a_list_finds_it_on_its_last_day_and_not_after(
    policy: PolicyVersion, anna: str, day: dt.date, comes_in: bool
) -> None:
    bring(policy, dt.datetime.combine(day, dt.time(12), dt.UTC), contacts=[row(PLAIN)])
    assert Contact.objects.exists() == comes_in


@pytest.mark.usefixtures("at_noon")
def test_the_night_deletes_what_has_ended(policy: PolicyVersion) -> None:
    ended = dt.date(2020, 1, 1)
    Tombstone.objects.create(**hashes(PLAIN), erased_on=ended, ends_on=ended)
    tombstones.put_up({keyed_hash(TAGGED): keyed_hash(PLAIN)}, residue=None, day=TODAY, at=NOON)
    tasks.sweep_tombstones()
    assert Tombstone.objects.get().address_hash == keyed_hash(TAGGED)


# The officer


def typed(on_record: str, **fields: str) -> dict[str, str]:
    told = {
        "scenario": "customer", "source_kind": "organisation", "source": "Their boss", "collected_on": "2026-11-24",
        "email": PLAIN, "first_name": "Anna", "country": "SE", "language": "sv", "again": "named",
        "organisation": on_record,
    }  # fmt: skip
    return {**told, **fields}


@pytest.fixture
def open_one() -> str:
    agreement = AgreementFactory.create(organisation=OrganisationFactory.create(agreement_state="open"))
    return str(agreement.organisation.name)


@pytest.mark.usefixtures("at_noon")
@pytest.mark.promise("L5")
def test_the_officer_enters_them_with_a_reason_unmarketable_and_to_be_told_first(
    log_in: LogIn, policy: PolicyVersion, open_one: str
) -> None:
    erased(wish(customer(policy, email=PLAIN), policy), policy)
    Suppression.objects.all().delete()
    log_in("privacy officer").post(ADD, typed(open_one))
    contact = Contact.objects.get()
    assert not Tombstone.objects.exists()
    lifted = AuditEvent.objects.get(code="tombstone.lifted")
    assert (lifted.public_id, lifted.rule) == (contact.public_id, "named")
    assert Basis.objects.untold().get().contact == contact
    assert set(permission.of_one(contact, day=TODAY).values()) == {Refusal.OBJECTED}
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"asked to be deleted"}


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"again": ""}, "They were erased at their request on 24 November 2026."),
        ({"scenario": "prospect"}, "only come back as a contact of an organisation with an open agreement"),
        ({"organisation": ""}, "only come back as a contact of an organisation with an open agreement"),
        ({"source_kind": "person"}, "Say who gave us the details"),
        ({"email": "new@fjordkraft.example"}, "Nobody was erased under this address."),
    ],
)
def test_the_officer_is_refused_otherwise(
    log_in: LogIn, policy: PolicyVersion, anna: str, open_one: str, changed: dict[str, str], said: str
) -> None:
    page = log_in("privacy officer").post(ADD, typed(open_one, **changed)).content.decode()
    assert said in page
    assert not Contact.objects.exists()
    assert Tombstone.objects.exists()


@pytest.mark.usefixtures("at_noon")
def test_the_officer_is_led_to_what_the_law_has_us_keep(log_in: LogIn, policy: PolicyVersion) -> None:
    someone = under_a_duty(policy)
    erased(wish(someone, policy), policy)
    look = {"email": str(someone.email), "look": "1"}
    page = log_in("privacy officer").post(ADD, look).content.decode()
    assert reverse("admin:contacts_contact_change", args=[someone.public_id]) in page
    assert str(someone.public_id) not in log_in("sales").post(ADD, look).content.decode()
