"""New contacts by hand, where somebody was erased at their request: staff are refused, the officer says why (L12)."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from contacts.admin.shared.people import visible_to
from contacts.models import Contact, Tombstone
from contacts.people import tombstones
from contacts.signups import readmitting
from contacts.signups.readmitting import Grounds
from contacts.signups.sign_ups import Typed
from contacts.words.addresses import MalformedAddressError, known, normalise
from privacy_crm.staff.people.entering_acts import PERMISSION, EnterForm

LIFT = "contacts.lift_tombstone"


class NewContactForm(EnterForm):
    again = fields.choice(
        gettext_lazy("They were erased at their request. Why are they entered again?"),
        [("", "–"), *Grounds.choices],
        required=False,
        help_text=gettext_lazy(
            "Only for people who were erased at their request. They come back as a contact of an organisation with"
            " an open agreement, are told where we have their details from, and get no marketing."
        ),
    )

    def __init__(self, record: Any = None, *, user: Any = None, **options: Any) -> None:
        super().__init__(record, user=user, **options)
        if user is not None and not user.has_perm(LIFT):
            del self.fields["again"]

    def enter(self, typed: Typed, organisation_id: int | None, *, at: dt.datetime, by: str) -> Contact:
        told = self.cleaned_data
        if not told.get("again"):
            return super().enter(typed, organisation_id, at=at, by=by)
        return readmitting.readmit(
            typed,
            self.reason(),
            Grounds(told["again"]),
            organisation_id=organisation_id,
            policy=told["policy"],
            at=at,
            by=by,
        )

    def refused(self) -> str:
        """Say when they were erased, unless it is said why they come back."""
        erased = not self.holder and self._erased()
        return super().refused() if not erased or self._again() else erased

    def _address(self) -> str:
        """Say when they were erased, before anything else that an address is known for."""
        return self._erased() or super()._address()

    def _again(self) -> bool:
        return "again" in self.fields and bool(self.so_far("again"))

    def _erased(self) -> str:
        if self.stone is None:
            return ""
        said = format_html("{} {}", tombstones.ErasedError(self.stone.erased_on), self._residue())
        return said if "again" not in self.fields else format_html("{} {}", said, _("Or say below why they come back."))

    def _residue(self) -> str:
        """Lead to what a duty keeps of them, for whoever may see that."""
        number = self.stone.residue if self.stone else None
        if number is None or not visible_to(self.user, Contact.objects.filter(public_id=number)).exists():
            return ""
        url = reverse("admin:contacts_contact_change", args=[number])
        return format_html('<a href="{}">{}</a>', url, _("By law we must keep a part of their details."))

    @cached_property
    def stone(self) -> Tombstone | None:
        """What keeps the person of the address from coming back."""
        try:
            address = normalise(str(self["email"].value() or ""))
        except MalformedAddressError:
            return None
        return tombstones.standing(known(address), day=self.day)


ADDING = Act("add", gettext_lazy("New contact"), PERMISSION, NewContactForm)
