"""A search that is left to a worker: the certificate says so until it is done, and then what it found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from contacts.models import PolicyVersion
from dsr.decisions import certificates
from dsr.models import Certificate, Request
from dsr.models.requests import PendingSearch
from dsr.tasks import search_after_deletion
from dsr.traces import searching
from tests.support import queues
from tests.support.deleting import erased, full, under_a_duty, wish
from tests.support.factories import ContactFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("P21")]


def deleted(policy: PolicyVersion, request: Request) -> Certificate:
    """Delete as the officer's page does."""
    return erased(request, policy, searched_later=True)


def words(certificate: Certificate, policy: PolicyVersion) -> str:
    return " ".join(certificates.said(certificate, policy=policy, language="en")["scan"])


def test_the_certificate_says_that_the_search_is_under_way_and_then_what_it_found(policy: PolicyVersion) -> None:
    certificate = deleted(policy, wish(full(policy), policy))
    assert words(certificate, policy) == (
        "The whole database is being searched for the person. What was found will stand here."
    )
    assert not Request.objects.with_findings().exists()
    search_after_deletion()
    certificate.refresh_from_db()
    assert "Nothing about them was found." in words(certificate, policy)
    assert not PendingSearch.objects.exists()


def test_it_finds_what_a_search_at_once_finds(policy: PolicyVersion) -> None:
    at_once, later = (wish(under_a_duty(policy), policy) for _ in range(2))
    first = erased(at_once, policy)
    second = deleted(policy, later)
    searching.carry_out()
    second.refresh_from_db()
    assert (second.scan["found"], second.scan["tables"]) == (first.scan["found"], first.scan["tables"])
    assert set(second.scan["coded"]) == set(first.scan["coded"])


def test_what_two_searches_wait_for_is_not_what_either_finds(policy: PolicyVersion) -> None:
    person = {"first_name": "Ann", "last_name": "Öberg"}
    made = [deleted(policy, wish(ContactFactory.create(**person), policy)) for _ in range(2)]
    assert searching.carry_out() == 2
    for certificate in made:
        certificate.refresh_from_db()
        assert (certificate.scan["found"], certificate.scan["others"]) == ({}, {})


def test_two_workers_share_what_waits(policy: PolicyVersion) -> None:
    for _ in range(3):
        deleted(policy, wish(ContactFactory.create(), policy))

    def work(_number: int) -> int:
        try:
            return searching.carry_out()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(work, range(2))) == 3
    assert not Certificate.objects.filter(scan={}).exists()


def test_the_officers_page_does_not_wait_for_it(policy: PolicyVersion, log_in: Callable[[str], Client]) -> None:
    certificate = deleted(policy, wish(ContactFactory.create(), policy))
    client = log_in("privacy officer")
    for name in ("certificate", "change"):
        page = reverse(f"admin:dsr_request_{name}", args=[certificate.request.public_id])
        assert "he whole database is still being searched for the person" in client.get(page).content.decode()


def test_one_that_fails_holds_no_other_up_and_is_tried_again(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = (deleted(policy, wish(ContactFactory.create(), policy)) for _ in range(2))
    complete = searching.complete

    def fail(certificate: Certificate, search: searching.Search) -> None:
        if certificate == first:
            raise RuntimeError
        complete(certificate, search)

    monkeypatch.setattr(searching, "complete", fail)
    with pytest.raises(RuntimeError):
        searching.carry_out()
    assert list(PendingSearch.objects.values_list("certificate", "attempts")) == [(first.pk, 1)]
    monkeypatch.undo()
    assert searching.carry_out() == 1
    assert not Certificate.objects.filter(scan={}).exists()


def test_a_task_stops_once_its_time_is_over_and_leaves_the_rest_to_the_next(policy: PolicyVersion) -> None:
    for _ in range(3):
        deleted(policy, wish(ContactFactory.create(), policy))
    asked: list[bool] = []

    def is_over() -> bool:
        asked.append(True)
        return len(asked) > 2

    assert searching.carry_out(is_over=is_over) == 2
    assert PendingSearch.objects.count() == 1
    assert searching.carry_out() == 1


def test_many_deletions_ask_for_one_search_until_it_begins(policy: PolicyVersion) -> None:
    with queues.asked(searching.TASK) as waiting:
        for _ in range(3):
            deleted(policy, wish(ContactFactory.create(), policy))
        assert len(waiting) == 1
        assert waiting.expire()
        search_after_deletion()
        deleted(policy, wish(ContactFactory.create(), policy))
        assert len(waiting) == 2
