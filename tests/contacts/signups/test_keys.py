import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from contacts.models import ApiKey, AuditEvent, PolicyVersion
from contacts.signups import keys
from contacts.signups.keys import KeyRefusedError, Terms
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


MINUTE = dt.timedelta(minutes=1)
ASKED = {"name": "website", "forms": ["whitepaper"], "posts_an_hour": "20", "lasts": "90"}


def test_a_key_is_known_by_its_holder_and_kept_nowhere() -> None:
    record, key = keys.issue("website", at=NOON, by="test")
    assert keys.holder(key, at=NOON) == record
    assert key not in str(list(ApiKey.objects.values())) + str(list(AuditEvent.objects.values()))


def test_no_two_keys_are_the_same() -> None:
    assert len({keys.issue(f"server {n}", at=NOON, by="test")[1] for n in range(50)}) == 50


@pytest.mark.parametrize("key", ["", "crm_", "crm_" + "a" * 43, "é", "\x00"])
def test_nobody_holds_a_key_that_was_never_issued(key: str) -> None:
    keys.issue("website", at=NOON, by="test")
    assert keys.holder(key, at=NOON) is None


def test_the_hash_of_a_key_is_no_key() -> None:
    record, _ = keys.issue("website", at=NOON, by="test")
    assert keys.holder(record.digest, at=NOON) is None


def test_a_revoked_key_opens_nothing_and_is_revoked_once() -> None:
    record, key = keys.issue("website", at=NOON, by="test")
    keys.revoke(record, at=NOON, by="test")
    assert keys.holder(key, at=NOON) is None
    with pytest.raises(KeyRefusedError):
        keys.revoke(record, at=NOON, by="test")
    assert AuditEvent.objects.filter(code="api_key.revoked").count() == 1


def test_two_servers_do_not_share_a_name() -> None:
    keys.issue("website", at=NOON, by="test")
    before = contents()
    with pytest.raises(KeyRefusedError):
        keys.issue("website", at=NOON, by="test")
    assert contents() == before


def test_the_administrator_sees_a_new_key_once_and_it_waits_nowhere(log_in: LogIn) -> None:
    client = log_in("administrator")
    answer = client.post("/admin/contacts/apikey/add/", ASKED)
    key = answer.context["form"].key
    assert keys.holder(key, at=NOON) == ApiKey.objects.get()
    assert key in answer.content.decode()
    assert key not in str(client.cookies) + str(answer.headers) + str(dict(client.session))
    assert "no-store" in answer["Cache-Control"]
    for url in ("/admin/contacts/apikey/", f"/admin/contacts/apikey/{ApiKey.objects.get().pk}/change/"):
        assert key not in client.get(url).content.decode()


def test_the_administrator_revokes_a_key(log_in: LogIn) -> None:
    record, key = keys.issue("website", at=NOON, by="test")
    log_in("administrator").post(f"/admin/contacts/apikey/{record.pk}/revoke/")
    assert keys.holder(key, at=NOON) is None


def test_nobody_else_issues_a_key(log_in: LogIn) -> None:
    assert log_in("marketing").post("/admin/contacts/apikey/add/", ASKED).status_code == 403
    assert not ApiKey.objects.exists()


@pytest.mark.promise("P17")
def test_a_key_ends_and_says_when_it_was_used_last() -> None:
    record, key = keys.issue("website", Terms(lasts=ONE_DAY), at=NOON, by="test")
    for at, noted in ((NOON, NOON), (NOON + MINUTE / 2, NOON), (NOON + MINUTE, NOON + MINUTE)):
        held = keys.holder(key, at=at)
        assert held == record
        keys.used(held, at=at)
        assert ApiKey.objects.get().used_at == noted
    assert keys.holder(key, at=NOON + ONE_DAY) is None


@pytest.mark.promise("P17")
def test_the_administrator_is_told_of_a_key_that_ends_and_of_nothing_else(log_in: LogIn, policy: PolicyVersion) -> None:
    with time_machine.travel(NOON, tick=False):
        keys.issue("old shop", Terms(lasts=20 * ONE_DAY), at=NOON, by="test")
        keys.issue("new shop", Terms(lasts=90 * ONE_DAY), at=NOON, by="test")
        keys.revoke(keys.issue("gone", Terms(lasts=ONE_DAY), at=NOON, by="test")[0], at=NOON, by="test")
        page = log_in("administrator").get("/admin/").content.decode()
    assert "The key of “old shop” ends" in page
    assert "new shop" not in page
    assert "gone" not in page
