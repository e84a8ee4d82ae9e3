"""What the fields of Django's own apps hold, about members of staff; see `contacts.personal_data`."""

from contacts.personal_data import NOTHING, Field, Table, about

_STAFF = about("the account of a member of staff", exported=False, goes="with the account")
_LOG = about("what staff did in the admin, by ids alone", exported=False, goes="with the contact or the account")
_FACTOR = about("what a member of staff proves at log-in that it is them", exported=False, goes="with the account")
_SESSION = Field(personal=True, why="keeps a member of staff logged in", goes="when it expires, or at log-out")


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
    "sessions.Session": _table("session_key session_data expire_date", _SESSION),
}
