"""What was found: an administrator made themselves an officer by another's account, and a stranger locked one out."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from tests.support.factoring import PASSWORD, entered, log_in, member, newcomer

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]

LATER = dt.timedelta(minutes=6)


def roles_of(user: User) -> set[str]:
    return set(User.objects.get(pk=user.pk).groups.values_list("name", flat=True))


def test_the_form_of_the_admin_makes_nobody_an_officer(clock: Any) -> None:
    chief, friend = member("administrator"), member("marketing")
    client = entered(chief)
    clock.shift(LATER)
    officer = Group.objects.get(name="privacy officer")
    form = {"username": friend.username, "is_active": "on", "is_staff": "on", "groups": [officer.pk]}
    client.post(f"/admin/auth/user/{friend.pk}/change/", form)
    assert roles_of(friend) == {"marketing"}


def test_no_page_lets_an_administrator_type_the_password_of_an_officer(clock: Any) -> None:
    chief, officer = member("administrator"), member()
    client = entered(chief)
    new = {"password1": "otter meadow nine", "password2": "otter meadow nine"}
    client.post(f"/admin/auth/user/{officer.pk}/password/", new)
    assert User.objects.get(pk=officer.pk).check_password(PASSWORD)


def test_six_wrong_passwords_of_a_stranger_do_not_lock_the_officer_out() -> None:
    officer = member()
    theirs, stranger = newcomer(), newcomer()
    theirs.cookies = entered(officer).cookies
    theirs.post("/admin/logout/")
    for _ in range(6):
        log_in(stranger, officer, "wrong")
    assert log_in(theirs, officer)["Location"] == "/account/log-in/factor/"
