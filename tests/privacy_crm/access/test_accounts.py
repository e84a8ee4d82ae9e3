"""What is done to accounts: by whom, with a fresh factor, on record, and told to those it concerns."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from contacts.models import AuditEvent
from privacy_crm.access import closing, details, granting, inviting, targets
from privacy_crm.access.details import Details
from privacy_crm.access.targets import AccountRefusedError
from privacy_crm.models import AccountMail, RoleRequest
from tests.support.accounts import by, colleague, invitation, link_in, of, roles_of, told, trail
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY
from tests.support.factoring import code, entered, newcomer, with_app

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]

OFFICER = "privacy officer"
LATER = dt.timedelta(minutes=6)


# Roles


def test_a_role_is_given_on_record_and_its_owner_is_told(clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    assert entered(chief).post(of(kim, "give-role"), {"role": "sales"}).status_code == 302
    assert roles_of(kim) == {"marketing", "sales"}
    assert trail() == [("account.role_given", by(chief), f"{by(kim)} role:sales")]
    assert told() == [(kim.email, "You have a new role")]
    assert not AccountMail.objects.exists()


def test_an_officer_is_made_by_two_people_and_all_officers_hear_of_each_step(clock: Any) -> None:
    chief, other = colleague("administrator"), colleague("administrator")
    officer, kim = colleague(OFFICER), colleague("marketing")
    entered(chief).post(of(kim, "give-role"), {"role": OFFICER})
    assert roles_of(kim) == {"marketing"}
    assert [reader for reader, _subject in told()] == sorted([kim.email, officer.email])
    request = RoleRequest.objects.get()
    page = f"/admin/privacy_crm/rolerequest/{request.pk}/"
    their_client = entered(other)
    assert f"{kim.username} is to get the role" in their_client.get("/admin/").content.decode()
    assert their_client.post(f"{page}confirm/").status_code == 302
    assert roles_of(kim) == {"marketing", OFFICER}
    assert [event[:2] for event in trail()] == [("account.role_asked", by(chief)), ("account.role_given", by(other))]
    assert [reader for reader, _subject in told()] == sorted([kim.email, officer.email])
    assert f"{kim.username} is to get the role" not in their_client.get("/admin/").content.decode()


def test_who_asked_does_not_confirm(clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    colleague("administrator")
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    request = RoleRequest.objects.get()
    said = entered(chief).post(f"/admin/privacy_crm/rolerequest/{request.pk}/confirm/").content.decode()
    assert "Somebody else has to confirm it" in said
    assert roles_of(kim) == {"marketing"}


def test_the_database_knows_no_role_that_one_person_asked_for_and_confirmed() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    moments = {"asked_at": NOON, "ends_at": NOON + ONE_DAY, "answered_at": NOON}
    with pytest.raises(IntegrityError, match="role_request_by_two_people"):
        RoleRequest.objects.create(
            user=kim, role=OFFICER, asked_by=chief, answered_by=chief, answer="confirmed", **moments
        )


def test_of_two_confirmations_the_second_finds_nothing_to_confirm() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    first, second = colleague(OFFICER), colleague("administrator")
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    request = RoleRequest.objects.get()
    granting.confirm(request.pk, at=NOON, by=by(first))
    before = contents()
    with pytest.raises(AccountRefusedError):
        granting.confirm(request.pk, at=NOON, by=by(second))
    with pytest.raises(AccountRefusedError):
        granting.decline(request.pk, at=NOON, by=by(second))
    assert contents() == before


def test_what_nobody_confirms_ends_and_can_be_asked_for_again() -> None:
    chief, other, kim = colleague("administrator"), colleague("administrator"), colleague("marketing")
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    with pytest.raises(AccountRefusedError):
        granting.give(kim.pk, OFFICER, at=NOON, by=by(other))
    with pytest.raises(AccountRefusedError):
        granting.confirm(RoleRequest.objects.get().pk, at=NOON + granting.LASTS, by=by(other))
    assert not granting.give(kim.pk, OFFICER, at=NOON + granting.LASTS, by=by(chief))
    assert RoleRequest.objects.open(NOON + granting.LASTS).count() == 1
    assert roles_of(kim) == {"marketing"}


def test_where_there_is_one_administrator_alone_nobody_is_waited_for() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    invited = colleague("administrator")
    invited.set_unusable_password()
    invited.save()
    assert granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    assert roles_of(kim) == {"marketing", OFFICER}


def test_confirming_asks_for_a_fresh_factor(clock: Any) -> None:
    chief, other, kim = colleague("administrator"), colleague("administrator"), colleague("marketing")
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    client = entered(other)
    clock.shift(LATER)
    said = client.post(f"/admin/privacy_crm/rolerequest/{RoleRequest.objects.get().pk}/confirm/").content
    assert b"Nothing was done yet" in said
    assert roles_of(kim) == {"marketing"}


# Attacks


@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor"])
def test_no_other_role_changes_an_account_or_confirms_a_role(role: str, clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague(role)
    colleague("administrator")
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    client, request = entered(kim), RoleRequest.objects.get()
    before = contents(looks=False)
    for act in ("details", "give-role", "take-role", "send-link", "close", "reset-factors", "end-log-ins"):
        assert client.post(of(chief, act), {"role": "administrator"}).status_code == 403
    for act in ("confirm", "decline"):
        assert client.post(f"/admin/privacy_crm/rolerequest/{request.pk}/{act}/").status_code == 403
    assert client.post("/admin/auth/user/add/", invitation()).status_code == 403
    assert contents(looks=False) == before


def test_an_administrator_makes_no_second_person_out_of_a_second_account() -> None:
    chief, officer, kim = colleague("administrator"), colleague(OFFICER), colleague("marketing")
    puppet, given = inviting.invite(
        inviting.Invited("puppet", "puppet@nordvik.example", "en"), "administrator", at=NOON, by=by(chief)
    )
    assert not given
    assert roles_of(puppet) == set()
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    for request in RoleRequest.objects.all():
        with pytest.raises(AccountRefusedError):
            granting.confirm(request.pk, at=NOON, by=by(puppet))
    assert (roles_of(kim), roles_of(officer)) == ({"marketing"}, {OFFICER})


def test_an_administrator_who_removed_the_others_is_not_alone_for_a_week() -> None:
    chief, officer, kim = colleague("administrator"), colleague(OFFICER), colleague("marketing")
    closing.close(officer.pk, at=NOON, by=by(chief))
    before = contents()
    with pytest.raises(AccountRefusedError, match="last seven days"):
        granting.give(kim.pk, OFFICER, at=NOON + granting.LASTS - ONE_DAY, by=by(chief))
    assert contents() == before
    assert granting.give(kim.pk, OFFICER, at=NOON + granting.LASTS, by=by(chief))
    assert [reader for reader, _subject in told(NOON + ONE_DAY)].count(officer.email) == 2


def test_an_administrator_cannot_lead_the_links_of_an_officer_elsewhere(clock: Any) -> None:
    chief, officer = colleague("administrator"), colleague(OFFICER)
    mine = {"first_name": "", "last_name": "", "email": "mine@elsewhere.example", "language": "en"}
    said = entered(chief).post(of(officer, "details"), mine).content.decode()
    assert "change their e-mail address themselves" in said
    officer.refresh_from_db()
    assert officer.email == f"{officer.username}@nordvik.example"
    details.change(officer.pk, Details("", "", "new@nordvik.example", "en"), at=NOON, by=targets.OPERATOR)
    assert [reader for reader, _subject in told()] == sorted(
        [f"{officer.username}@nordvik.example", "new@nordvik.example"]
    )


def test_an_administrator_cannot_lead_the_links_of_somebody_elsewhere_who_is_about_to_be_an_officer() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    colleague(OFFICER)
    granting.give(kim.pk, OFFICER, at=NOON, by=by(chief))
    before = contents()
    with pytest.raises(AccountRefusedError):
        details.change(kim.pk, Details("", "", "mine@elsewhere.example", "en"), at=NOON, by=by(chief))
    assert contents() == before
    details.change_own(kim.pk, Details("", "", "new@nordvik.example", "en"), at=NOON)
    assert User.objects.get(pk=kim.pk).email == "new@nordvik.example"


def test_a_stolen_session_changes_nothing_about_accounts_without_the_factor(clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    client = entered(chief)
    clock.shift(LATER)
    before = contents(looks=False)
    role, details_of_kim = {"role": "sales"}, {"first_name": "K", "email": "k@elsewhere.example", "language": "en"}
    posts = {"give-role": role, "take-role": {"role": "marketing"}, "details": details_of_kim}
    for act in ("give-role", "take-role", "details", "send-link", "end-log-ins", "close"):
        assert b"Nothing was done yet" in client.post(of(kim, act), posts.get(act, {})).content
    assert b"Nothing was done yet" in client.post("/admin/auth/user/add/", invitation()).content
    own = {"oldpassword": "salmon river seven", "password1": "otter meadow nine", "password2": "otter meadow nine"}
    for page, sent in (("password", own), ("details", details_of_kim), ("app/remove", {}), ("codes/make", {})):
        assert client.post(f"/account/{page}/", sent)["Location"].startswith("/account/again/code/")
    assert contents(looks=False) == before


# Closing


def test_a_closed_account_has_no_role_link_or_log_in_and_comes_back_with_none(clock: Any) -> None:
    chief, officer, kim = colleague("administrator"), colleague(OFFICER), colleague("administrator")
    other, theirs = colleague("marketing"), entered(kim)
    granting.give(other.pk, OFFICER, at=NOON, by=by(kim))
    inviting.send_link(kim.pk, at=NOON, by=by(chief))
    told()
    ours = entered(chief)
    assert ours.post(of(kim, "close")).status_code == 302
    assert theirs.get("/admin/")["Location"].startswith("/admin/login/")
    assert roles_of(kim) == set()
    assert RoleRequest.objects.get().answer == "withdrawn"
    readers = [reader for reader, _subject in told()]
    assert (set(readers), readers.count(kim.email)) == ({kim.email, officer.email}, 2)
    assert ours.post(of(kim, "reopen")).status_code == 302
    kim.refresh_from_db()
    assert (kim.is_active, roles_of(kim)) == (True, set())
    assert [event[0] for event in trail()][-3:] == ["account.closed", "account.role_taken", "account.reopened"]


# Invitations


def test_somebody_is_invited_by_a_link_in_their_language_and_chooses_a_password_alone(clock: Any) -> None:
    chief, sent = colleague("administrator"), invitation()
    assert entered(chief).post("/admin/auth/user/add/", sent).status_code == 302
    eva = User.objects.get(username=sent["username"])
    assert (eva.has_usable_password(), roles_of(eva)) == (False, {"sales"})
    told()
    (letter,) = mail.outbox
    assert letter.to == [eva.email]
    assert letter.subject == "Ditt konto i CRM-systemet"
    page, stranger = link_in(str(letter.body)), newcomer()
    assert eva.username in stranger.get(page).content.decode()
    assert b"at least 12" in stranger.post(page, {"new_password1": "short", "new_password2": "short"}).content
    chosen = {"new_password1": "otter meadow nine", "new_password2": "otter meadow nine"}
    assert stranger.post(page, chosen)["Location"] == "/account/log-in/"
    eva.refresh_from_db()
    assert eva.check_password("otter meadow nine")
    assert trail()[-1] == ("account.password_set", by(eva), by(eva))
    stranger.post("/account/log-in/", {"login": eva.username, "password": "otter meadow nine"})
    assert stranger.get("/admin/")["Location"] == "/account/"


def test_a_link_that_somebody_opens_a_second_time_sets_nothing(clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague("sales")
    inviting.send_link(kim.pk, at=NOON, by=by(chief))
    told()
    page = link_in("\n".join(str(each.body) for each in mail.outbox))
    first = {"new_password1": "otter meadow nine", "new_password2": "otter meadow nine"}
    assert newcomer().post(page, first).status_code == 302
    before = contents()
    for answer in (newcomer().get(page), newcomer().post(page, dict.fromkeys(first, "badger forest two"))):
        assert answer.status_code == 410
        assert b"This link does not work any more" in answer.content
    assert contents() == before


@pytest.mark.parametrize("ending", ["time", "newer link", "new address", "closed account"])
def test_a_link_ends(ending: str, clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague("sales")
    inviting.send_link(kim.pk, at=NOON, by=by(chief))
    told()
    page = link_in("\n".join(str(each.body) for each in mail.outbox))
    if ending == "time":
        clock.shift(inviting.LASTS[inviting.LinkKind.PASSWORD])
    elif ending == "newer link":
        inviting.send_link(kim.pk, at=NOON, by=by(chief))
    elif ending == "new address":
        details.change(kim.pk, Details("", "", "new@nordvik.example", "en"), at=NOON, by=by(chief))
    else:
        closing.close(kim.pk, at=NOON, by=by(chief))
    assert newcomer().get(page).status_code == 410


@pytest.mark.parametrize("token", ["nowhere", "0" * 32, "a" * 32 + ":forged"])
def test_a_link_that_nobody_sealed_is_not_there(token: str) -> None:
    assert newcomer().get(f"/account/set-up/{token}/").status_code == 404


def test_a_new_password_by_link_ends_every_log_in_and_leaves_the_factor(clock: Any) -> None:
    chief, kim = colleague("administrator"), colleague("sales")
    secret = with_app(kim)
    theirs = entered(kim, secret)
    inviting.send_link(kim.pk, at=NOON, by=by(chief))
    assert theirs.get("/admin/").status_code == 200
    told()
    page = link_in("\n".join(str(each.body) for each in mail.outbox))
    newcomer().post(page, {"new_password1": "otter meadow nine", "new_password2": "otter meadow nine"})
    assert theirs.get("/admin/")["Location"].startswith("/admin/login/")
    clock.shift(LATER)
    client = newcomer()
    client.post("/account/log-in/", {"login": kim.username, "password": "otter meadow nine"})
    assert client.post("/account/log-in/factor/", {"code": code(secret)})["Location"] == "/admin/"


# The operator


def test_the_operator_invites_the_first_administrator_and_mails_a_new_link() -> None:
    call_command("invite_staff", "first", email="first@nordvik.example")
    first = User.objects.get(username="first")
    assert (roles_of(first), first.is_superuser, first.has_usable_password()) == ({"administrator"}, False, False)
    call_command("invite_staff", "first")
    assert {event[1] for event in trail()} == {"operator"}
    assert [event[0] for event in trail()] == ["account.added", "account.role_given", "account.link_sent"]
    with pytest.raises(CommandError, match="--email"):
        call_command("invite_staff", "second")


def test_a_superuser_is_made_by_the_operator_on_record_and_officers_hear_of_it() -> None:
    officer = colleague(OFFICER)
    call_command("createsuperuser", "root", email="root@nordvik.example")
    assert [event[:2] for event in trail()] == [("account.superuser_made", "operator")]
    assert [reader for reader, _subject in told(NOON + 3650 * ONE_DAY)] == sorted(
        [officer.email, "root@nordvik.example"]
    )


def test_a_superuser_chooses_their_own_password_by_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """*Found*: Django's own command has it typed, or takes it from the environment, where others read it."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "otter meadow nine")
    call_command("createsuperuser", "root", email="root@nordvik.example")
    root = User.objects.get(username="root")
    assert (root.is_superuser, root.is_staff, root.has_usable_password()) == (True, True, False)
    told(NOON + 3650 * ONE_DAY)
    assert newcomer().get(link_in(str(mail.outbox[0].body))).status_code == 200
    for again in ({"email": "other@nordvik.example"}, {"email": "nowhere"}):
        with pytest.raises(CommandError):
            call_command("createsuperuser", "root", **again)
    assert User.objects.count() == 1


def test_nobody_types_a_password_for_somebody_else_in_a_shell() -> None:
    kim = colleague("sales")
    with pytest.raises(CommandError, match="invite_staff"):
        call_command("changepassword", kim.username)
    assert not AuditEvent.objects.exists()
