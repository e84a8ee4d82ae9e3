"""By what the trail is read: person, member of staff, kind and day. Each reads an index, or a month at a time."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.utils import parse_date_str

from contacts.base import merge_redirects
from contacts.base.days import LAST_DAY
from privacy_crm.staff.trail import deeds

PERSON, WHO, DEED, AT = "person", "who", "deed", "at"
RECENT = dt.timedelta(days=31)


class PersonFilter(DropdownFilter):  # type: ignore[misc]
    """What was done to one person, also under the numbers of records that were merged into theirs."""

    title = gettext_lazy("person")
    parameter_name = PERSON

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        chosen = chosen_person(request)
        return [(str(chosen), gettext_lazy("the person chosen"))] if chosen else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = chosen_person(request)
        if chosen is None:
            return queryset
        return queryset.filter(public_id__in=merge_redirects.with_earlier([merge_redirects.holder(chosen)]))


def chosen_person(request: HttpRequest) -> uuid.UUID | None:
    """Return the id of the person by whom the trail is read; None where the address names nobody."""
    try:
        return uuid.UUID(request.GET.get(PERSON, ""))
    except ValueError:
        return None


class ActorFilter(DropdownFilter):  # type: ignore[misc]
    """What one member of staff did and looked at."""

    title = gettext_lazy("member of staff")
    parameter_name = WHO

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = get_user_model().objects.order_by("username").values_list("pk", "username")
        return [(f"user:{pk}", name) for pk, name in staff]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(by=self.value()) if self.value() else queryset


class DeedFilter(DropdownFilter):  # type: ignore[misc]
    """What was done, by kind. A kind has no index: by itself it is read of the last month alone."""

    title = gettext_lazy("what was done")
    parameter_name = DEED

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, label) for kind, (label, _codes) in deeds.KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in deeds.KINDS:
            return queryset
        found = queryset.filter(code__in=deeds.KINDS[self.value()][1])
        return found.filter(at__gte=timezone.now() - RECENT) if is_recent_alone(request) else found


def is_recent_alone(request: HttpRequest) -> bool:
    """Tell whether a kind was chosen and nothing that bounds what is read: neither person, member of staff nor day."""
    bounds = (PERSON, WHO, f"{AT}_from", f"{AT}_to")
    return request.GET.get(DEED) in deeds.KINDS and not any(request.GET.get(bound) for bound in bounds)


class DaysFilter(RangeDateFilter):  # type: ignore[misc]
    """From one day through another, on the company's clock."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title = gettext_lazy("day")

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        first, last = (self._day(bound) for bound in ("from", "to"))
        found = queryset.filter(at__gte=_midnight(first)) if first else queryset
        return found.filter(at__lt=_midnight(last + dt.timedelta(days=1))) if last and last < LAST_DAY else found

    def _day(self, bound: str) -> dt.date | None:
        day: dt.date | None = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{bound}") or "")
        return day


def _midnight(day: dt.date) -> dt.datetime:
    return make_aware(dt.datetime.combine(day, dt.time.min))
