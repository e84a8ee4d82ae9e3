"""The buttons of a person's page, in the order of the page: what staff do daily, what just waits, and what is rare.

Those with a group stand behind a fold, under its name.
"""

from django.utils.translation import gettext_lazy

from contacts.admin.shared.acts import Act
from dsr.admin.acts import pass_on
from privacy_crm.staff.people import (
    address_trust_act,
    detail_acts,
    entering_acts,
    hearing_acts,
    informing_act,
    pairing_act,
    share_act,
    typed_act,
)
from privacy_crm.staff.people.contact_acts import ActivityForm, HoldForm, may_change, may_change_whole
from privacy_crm.staff.people.match_act import MatchForm, is_unmatched

_DAILY = (
    hearing_acts.OBJECTION,
    *hearing_acts.LEAVING,
    Act(
        "record-activity",
        gettext_lazy("Record an activity"),
        "contacts.add_activity",
        ActivityForm,
        "add_task",
        offered=may_change_whole,
    ),
    pass_on.ACT,
)

# Each is there only while it is needed.
_WAITING = (
    typed_act.ACT,
    Act(
        "match",
        gettext_lazy("Match to an organisation"),
        "contacts.change_organisation",
        MatchForm,
        "domain_add",
        offered=lambda contact: is_unmatched(contact) and may_change(contact),
    ),
    detail_acts.COUNTRY,
    address_trust_act.ACT,
    Act(
        "told-by-letter",
        gettext_lazy("Record letters sent by post"),
        informing_act.PERMISSION,
        informing_act.LetterForm,
        "mark_email_read",
        offered=lambda contact: informing_act.is_untold(contact) and may_change(contact),
    ),
)

_RARE = (
    *detail_acts.ACTS,
    pairing_act.ACT,
    entering_acts.REASON,
    Act(
        "place-hold",
        gettext_lazy("Place a hold"),
        "retention.add_hold",
        HoldForm,
        "lock",
        group=entering_acts.REASON.group,
    ),
    share_act.ACT,
)

ACTS = (*_DAILY, *_WAITING, *_RARE)
