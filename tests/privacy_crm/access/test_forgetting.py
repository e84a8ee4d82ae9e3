"""What was asked and done about accounts goes with the trail that says the same."""

import datetime as dt

import pytest

from contacts.models import PolicyVersion
from privacy_crm import tasks
from privacy_crm.access import closing, forgetting, granting, inviting
from privacy_crm.access.inviting import LASTS
from privacy_crm.models import AccountLink, AccountMail, LinkKind, RoleRequest, StaffLanguage
from tests.support.accounts import by, colleague, told
from tests.support.factories import NOON, ONE_DAY, stockholm

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P17")]

WRITTEN = stockholm(2024, 11, 24)


def forget(policy: PolicyVersion, at: dt.datetime = NOON) -> None:
    forgetting.forget(months=24, policy=policy, at=at)


def test_links_and_roles_that_were_asked_for_go_24_months_after_they_ended(policy: PolicyVersion) -> None:
    """*Found*: they were to go with the account, and no account ever goes."""
    admin, user = colleague("administrator"), colleague("sales")
    colleague("privacy officer")
    inviting.send_link(user.pk, at=WRITTEN - LASTS[LinkKind.PASSWORD], by=by(admin))
    told(WRITTEN - LASTS[LinkKind.PASSWORD])
    granting.give(user.pk, "privacy officer", at=WRITTEN - granting.LASTS, by=by(admin))
    forget(policy, NOON - ONE_DAY)
    assert (AccountLink.objects.count(), RoleRequest.objects.count()) == (1, 1)
    forget(policy)
    assert (AccountLink.objects.count(), RoleRequest.objects.count()) == (0, 0)


def test_what_can_still_be_used_or_is_owed_stays(policy: PolicyVersion) -> None:
    admin, user = colleague("administrator"), colleague("sales")
    inviting.send_link(user.pk, at=WRITTEN - ONE_DAY * 90, by=by(admin))
    inviting.send_link(user.pk, at=NOON, by=by(admin))
    forget(policy)
    assert AccountLink.objects.count() == AccountMail.objects.filter(link__isnull=False).count() == 2


def test_the_language_of_a_closed_account_goes_once_its_mails_have_left(policy: PolicyVersion) -> None:
    admin, user = colleague("administrator"), colleague("sales")
    for each in (admin, user):
        StaffLanguage.objects.create(user=each, language="sv")
    closing.close(user.pk, at=NOON, by=by(admin))
    forget(policy)
    assert StaffLanguage.objects.count() == 2
    told()
    tasks.sweep_sessions()
    assert StaffLanguage.objects.get().user_id == admin.pk
