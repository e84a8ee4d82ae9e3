from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import ApiKey, AuditEvent
from contacts.signups import keys
from contacts.signups.keys import KeyRefusedError
from tests.support.admin_pages import contents
from tests.support.factories import NOON

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


def test_a_key_is_known_by_its_holder_and_kept_nowhere() -> None:
    record, key = keys.issue("website", at=NOON, by="test")
    assert keys.holder(key) == record
    assert key not in str(list(ApiKey.objects.values())) + str(list(AuditEvent.objects.values()))


def test_no_two_keys_are_the_same() -> None:
    assert len({keys.issue(f"server {n}", at=NOON, by="test")[1] for n in range(50)}) == 50


@pytest.mark.parametrize("key", ["", "crm_", "crm_" + "a" * 43, "é", "\x00"])
def test_nobody_holds_a_key_that_was_never_issued(key: str) -> None:
    keys.issue("website", at=NOON, by="test")
    assert keys.holder(key) is None


def test_the_hash_of_a_key_is_no_key() -> None:
    record, _ = keys.issue("website", at=NOON, by="test")
    assert keys.holder(record.digest) is None


def test_a_revoked_key_opens_nothing_and_is_revoked_once() -> None:
    record, key = keys.issue("website", at=NOON, by="test")
    keys.revoke(record, at=NOON, by="test")
    assert keys.holder(key) is None
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
    answer = client.post("/admin/contacts/apikey/add/", {"name": "website"})
    key = answer.context["form"].key
    assert keys.holder(key) == ApiKey.objects.get()
    assert key in answer.content.decode()
    assert key not in str(client.cookies) + str(answer.headers) + str(dict(client.session))
    assert "no-store" in answer["Cache-Control"]
    for url in ("/admin/contacts/apikey/", f"/admin/contacts/apikey/{ApiKey.objects.get().pk}/change/"):
        assert key not in client.get(url).content.decode()


def test_the_administrator_revokes_a_key(log_in: LogIn) -> None:
    record, key = keys.issue("website", at=NOON, by="test")
    log_in("administrator").post(f"/admin/contacts/apikey/{record.pk}/revoke/")
    assert keys.holder(key) is None


def test_nobody_else_issues_a_key(log_in: LogIn) -> None:
    assert log_in("marketing").post("/admin/contacts/apikey/add/", {"name": "website"}).status_code == 403
    assert not ApiKey.objects.exists()
