"""The list of contacts and the page of one: who, until when, why, and what can be done. Nothing is edited by hand."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.addresses import MalformedAddressError, normalise
from contacts.admin.acts import Act, ActForm
from contacts.admin.base import RecordAdmin, today
from contacts.admin.people import SEE_REDUCED, name_of, visible_to
from contacts.models import Basis, Contact, Organisation, PolicyVersion
from contacts.vocabulary import Scenario
from dsr.admin import pass_on
from privacy_crm.staff import contact_page, hearing_acts, informing_act, share_act
from privacy_crm.staff.contact_acts import ActivityForm, HoldForm, may_change
from privacy_crm.staff.match_act import MatchForm, is_unmatched
from retention import lapses


class ScenarioFilter(admin.SimpleListFilter):
    """Everyone who is held under one scenario, perhaps among others."""

    title = gettext_lazy("scenario")
    parameter_name = "scenario"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Scenario.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        # A person has a scenario at most once, so that the join repeats nobody.
        return queryset.filter(bases__scenario=self.value()) if self.value() in Scenario.values else queryset


class ReducedFilter(admin.SimpleListFilter):
    title = gettext_lazy("what is left")
    parameter_name = "reduced"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("only what the law makes us keep"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.reduced() if self.value() == "yes" else queryset


class UnverifiedFilter(admin.SimpleListFilter):
    """Customers and partners without an agreement, and those of them who only wait to be matched."""

    title = gettext_lazy("unverified")
    parameter_name = "unverified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("unmatched", gettext_lazy("registered, and matched to no organisation yet")),
            ("all", gettext_lazy("all customers and partners without an agreement")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "unmatched":
            return queryset.unmatched()
        return queryset.unverified() if self.value() == "all" else queryset


def _held_as(basis: Basis) -> str:
    label = str(Scenario(basis.scenario).label)
    return _("%s, unverified") % label if basis.is_unverified else label


class ContactAdmin(RecordAdmin):
    heading = gettext_lazy("Contacts")
    empty_text = gettext_lazy("People come in through the import: manage.py import_crm.")
    page_template = "staff/contact.html"
    list_before_template = "staff/contact_list_before.html"
    list_display = ("name", "e_mail", "company_name", "scenarios", "kept_until")
    list_display_links = ("name",)
    list_select_related = ("organisation",)
    search_fields = ("email",)
    search_help_text = gettext_lazy("A whole e-mail address, or the id of a person")
    ordering = ("-pk",)
    acts = (
        Act(
            "record-activity",
            gettext_lazy("Record an activity"),
            "contacts.add_activity",
            ActivityForm,
            "add_task",
            offered=may_change,
        ),
        Act(
            "match",
            gettext_lazy("Match to an organisation"),
            "contacts.change_organisation",
            MatchForm,
            "domain_add",
            offered=lambda contact: is_unmatched(contact) and may_change(contact),
        ),
        *hearing_acts.ACTS,
        Act(
            "told-by-letter",
            gettext_lazy("Told by letter"),
            informing_act.PERMISSION,
            informing_act.LetterForm,
            "mark_email_read",
            offered=lambda contact: informing_act.is_untold(contact) and may_change(contact),
        ),
        share_act.ACT,
        Act("place-hold", gettext_lazy("Place a hold"), "retention.add_hold", HoldForm, "lock"),
        pass_on.ACT,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        people = super().get_queryset(request).prefetch_related(Prefetch("bases", Basis.objects.order_by("pk")))
        return visible_to(request.user, people)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Contact | None:
        """Find a person by the random id that our addresses carry; by key as well, which Django's own tools use."""
        key = "pk" if object_id.isdecimal() else "public_id"
        try:
            people = self.get_queryset(request).select_related("organisation").filter(**{key: object_id})
            found: Contact | None = people.first()
        except (ValidationError, ValueError):
            return None
        return found

    def key_of(self, record: Any) -> str:
        return str(record.public_id)

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        """Lead to the list where the person has gone, or is not for everyone's eyes any more."""
        same = {name: getattr(record, name) for name in ("minimised_on", "restricted_through")}
        here = Contact.objects.filter(pk=record.pk, **same).exists()
        return super().after(act, record, form) if here else self.url_of()

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters: list[Any] = [ScenarioFilter, UnverifiedFilter] if request.user.has_perm("contacts.view_basis") else []
        if request.user.has_perm(informing_act.PERMISSION):
            filters.append(informing_act.UnreachedFilter)
        return [*filters, ReducedFilter] if request.user.has_perm(SEE_REDUCED) else filters

    def get_list_display(self, request: HttpRequest) -> Any:
        hidden = set() if request.user.has_perm("contacts.view_basis") else {"scenarios"}
        return [column for column in self.list_display if column not in hidden]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find exactly one person or nobody, whatever the number of people held."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(public_id=uuid.UUID(search_term.strip())), False
        except ValueError:
            return self._by_address(request, queryset, search_term), False

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        policy = PolicyVersion.objects.in_force()
        day = today(policy)
        until = lapses.kept_until(policy, [contact.pk for contact in records], day) if policy and records else {}
        for contact in records:
            contact.until, contact.seen_on = until.get(contact.pk), day

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        number = request.GET.get("organisation", "")
        organisation = Organisation.objects.filter(pk=number).first() if number.isdecimal() else None
        return super().changelist_view(request, {**(extra_context or {}), "organisation": organisation})

    @display(description=gettext_lazy("name"))
    def name(self, contact: Contact) -> str:
        return name_of(contact)

    @display(description=gettext_lazy("e-mail"))
    def e_mail(self, contact: Contact) -> str | None:
        return contact.email

    @display(description=gettext_lazy("organisation"))
    def company_name(self, contact: Contact) -> str:
        return contact.organisation.name if contact.organisation else contact.company

    @display(description=gettext_lazy("held as"), label=True)
    def scenarios(self, contact: Contact) -> list[str]:
        return [_held_as(basis) for basis in contact.bases.all()]

    @display(description=gettext_lazy("kept until"))
    def kept_until(self, contact: Any) -> str:
        if contact.until is None:
            return _("no day set")
        return _("the next run") if contact.until <= contact.seen_on else date_format(contact.until)

    def title_of(self, record: Any) -> str:
        return name_of(record)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {**contact_page.fill(record, request.user), "messages": _told(request, name_of(record))}

    def _by_address(self, request: HttpRequest, queryset: Any, text: str) -> Any:
        try:
            return queryset.filter(email=normalise(text))
        except MalformedAddressError:
            messages.warning(
                request,
                _("The search takes a whole e-mail address, such as aino@example.com, or the id of a person."),
            )
            return queryset.none()


def _told(request: HttpRequest, name: str) -> list[Any]:
    """Put the person's name into the messages only now: they waited in a cookie without it."""
    told = list(messages.get_messages(request))
    for message in told:
        message.message = str(message.message).replace("{name}", name)
    return told


def register() -> None:
    admin.site.register(Contact, ContactAdmin)
