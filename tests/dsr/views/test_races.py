"""Many at one link, and one person in two windows. Real connections in threads; the clock stands still in none."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from contacts.models import PolicyVersion
from dsr.intake import intake, proving
from dsr.intake.intake import Asked, Stranger
from dsr.letters import proof as letters
from dsr.models import Proof, Request
from dsr.words.vocabulary import Kind, State
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, locked
from tests.support.factories import customer
from tests.support.visiting import ADDRESS, MINE, path_of, seal
from tests.support.visitors import send

pytestmark = pytest.mark.django_db(transaction=True)

type Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def meanwhile() -> Iterator[Start]:
    """Start an act in a thread of its own, fifty at once, each with a connection of its own."""
    with ThreadPoolExecutor(50) as threads:

        def with_own_connection(act: Callable[[], Any]) -> Any:
            try:
                return act()
            finally:
                connections.close_all()

        yield lambda act: threads.submit(with_own_connection, act)


def posted(policy: PolicyVersion, kind: Kind = Kind.ERASURE) -> Proof:
    return intake.post(
        Asked(kind),
        Stranger(ADDRESS, "en"),
        lambda proof: letters.letter(proof, policy=policy),
        policy=policy,
        at=timezone.now(),
        by="visitor",
    ).proofs.get()


def pressing(path: str) -> Callable[[], int]:
    return lambda: int(send(Client(), path, {"lang": "en"}).status_code)


@pytest.mark.promise("P19")
def test_fifty_wrong_tries_at_once_count_five_and_kill_the_link(policy: PolicyVersion, meanwhile: Start) -> None:
    proof = posted(policy)
    wrong = [f"/my-data/{proof.public_id.hex}.{number:043d}/" for number in range(50)]
    with locked("dsr_proof", "id = %s", proof.pk):
        tries = [meanwhile(pressing(path)) for path in wrong]
        await_waiting(50)
    assert Counter(each.result(PATIENCE) for each in tries) == {404: 50}
    proof.refresh_from_db()
    assert proof.attempts == proving.MOST_ATTEMPTS
    assert pressing(path_of(proof))() == 410
    assert Request.objects.get().state == State.UNPROVEN


@pytest.mark.promise("P19")
def test_a_link_that_is_pressed_ten_times_at_once_works_once(policy: PolicyVersion, meanwhile: Start) -> None:
    customer(policy, email=ADDRESS)
    proof = posted(policy)
    with locked("dsr_proof", "id = %s", proof.pk):
        presses = [meanwhile(pressing(path_of(proof))) for _ in range(10)]
        await_waiting(10)
    assert Counter(each.result(PATIENCE) for each in presses) == {303: 1, 410: 9}
    request = Request.objects.get()
    assert request.state == State.OPEN
    assert request.entries.filter(step="proven").count() == 1


@pytest.mark.promise("P19")
def test_a_button_that_is_pressed_twice_at_once_asks_once(policy: PolicyVersion, meanwhile: Start) -> None:
    person = customer(policy, email=ADDRESS)
    proof = proving.begin(ADDRESS, "en", request=None, at=timezone.now())
    client = Client()
    send(client, path_of(proof), {"lang": "en"})
    said = {"ask": "erasure", "seal": seal(client), "lang": "en"}
    with locked("contacts_contact", "id = %s", person.pk):
        presses = [meanwhile(lambda: send(client, MINE, said).status_code) for _ in range(2)]
        await_waiting(2)
    assert sorted(each.result(PATIENCE) for each in presses) == [303, 409]
    assert Request.objects.count() == 1
