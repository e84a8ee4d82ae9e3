"""New contacts by hand, and further reasons to hold somebody: while one types, the form says what would follow."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import today
from contacts.admin.shared.people import visible_to
from contacts.base.days import add_months
from contacts.information import informing
from contacts.models import Contact, Organisation, PolicyVersion
from contacts.people import matching, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.policy import promised
from contacts.signups import entering
from contacts.signups.entering import EnteringError, Reason
from contacts.signups.sign_ups import Typed
from contacts.words.addresses import MalformedAddressError, normalise
from contacts.words.vocabulary import AGREEMENT_SCENARIOS, NAMED_SOURCES, Scenario, SourceKind
from privacy_crm.staff.people import address_words
from privacy_crm.staff.people.contact_acts import may_change_whole
from privacy_crm.staff.people.detail_acts import DetailsForm
from retention.forecasts import words

PERMISSION = "contacts.add_contact"
ANY_SCENARIO = "contacts.import_contacts"  # whoever may bring in anybody by a file may do so by hand
_OF_SALES = (Scenario.CUSTOMER, Scenario.PARTNER, Scenario.PROSPECT)
_SHORTEST = 3  # letters by which organisations are looked for: below it, the index finds none


class ReasonForm(ActForm):
    """Why somebody is held, and where their details come from. `follows` reads it also while it is incomplete."""

    refusals: tuple[type[Exception], ...] = (EnteringError, ContactGoneError)
    body_template = "staff/entering.html"
    needed: tuple[str, ...] = ("scenario", "source_kind", "source", "collected_on")

    scenario = fields.choice(gettext_lazy("Held as"), ())
    source_kind = fields.choice(
        gettext_lazy("Who gave us the details?"),
        [("", "–"), *((each.value, capfirst(each.label)) for each in NAMED_SOURCES)],
        help_text=gettext_lazy("Whoever did not give them themselves is told by us within a month (Art. 14 GDPR)."),
    )
    source = fields.text(
        gettext_lazy("Where do they come from?"),
        help_text=gettext_lazy("Such as the fair, the website of the company, a business card. No names."),
    )
    collected_on = fields.day(gettext_lazy("Collected on"))

    def __init__(self, record: Any = None, *, user: Any = None, **options: Any) -> None:
        self.policy = PolicyVersion.objects.in_force()
        self.day = today(self.policy)
        options["initial"] = {"collected_on": self.day, **options.get("initial", {})}
        super().__init__(record, user=user, **options)
        offered = Scenario if user is None or user.has_perm(ANY_SCENARIO) else _OF_SALES
        held = {basis.scenario for basis in record.bases.all()} if record else set()
        listed = [(each.value, capfirst(each.label)) for each in offered if each not in held]
        self.fields["scenario"].choices = [("", "–"), *listed]  # type: ignore[attr-defined]

    @property
    def first(self) -> list[Any]:
        return [self[name] for name in self.needed]

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.needed]

    @property
    def placed(self) -> tuple[str, ...]:  # type: ignore[override] # the body shows them all
        return tuple(self.fields)

    @property
    def follows(self) -> list[str]:
        """What would follow from what is typed so far, a sentence each."""
        return [text for text in (self._kept(), self._to_be_told()) if text]

    def clean(self) -> dict[str, Any]:
        if self.policy is None:
            raise ValidationError(_("No policy is published yet, so that nobody can say how long anybody is kept."))
        return {**(super().clean() or self.cleaned_data), "policy": self.policy}

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        with restriction_guard.changing(self.record.pk, at=at):
            policy: PolicyVersion = self.cleaned_data["policy"]
            entering.add_reason(self.record.pk, self.reason(), policy=policy, at=at, by=by)
        return " ".join([_("{name} is held for this reason, too."), self._to_be_told()]).strip()

    def reason(self) -> Reason:
        return Reason(**{name: self.cleaned_data[name] for name in ReasonForm.needed})

    def _kept(self) -> str:
        """Say until when a clock of the person's own would keep them; an agreement's is another matter."""
        scenario, since = self.so_far("scenario"), self.so_far("collected_on")
        if not (self.policy and scenario and since) or scenario in AGREEMENT_SCENARIOS:
            return ""
        promise = promised.at_collection(since, promised.spans()) or self.policy
        until = add_months(since, min(version.rule(scenario).months for version in (self.policy, promise)))
        if until <= self.day:
            return _("That is so long ago that the next nightly run would delete them.")
        return _("Held as %(scenario)s, they are kept until %(day)s.") % {
            "scenario": Scenario(scenario).label,
            "day": words.full(until),
        }

    def _to_be_told(self) -> str:
        since = self.so_far("collected_on")
        if since is None or self.so_far("source_kind") in {None, SourceKind.PERSON}:
            return ""
        by = max(informing.last_day(since), self.day + dt.timedelta(days=1))
        text = _("We tell them where we have their details from by %s; no marketing goes to them before.")
        return text % words.full(by)


class EnterForm(ReasonForm, DetailsForm):
    explanation = gettext_lazy("Only what the privacy policy names is asked for. There is no room for notes on people.")
    submit = gettext_lazy("Enter the contact")
    needed = (*ReasonForm.needed, "email", "organisation")

    email = fields.text(gettext_lazy("E-mail address"))
    organisation = fields.text(
        gettext_lazy("Organisation"),
        required=False,
        help_text=gettext_lazy("Customers and partners are unverified until they belong to one on record."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["organisation"].widget.attrs["list"] = "organisations"
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        self.order_fields([*self.needed])

    @property
    def follows(self) -> list[str]:
        if refused := self.refused():
            return [refused]  # nothing else would follow
        return [text for text in (self._address(), *super().follows, self._joins()) if text]

    @property
    def organisations(self) -> list[str]:
        """The names on record that have in them what is typed so far."""
        typed = self.so_far("organisation") or ""
        named = Organisation.objects.filter(name__icontains=typed).order_by("name").values_list("name", flat=True)
        return list(named[: matching.MOST]) if len(typed) >= _SHORTEST else []

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told, organisation = self.cleaned_data, self._organisation()
        known = {name: told[name] for name in DetailsForm.base_fields}
        typed = Typed(email=told["email"], company="" if organisation else told["organisation"], **known)
        self.record = self.enter(typed, organisation.pk if organisation else None, at=at, by=by)
        return " ".join([_("{name} is on record."), *super().follows])

    def enter(self, typed: Typed, organisation_id: int | None, *, at: dt.datetime, by: str) -> Contact:
        policy: PolicyVersion = self.cleaned_data["policy"]
        return entering.enter(typed, self.reason(), organisation_id=organisation_id, policy=policy, at=at, by=by)

    def clean_email(self) -> str:
        """Refuse an address with the very words that whoever is held under it unseen is refused with."""
        try:
            address = normalise(self.cleaned_data["email"])
        except MalformedAddressError:
            raise ValidationError(address_words.cannot()) from None
        if held := self._held(address):
            raise ValidationError(held)
        return address

    def refused(self) -> str:
        """Say why nobody can be entered under the address; empty where somebody can, or it is no address yet."""
        try:
            address = self._so_far_address()
        except MalformedAddressError:
            return address_words.cannot()
        if not address:
            return ""
        return self._held(address) or address_words.refused_as(self.so_far("scenario"), address_words.objected(address))

    def _address(self) -> str:
        """Say what an address that is not refused objected to; nothing while it is no address yet."""
        address = self._so_far_address()
        return address_words.said_of(address_words.objected(address)) if address else ""

    def _so_far_address(self) -> str:
        """Return the address as it is stored; empty while it is none yet. Raises MalformedAddressError."""
        typed = str(self["email"].value() or "")
        return normalise(typed) if "@" in typed and "." in typed.rpartition("@")[2] else ""

    @cached_property
    def holder(self) -> Contact | None:
        """Whoever is held under the address, as far as the user may see them: the form shows them."""
        people = Contact.objects.by_typed_address(str(self["email"].value() or ""))
        found: Contact | None = visible_to(self.user, people).prefetch_related("bases").first()
        return found

    def _held(self, address: str) -> str:
        person = self.holder
        if person is None:
            return address_words.cannot() if Contact.objects.filter(email=address).exists() else ""
        held_as = get_text_list([str(Scenario(basis.scenario).label) for basis in person.bases.all()], _("and"))
        text = _("%(name)s is held under this address already, as %(scenarios)s.")
        url = reverse("admin:contacts_contact_change", args=[person.public_id])
        told = text % {"name": person.display_name, "scenarios": held_as or _("nothing any more")}
        return format_html('{} <a href="{}">{}</a>', told, url, _("Open their page, and add the reason there."))

    def _joins(self) -> str:
        typed = self.so_far("organisation") or ""
        if not typed:
            return ""
        if organisation := self._organisation():
            return _("%s is on record.") % organisation.name
        like = ", ".join(f"“{each.name}”" for each in matching.alike(typed))
        text = _("No organisation on record has this name. It is kept as typed.")
        return f"{text} {_('Like it: %s.') % like}" if like else text

    def _organisation(self) -> Organisation | None:
        typed = self.so_far("organisation") or ""
        return Organisation.objects.filter(name__iexact=typed).first() if typed else None


REASON = Act(
    "add-reason",
    gettext_lazy("Add a reason"),
    PERMISSION,
    ReasonForm,
    "add_circle",
    offered=may_change_whole,
    group=gettext_lazy("Why kept"),
)
