"""The filters of the list of contacts: those that a segment can keep, and those that staff look after records by."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms import Media
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from contacts.admin.shared.base import today
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.admin.shared.people import SEE_REDUCED
from contacts.models import Contact, PolicyVersion
from privacy_crm import segments
from privacy_crm.segments import FILTERS
from privacy_crm.staff.people import address_trust_act, informing_act

SEE_REASONS = "contacts.view_basis"
SEE_ORGANISATIONS = "contacts.view_organisation"
_OF_REASONS = {"scenario", "topic"}


def offered(user: Any) -> list[Any]:
    """Return the filters that this user may ask by."""
    sees_reasons = user.has_perm(SEE_REASONS)
    # The wide box of the organisation stands beside the search, so that the narrow ones fill their lines.
    names = sorted(FILTERS, key=lambda name: name != OrganisationFilter.parameter_name)
    found: list[Any] = [_BY_NAME[name] for name in names if sees_reasons or name not in _OF_REASONS]
    others = (
        (UnverifiedFilter, SEE_REASONS),
        (informing_act.UnreachedFilter, informing_act.PERMISSION),
        (informing_act.UnshownFilter, informing_act.PERMISSION),
        (address_trust_act.TrustFilter, address_trust_act.PERMISSION),
        (ReducedFilter, SEE_REDUCED),
    )
    return found + [each for each, permission in others if user.has_perm(permission)]


def asked(request: HttpRequest) -> dict[str, str]:
    """Return the filters in a list's address that a segment can keep."""
    return {name: request.GET[name] for name in FILTERS if request.GET.get(name)}


def media() -> Media:
    """Return what the box needs that finds an organisation by what is typed."""
    return _by_typing().media + Media(js=["admin/js/autocomplete.js", "staff/choose.js"])


class SegmentFilter(admin.SimpleListFilter):
    """A filter that the list shares with segments, so that both find the same people."""

    attrs: Mapping[str, Any] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what there is to choose from, and what was asked for, also where it is gone."""
        name, value = str(self.parameter_name), self.value()
        options = FILTERS[name].options()
        if value and value not in dict(options):
            options.append((value, FILTERS[name].names([value]).get(value, segments.gone())))
        return options

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if not value:
            return queryset
        policy = PolicyVersion.objects.in_force()
        if policy is None:
            return queryset.none()
        return queryset.filter(FILTERS[str(self.parameter_name)].find(value, policy, today(policy)))


class OrganisationFilter(SegmentFilter):
    """The organisations are too many to list: the box asks for what is typed. Without a script it keeps the chosen."""

    title = FILTERS["organisation"].label
    parameter_name = "organisation"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        if request.user.has_perm(SEE_ORGANISATIONS):
            self.attrs = _by_typing().build_attrs({}) | {"data-placeholder": gettext("any")}

    def has_output(self) -> bool:
        return bool(self.attrs) or super().has_output()


class ReducedFilter(ChoiceFilter):
    title = gettext_lazy("what is left")
    parameter_name = "reduced"
    offered = (Choice("yes", gettext_lazy("only what the law requires"), lambda people: people.minimised()),)


class UnverifiedFilter(ChoiceFilter):
    """Customers and partners without an agreement, and those of them who only wait to be matched."""

    title = gettext_lazy("unverified")
    parameter_name = "unverified"
    offered = (
        Choice(
            "unmatched",
            gettext_lazy("registered, and matched to no organisation yet"),
            lambda people: people.unmatched(),
        ),
        Choice(
            "all",
            gettext_lazy("all customers and partners without an agreement"),
            lambda people: people.unverified(),
        ),
    )


def _by_typing() -> AutocompleteSelect:
    return AutocompleteSelect(Contact._meta.get_field("organisation"), admin.site)


_BY_NAME = {
    name: type(f"{name.capitalize()}Filter", (SegmentFilter,), {"parameter_name": name, "title": each.label})
    for name, each in FILTERS.items()
} | {"organisation": OrganisationFilter}
