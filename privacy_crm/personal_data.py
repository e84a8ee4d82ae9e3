"""What the fields of Django's own apps hold, about members of staff; see `contacts.personal_data`."""

from django.utils.translation import gettext_noop as _

from contacts.personal_data import NOTHING, Field, Table, about

_ITS_MONTHS = _("%(AUDIT_MONTHS)s months after it ended")
_STAYS = _("never by itself: an account is closed and stays, since what was done about people names its number")
_STAFF = about(_("the account of a member of staff"), exported=False, goes=_STAYS)
_LANGUAGE = about(_("the language of mails to a member of staff"), exported=False, goes=_("once the account is closed"))
_LOG = about(_("what staff did in the admin, by ids alone"), exported=False, goes=_("with the contact or the account"))
_FACTOR = about(
    _("what a member of staff proves at log-in that it is them"), exported=False, goes=_("when they take it away")
)
_ACCOUNT = about(_("what was asked and done about the account of a member of staff"), exported=False, goes=_ITS_MONTHS)
_LINK = about(_("lets a member of staff set their own password"), exported=False, goes=_ITS_MONTHS)
_MAIL = about(
    _("a mail that a member of staff is owed"), exported=False, goes=_("once it is sent, after 3 days at the latest")
)
_LOGIN = Field(
    personal=True, why=_("shows staff where they are logged in"), goes=_("with the session, within an hour of its end")
)
_SESSION = Field(personal=True, why=_("keeps a member of staff logged in"), goes=_("when it expires, or at log-out"))


def _table(fields: str, field: Field) -> Table:
    return dict.fromkeys(fields.split(), field)


MODELS: dict[str, Table] = {
    "auth.Permission": _table("id name content_type codename", NOTHING),
    "auth.Group": _table("id name permissions", NOTHING),
    "auth.User": _table(
        "id password last_login is_superuser groups user_permissions username first_name last_name email is_staff"
        " is_active date_joined",
        _STAFF,
    ),
    # Stays empty: the log-in name is what an account is known by, and the administrator keeps its address.
    "account.EmailAddress": _table("id user email verified primary", _STAFF),
    "account.EmailConfirmation": _table("id email_address created sent key", _STAFF),
    "mfa.Authenticator": _table("id user type data created_at last_used_at", _FACTOR),
    "admin.LogEntry": _table("id action_time user content_type object_id object_repr action_flag change_message", _LOG),
    "contenttypes.ContentType": _table("id app_label model", NOTHING),
    "privacy_crm.StaffLanguage": _table("user language", _LANGUAGE),
    "privacy_crm.AccountLink": _table("id public_id user kind made_at ends_at used_at withdrawn_at", _LINK),
    "privacy_crm.RoleRequest": _table(
        "id user role asked_by asked_at ends_at answer answered_at answered_by", _ACCOUNT
    ),
    "privacy_crm.AccountMail": _table("id reader about code role link address happened_at not_before attempts", _MAIL),
    "privacy_crm.OpenLogin": _table("session user began_at used_at network browser door door_until", _LOGIN),
    "sessions.Session": _table("session_key session_data expire_date", _SESSION),
}
