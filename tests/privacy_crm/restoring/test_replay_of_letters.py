"""What a restore may not bring back in letters: who acted for a person, and what people were told of a breach (L11)."""

import datetime as dt

import pytest
from django.core import mail

from contacts.delivery import sending
from contacts.models import AuditEvent, Message, PolicyVersion
from dsr.intake import identity, representing
from dsr.models import Representative
from dsr.words.vocabulary import Kind, RepresentativeEnd
from privacy_crm.restoring import replay
from tests.support import breaching
from tests.support.deciding import asks
from tests.support.factories import NOON, ONE_DAY, ContactFactory
from tests.support.journals import Backup, Journal
from tests.support.representing import acts_for
from tests.support.requesting import OFFICER

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]


@pytest.mark.promise("L17")
def test_who_acted_for_a_person_and_was_ended_does_not_come_back(policy: PolicyVersion, journal: Journal) -> None:
    request = asks(policy, Kind.ACCESS)
    acting = acts_for(request, policy)
    backup = Backup(journal)
    representing.end(request.pk, RepresentativeEnd.OBJECTED, at=NOON, by=OFFICER)
    backup.restore_and_replay()
    acting.refresh_from_db()
    assert (acting.end, acting.ended_at) == (RepresentativeEnd.OBJECTED, NOON)
    assert AuditEvent.objects.get(code="request.represented", rule=RepresentativeEnd.OBJECTED).by == "replay"
    assert not Representative.objects.standing().exists()
    number = len(journal.lines)
    assert replay.run(now=lambda: NOON)
    assert len(journal.lines) == number


@pytest.mark.promise("L17")
def test_another_who_was_entered_before_stays_and_a_later_one_does_not_come(
    policy: PolicyVersion, journal: Journal
) -> None:
    request = asks(policy, Kind.ACCESS)
    backup = Backup(journal)
    acts_for(request, policy)
    representing.end(request.pk, RepresentativeEnd.ENDED, at=NOON, by=OFFICER)
    backup.restore_and_replay()
    assert not Representative.objects.exists()
    acts_for(request, policy, at=NOON + ONE_DAY)
    assert Representative.objects.standing().exists()


@pytest.mark.promise("L17")
def test_who_acted_for_the_wrong_person_does_not_come_back(policy: PolicyVersion, journal: Journal) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    people = [subject.contact for subject in request.subjects.all()]
    backup = Backup(journal)
    identity.mistaken(request.pk, people, policy=policy, at=NOON, by=OFFICER)
    backup.restore_and_replay()
    assert not Representative.objects.standing().exists()


@pytest.mark.promise("L10")
def test_a_letter_about_a_breach_that_left_since_the_backup_does_not_leave_twice(
    policy: PolicyVersion, journal: Journal
) -> None:
    person = ContactFactory.create(email="ada@fjordkraft.example")
    breach = breaching.affecting(person)
    assert breaching.tell(breach) == 1
    backup = Backup(journal)
    assert send() == ["ada@fjordkraft.example"]
    acts_for(asks(policy, Kind.ACCESS, email="bo@fjordkraft.example"), policy)
    representing.end(Representative.objects.get().request_id, RepresentativeEnd.ENDED, at=NOON, by=OFFICER)
    backup.restore_and_replay()
    assert Message.objects.filter(sent_at__isnull=True, ended_at__isnull=True).count() == 1
    assert send() == []


def send(at: dt.datetime = NOON) -> list[str]:
    mail.outbox.clear()
    sending.send_due(at=at, now=lambda: at)
    return [address for message in mail.outbox for address in message.to]
