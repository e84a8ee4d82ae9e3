"""Log-ins are limited and leave no name behind, and what is open elsewhere ends with the password or the account."""

import pytest
import redis
from django.conf import LazySettings
from django.contrib.auth.models import User

from contacts.models import AuditEvent
from privacy_crm.models import OpenLogin
from tests.support.factoring import PASSWORD, code, entered, log_in, member, newcomer, with_app

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]


def test_after_five_wrong_passwords_the_right_one_is_refused_too() -> None:
    client, user = newcomer(), member()
    for _ in range(5):
        assert b"not correct" in log_in(client, user, "wrong").content
    assert b"Too many failed" in log_in(client, user).content
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_codes_the_right_one_is_refused_too() -> None:
    client, user = newcomer(), member()
    secret = with_app(user)
    log_in(client, user)
    for _ in range(5):
        assert b"Incorrect code" in client.post("/account/log-in/factor/", {"code": "000000"}).content
    assert b"Too many failed" in client.post("/account/log-in/factor/", {"code": code(secret)}).content
    assert "_auth_user_id" not in client.session


def test_neither_valkey_nor_the_session_holds_a_name_or_an_address(settings: LazySettings) -> None:
    client, user = newcomer(), member()
    secret = with_app(user)
    log_in(client, user, "wrong")
    log_in(client, user)
    client.post("/account/log-in/factor/", {"code": code(secret)})
    keys = [key.decode() for key in redis.Redis.from_url(settings.REDIS_URL).scan_iter("limits*")]
    assert len(keys) > 3
    visitor = client.defaults["REMOTE_ADDR"]
    assert [key for key in keys if user.username in key or visitor in key] == []
    assert client.get("/admin/").status_code == 200
    assert user.username not in str(dict(client.session))


def test_an_account_that_is_switched_off_gets_no_further_than_being_told_so() -> None:
    client, user = newcomer(), member()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert log_in(client, user)["Location"] == "/account/switched-off/"
    assert b"This account is closed" in client.get("/account/switched-off/").content
    assert "_auth_user_id" not in client.session


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    user = member()
    secret = with_app(user)
    here, there = entered(user, secret), newcomer()
    there.force_login(user)
    assert there.get("/account/").status_code == 200
    new = {"oldpassword": PASSWORD, "password1": "otter meadow nine", "password2": "otter meadow nine"}
    assert here.post("/account/password/", new)["Location"] == "/account/"
    assert here.get("/admin/").status_code == 200
    assert there.get("/account/")["Location"].startswith("/account/log-in/")
    assert AuditEvent.objects.get().code == "account.password_changed"


@pytest.mark.parametrize("act", ["close", "give-role", "take-role", "end-log-ins", "reset-factors"])
def test_the_administrator_ends_all_sessions_of_an_account(act: str) -> None:
    user, chief = member("sales"), member("administrator")
    theirs, elsewhere, ours = entered(user), newcomer(), entered(chief)
    elsewhere.force_login(user)
    role = {"give-role": "marketing", "take-role": "sales"}.get(act, "")
    assert ours.post(f"/admin/auth/user/{user.pk}/{act}/", {"role": role}).status_code == 302
    for client in (theirs, elsewhere):
        assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert not OpenLogin.objects.filter(user=user).exists()
    assert ours.get("/admin/").status_code == 200
