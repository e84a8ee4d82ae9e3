"""What the acts on an account ask for. None of them asks for a password: its owner alone types that."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminEmailInputWidget

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from privacy_crm import roles
from privacy_crm.access import account_words, closing, details, granting, inviting, resetting
from privacy_crm.access.details import Details
from privacy_crm.access.inviting import Invited
from privacy_crm.access.targets import AccountRefusedError


def _email() -> forms.EmailField:
    return forms.EmailField(label=gettext_lazy("E-mail address"), widget=UnfoldAdminEmailInputWidget())


class AccountForm(ActForm):
    refusals = (AccountRefusedError,)


def _role_words(names: Any) -> list[tuple[str, str]]:
    return [(name, capfirst(account_words.ROLES.get(name, name))) for name in names]


class InviteForm(AccountForm):
    explanation = gettext_lazy(
        "They get a mail with a link, which works once and for seven days. There they choose their own password, and"
        " then set up a second factor."
    )

    username = fields.text(gettext_lazy("Log-in name"), max_length=150, validators=[UnicodeUsernameValidator()])
    first_name = fields.text(gettext_lazy("First name"), max_length=150, required=False)
    last_name = fields.text(gettext_lazy("Last name"), max_length=150, required=False)
    email = _email()
    language = fields.one_of(gettext_lazy("Language of our mails to them"), choices=settings.LANGUAGES, initial="en")
    role = fields.one_of(gettext_lazy("Role"), choices=_role_words(roles.ROLES))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = dict(self.cleaned_data)
        role = told.pop("role")
        self.record, given = inviting.invite(Invited(**told), role, at=at, by=by)
        if given:
            return _("The invitation is on its way.")
        return _("The invitation is on its way. The role waits for a second person to confirm it.")


class DetailsForm(AccountForm):
    first_name = fields.text(gettext_lazy("First name"), max_length=150, required=False)
    last_name = fields.text(gettext_lazy("Last name"), max_length=150, required=False)
    email = _email()
    language = fields.one_of(gettext_lazy("Language of our mails to them"), choices=settings.LANGUAGES)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial=vars(details.of(record)), **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        details.change(self.record.pk, Details(**self.cleaned_data), at=at, by=by)
        return _("The details are changed.")


class _RoleForm(AccountForm):
    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        held = set(record.groups.values_list("name", flat=True))
        self.fields["role"].choices = _role_words(self.of(held))  # type: ignore[attr-defined]

    def of(self, held: set[str]) -> list[str]:
        raise NotImplementedError


class GiveForm(_RoleForm):
    explanation = gettext_lazy(
        "The account is logged out everywhere. Where there are two administrators or privacy officers, a second person"
        " confirms who becomes one of them; it waits for that for seven days."
    )
    role = fields.one_of(gettext_lazy("Which role?"))

    def of(self, held: set[str]) -> list[str]:
        return [name for name in roles.ROLES if name not in held]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        if granting.give(self.record.pk, self.cleaned_data["role"], at=at, by=by):
            return _("The role is given.")
        return _("The role waits for a second person to confirm it. They find it under Your tasks.")


class TakeForm(_RoleForm):
    explanation = gettext_lazy("The account is logged out everywhere.")
    role = fields.one_of(gettext_lazy("Which role?"))

    def of(self, held: set[str]) -> list[str]:
        return sorted(held)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        granting.take(self.record.pk, self.cleaned_data["role"], at=at, by=by)
        return _("The role is taken away.")


class LinkForm(AccountForm):
    explanation = gettext_lazy(
        "They get a mail with a link, on which they choose a password themselves. Any link sent before stops working."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        inviting.send_link(self.record.pk, at=at, by=by)
        return _("The link is on its way.")


class ResetForm(AccountForm):
    explanation = gettext_lazy(
        "For somebody who has lost their phone and their recovery codes. Make sure that it is them who asks. They are"
        " logged out everywhere, and set up a new second factor when they log in."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        resetting.reset(self.record.pk, at=at, by=by)
        return _("The second factor is gone. At the next log-in they set up a new one.")


class EndLoginsForm(AccountForm):
    explanation = gettext_lazy("The account is logged out on all devices. Its password and second factor still work.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        resetting.end_logins(self.record.pk, at=at, by=by)
        return _("All log-ins of the account have ended.")


class CloseForm(AccountForm):
    explanation = gettext_lazy(
        "The account is logged out everywhere, loses its roles, and nobody can log in with it. You can open it again;"
        " its roles are then given anew."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        closing.close(self.record.pk, at=at, by=by)
        return _("The account is closed.")


class ReopenForm(AccountForm):
    explanation = gettext_lazy("The account can be used again, with the password that it had. It has no role yet.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        closing.reopen(self.record.pk, at=at, by=by)
        return _("The account is open again. Give it a role.")


class ConfirmForm(AccountForm):
    explanation = gettext_lazy("If you did not expect this, ask the person who wants to give the role.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        granting.confirm(self.record.pk, at=at, by=by)
        return _("The role is given.")


class DeclineForm(AccountForm):
    explanation = gettext_lazy("Nothing changes, and the owner of the account is told so.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        granting.decline(self.record.pk, at=at, by=by)
        return _("The role is declined.")
