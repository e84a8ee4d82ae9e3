"""Staff have made sure that an address is a person's: by what is said with it, and from then on it opens "My data".

Which addresses are said to be wrong waits for the officer.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.models import Contact
from contacts.people import address_trust, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.people.address_trust import TrustError
from contacts.words.vocabulary import EVIDENCE, AddressTrust, TrustReason
from privacy_crm.staff.people.contact_acts import may_change_whole
from retention.models import Hold, HoldReason

PERMISSION, OFFICER = "contacts.change_contact", "dsr.handle_request"
_PARAMETER, _WRONG = "trust", "wrong"


class ProveForm(ActForm):
    refusals = (TrustError, ContactGoneError)
    explanation = gettext_lazy(
        "From then on, this address opens the person’s data. That somebody answers from it shows nothing: an address"
        " can be noted on the wrong record."
    )
    submit = gettext_lazy("Confirm the address")

    evidence = fields.choice(
        gettext_lazy("How do you know that the address is theirs?"),
        [("", "–"), *((each.value, each.label) for each in EVIDENCE)],
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        with restriction_guard.changing(self.record.pk, at=at):
            _check_answered(self.record.pk, at)
            check_contested(self.record.pk, self.user)
            address_trust.prove(self.record.pk, TrustReason(self.cleaned_data["evidence"]), at=at, by=by)
        return _("The e-mail address of {name} is confirmed.")


def _check_answered(contact_id: int, at: dt.datetime) -> None:
    """Raise TrustError while a request is answered: who asked may have had somebody call us."""
    day = restriction_guard.today(at)
    if Hold.objects.standing(day).filter(contact=contact_id, reason=HoldReason.REQUEST).exists():
        raise TrustError(_("A request of theirs is open: the privacy officer finds out whose address it is."))


def check_contested(contact_id: int, user: Any) -> None:
    """Raise TrustError where the owner of the address before says that the change was wrong, but for the officer."""
    contested = Contact.objects.filter(pk=contact_id, address_trust_reason=TrustReason.CONTESTED)
    if contested.exists() and not user.has_perm(OFFICER):
        raise TrustError(
            _("The owner of the address before says that the change was wrong: the privacy officer settles it.")
        )


def _in_state(state: AddressTrust, people: Any) -> Any:
    return people.filter(email__isnull=False, address_trust=state)


def _said_to_be_wrong(people: Any) -> Any:
    wrong = (TrustReason.DENIED, TrustReason.CONTESTED)
    return people.filter(address_trust=AddressTrust.DOUBTED, address_trust_reason__in=wrong)


class TrustFilter(ChoiceFilter):
    title = gettext_lazy("is the e-mail address theirs?")
    parameter_name = _PARAMETER
    offered = (
        Choice(_WRONG, gettext_lazy("said to be wrong"), _said_to_be_wrong),
        *(Choice(state.value, state.label, partial(_in_state, state)) for state in AddressTrust),
    )


def tasks(request: HttpRequest) -> list[dict[str, str]]:
    """Return what waits for the officer, as a sentence that leads to it."""
    number = _said_to_be_wrong(Contact.objects.whole()).count() if request.user.has_perm(OFFICER) else 0
    text = ngettext(
        "%d e-mail address is said to be wrong: find out whose it is",
        "%d e-mail addresses are said to be wrong: find out whose they are",
        number,
    )
    link = f"{reverse('admin:contacts_contact_changelist')}?{_PARAMETER}={_WRONG}"
    return [{"text": text % number, "link": link}] if number else []


def _is_open(contact: Contact) -> bool:
    return may_change_whole(contact) and contact.address_trust != AddressTrust.PROVEN


ACT = Act(
    "confirm-address",
    gettext_lazy("Confirm the address"),
    PERMISSION,
    ProveForm,
    "mark_email_read",
    offered=_is_open,
)
