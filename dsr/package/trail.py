"""The log of who looked at a person or changed them, in words: what was done, and by which role.

It says nobody's name and no member's number: whom we employ is not the person's data (Art. 15(4) GDPR).
"""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dsr.words.vocabulary import Step

ROLES: dict[str, Any] = {
    "staff": _("our staff"),
    "operator": _("the operator of our system"),
    "website": _("on our website"),
    "import": _("an import of ours"),
    "automatic": _("automatically"),
}

# How `by` begins for each of them; whatever else acts is a job.
_BEGINNINGS = {"user:": "staff", "operator": "operator", "visitor": "website", "api:": "website", "import": "import"}

# What the trail calls by codes. A code without words here is shown as it is.
DEEDS: dict[str, Any] = {
    "access.packaged": _("this kind of copy was made"),
    "activity.recorded": _("an activity was noted"),
    "activity.taken_back": _("an activity that was noted by mistake was taken back"),
    "address.bounce_undone": _("it was noted that a mail had come back by a mistake of the mail server"),
    "address.bounced": _("a mail came back"),
    "address.changed": _("the e-mail address was changed"),
    "address.trust": _("it was noted whether the e-mail address is known to be yours"),
    "basis.added": _("a further reason to hold your details was noted"),
    "consent.given": _("a consent was given"),
    "consent.withdrawn": _("a consent was withdrawn"),
    "contact.completed": _("a missing detail was added"),
    "contact.corrected": _("your details were corrected"),
    "contact.created": _("your record was made"),
    "contact.deleted": _("a record of you was deleted"),
    "contact.disclosed": _("your details were given to a recipient"),
    "contact.exported": _("you were on a list that was taken out of our system as a file"),
    "contact.found": _("your name came up in a search"),
    "contact.informed": _("you were told where we have your details from"),
    "contact.left": _("we heard that you left the organisation"),
    "contact.left_taken_back": _("it was taken back that you left the organisation"),
    "contact.listed": _("a list with you on it was opened"),
    "contact.looked_again": _("your record was looked at again, after our database was restored"),
    "contact.matched": _("you were matched to your organisation"),
    "contact.merged": _("two records of you were made one"),
    "contact.paired": _("your record was set beside another that may be yours, too"),
    "contact.reduced": _("your record was reduced to what the law requires"),
    "contact.restored": _("details that a list had changed were put back"),
    "contact.told_apart": _("it was noted that another record is somebody else's"),
    "contact.told_apart_taken_back": _("it was taken back that another record is somebody else's"),
    "contact.updated": _("your details were changed by a list"),
    "contact.viewed": _("your record was looked at"),
    "detail.answered": _("a typed detail was accepted or declined"),
    "detail.proposed": _("somebody typed a detail that differs from ours"),
    "hold.ended": _("what kept your details longer was ended"),
    "hold.placed": _("something was noted that keeps your details longer"),
    "interests.chosen": _("your topics were changed"),
    "notice.acknowledged": _("a recipient confirmed that they heard from us about you"),
    "notice.sent": _("a recipient was told something about you"),
    "objection.recorded": _("an objection was noted"),
    "objection.taken_back": _("it was noted that an objection was not yours"),
    "person_report.fetched": _("a report of what we did with your details was downloaded"),
    "person_report.made": _("a report of what we did with your details was made"),
    "policy.told": _("we told you by letter of a longer period"),
    "policy.untold": _("a mail about our privacy policy came back"),
    "registration.cancelled": _("a place at an event was given up"),
    "registration.restored": _("a place at an event stands again"),
    "sign_up.disowned": _("a form was taken back"),
    "sign_up.proven": _("a form was confirmed"),
    "sign_up.received": _("a form was sent in"),
    "sign_up.taken_back": _("what was typed at the door was taken back"),
    "sign_up.vouched": _("a form was confirmed by our staff"),
    "tombstone.lifted": _("you came back after your details had been deleted"),
    "topic.refused": _("a topic was declined"),
}

REQUEST = "request."


def role_of(by: str) -> str:
    """Return the role of whoever acted, as a code."""
    return next((role for beginning, role in _BEGINNINGS.items() if by.startswith(beginning)), "automatic")


def told_role(by: str) -> str:
    return str(ROLES[role_of(by)])


def deed(code: str) -> str:
    """Return in words what a code says was done; the code itself where it has none."""
    if code.startswith(REQUEST) and code.removeprefix(REQUEST) in Step.values:
        return gettext("your request: %s") % Step(code.removeprefix(REQUEST)).label
    return str(DEEDS.get(code, code))
