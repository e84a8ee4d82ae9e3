"""Where somebody can turn who is refused: to us, to the authority, to court (Art. 12(4), 77 to 79 GDPR; L3, P23).

It ends every letter that refuses, and cannot be edited away.
"""

from django.utils import translation
from django.utils.translation import gettext as _

from contacts.models import PolicyVersion
from dsr.answers.answering import Draft
from dsr.records.transitions import RequestError


def remedy(policy: PolicyVersion) -> str:
    """Return the paragraph, in the language that is active."""
    text = _(
        "If you disagree, write to us at %(contact)s. You can also complain to the supervisory authority,"
        " %(authority)s, or go to court."
    )
    return text % {"contact": policy.controller["privacy_contact"], "authority": authority(policy)}


def authority(policy: PolicyVersion) -> str:
    """Return the name of the supervisory authority and where it is found."""
    named = policy.controller["authority"]
    return f"{named['name']}, {named.get('url', '')}".rstrip(", ")


def check(draft: Draft, policy: PolicyVersion) -> None:
    """Raise RequestError where a letter that refuses does not say, in its own language, where the person can turn."""
    with translation.override(draft.language):
        ends = draft.closing.endswith(remedy(policy))
    if not ends:
        raise RequestError(_("A refusal has to end with where the person can complain, and that they can go to court."))
