"""What the codes of the audit trail say, in plain words, where the code read aloud does not say it already."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

LOOKS = {"contact.viewed", "contact.listed", "contact.found", "contact.searched"}
EXPORTS = {
    "access.packaged",
    "audience.exported",
    "contact.disclosed",
    "contact.exported",
    "guests.listed",
    "mailing.started",
}

_DEEDS: dict[str, Any] = {
    "access.packaged": _("made a copy of all that is held on"),
    "account.added": _("invited to an account"),
    "account.address_changed": _("changed the e-mail address of an account"),
    "account.app_added": _("set up an app as second factor"),
    "account.app_removed": _("removed the app from their account"),
    "account.changed": _("changed an account"),
    "account.closed": _("closed an account"),
    "account.codes_made": _("made new recovery codes"),
    "account.factors_reset": _("took the second factors of an account away"),
    "account.language_changed": _("changed the language of an account"),
    "account.link_sent": _("sent the owner of an account a link for a password"),
    "account.logins_ended": _("logged an account out everywhere"),
    "account.own_logins_ended": _("ended log-ins of their account on other devices"),
    "account.passkey_added": _("added a passkey to their account"),
    "account.passkey_removed": _("removed a passkey from their account"),
    "account.password_changed": _("changed the password of an account"),
    "account.password_set": _("chose a password by a link"),
    "account.renamed": _("changed the name on an account"),
    "account.reopened": _("opened an account again"),
    "account.role_asked": _("asked for a role, to be confirmed by a second person"),
    "account.role_declined": _("declined a role that somebody else asked for"),
    "account.role_given": _("gave a role to an account"),
    "account.role_taken": _("took a role from an account"),
    "account.superuser_made": _("made an account that may do everything"),
    "address.bounce_undone": _("undid that mail bounces of"),
    "address.bounced": _("noted that mail bounces of"),
    "bounces.undone": _("undid the bounces of many addresses"),
    "address.trust": _("noted whether the e-mail address is known to be that of"),
    "audience.exported": _("exported a list of people"),
    "breach.changed": _("changed what is known of a breach"),
    "breach.closed": _("closed a breach"),
    "breach.entered": _("put a breach on record"),
    "breach.left_unreported": _("decided not to report a breach, and why"),
    "breach.letters_approved": _("approved the letters about a breach"),
    "breach.notice_published": _("published a notice about a breach"),
    "breach.people_found": _("found people affected by a breach"),
    "breach.report_added": _("added to the report of a breach"),
    "breach.reported": _("reported a breach to the authority"),
    "contact.completed": _("completed the details of"),
    "contact.corrected": _("corrected the details of"),
    "contact.created": _("entered"),
    "contact.deleted": _("deleted"),
    "contact.disclosed": _("gave to a recipient the details of"),
    "contact.exported": _("exported on a list"),
    "contact.found": _("found in a search"),
    "contact.informed": _("told where we have the details from"),
    "contact.left": _("noted that they left:"),
    "contact.left_taken_back": _("took back that they left:"),
    "contact.listed": _("opened a list with"),
    "contact.looked_again": _("looked again, after a restore, at"),
    "contact.matched": _("matched to an organisation"),
    "contact.merged": _("merged with another record"),
    "contact.paired": _("set beside another record"),
    "contact.reduced": _("reduced to what the law has us keep"),
    "contact.restored": _("put back what a list had changed of"),
    "contact.searched": _("searched among the people"),
    "contact.told_apart": _("noted as two people, one of them"),
    "contact.told_apart_taken_back": _("took back that they are two people, one of them"),
    "contact.updated": _("changed by a list the details of"),
    "contact.viewed": _("looked at the page of"),
    "detail.answered": _("answered whether a typed detail is right of"),
    "detail.proposed": _("typed a detail that differs of"),
    "objection.taken_back": _("said that an objection was not theirs:"),
    "purge.approved": _("approved a nightly deletion"),
    "purge.half_approved": _("approved a nightly deletion as the first of two"),
    "registration.restored": _("gave a place at an event back to"),
    "restoration.mails_dropped": _("dropped the mails that waited after a restore"),
    "restoration.mails_released": _("sent the mails that waited after a restore"),
    "tombstone.lifted": _("let come back, after they were erased,"),
    "trail.shortened": _("deleted what was too old in the audit trail"),
}


def deed(code: str) -> str:
    """Return what a code says was done."""
    return str(_DEEDS.get(code) or capfirst(code.replace(".", ": ").replace("_", " ")))
