"""What others say that a person asked: it may spare the person, and takes no right from them (P12, P19, L6)."""

import pytest

from contacts.models import Contact, PolicyVersion, RecipientNotice
from contacts.permission import permission
from dsr.intake import asking, identity, intake, stopping
from dsr.intake.asking import AskedBeforeError
from dsr.intake.intake import Asked
from dsr.letters import stopped
from dsr.models import Request
from dsr.words.vocabulary import Kind, Source
from retention.models import Hold
from tests.support.deciding import TODAY, TOMORROW, ada, draft
from tests.support.factories import NOON, is_held
from tests.support.requesting import KNOWN, OFFICER, answer, asked_by, entered, fresh, posted, press, question, whole
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

MARKETING = {"country": "GB", "address": "Street 1", "city": "London", "postal_code": "N1"}


def passed_on(policy: PolicyVersion, person: Contact, kind: Kind) -> Request:
    came = {"source": Source.PHONE, "received_on": TODAY, "policy": policy, "at": NOON, "by": "user:7"}
    return intake.pass_on(Asked(kind, "Somebody called."), person, **came)


def ask(person: Contact, policy: PolicyVersion, kind: Kind) -> Request:
    return asking.ask(Asked(kind), person.pk, policy=policy, at=NOON, by="visitor")


def identify(request: Request, *people: Contact) -> Request:
    return identity.identify(request.pk, people, KNOWN, at=NOON, by=OFFICER)


def reasons(person: Contact) -> set[str]:
    return set(Hold.objects.standing(TODAY).filter(contact=person).values_list("reason", flat=True))


# A right is not used up by what nobody has proven.


def test_what_staff_passed_on_keeps_nobody_from_asking_themselves(policy: PolicyVersion) -> None:
    person = ada(policy)
    passed_on(policy, person, Kind.ERASURE)
    assert ask(person, policy, Kind.ERASURE).state == "open"


def test_a_question_to_whoever_asks_keeps_nobody_from_asking_themselves(policy: PolicyVersion) -> None:
    person = ada(policy)
    question(identify(entered(policy), person), policy)
    assert ask(person, policy, Kind.ACCESS).state == "open"


@pytest.mark.parametrize("way", ["asked", "identified"])
def test_what_is_being_answered_is_asked_once(policy: PolicyVersion, way: str) -> None:
    person = ada(policy)
    request = asked_by(person, policy) if way == "asked" else identify(entered(policy), person)
    before = whole(request), Request.objects.count()
    with pytest.raises(AskedBeforeError):
        ask(person, policy, Kind.ACCESS)
    assert (whole(request), Request.objects.count()) == before


def test_what_staff_passed_on_and_somebody_answered_to_is_still_to_be_made_sure_of(policy: PolicyVersion) -> None:
    request = question(passed_on(policy, ada(policy), Kind.ACCESS), policy)
    assert answer(request, policy, TODAY).state == "new"


# Nobody is restricted by hearsay.


@pytest.mark.promise("L6")
def test_an_objection_by_hearsay_freezes_and_restricts_nobody(policy: PolicyVersion) -> None:
    person, recipient = ada(policy), RecipientFactory.create()
    gave(recipient, person)
    passed_on(policy, person, Kind.OBJECTION)
    assert reasons(person) == {"request"}
    assert not RecipientNotice.objects.exists()


@pytest.mark.promise("L6")
@pytest.mark.parametrize("asked_back", [False, True])
def test_it_restricts_once_the_officer_knows_that_it_is_the_persons(policy: PolicyVersion, asked_back: bool) -> None:
    person, recipient = ada(policy), RecipientFactory.create()
    gave(recipient, person)
    request = passed_on(policy, person, Kind.OBJECTION)
    if asked_back:
        request = question(request, policy)
    identify(request, person)
    assert reasons(person) == {"request", "restriction"}
    assert RecipientNotice.objects.get().kind == "restricted"


# What has yet to be carried out stops marketing meanwhile.


@pytest.mark.promise("P12")
@pytest.mark.parametrize("kind", [Kind.MARKETING_OBJECTION, Kind.WITHDRAWAL])
@pytest.mark.parametrize("way", ["entered", "passed on", "by form"])
def test_nothing_is_sent_until_the_officer_has_stopped_it(policy: PolicyVersion, kind: Kind, way: str) -> None:
    person = ada(policy, **MARKETING)
    assert permission.of_one(person, day=TOMORROW)["post"] == ""
    if way == "passed on":
        passed_on(policy, person, kind)
    elif way == "entered":
        identify(entered(policy, kind), person)
    else:
        identify(press(posted(policy, kind=kind, name="Ada Berg", old_address=person.email), policy), person)
    person.refresh_from_db()
    assert all(permission.of_one(person, day=TOMORROW).values())


@pytest.mark.promise("P12")
def test_a_prospect_whose_objection_was_entered_goes_as_soon_as_it_is_carried_out(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = identify(entered(policy, Kind.MARKETING_OBJECTION), person)
    letter = draft(stopped.marketing_stopped, request, policy, what=["email", "phone", "post"])
    stopping.stop(request.pk, ["email", "phone", "post"], letter, policy=policy, at=NOON, by=OFFICER)
    assert not is_held(person)
    assert fresh(request).outcome == "fulfilled"


@pytest.mark.promise("P12")
def test_another_request_that_stands_spares_them_all_the_same(policy: PolicyVersion) -> None:
    person = ada(policy)
    asked_by(person, policy, Kind.ACCESS)
    request = identify(entered(policy, Kind.MARKETING_OBJECTION), person)
    letter = draft(stopped.marketing_stopped, request, policy, what=["email", "phone", "post"])
    stopping.stop(request.pk, ["email", "phone", "post"], letter, policy=policy, at=NOON, by=OFFICER)
    assert is_held(person)
    assert reasons(person) == {"request"}
