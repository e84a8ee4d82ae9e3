"""The list of contacts: found, narrowed, with the answer to "may I?" in each row and the columns that one chose."""

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Prefetch
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin, Records, today
from contacts.admin.shared.people import name_of, visible_to
from contacts.base import searching
from contacts.mailings import permission_words
from contacts.models import Basis, Contact, PolicyVersion
from contacts.permission import permission
from contacts.words.vocabulary import Scenario
from privacy_crm.staff.people import contact_columns, contact_filters, countries_act, segments
from privacy_crm.staff.people.contact_columns import COLUMNS
from retention.due import retention_schedule


class People(Records):
    """One page of people, with the day each goes and the answer for each channel, however many they are."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        policy = PolicyVersion.objects.in_force()
        day = today(policy)
        keys = [contact.pk for contact in self.result_list]
        until = retention_schedule.kept_until(policy, keys, day) if policy and keys else {}
        answers = permission.of_each(keys, day=day) if keys else {}
        for contact in self.result_list:
            contact.until, contact.seen_on = until.get(contact.pk), day
            contact.answers = {} if contact.minimised_on else answers.get(contact.pk, {})


class ContactList(RecordAdmin):
    heading = gettext_lazy("Contacts")
    empty_text = gettext_lazy("Enter somebody by hand, or bring a list of people in under Imports.")
    lists_people = True
    change_list_template = "staff/contact_list.html"
    list_display = ("name",)
    list_display_links = ("name",)
    list_select_related = ("organisation",)
    search_fields = ("email",)
    search_help_text = gettext_lazy("Words of a name, an address or an organisation, or the id of a person")
    ordering = ("-pk",)

    @property
    def media(self) -> Media:
        return super().media + contact_filters.media()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self._choose_columns)
        columns = path("columns/", view, name=self._url_name("columns"))
        view = self.admin_site.admin_view(partial(acts.show_or_do, self, countries_act.ACT))
        unknown = path("countries/", view, name=self._url_name("countries"))
        return [columns, unknown, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        people = super().get_queryset(request).prefetch_related(Prefetch("bases", Basis.objects.order_by("pk")))
        return visible_to(request.user, people)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return contact_filters.offered(request.user)

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*self.list_display, *contact_columns.shown_to(request.user)]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return searching.found(queryset, search_term), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Records]:
        return People

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        filters = contact_filters.asked(request)
        context = {
            "chips": segments.chips(request.user, filters),
            "list_buttons": self._buttons(request, filters),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def _buttons(self, request: HttpRequest, filters: dict[str, str]) -> list[dict[str, Any]]:
        columns = {"act": contact_columns.ACT, "url": reverse(f"admin:{self._url_name('columns')}")}
        unknown = {"act": countries_act.ACT, "url": reverse(f"admin:{self._url_name('countries')}")}
        may = request.user.has_perm(countries_act.ACT.permission)
        return [*segments.saving(request, filters), columns, *([unknown] if may else [])]

    def _choose_columns(self, request: HttpRequest) -> HttpResponse:
        answer = acts.show_or_do(self, contact_columns.ACT, request)
        # Stay on the page where the list was found and narrowed, which its own address alone knows.
        return HttpResponse(headers={"HX-Refresh": "true"}) if "HX-Redirect" in answer.headers else answer

    @display(description=gettext_lazy("name"))
    def name(self, contact: Contact) -> str:
        return name_of(contact)

    @display(description=COLUMNS["e_mail"][0])
    def e_mail(self, contact: Contact) -> str | None:
        return contact.email

    @display(description=COLUMNS["company_name"][0])
    def company_name(self, contact: Contact) -> str:
        return contact.organisation.name if contact.organisation else contact.company

    @display(description=COLUMNS["scenarios"][0], label=True)
    def scenarios(self, contact: Contact) -> list[str]:
        return [_held_as(basis) for basis in contact.bases.all()]

    @display(description=COLUMNS["may_write"][0])
    def may_write(self, contact: Any) -> SafeString | None:
        marks = list(permission_words.marks(contact.answers))
        return render_to_string("staff/row_marks.html", {"marks": marks}) if marks else None

    @display(description=COLUMNS["kept_until"][0])
    def kept_until(self, contact: Any) -> str:
        if contact.until is None:
            return _("no day set")
        return _("the next run") if contact.until <= contact.seen_on else date_format(contact.until)

    @display(description=COLUMNS["country_name"][0])
    def country_name(self, contact: Contact) -> str:
        return countries.name(contact.country) or contact.country

    @display(description=COLUMNS["spoken"][0])
    def spoken(self, contact: Contact) -> str:
        return contact.language

    @display(description=COLUMNS["role"][0])
    def role(self, contact: Contact) -> str:
        return contact.job_title

    @display(description=COLUMNS["collected"][0])
    def collected(self, contact: Contact) -> dt.date | None:
        return min((basis.collected_on for basis in contact.bases.all()), default=None)

    @display(description=COLUMNS["last_active"][0])
    def last_active(self, contact: Contact) -> dt.date | None:
        return contact.last_activity_on


def _held_as(basis: Basis) -> str:
    label = str(Scenario(basis.scenario).label)
    return _("%s, unverified") % label if basis.is_unverified else label
