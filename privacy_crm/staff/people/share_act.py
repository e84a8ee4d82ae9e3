"""Share one person with a recipient of the register: what goes and to whom is shown before, the reference after."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.recipients import country_of
from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.disclosure import disclosing
from contacts.disclosure.disclosing import DisclosureError
from contacts.models import Contact, Recipient
from contacts.people import restriction_guard
from contacts.permission import permission
from contacts.words.vocabulary import DisclosureKind, RecipientKind, Scenario
from privacy_crm.staff.people import contact_page


class ShareForm(ActForm):
    refusals = (DisclosureError,)
    reveals = True
    explanation = gettext_lazy(
        "Here it is put on record; you send the details yourself, with the reference that you get. By it the recipient"
        " is told of every objection, correction and erasure from then on."
    )
    submit = gettext_lazy("Put the share on record")
    body_template = "staff/share.html"
    result_template = "staff/shared.html"

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        held_as = [basis.scenario for basis in record.bases.all()]
        usable = Recipient.objects.usable(restriction_guard.today(timezone.now())).filter(purposes__overlap=held_as)
        self.partners = {str(each.pk): each for each in usable}
        self.objected = _without_resellers(self.partners, record)
        if self.partners:
            self.fields["recipient"] = fields.one_of(_("Who gets them?"), choices=_named(self.partners, held_as))
            purposes = _purposes(held_as)
            only = purposes[0][0] if len(purposes) == 1 else None
            self.fields["purpose"] = fields.one_of(_("What for? They are held as"), choices=purposes, initial=only)

    @property
    def shared(self) -> list[tuple[str, Any]]:
        return contact_page.shared(self.record)

    @property
    def reference(self) -> uuid.UUID:
        number: uuid.UUID = self.record.public_id
        return number

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        if not self.partners:
            raise DisclosureError(_("Nothing was given: no recipient may get the details of this person."))
        recipient = self.partners[self.cleaned_data["recipient"]]
        purpose = Scenario(self.cleaned_data["purpose"])
        disclosing.disclose([self.record.pk], recipient, purpose=purpose, kind=DisclosureKind.SHARE, at=at, by=by)
        return _("On record: %s gets their details.") % recipient.name


def _without_resellers(partners: dict[str, Recipient], contact: Contact) -> bool:
    """Take the resellers out where the person objected to any marketing or has left, and tell whether that took any."""
    resellers = [number for number, each in partners.items() if each.kind == RecipientKind.RESELLER]
    asked = Contact.objects.filter(permission.objected_to_any() | Q(left_on__isnull=False), pk=contact.pk)
    if not resellers or not asked.exists():
        return False
    for number in resellers:
        del partners[number]
    return True


def may_share(contact: Contact) -> bool:
    """Tell whether somebody's details may go to anybody: they are held whole, and neither restricted nor frozen."""
    day = restriction_guard.today(timezone.now())
    held = any(
        through is not None and through >= day for through in (contact.restricted_through, contact.frozen_through)
    )
    return contact.minimised_on is None and not held


ACT = Act(
    "share",
    gettext_lazy("Share with a partner"),
    "contacts.add_disclosure",
    ShareForm,
    "share",
    offered=may_share,
    group=gettext_lazy("Sharing"),
)


def _named(partners: dict[str, Recipient], held_as: list[str]) -> list[tuple[str, str]]:
    return [(number, _described(each, held_as)) for number, each in partners.items()]


def _described(recipient: Recipient, held_as: list[str]) -> str:
    for_people = ", ".join(str(each.label) for each in Scenario if each in held_as and each in recipient.purposes)
    about = {"kind": RecipientKind(recipient.kind).label, "country": country_of(recipient), "people": for_people}
    return f"{recipient.name} ({_('%(kind)s, %(country)s; for people held as %(people)s') % about})"


def _purposes(held_as: list[str]) -> list[tuple[str, str]]:
    return [(each.value, str(capfirst(each.label))) for each in Scenario if each in held_as]
