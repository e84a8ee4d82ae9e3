"""The doors of other systems: the page behind an owner's link, and the API with a key of one system."""

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contacts.disclosure import systems
from contacts.disclosure.systems import SystemRefusedError
from contacts.models import ApiKey, PolicyVersion, System
from contacts.signups import keys
from dsr.models import Enclosure, Request, SystemTask
from dsr.systems import opening, owner_links
from dsr.words.vocabulary import Kind
from tests.support.admin_pages import contents
from tests.support.asking_systems import SystemFactory, task_of
from tests.support.deciding import Desk, asks, url
from tests.support.factories import NOON
from tests.support.requesting import OFFICER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L18")]

type LogIn = Callable[[str], Client]

TASKS = "/api/systems/v1/tasks"


@pytest.fixture
def officer(log_in: LogIn) -> Client:
    return log_in("privacy officer")


def path_of(request: Request, system: System) -> str:
    return f"/systems/{owner_links.token(task_of(request, system))}/"


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def key_of(system: System) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {systems.issue_key(system, at=NOON, by=OFFICER)}"}


def test_the_owner_reads_whom_it_is_about_and_sends_files_by_the_link_alone(policy: PolicyVersion) -> None:
    system = SystemFactory.create(name="Invoices")
    request = asks(policy, Kind.ACCESS)
    path, client = path_of(request, system), Client(enforce_csrf_checks=True)
    before = contents()
    shown = words(client.get(path))
    assert contents() == before
    assert "Ada Berg" in shown
    assert "ada" not in path
    sent = {"answer": "done", "words": "One invoice.", "files": SimpleUploadedFile("a.csv", b"x"), "lang": "en"}
    assert "Thank you, we have your answer" in words(client.post(path, sent))
    assert (Enclosure.objects.get().name, bytes(Enclosure.objects.get().content)) == ("a.csv", b"x")
    assert "Ada Berg" not in words(client.get(path))
    client.post(path, {"answer": "nothing"})
    assert SystemTask.objects.get().answer == "done"


@pytest.mark.parametrize(("sent", "said"), [({}, "Choose what you did."), ({"answer": "done"}, "Send what the system")])
def test_what_is_missing_is_named_and_what_was_typed_stays(
    policy: PolicyVersion, sent: dict[str, str], said: str
) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ACCESS)
    answer = Client().post(path_of(request, system), {"lang": "en", **sent})
    assert answer.status_code == 422
    assert said in words(answer)
    assert SystemTask.objects.get().is_open


@pytest.mark.parametrize("path", ["/systems/x/", "/systems/4e94a97d3bfc443683dcd933e7a0fa0a:abc/"])
def test_a_link_that_nobody_sealed_opens_nothing(policy: PolicyVersion, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_what_was_called_off_shows_nobody(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ACCESS)
    path = path_of(request, system)
    opening.call_off(task_of(request, system).pk, "It is empty.", at=NOON, by=OFFICER)
    shown = words(Client().get(path))
    assert "There is nothing to do any more" in shown
    assert "Ada" not in shown


def test_a_server_fetches_its_own_tasks_and_answers_them(policy: PolicyVersion) -> None:
    ours, others = SystemFactory.create(reached_by="api"), SystemFactory.create(reached_by="api")
    request = asks(policy, Kind.ACCESS)
    key, client = key_of(ours), Client()
    before = contents()
    (task,) = client.get(TASKS, **key).json()
    assert contents() == before
    assert (task["do"], task["about"]["emails"]) == ("send", ["ada@fjordkraft.example"])
    body = {"answer": "done", "files": [{"name": "a.csv", "content": base64.b64encode(b"x").decode()}]}
    foreign = client.post(f"{TASKS}/{task_of(request, others).public_id}", body, "application/json", **key)
    assert foreign.status_code == 404
    path = f"{TASKS}/{task['id']}"
    assert client.post(path, body, "application/json", **key).status_code == 204
    assert client.post(path, body, "application/json", **key).status_code == 409
    assert client.get(TASKS, **key).json() == []
    assert bytes(Enclosure.objects.get().content) == b"x"


@pytest.mark.parametrize("who", ["nobody", "a form's key", "a system out of use"])
def test_no_other_key_reads_tasks(policy: PolicyVersion, who: str) -> None:
    system = SystemFactory.create(reached_by="api")
    asks(policy, Kind.ACCESS)
    key = {} if who == "nobody" else key_of(system)
    if who == "a form's key":
        key = {"HTTP_AUTHORIZATION": f"Bearer {keys.issue('web', at=NOON, by=OFFICER)[1]}"}
    if who == "a system out of use":
        systems.end(system.pk, day=NOON.date(), at=NOON, by=OFFICER)
    assert Client().get(TASKS, **key).status_code == 401


def test_a_systems_key_opens_no_form(policy: PolicyVersion) -> None:
    system = SystemFactory.create(reached_by="api")
    body = {"email": "a@fjordkraft.example", "policy_version": policy.number, "scenario": "customer"}
    answer = Client().post("/api/v1/registrations", body, "application/json", **key_of(system))
    assert answer.status_code in {403, 422}
    assert ApiKey.objects.get().forms == []


def test_a_key_is_for_systems_that_fetch_their_tasks(policy: PolicyVersion) -> None:
    with pytest.raises(SystemRefusedError):
        systems.issue_key(SystemFactory.create(), at=NOON, by=OFFICER)
    with pytest.raises(SystemRefusedError):
        systems.reveal_secret(SystemFactory.create(), at=NOON, by=OFFICER)


def test_the_officer_sees_what_is_waited_for_and_notes_what_was_said_on_the_phone(
    officer: Client, policy: PolicyVersion
) -> None:
    system = SystemFactory.create(name="Invoices")
    request = asks(policy, Kind.ACCESS)
    shown = officer.get(f"/admin/dsr/request/{request.public_id}/change/", follow=True).content.decode()
    assert "The answer waits for them until 24 December 2026" in shown
    task = task_of(request, system)
    file = SimpleUploadedFile("a.csv", b"x")
    officer.post(url(request, "note-answer"), {"task": task.pk, "answer": "done", "words": "", "file": file})
    assert Enclosure.objects.get().task == task
    shown = officer.get(f"/admin/dsr/request/{request.public_id}/change/", follow=True).content.decode()
    assert "1 file for the person" in shown
    assert "The answer waits" not in shown


def test_the_officer_cannot_hand_over_while_a_system_is_waited_for(officer: Client, policy: PolicyVersion) -> None:
    SystemFactory.create(name="Invoices")
    request = asks(policy, Kind.ACCESS)
    desk = Desk(officer, request, "hand-over")
    assert "Other systems have not answered yet: Invoices" in desk.send()
    assert not request.handovers.exists()
