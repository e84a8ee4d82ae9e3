"""What staff put right or complete about a person: their details, another address, the country."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.base.fields import stand_by
from contacts.delivery import change_address_notified
from contacts.models import Contact
from contacts.people import correcting, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.people.address_trust import TrustError
from contacts.people.change_email import AddressError
from contacts.permission import set_country, unconfirmed
from contacts.permission.set_country import CompletingError
from contacts.words.country_codes import codes
from contacts.words.details import FIELDS_OF, Detail, text
from contacts.words.vocabulary import EVIDENCE, TrustReason
from dsr.letters.corrections import CALLED
from privacy_crm.staff.people import address_trust_act
from privacy_crm.staff.people.contact_acts import may_change_whole
from retention.models import Hold, HoldReason

GROUP = gettext_lazy("Details")


class DetailsForm(ActForm):
    """The categories of data that the policy names, and no more (P2)."""

    first_name = fields.text(capfirst(CALLED["first_name"]), required=False)
    last_name = fields.text(capfirst(CALLED["last_name"]), required=False)
    job_title = fields.text(capfirst(CALLED["job_title"]), required=False)
    phone = fields.text(capfirst(CALLED["phone"]), required=False)
    address = fields.text(capfirst(CALLED["address"]), required=False)
    postal_code = fields.text(capfirst(CALLED["postal_code"]), required=False)
    city = fields.text(capfirst(CALLED["city"]), required=False)
    country = fields.choice(capfirst(CALLED["country"]), (), required=False)
    language = fields.choice(capfirst(CALLED["language"]), (), required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        for name, known in (("country", countries), ("language", settings.LANGUAGES)):
            self.fields[name].choices = fields.offered(known, getattr(record, name, ""))  # type: ignore[attr-defined]


class CorrectForm(DetailsForm):
    refusals = (CompletingError, ContactGoneError)
    reveals = True
    explanation = gettext_lazy(
        "What the person told you. No import overwrites it afterwards, and whoever was given their details is told."
    )

    company = fields.text(capfirst(CALLED["company"]), required=False)
    replace = fields.tick("", required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        held = {name: getattr(record, name) for name in correcting.CORRECTABLE}
        super().__init__(record, initial=held, **options)
        stand_by(self, held)
        if record.organisation:
            del self.fields["company"]
        if record.corrected:
            named = get_text_list([str(CALLED[name]) for name in record.corrected if name in CALLED], _("and"))
            self.fields["replace"].label = _("Replace also what they put right themselves: %s") % named
        else:
            del self.fields["replace"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self._changed(data) if not data.get("replace") else ():
            if name in self.record.corrected:
                self.add_error(name, _("They put this right themselves. Where they told you otherwise, tick the box."))
        return data

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        with restriction_guard.changing(self.record.pk, at=at):
            check_thawed(self.record.pk, at)
            done = unconfirmed.correct(self.record.pk, self._changed(self.cleaned_data), at=at, by=by)
        if not done.changes and not done.waits:
            raise CompletingError(_("Nothing would change: these are the details on file."))
        corrected = _("The details of {name} are corrected. Recipients who have them are told.")
        return " ".join([*([corrected] if done.changes else []), *stays(self.record, done.waits)])

    def _changed(self, data: dict[str, Any]) -> dict[str, str]:
        typed = {name: data[name] for name in correcting.CORRECTABLE if name in data}
        return {name: value for name, value in typed.items() if value != getattr(self.record, name)}


def stays(person: Contact, waits: Iterable[Detail]) -> list[str]:
    """Say of each detail that waits for the person's word what it is until then."""
    until = _(
        "%(detail)s stays %(value)s until {name} confirms the change under “My data”: it would allow marketing that the"
        " law does not allow now. It waits there for 30 days."
    )
    return [until % {"detail": capfirst(detail.label), "value": on_file(person, detail)} for detail in waits]


def on_file(person: Contact, detail: Detail) -> str:
    """Return what is on file of a detail, as one line; a dash where nothing is."""
    if detail == Detail.COMPANY and person.organisation:
        return person.organisation.name
    return text(detail, {name: getattr(person, name) for name in FIELDS_OF[detail]}) or "–"


def check_thawed(contact_id: int, at: dt.datetime) -> None:
    """Raise CompletingError while a request or a claim of somebody is open: what is on file stays as it is."""
    if Contact.objects.filter(pk=contact_id, frozen_through__gte=restriction_guard.today(at)).exists():
        raise CompletingError(
            _(
                "A request or a claim of theirs is open, and what is on file stays as it is until that is settled. Pass"
                " on a request for correction: the privacy officer takes care of it."
            )
        )


class AddressForm(ActForm):
    refusals = (AddressError, ContactGoneError, TrustError)
    explanation = gettext_lazy("What they objected to under the old address stays so under the new one.")

    email = fields.text(gettext_lazy("E-mail address"))
    evidence = fields.choice(
        gettext_lazy("How do you know that the address is theirs?"),
        [("", gettext_lazy("We do not know it")), *((each.value, each.label) for each in EVIDENCE)],
        required=False,
        help_text=gettext_lazy("Where you do not know it, we ask the address, and nothing else goes there until then."),
    )
    lost = fields.tick(
        gettext_lazy("They read no mail at the old address any more, as they told us"),
        required=False,
        help_text=gettext_lazy("Otherwise a mail tells the old address that it was replaced, and never by what."),
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        with restriction_guard.changing(self.record.pk, at=at):
            _check_answered(self.record.pk, at)
            address_trust_act.check_contested(self.record.pk, self.user)
            evidence, reached = _evidence(told["evidence"]), not told["lost"]
            change_address_notified.change(
                self.record.pk, told["email"], evidence=evidence, reached=reached, at=at, by=by
            )
        if told["evidence"]:
            return _("{name} is reached at the new address.")
        return _("{name} has a new address. We ask it whether it is theirs, and send nothing else there until then.")


def _evidence(told: str) -> TrustReason | None:
    return TrustReason(told) if told else None


def _check_answered(contact_id: int, at: dt.datetime) -> None:
    """Raise AddressError while a request of somebody is answered: the answer would go to whomever staff name."""
    day = restriction_guard.today(at)
    if Hold.objects.standing(day).filter(contact=contact_id, reason=HoldReason.REQUEST).exists():
        raise AddressError(
            _(
                "They have asked us for something, and the answer goes to the address on file. Pass on a request for"
                " correction: the privacy officer makes sure that the new address is theirs."
            )
        )


class CountryForm(ActForm):
    refusals = (CompletingError, ContactGoneError)
    explanation = gettext_lazy("Whether we may send marketing depends on the law of the country where they work.")

    country = fields.choice(gettext_lazy("Country"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["country"].choices = [("", "–"), *countries]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        with restriction_guard.changing(self.record.pk, at=at):
            if set_country.country(self.record.pk, self.cleaned_data["country"], at=at, by=by):
                return _("The country of {name} is on record.")
        return " ".join(stays(self.record, [Detail.COUNTRY]))


COUNTRY = Act(
    "complete-country",
    gettext_lazy("Complete the country"),
    "contacts.change_contact",
    CountryForm,
    "public",
    offered=lambda contact: may_change_whole(contact) and contact.country not in codes(),
)

ACTS = (
    Act(
        "correct-details",
        gettext_lazy("Correct details"),
        "contacts.change_contact",
        CorrectForm,
        "edit",
        offered=may_change_whole,
        group=GROUP,
    ),
    Act(
        "change-address",
        gettext_lazy("Change the address"),
        "contacts.change_contact",
        AddressForm,
        "alternate_email",
        offered=may_change_whole,
        group=GROUP,
    ),
)
