"""What proves an answer: sealed when it closes, opened by two with a reason, deleted with its key at its end."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction

from contacts.journal import stores
from contacts.models import AuditEvent, PolicyVersion
from dsr import package
from dsr.answers import refusing
from dsr.decisions import certificates, erasing, fetching, handing_over
from dsr.decisions.erasing import Order
from dsr.evidence import opening, sealing
from dsr.letters import handovers, refusals
from dsr.models import Evidence, Handover, Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RefusalGround
from tests.support.deciding import BECAUSE, TODAY, asks, draft
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, close, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

LAST = dt.date(2031, 11, 24)  # 60 months after
SECOND = "user:2"


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_KEYS_URL = (tmp_path / "keys").as_uri()
    return tmp_path / "keys"


def refuse(policy: PolicyVersion) -> Request:
    request = asks(policy, Kind.ACCESS)
    letter = draft(refusals.refused, request, policy, "en", ground="excessive", reasons=BECAUSE)
    return refusing.refuse(request.pk, RefusalGround.EXCESSIVE, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)


def erase(policy: PolicyVersion) -> Request:
    request = asks(policy, Kind.ERASURE)
    erasing.erase(request.pk, Order(ErasureGround.NOT_NEEDED), policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def officers(number: int) -> None:
    for each in range(number):
        user = User.objects.create_user(f"officer-{each}", password="x")
        user.groups.add(Group.objects.get(name="privacy officer"))


def test_request_letter_and_identity_are_sealed_when_it_is_answered(policy: PolicyVersion) -> None:
    request = refuse(policy)
    evidence = Evidence.objects.get()
    assert (evidence.number, evidence.ends_on, evidence.request) == (request.number, LAST, request)
    told = sealing.read(evidence)
    assert told["request"]["refusal"] == "excessive"
    assert {each["kind"] for each in told["papers"]} == {"statement", "letter"}
    assert BECAUSE in json.dumps(told["papers"])
    assert told["timeline"][-1]["step"] == "closed"


def test_the_database_alone_says_nothing_of_it(policy: PolicyVersion) -> None:
    erase(policy)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM dsr_evidence")
        sealed = bytes(cursor.fetchone()[0])
    assert b"fjordkraft" not in sealed
    assert b"Berg" not in sealed


def test_it_outlives_the_person_and_the_certificate_says_so(policy: PolicyVersion) -> None:
    request = erase(policy)
    evidence = Evidence.objects.get(number=request.number)
    assert "Ada" in json.dumps(sealing.read(evidence))
    said = certificates.said(request.certificates.get(), policy=policy, language="en")
    until = {what: until for what, _ground, until in said["coded"]}
    assert until["The request and our letters, sealed"] == "until 24 November 2031"
    Request.objects.filter(pk=request.pk).delete()
    evidence.refresh_from_db()
    assert (evidence.request, evidence.number) == (None, request.number)


def test_who_asks_for_a_copy_later_hears_of_it(policy: PolicyVersion) -> None:
    erase(policy)
    told = package.html([], address="ada@fjordkraft.example", policy=policy, language="en", at=NOON)
    assert "Sealed proof of our answers" in told
    assert "60 months after the answer, sealed" in told


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.MISTAKEN])
def test_what_was_not_answered_is_not_sealed(policy: PolicyVersion, outcome: Outcome) -> None:
    close(asks(policy, Kind.ACCESS), policy, outcome)
    assert not Evidence.objects.exists()


@pytest.mark.promise("P20")
def test_of_a_package_its_sum_is_sealed_and_nothing_of_its_content(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    letter = draft(handovers.access_ready, request, policy, until=TODAY)
    handing_over.hand_over(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    ready = Handover.objects.get()
    fetched = fetching.fetch(ready.public_id, ready.contact, policy=policy, language="en", at=NOON, by="visitor")
    told = sealing.read(Evidence.objects.get(kind="package"))
    assert told["bytes"] == len(fetched)
    assert set(told) == {"sha256", "bytes", "at"}
    fetching.fetch(ready.public_id, ready.contact, policy=policy, language="en", at=NOON, by="visitor")
    assert Evidence.objects.filter(kind="package").count() == 1


@pytest.mark.promise("P20")
def test_the_person_gets_their_package_though_no_key_can_be_written(
    policy: PolicyVersion, settings: Any, tmp_path: Path
) -> None:
    request = asks(policy, Kind.ACCESS)
    letter = draft(handovers.access_ready, request, policy, until=TODAY)
    handing_over.hand_over(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    (tmp_path / "file").touch()
    settings.EVIDENCE_KEYS_URL = (tmp_path / "file").as_uri()
    ready = Handover.objects.get()
    assert fetching.fetch(ready.public_id, ready.contact, policy=policy, language="en", at=NOON, by="visitor")
    assert not Evidence.objects.filter(kind="package").exists()


def test_without_a_place_for_the_key_nothing_is_closed(policy: PolicyVersion, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.EVIDENCE_KEYS_URL = (tmp_path / "file").as_uri()
    request = asks(policy, Kind.ACCESS)
    with pytest.raises(RequestError, match="cannot be sealed, so nothing has happened"), transaction.atomic():
        close(request, policy)
    assert fresh(request).state == "open"


def test_a_file_in_the_place_of_another_or_changed_is_not_opened(policy: PolicyVersion) -> None:
    refuse(policy)
    evidence = Evidence.objects.get()
    Evidence.objects.update(number="2026-9999")
    evidence.refresh_from_db()
    with pytest.raises(RequestError, match="not as it was sealed"):
        sealing.read(evidence)


# Its end.


def test_file_and_key_go_on_the_last_day_and_not_before(policy: PolicyVersion, keys: Path) -> None:
    refuse(policy)
    assert sealing.end(LAST - dt.timedelta(days=1)) == 0
    assert len(list(keys.iterdir())) == 1
    assert sealing.end(LAST) == 1
    assert not Evidence.objects.exists()
    assert not list(keys.iterdir())


def test_what_a_restore_brings_back_stays_closed(policy: PolicyVersion) -> None:
    refuse(policy)
    kept = Evidence.objects.get()
    sealing.end(LAST)
    kept.save(force_insert=True)
    with pytest.raises(RequestError, match="Its key is not there"):
        sealing.read(kept)
    assert sealing.end(LAST) == 1


def test_a_key_that_cannot_be_deleted_keeps_its_file_for_the_next_night(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch, keys: Path
) -> None:
    refuse(policy)
    (name,) = keys.iterdir()
    name.unlink()
    name.mkdir()  # unlink refuses a directory
    with pytest.raises(stores.JournalError):
        sealing.end(LAST)
    assert Evidence.objects.exists()


# Opening it.


def test_two_people_open_it_where_two_may(policy: PolicyVersion) -> None:
    officers(2)
    refuse(policy)
    evidence = Evidence.objects.get()
    asked = opening.ask(evidence.pk, "The authority asks.", at=NOON, by=OFFICER)
    assert opening.look(evidence, at=NOON, by=OFFICER) is None
    with pytest.raises(RequestError, match="A second person"):
        opening.confirm(asked.pk, at=NOON, by=OFFICER)
    opening.confirm(asked.pk, at=NOON, by=SECOND)
    assert opening.look(evidence, at=NOON, by=OFFICER)
    assert opening.look(evidence, at=NOON, by=SECOND)
    assert opening.look(evidence, at=NOON, by="user:3") is None
    assert opening.look(evidence, at=NOON + opening.LASTS, by=OFFICER) is None
    codes = AuditEvent.objects.filter(code__startswith="evidence.").order_by("pk").values_list("code", "by")
    assert list(codes) == [
        ("evidence.asked", OFFICER),
        ("evidence.opened", SECOND),
        ("evidence.read", OFFICER),
        ("evidence.read", SECOND),
    ]


def test_who_is_alone_opens_it_with_a_reason(policy: PolicyVersion) -> None:
    officers(1)
    refuse(policy)
    evidence = Evidence.objects.get()
    with pytest.raises(RequestError, match="Say why"):
        opening.ask(evidence.pk, " ", at=NOON, by=OFFICER)
    assert opening.ask(evidence.pk, "A claim.", at=NOON, by=OFFICER).opened_at == NOON
    assert opening.look(evidence, at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="asked for it already"):
        opening.ask(evidence.pk, "Again.", at=NOON, by=SECOND)


def test_what_waited_too_long_is_asked_for_anew(policy: PolicyVersion) -> None:
    officers(2)
    refuse(policy)
    evidence = Evidence.objects.get()
    asked = opening.ask(evidence.pk, "A claim.", at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="does not wait any more"):
        opening.confirm(asked.pk, at=NOON + opening.LASTS, by=SECOND)
    assert opening.ask(evidence.pk, "A claim.", at=NOON + opening.LASTS, by=OFFICER).opened_at is None
