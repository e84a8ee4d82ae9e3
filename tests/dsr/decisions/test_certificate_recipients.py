"""Who had the details of somebody who was deleted, on certificate and in letter: told, confirmed, or why not."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion, Recipient, RecipientNotice
from dsr.decisions import certificates, erasing
from dsr.models import Certificate, Subject
from dsr.traces import proposal
from dsr.words.vocabulary import ErasureGround
from tests.support.deleting import erased, wish
from tests.support.factories import NOON, ONE_DAY, customer
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20"), pytest.mark.promise("L4")]


@pytest.fixture
def printer() -> Recipient:
    return RecipientFactory.create(name="Tryckhuset AB")


@pytest.fixture
def host() -> Recipient:
    why = {"untold_because": "it keeps whole copies of our servers", "copy_days": 35}
    return RecipientFactory.create(name="Molnhalli Oy", standing=True, **why)


@pytest.fixture
def certificate(policy: PolicyVersion, printer: Recipient) -> Certificate:
    person: Contact = customer(policy)
    gave(printer, person)
    return erased(wish(person, policy), policy)


def told(certificate: Certificate, policy: PolicyVersion, language: str = "en") -> list[str]:
    said: list[str] = certificates.said(certificate, policy=policy, language=language)["told"]
    return said


def test_each_is_named_with_the_days_of_its_notice(policy: PolicyVersion, certificate: Certificate) -> None:
    assert told(certificate, policy) == ["Tryckhuset AB: will be told as soon as the mail is sent"]
    RecipientNotice.objects.update(sent_at=NOON + ONE_DAY)
    assert told(certificate, policy) == ["Tryckhuset AB: told on 25 November 2026, has not confirmed it yet"]
    RecipientNotice.objects.update(acknowledged_at=NOON + 3 * ONE_DAY, acknowledged_by="user:7")
    assert told(certificate, policy) == ["Tryckhuset AB: told on 25 November 2026, confirmed on 27 November 2026"]
    assert told(certificate, policy, "sv") == [
        "Tryckhuset AB: fick besked den 25 november 2026, bekräftade den 27 november 2026"
    ]


def test_of_a_certificate_from_before_the_day_is_not_known(policy: PolicyVersion, certificate: Certificate) -> None:
    Certificate.objects.update(references=[])
    certificate.refresh_from_db()
    assert told(certificate, policy) == ["Tryckhuset AB: told; on which day is not known"]


def test_of_several_records_the_last_day_counts_and_one_that_is_open_is_open(
    policy: PolicyVersion, printer: Recipient
) -> None:
    people = [customer(policy) for _each in range(2)]
    gave(printer, *people)
    request = wish(people[0], policy)
    Subject.objects.create(request=request, contact=people[1])
    made = erased(request, policy)
    assert sorted(made.references) == sorted(person.public_id for person in people)
    first, second = RecipientNotice.objects.filter(kind="erased").order_by("pk")
    RecipientNotice.objects.filter(pk=first.pk).update(sent_at=NOON, acknowledged_at=NOON, acknowledged_by="user:7")
    assert told(made, policy) == ["Tryckhuset AB: will be told as soon as the mail is sent"]
    RecipientNotice.objects.filter(pk=second.pk).update(sent_at=NOON + ONE_DAY)
    assert told(made, policy) == ["Tryckhuset AB: told on 25 November 2026, has not confirmed it yet"]


def test_who_cannot_act_on_a_notice_is_named_with_the_reason_and_the_day(
    policy: PolicyVersion, host: Recipient
) -> None:
    person = customer(policy)
    request = wish(person, policy)
    decided = proposal.of(request, NOON.date())
    letter = str(erasing.letter(request, decided, ErasureGround.NOT_NEEDED, policy=policy, at=NOON))
    made = erased(request, policy)
    day = (NOON.date() + dt.timedelta(days=35)).strftime("%-d %B %Y")
    assert told(made, policy) == [
        f"Molnhalli Oy: not told, because no single person can be found in its copies. They are deleted on {day}"
    ]
    [swedish] = certificates.said(made, policy=policy, language="sv")["told"]
    assert swedish.startswith("Molnhalli Oy: har inte fått besked, eftersom det inte går att hitta en enskild person")
    assert "servers" not in swedish
    assert "No single person can be found in the copies at Molnhalli Oy. They are deleted after 35 days." in letter
    assert not RecipientNotice.objects.exists()
