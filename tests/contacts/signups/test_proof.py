import datetime as dt
import uuid
from typing import Any

import pytest

from contacts.models import (
    Activity,
    AuditEvent,
    Basis,
    ChannelPermission,
    Contact,
    FoodPreference,
    Message,
    PolicyVersion,
    Registration,
    SignUp,
    Suppression,
)
from contacts.permission import permission
from contacts.signups import proof, sign_ups
from contacts.signups.proof import Proven, SignUpGoneError
from contacts.signups.sign_ups import SignUpRefusedError, Wish
from contacts.words.vocabulary import Channel
from tests.support import visitors
from tests.support.admin_pages import contents
from tests.support.factories import (
    DOUBTED,
    NOON,
    ONE_DAY,
    SPRING,
    ContactFactory,
    OrganisationFactory,
    RegistrationFactory,
    TopicFactory,
    WhitepaperFactory,
    register,
    scenarios_of,
)
from tests.support.objecting import suppress
from tests.support.visitors import AINO, asked

pytestmark = pytest.mark.django_db

LATER = NOON + ONE_DAY
BOX = "Yes, you may e-mail me."


def prove(made: SignUp, policy: PolicyVersion, *, consent: bool = False, at: dt.datetime = LATER) -> Proven:
    return proof.confirm(made.public_id, consent=consent, policy=policy, at=at, by="visitor")


def refuses(made: SignUp, policy: PolicyVersion, at: dt.datetime = LATER) -> str:
    """Why the proof is refused; and that everything stays as it was."""
    before = contents()
    with pytest.raises((SignUpRefusedError, SignUpGoneError)) as refusal:
        prove(made, policy, at=at)
    assert contents() == before
    return getattr(refusal.value, "code", "gone")


@pytest.mark.promise("P1")
def test_a_new_person_is_held_for_what_they_asked_under_the_version_that_they_were_shown(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy)
    newer = visitors.publish_newer(policy_source)
    basis = Basis.objects.get(contact=prove(made, newer).contact)
    assert (basis.scenario, basis.policy_shown, basis.source, basis.source_kind) == (
        "whitepaper",
        policy,
        "form",
        "person",
    )
    assert (basis.policy_shown_on, basis.collected_on, basis.clock_from) == (NOON.date(), LATER.date(), LATER.date())
    assert basis.legal_basis == policy.rule("whitepaper").legal_basis


def test_what_was_typed_becomes_the_contacts_and_leaves_the_sign_up(policy: PolicyVersion) -> None:
    made = asked(Wish.of_register("customer"), policy, phone="+46 8 1", city="Luleå")
    person = prove(made, policy).contact
    person.refresh_from_db()
    made.refresh_from_db()
    for name, typed in (AINO | {"phone": "+46 8 1", "city": "Luleå"}).items():
        assert getattr(person, name) == typed
        assert getattr(made, name) == ""
    assert (made.contact, made.confirmed_at) == (person, LATER)
    assert (person.address_trust, person.address_trust_reason) == ("proven", "form_button")
    assert (person.address_trust_since, person.bounced_on) == (LATER.date(), None)


def test_for_a_person_on_file_what_was_typed_completes_what_is_known(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy, phone="+46 8 2", **DOUBTED)
    assert prove(asked(Wish.of_register("partner"), policy), policy).contact == person
    person.refresh_from_db()
    assert (person.first_name, person.company, person.phone) == ("A.", "Old AB", "+46 8 2")
    assert person.job_title == "Head of IT"
    assert (person.address_trust, person.address_trust_reason) == ("unproven", "answered")
    assert scenarios_of(person) == ["partner", "prospect"]


def test_a_download_moves_the_last_activity_and_the_clocks_that_run_from_it(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    prove(asked(Wish.of_whitepaper(WhitepaperFactory.create(slug="calm")), policy), policy)
    person.refresh_from_db()
    done = Activity.objects.get(contact=person)
    assert (done.kind, done.reference, done.occurred_at) == ("download", "calm", LATER)
    assert person.last_activity_on == LATER.date()
    assert person.bases.get(scenario="whitepaper").clock_from == LATER.date()
    assert person.bases.get(scenario="prospect").clock_from == SPRING


def test_a_registration_as_customer_is_no_activity(policy: PolicyVersion) -> None:
    person = prove(asked(Wish.of_register("customer"), policy), policy).contact
    assert not Activity.objects.exists()
    assert person.last_activity_on is None


@pytest.mark.promise("P7")
@pytest.mark.parametrize(("kind", "scenario"), [("webinar", "webinar"), ("physical", "event")])
def test_a_guest_has_a_place_and_is_owed_the_mail_about_it(policy: PolicyVersion, kind: str, scenario: str) -> None:
    event = visitors.event(kind)
    person = prove(asked(Wish.of_event(event), policy), policy).contact
    place = Registration.objects.get()
    assert (place.contact, place.event, place.registered_at, place.cancelled_at) == (person, event, LATER, None)
    assert scenarios_of(person) == [scenario]
    assert Activity.objects.get().kind == "registration"
    owed = Message.objects.get(template="registered")
    assert (owed.contact, owed.registration, owed.event) == (person, place, event)


@pytest.mark.promise("P8")
def test_food_moves_to_the_place_with_the_time_of_its_consent(policy: PolicyVersion) -> None:
    prove(asked(Wish.of_event(visitors.event()), policy, food="no nuts"), policy)
    told = FoodPreference.objects.get()
    assert (told.preference, told.sign_up, told.registration) == ("no nuts", None, Registration.objects.get())
    assert told.consented_at == NOON


@pytest.mark.promise("P8")
def test_what_was_told_about_food_before_gives_way_to_what_is_told_now(policy: PolicyVersion) -> None:
    event, person = visitors.event(), visitors.on_file(policy)
    register(person, event, NOON, policy=policy, food="everything")
    prove(asked(Wish.of_event(event), policy, food="no nuts"), policy)
    assert FoodPreference.objects.get().preference == "no nuts"


@pytest.mark.promise("P8")
def test_food_is_as_gone_as_the_event_for_whoever_proves_too_late(policy: PolicyVersion) -> None:
    event = visitors.event(ends_at=dt.datetime(2027, 5, 24, 15, tzinfo=dt.UTC))
    made = asked(Wish.of_event(event), policy, at=event.ends_at - ONE_DAY, food="no nuts")
    assert refuses(made, policy, at=event.ends_at) == "past"


def test_whoever_gave_up_a_place_gets_it_back(policy: PolicyVersion) -> None:
    event, person = visitors.event(), visitors.on_file(policy)
    RegistrationFactory.create(contact=person, event=event, cancelled_at=NOON)
    prove(asked(Wish.of_event(event), policy), policy)
    assert Registration.objects.get().cancelled_at is None


def test_topics_of_what_was_asked_for_are_interests_and_a_no_stays_a_no(policy: PolicyVersion) -> None:
    wanted, refused = TopicFactory.create(), TopicFactory.create()
    whitepaper, person = WhitepaperFactory.create(), visitors.on_file(policy)
    whitepaper.topics.set([wanted, refused])
    person.interests.create(topic=refused, wanted=False, since=SPRING)
    prove(asked(Wish.of_whitepaper(whitepaper), policy), policy)
    assert dict(person.interests.values_list("topic", "wanted")) == {wanted.pk: True, refused.pk: False}


def test_a_second_proof_does_nothing_more(policy: PolicyVersion) -> None:
    made = asked(Wish.of_event(visitors.event()), policy, food="no nuts", consents={"email": BOX})
    assert not prove(made, policy, consent=True).again
    before = contents()
    assert prove(made, policy, consent=True, at=LATER + ONE_DAY).again
    assert contents() == before


@pytest.mark.promise("P11")
def test_a_consent_counts_only_with_the_second_yes(policy: PolicyVersion) -> None:
    wish = Wish.of_register("customer")
    prove(asked(wish, policy, consents={"email": BOX}), policy, consent=False)
    assert not ChannelPermission.objects.exists()
    person = prove(asked(wish, policy, consents={"email": BOX}), policy, consent=True).contact
    given = ChannelPermission.objects.get()
    assert (given.contact, given.channel, given.state, given.wording) == (person, "email", "consented", BOX)
    assert (given.given_on, given.source) == (LATER.date(), "form")


def objected(policy: PolicyVersion) -> Contact:
    """Aino, on file, after she objected to every channel."""
    person = visitors.on_file(policy)
    for channel in Channel:
        suppress(person, channel, SPRING)
        ChannelPermission.objects.create(contact=person, channel=channel, state="objected", given_on=SPRING)
    return person


@pytest.mark.promise("P12")
def test_a_suppressed_person_gets_a_whitepaper_and_stays_unmarketable(policy: PolicyVersion) -> None:
    person = objected(policy)
    prove(asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy), policy)
    person.refresh_from_db()
    assert Activity.objects.get(contact=person).kind == "download"
    assert set(permission.of_one(person, day=LATER.date()).values()) == {"objected"}
    assert Suppression.objects.filter(address_hash=person.address_hash).count() == len(Channel)
    assert person.permissions.filter(state="objected").count() == len(Channel)


@pytest.mark.promise("P12")
def test_a_suppression_that_outlived_its_person_stands_against_them_when_they_come_back(policy: PolicyVersion) -> None:
    person = objected(policy)
    Contact.objects.filter(pk=person.pk).delete()
    back = prove(asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy), policy).contact
    assert back.address_hash == person.address_hash
    assert set(permission.of_one(back, day=LATER.date()).values()) == {"suppressed"}


@pytest.mark.promise("P12")
def test_an_opt_in_given_twice_lifts_the_objection_on_its_channel_alone(policy: PolicyVersion) -> None:
    person = objected(policy)
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, consents={"email": BOX})
    prove(made, policy, consent=True)
    assert set(Suppression.objects.values_list("channel", flat=True)) == {"phone", "post"}
    assert set(person.permissions.values_list("channel", "state")) == {
        ("email", "consented"),
        ("phone", "objected"),
        ("post", "objected"),
    }
    assert permission.of_one(person, day=LATER.date()) == {"email": "", "phone": "objected", "post": "objected"}


def test_what_is_frozen_is_not_overwritten_but_what_was_asked_for_comes_about(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy, frozen_through=LATER.date())
    prove(asked(Wish.of_event(visitors.event()), policy), policy)
    person.refresh_from_db()
    assert (person.first_name, person.company) == ("A.", "Old AB")
    assert Registration.objects.get().contact == person


def test_news_alone_are_no_reason_to_hold_somebody_who_is_not_on_file(policy: PolicyVersion) -> None:
    made = asked(Wish.of_consent(), policy, consents={"email": BOX})
    assert refuses(made, policy) == "gone"


def test_news_alone_are_confirmed_by_a_person_on_file(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    prove(asked(Wish.of_consent(), policy, consents={"email": BOX}), policy, consent=True)
    assert person.permissions.get().state == "consented"
    assert scenarios_of(person) == ["prospect"]


def test_a_sign_up_that_is_gone_cannot_be_proven(policy: PolicyVersion) -> None:
    made = asked(Wish.of_register("customer"), policy)
    assert refuses(made, policy, at=NOON + 30 * ONE_DAY) == "gone"
    sign_ups.sweep(NOON + 30 * ONE_DAY)
    assert refuses(made, policy) == "gone"
    with pytest.raises(SignUpGoneError):
        proof.confirm(uuid.uuid4(), consent=False, policy=policy, at=LATER, by="visitor")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cancelled_at": NOON}, "cancelled"),
        ({"capacity": 0}, "full"),
        ({"starts_at": NOON - 3 * ONE_DAY}, "past"),
    ],
)
def test_what_is_not_to_be_had_any_more_is_refused(policy: PolicyVersion, change: dict[str, Any], code: str) -> None:
    event = visitors.event()
    made = asked(Wish.of_event(event), policy, food="no nuts", consents={"email": BOX})
    type(event).objects.filter(pk=event.pk).update(**change)
    assert refuses(made, policy) == code


def test_who_signed_up_in_time_proves_it_after_sign_up_has_closed(policy: PolicyVersion) -> None:
    event = visitors.event()
    made = asked(Wish.of_event(event), policy)
    type(event).objects.filter(pk=event.pk).update(signup_open=False)
    prove(made, policy)
    assert Registration.objects.get(event=event).cancelled_at is None


def test_a_whitepaper_withdrawn_meanwhile_is_refused(policy: PolicyVersion) -> None:
    whitepaper = WhitepaperFactory.create()
    made = asked(Wish.of_whitepaper(whitepaper), policy)
    type(whitepaper).objects.filter(pk=whitepaper.pk).update(withdrawn_at=LATER)
    assert refuses(made, policy) == "withdrawn"


def test_whoever_has_a_place_already_keeps_it_at_a_full_event(policy: PolicyVersion) -> None:
    event, person = visitors.event(capacity=1), visitors.on_file(policy)
    made = asked(Wish.of_event(event), policy)
    register(person, event, NOON, policy=policy)
    assert prove(made, policy).contact == person
    assert Registration.objects.get(event=event).contact == person


def test_the_audit_names_the_person_by_a_random_number_alone(policy: PolicyVersion) -> None:
    person = prove(asked(Wish.of_register("customer"), policy), policy).contact
    noted = AuditEvent.objects.get(code="sign_up.proven")
    assert (noted.public_id, noted.rule, noted.by) == (person.public_id, "customer", "visitor")


@pytest.mark.promise("L15")
@pytest.mark.parametrize(
    ("typed", "own", "frozen", "has_left"),
    [
        ({"company": "Nordljus AB"}, True, False, False),
        ({"company": ""}, True, False, True),
        ({"company": "Nordljus AB"}, False, False, True),
        ({"company": "Nordljus AB"}, True, True, True),
    ],
    ids=["an employer", "none", "by staff", "while a request is open"],
)
def test_a_leaver_who_signs_up_again_with_an_employer_has_not_left(
    policy: PolicyVersion, typed: dict[str, str], own: bool, frozen: bool, has_left: bool
) -> None:
    person = ContactFactory.create(email=AINO["email"], left_on=SPRING, frozen_through=LATER.date() if frozen else None)
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, **typed)
    proof.confirm(made.public_id, consent=False, own=own, policy=policy, at=LATER, by="visitor")
    person.refresh_from_db()
    assert (person.left_on is not None) == has_left
    taken_back = AuditEvent.objects.filter(code="contact.left_taken_back", public_id=person.public_id)
    assert taken_back.exists() != has_left


@pytest.mark.promise("L6")
@pytest.mark.promise("L15")
@pytest.mark.parametrize("last", [LATER.date(), SPRING], ids=["restricted", "no longer"])
def test_whose_details_are_only_stored_stays_a_leaver_of_the_organisation_on_file(
    policy: PolicyVersion, last: dt.date
) -> None:
    employer = OrganisationFactory.create(name="Nordljus AB")
    person = ContactFactory.create(
        email=AINO["email"], organisation=employer, left_on=SPRING, frozen_through=last, restricted_through=last
    )
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, company="Nordljus AB")
    proof.confirm(made.public_id, consent=False, policy=policy, at=LATER, by="visitor")
    person.refresh_from_db()
    assert (person.left_on is not None) == (last == LATER.date())
