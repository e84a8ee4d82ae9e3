"""What a mail about an account says, in the language that is active: what happened, in one sentence, and to whom."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Words:
    """One kind of change: the subject and the sentence for the owner, and the sentence for the privacy officers."""

    subject: Any
    owner: Any
    officers: Any


ROLES = {
    "marketing": pgettext_lazy("role", "marketing"),
    "sales": pgettext_lazy("role", "sales"),
    "events": pgettext_lazy("role", "events"),
    "privacy officer": pgettext_lazy("role", "privacy officer"),
    "auditor": pgettext_lazy("role", "auditor"),
    "administrator": pgettext_lazy("role", "administrator"),
}


def role(name: str) -> str:
    return str(ROLES.get(name, name))


CHANGES = {
    "account.role_asked": Words(
        _("A role for your account waits to be confirmed"),
        _("Somebody wants to give your account the role “%(role)s”. A second person has to confirm it first."),
        _(
            "Somebody wants to give the account %(account)s the role “%(role)s”. It waits for a second person: log in,"
            " and confirm or decline it under Your tasks."
        ),
    ),
    "account.role_given": Words(
        _("You have a new role"),
        _("Your account was given the role “%(role)s”. It was logged out everywhere, so log in again."),
        _("The account %(account)s was given the role “%(role)s”."),
    ),
    "account.role_declined": Words(
        _("A role was not confirmed"),
        _("The role “%(role)s” for your account was declined. Nothing changed."),
        _("The role “%(role)s” for the account %(account)s was declined. Nothing changed."),
    ),
    "account.role_taken": Words(
        _("A role was taken from your account"),
        _("Your account no longer has the role “%(role)s”. It was logged out everywhere."),
        _("The account %(account)s no longer has the role “%(role)s”."),
    ),
    "account.closed": Words(
        _("Your account was closed"),
        _("Your account was closed and logged out everywhere. Nobody can log in with it."),
        _("The account %(account)s was closed."),
    ),
    "account.reopened": Words(
        _("Your account was opened again"),
        _("Your account can be used again. It has no role yet."),
        _("The account %(account)s was opened again. It has no role yet."),
    ),
    "account.password_changed": Words(
        _("Your password was changed"),
        _("The password of your account was changed, and your other log-ins have ended."),
        _("The password of the account %(account)s was changed."),
    ),
    "account.password_set": Words(
        _("Your password was set"),
        _("A password was set for your account by the link that we sent to this address."),
        _("The password of the account %(account)s was set by the link that we sent."),
    ),
    "account.link_sent": Words(
        _("A link for a new password was sent"),
        _("An administrator had a link for a new password sent to you. It comes in a mail of its own."),
        _("A link for a new password was sent to the owner of the account %(account)s."),
    ),
    "account.factors_reset": Words(
        _("Your second factor was removed"),
        _("An administrator removed the second factor of your account. You set up a new one when you log in."),
        _("The second factor of the account %(account)s was removed."),
    ),
    "account.app_added": Words(
        _("An app with codes was added"),
        _("An app with codes was set up as a second factor of your account."),
        _("An app with codes was added to the account %(account)s."),
    ),
    "account.app_removed": Words(
        _("The app with codes was removed"),
        _("The app with codes was removed from your account."),
        _("The app with codes was removed from the account %(account)s."),
    ),
    "account.passkey_added": Words(
        _("A passkey was added"),
        _("A passkey was added to your account."),
        _("A passkey was added to the account %(account)s."),
    ),
    "account.passkey_removed": Words(
        _("A passkey was removed"),
        _("A passkey was removed from your account."),
        _("A passkey was removed from the account %(account)s."),
    ),
    "account.codes_made": Words(
        _("New recovery codes were made"),
        _("New recovery codes were made for your account. The old ones no longer work."),
        _("New recovery codes were made for the account %(account)s."),
    ),
    "account.address_changed": Words(
        _("The e-mail address of your account was changed"),
        _("The e-mail address of your account was changed. This mail goes to the old address and to the new one."),
        _("The e-mail address of the account %(account)s was changed."),
    ),
    "account.renamed": Words(
        _("The name on your account was changed"),
        _("The first and last name on your account were changed."),
        _("The name on the account %(account)s was changed."),
    ),
    "account.logins_ended": Words(
        _("Your log-ins were ended"),
        _("An administrator logged your account out on all devices."),
        _("The account %(account)s was logged out on all devices."),
    ),
    "account.own_logins_ended": Words(
        _("Your log-ins on other devices were ended"),
        _("Log-ins of your account on other devices were ended, on the page of your own account."),
        _("Log-ins of the account %(account)s on other devices were ended."),
    ),
    "account.language_changed": Words(
        _("The language of our mails to you was changed"),
        _("We write to you in this language from now on."),
        _("The language of our mails to the account %(account)s was changed."),
    ),
    "account.superuser_made": Words(
        _("Your account has all rights"),
        _("The operator of the system made an account for you that has all rights."),
        _("The operator of the system made the account %(account)s, which has all rights."),
    ),
}

INVITED = _("You have been invited to the CRM. Your log-in name is %(account)s. Choose your own password on this page:")
NEW_PASSWORD = _("Choose a new password for your account %(account)s on this page:")
LASTS = _("The link works once, until %(until)s.")
AFTERWARDS = _("When you log in, you set up a second factor: an app with codes on your phone, or a passkey.")
UNASKED = _("If you did not expect this mail, ignore it. Nobody can use the link without it.")
