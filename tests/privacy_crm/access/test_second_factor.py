"""The second factor of staff: nothing opens before it is shown, and the password alone leads nowhere."""

import re
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.converters import UUIDConverter

from contacts.models import Activity, AuditEvent, PolicyVersion
from tests.support.admin_pages import names
from tests.support.factories import ContactFactory
from tests.support.factoring import PASSWORD, code, entered, kinds, log_in, member, newcomer, with_app, with_codes

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]

OUTSIDE_THE_GATE = {"login", "logout", "jsi18n"}
UNKNOWN = "11111111-1111-4111-8111-111111111111"


def every_address() -> dict[str, str]:
    """Return an address of each page of the admin, of records that do not exist: the gate stands before them."""
    _prefix, pages = get_resolver().namespace_dict["admin"]
    made = {}
    for name in names():
        [((route, parameters), *_others), _pattern, _defaults, converters] = pages.reverse_dict.getlist(name)[0]
        known = {"app_label": "contacts"}
        some = {each: UNKNOWN if isinstance(converters.get(each), UUIDConverter) else "1" for each in parameters}
        made[name] = "/admin/" + route % (some | {each: known[each] for each in parameters if each in known})
    return made


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_factor_every_page_leads_to_where_one_is_set_up(method: str) -> None:
    client = newcomer()
    log_in(client, member())
    pages = {name: url for name, url in every_address().items() if name not in OUTSIDE_THE_GATE}
    assert len(pages) > 60
    answers = {name: getattr(client, method)(url) for name, url in pages.items()}
    assert {name: answer.get("Location") for name, answer in answers.items()} == dict.fromkeys(pages, "/account/")
    assert b"Set up a second factor first" in client.get("/account/").content


def test_a_dialog_leads_its_page_there() -> None:
    client = newcomer()
    log_in(client, member())
    answer = client.get(every_address()["contacts_contact_record-activity"], headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (200, "/account/", b"")


def test_without_a_factor_nothing_can_be_done_either(policy: PolicyVersion) -> None:
    person, client = ContactFactory.create(), newcomer()
    log_in(client, member())
    there = f"/admin/contacts/contact/{person.public_id}/record-activity/"
    sent = {"kind": "conversation", "occurred_at_0": "2026-05-24", "occurred_at_1": "09:30"}
    assert client.post(there, sent)["Location"] == "/account/"
    assert not Activity.objects.exists()


def test_the_password_alone_opens_no_page() -> None:
    client, user = newcomer(), member()
    with_app(user)
    assert log_in(client, user)["Location"] == "/account/log-in/factor/"
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/account/")["Location"].startswith("/account/log-in/")


def test_password_and_code_open_the_page_that_was_asked_for() -> None:
    client, user = newcomer(), member()
    secret = with_app(user)
    log_in(client, user, next="/admin/retention/hold/")
    assert client.post("/account/log-in/factor/", {"code": "000000"}).status_code == 200
    answer = client.post("/account/log-in/factor/", {"code": code(secret)})
    assert answer["Location"] == "/admin/retention/hold/"
    assert client.get("/admin/retention/hold/").status_code == 200


def test_nobody_is_led_to_another_site() -> None:
    client, user = newcomer(), member()
    secret = with_app(user)
    log_in(client, user, next="https://elsewhere.example/")
    assert client.post("/account/log-in/factor/", {"code": code(secret)})["Location"] == "/admin/"


def test_a_code_counts_once() -> None:
    user = member()
    secret = with_app(user)
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        entered(user, secret)
        client = newcomer()
        log_in(client, user)
        assert client.post("/account/log-in/factor/", {"code": code(secret)}).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_recovery_code_counts_once() -> None:
    user = member()
    with_app(user)
    first, *_others = with_codes(user)
    for expected in (302, 200):
        client = newcomer()
        log_in(client, user)
        assert client.post("/account/log-in/factor/", {"code": first}).status_code == expected


def test_the_form_of_the_admin_is_no_way_past() -> None:
    client, user = newcomer(), member()
    with_app(user)
    answer = client.post("/admin/login/?next=/admin/", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == "/account/log-in/?next=%2Fadmin%2F"
    assert "_auth_user_id" not in client.session


def test_a_session_without_the_factor_that_was_set_up_elsewhere_has_to_show_it() -> None:
    user, client = member(), newcomer()
    log_in(client, user)
    with_app(user)
    assert client.get("/admin/")["Location"] == "/account/again/code/?next=%2Fadmin%2F"


def test_whoever_sets_up_an_app_goes_in_with_it_and_is_shown_the_recovery_codes_once(
    django_capture_on_commit_callbacks: Any,
) -> None:
    user, client = member(), newcomer()
    log_in(client, user)
    assert b"<svg" in client.get("/account/app/").content
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/account/app/", {"code": code(client.session["mfa.totp.secret"])})
    assert answer["Location"] == "/account/codes/"
    shown = client.get("/account/codes/").content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", shown)) == 10
    assert 'download="recovery-codes.txt"' in shown
    assert not re.search(r"\d{8}</li>", client.get("/account/codes/").content.decode())
    assert client.get("/admin/").status_code == 200
    assert kinds(user) == ["recovery_codes", "totp"]
    assert list(AuditEvent.objects.values_list("code", "by", "rule")) == [
        ("account.app_added", f"user:{user.pk}", f"user:{user.pk}")
    ]


def test_a_wrong_code_sets_up_nothing() -> None:
    user, client = member(), newcomer()
    log_in(client, user)
    client.get("/account/app/")
    assert client.post("/account/app/", {"code": "000000"}).status_code == 200
    assert kinds(user) == []


def test_who_removes_the_only_factor_stands_before_the_gate_again() -> None:
    user = member()
    client = entered(user)
    assert client.post("/account/app/remove/")["Location"] == "/account/"
    assert kinds(user) == []
    assert client.get("/admin/")["Location"] == "/account/"


def test_nobody_signs_up_and_no_password_is_sent_by_mail() -> None:
    for name in ("account_signup", "account_reset_password", "account_email", "mfa_download_recovery_codes"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_the_demo_says_that_the_second_factor_is_off(settings: LazySettings, policy: PolicyVersion) -> None:
    said = b"The second factor is off in this demo"
    user, client = member(), newcomer()
    assert said not in client.get("/account/log-in/").content
    settings.SECOND_FACTOR = False
    assert said in client.get("/account/log-in/").content
    log_in(client, user)
    assert said in client.get("/admin/").content


def test_the_pages_of_the_account_speak_as_the_browser_asks_and_bring_no_inline_script() -> None:
    user = member()
    client = entered(user)
    for page in ("", "app/remove/", "passkeys/add/", "codes/make/", "password/", "again/code/"):
        answer: Any = client.get(f"/account/{page}", headers={"Accept-Language": "sv"})
        text = answer.content.decode()
        assert answer["Content-Language"] == "sv"
        assert '<html lang="sv"' in text
        assert "script-src 'self' 'unsafe-eval'" in answer["Content-Security-Policy"]
        scripts = text.count("<script")
        assert scripts == text.count("<script src=") + text.count('type="application/json"')
