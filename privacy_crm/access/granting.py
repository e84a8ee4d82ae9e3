"""Giving and taking roles. Officers and administrators are made by two people, where there are two (ADR 0058)."""

import datetime as dt

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contacts.models import AuditEvent
from privacy_crm import roles
from privacy_crm.access import logins, targets, telling
from privacy_crm.access.targets import AccountRefusedError
from privacy_crm.models import Answer, RoleRequest

LASTS = dt.timedelta(days=7)  # what waits for a second person, and how long nobody gains from removing the others


@transaction.atomic
def give(user_id: int, role: str, *, at: dt.datetime, by: str) -> bool:
    """Give a role, or have a second person asked to confirm it; returns whether it was given at once.

    Raises AccountRefusedError.
    """
    user = targets.locked(user_id, by=by)
    if not user.is_active:
        raise AccountRefusedError(_("This account is closed. Open it again first."))
    if user.groups.filter(name=role).exists():
        raise AccountRefusedError(_("This account has that role already."))
    asked_by = targets.number(by)
    if role not in roles.CONFIRMED or asked_by is None:
        return _give(user, role, at=at, by=by)
    if who_may_confirm(asked_by).exists():
        return _ask(user, role, asked_by, at)
    _check_alone(asked_by, at)
    return _give(user, role, at=at, by=by)


@transaction.atomic
def confirm(request_id: int, *, at: dt.datetime, by: str) -> RoleRequest:
    """Give the role that somebody else asked for. Raises AccountRefusedError; of two at once, the second is refused."""
    request = _answer(request_id, Answer.CONFIRMED, at=at, by=by)
    user = User.objects.select_for_update().get(pk=request.user_id)
    if not user.is_active:
        raise AccountRefusedError(_("This account is closed. Open it again first."))
    _give(user, request.role, at=at, by=by)
    return request


@transaction.atomic
def decline(request_id: int, *, at: dt.datetime, by: str) -> RoleRequest:
    request = _answer(request_id, Answer.DECLINED, at=at, by=by)
    telling.changed("account.role_declined", request.user_id, at=at, by=by, role=request.role)
    return request


@transaction.atomic
def take(user_id: int, role: str, *, at: dt.datetime, by: str) -> None:
    """Take a role away, at once, and end all log-ins of the account. Raises AccountRefusedError."""
    user = targets.locked(user_id, by=by)
    if not user.groups.filter(name=role).exists():
        raise AccountRefusedError(_("This account does not have that role."))
    taken_away(user, role, at=at, by=by)


def taken_away(user: User, role: str, *, at: dt.datetime, by: str) -> None:
    """Take a role from a locked account. Its officers are told while it is still one of theirs."""
    telling.changed("account.role_taken", user.pk, at=at, by=by, role=role)
    user.groups.remove(Group.objects.get(name=role))
    withdraw(Q(asked_by=user), at=at)
    logins.end_all(user.pk)


def withdraw(of: Q, *, at: dt.datetime) -> None:
    """End what waits for a second person, since who asked or who it is for may no longer."""
    RoleRequest.objects.filter(of, answer=Answer.WAITING).update(answer=Answer.WITHDRAWN, answered_at=at)


def who_may_confirm(asked_by: int) -> QuerySet[User]:
    """Return those who can be the second person: with one of the two roles or a superuser, and able to log in."""
    trusted = Q(groups__name__in=roles.CONFIRMED) | Q(is_superuser=True)
    able = User.objects.filter(trusted, is_active=True, is_staff=True).exclude(pk=asked_by)
    return able.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).distinct()


def _give(user: User, role: str, *, at: dt.datetime, by: str) -> bool:
    user.groups.add(Group.objects.get(name=role))
    withdraw(Q(user=user, role=role), at=at)
    telling.changed("account.role_given", user.pk, at=at, by=by, role=role)
    logins.end_all(user.pk)
    return True


def _ask(user: User, role: str, asked_by: int, at: dt.datetime) -> bool:
    if RoleRequest.objects.open(at).filter(user=user, role=role).exists():
        raise AccountRefusedError(_("This role waits to be confirmed already."))
    withdraw(Q(user=user, role=role), at=at)
    RoleRequest.objects.create(user=user, role=role, asked_by_id=asked_by, asked_at=at, ends_at=at + LASTS)
    telling.changed("account.role_asked", user.pk, at=at, by=f"user:{asked_by}", role=role)
    return False


def _check_alone(actor: int, at: dt.datetime) -> None:
    """Refuse who is alone because they removed the others: that would make two people out of one."""
    taken = AuditEvent.objects.filter(by=f"user:{actor}", at__gt=at - LASTS, code="account.role_taken")
    ends = tuple(f"role:{role.replace(' ', '-')}" for role in roles.CONFIRMED)
    if any(rule.endswith(ends) for rule in taken.values_list("rule", flat=True)):
        raise AccountRefusedError(
            _(
                "You took the role of an officer or administrator from somebody in the last seven days, and nobody is"
                " left to confirm this one. Wait until then, or ask the operator of the system."
            )
        )


def _answer(request_id: int, answer: Answer, *, at: dt.datetime, by: str) -> RoleRequest:
    """Settle a request, whichever of two people is first."""
    list(Group.objects.filter(name__in=roles.CONFIRMED).order_by("pk").select_for_update())
    request = RoleRequest.objects.get(pk=request_id)
    actor = targets.number(by)
    if actor == request.asked_by_id and answer == Answer.CONFIRMED:
        raise AccountRefusedError(_("You asked for this role. Somebody else has to confirm it."))
    if actor is None or not who_may_confirm(0).filter(pk=actor).exists():
        raise AccountRefusedError(_("Only an administrator or a privacy officer can answer this."))
    settled = {"answer": answer, "answered_at": at, "answered_by": actor}
    if not RoleRequest.objects.open(at).filter(pk=request_id).update(**settled):
        raise AccountRefusedError(_("This has been answered, or it has ended."))
    return request
