"""Packages on "My data": made when they are fetched, by whom they are for, and counted."""

import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion
from dsr.models import Handover
from tests.support import requesting
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, customer
from tests.support.visiting import ADDRESS, MINE, press, visiting, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def handover(person: Contact, policy: PolicyVersion, **fields: Any) -> Handover:
    request = requesting.asked_by(person, policy)
    made = {"portable": False, "created_at": NOON, "expires_at": NOON + ONE_DAY} | fields
    return Handover.objects.create(request=request, contact=person, **made)


@pytest.mark.promise("P20")
@pytest.mark.parametrize("portable", [False, True])
def test_a_package_is_made_when_it_is_fetched_and_counted(policy: PolicyVersion, portable: bool) -> None:
    person = customer(policy, email=ADDRESS, first_name="Aino")
    ready = handover(person, policy, portable=portable)
    client = visiting(person)
    assert f"/my-data/mine/package/{ready.public_id}/" in words(client.get(MINE))
    Contact.objects.filter(pk=person.pk).update(first_name="Väinö")
    answer = press(client, f"{MINE}package/{ready.public_id}/")
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        name = "data.json" if portable else "access.json"
        assert "Väinö" in files.read(name).decode()
        assert ("access.pdf" in files.namelist()) != portable
    ready.refresh_from_db()
    assert ready.fetched == 1
    assert list(ready.request.entries.values_list("step", flat=True))[-1] == "fetched"


@pytest.mark.promise("P20")
def test_another_persons_package_is_not_found(policy: PolicyVersion) -> None:
    ready = handover(customer(policy), policy)
    ended = handover(me := customer(policy, email=ADDRESS), policy, expires_at=NOON)
    for client in (visiting(me), visiting("nobody@fjordkraft.example")):
        before = contents()
        for public_id in (ready.public_id, ended.public_id, uuid4()):
            answer = press(client, f"{MINE}package/{public_id}/")
            assert answer.status_code == 404
            assert b"PK" not in answer.content[:2]
        assert contents() == before
        assert "Ready for you" not in words(client.get(MINE))


@pytest.mark.promise("P20")
def test_a_package_is_fetched_by_pressing_its_button_alone(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    ready = handover(person, policy)
    client = visiting(person)
    url = f"{MINE}package/{ready.public_id}/"
    before = contents()
    assert client.get(url).status_code == 303
    assert client.post(url, {}, content_type="application/x-www-form-urlencoded").status_code == 403
    assert Client().get(url).status_code == 403
    assert contents() == before


@pytest.mark.promise("P20")
def test_a_package_is_dead_the_moment_its_person_is_erased(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    ready = handover(person, policy)
    client = visiting(person)
    sealed = {"seal": "x"}
    person.delete()
    answer = client.post(f"{MINE}package/{ready.public_id}/", sealed, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 403
    assert not Handover.objects.exists()
