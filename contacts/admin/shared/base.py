"""What every page of the admin shares: records are shown here and changed by acts alone. Nothing is deleted by hand."""

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from contacts.admin.shared import acts
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.looks import note_list, note_look, note_search
from contacts.base.days import day_of
from contacts.models import PolicyVersion

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList

    UnfoldAdmin = ModelAdmin[Any]
    InfinitePaginator = Paginator[Any]
    OnePage = Page[Any]
else:
    from unfold.admin import ModelAdmin as UnfoldAdmin
    from unfold.paginator import InfinitePaginator
    from unfold.views import ChangeList

    OnePage = Page


def today(policy: PolicyVersion | None) -> dt.date:
    """Return the date in the company's time zone."""
    now = timezone.now()
    return day_of(now, policy.zone) if policy else timezone.localdate(now)


def company_day() -> dt.date:
    """Return the date of today in the time zone of the policy in force."""
    return today(PolicyVersion.objects.in_force())


class OneOfMany(OnePage):
    paginator: "Pages"

    def has_next(self) -> bool:
        return self.paginator.more


class Pages(InfinitePaginator):
    """Pages that nobody counts: one row more than a page has is read, which says whether another page follows."""

    more = False

    def page(self, number: Any) -> OneOfMany:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows = list(self.object_list[first : first + self.per_page + 1])
        self.more = len(rows) > self.per_page
        return OneOfMany(rows[: self.per_page], number, self)


# How the addresses of a list's filters go on after the name of a field.
_ASKED = ("", "__exact", "__id__exact", "__isnull", "__isempty", "_from", "_to")


class Untraced(UnfoldAdmin):
    """Keep names out of Django's own log (acts write the audit trail instead) and offer no deletion to anybody."""

    heading: Any = ""
    narrowed_by: tuple[str, ...] = ()  # fields that links to the list narrow it by, beside its filters
    actions = None
    list_per_page = 50
    paginator = Pages
    show_facets = ShowFacets.NEVER
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        named = {"title": self.heading, "trail": [(self.heading, "")]}
        return super().changelist_view(request, {**named, **(extra_context or {})})

    def trail(self, title: Any) -> list[tuple[Any, str]]:
        """Return the way to a page below the list: names and addresses, the last without."""
        return [(self.heading, reverse(f"admin:{self._url_name('changelist')}")), (title, "")]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let a list be narrowed by its filters alone: Django takes any field, a search that nobody would record."""
        filters: list[Any] = [getattr(each, "parameter_name", each) for each in self.get_list_filter(request)]
        names = [*self.narrowed_by, *(each if isinstance(each, str) else each[0] for each in filters)]
        ours = any(lookup == name + end for name in names for end in _ASKED)
        return ours and "\0" not in value and super().lookup_allowed(lookup, value, request)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise acts.gone()

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        # Django would quote what was asked for in a message that waits in a cookie.
        raise acts.gone()


class WithActs(Untraced):
    """A page for each record, with the acts that it takes."""

    acts: tuple[Act, ...] = ()

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        """Return where an act leads once it is done."""
        return self.url_of(record or form.record)

    def shows(self, record: Any) -> Iterable[uuid.UUID]:
        """Return the public ids of the people whose details a record's page shows."""
        return ()

    def note_form(self, request: HttpRequest, form: ActForm, page: str) -> None:
        """Record a look at those whose details a form shows, and the search that it has made."""
        if form.reveals:
            note_look(request, self.shows(form.record), page)
        if form.found is not None:
            note_search(request, form.found)

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """Return the record that this user may see, or answer 403 or 404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = self.get_object(request, object_id)
        if record is None:
            raise acts.gone()
        return record

    def url_of(self, record: Any = None, act: str = "change") -> str:
        """Return the address of a record's page or of one of its acts; of the list where there is no record."""
        if record is None:
            return reverse(f"admin:{self._url_name('changelist')}")
        return reverse(f"admin:{self._url_name(act)}", args=[self.key_of(record)])

    def key_of(self, record: Any) -> str:
        return str(record.pk)

    def get_urls(self) -> list[URLPattern]:
        return [*(self._act_url(act) for act in self.acts), *super().get_urls()]

    def _act_url(self, act: Act) -> URLPattern:
        view = self.admin_site.admin_view(partial(acts.show_or_do, self, act))
        return path(f"<path:object_id>/{act.name}/", view, name=self._url_name(act.name))


class Records(ChangeList):
    """One page of a list: completed with few queries, each record linked to its page."""

    model_admin: "RecordAdmin"

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        self.model_admin.complete(request, self.result_list)
        people = self.model_admin.listed(self.result_list)
        if self.query and self.model_admin.lists_people:
            note_search(request, people)
        else:
            note_list(request, people, f"list:{self.opts.model_name}")

    def url_for_result(self, result: Any) -> str:
        return self.model_admin.url_of(result)


class RecordAdmin(WithActs):
    """A list, and a page for each record. Who looks at people is recorded, though that is a GET (ADR 0016)."""

    empty_text: Any = ""
    lists_people = False  # then each record is a person, and a search of the list is recorded, too
    adding: Act | None = None
    page_template = ""
    sortable_by = ()

    def title_of(self, record: Any) -> str:
        return str(record)

    def listed(self, records: list[Any]) -> list[uuid.UUID]:
        """Return the public ids of the people whom a page of the list shows: whoever opens it has looked at them."""
        return [record.public_id for record in records] if self.lists_people else []

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Return what the page's template shows."""
        return {}

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Give the records of a page what would cost a query for each."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adding is not None and request.user.has_perm(self.adding.permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if object_id is None:
            return self._add(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        record = self.found(request, object_id)
        self.complete(request, [record])
        note_look(request, self.shows(record), str(self.opts.model_name))
        title = self.title_of(record)
        context = {
            **self.admin_site.each_context(request),
            "record": record,
            "title": title,
            "trail": self.trail(title),
            "buttons": acts.offered(self, request, record),
            **self.page(request, record),
        }
        return TemplateResponse(request, self.page_template, context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Records

    def _add(self, request: HttpRequest) -> HttpResponse:
        if self.adding is None:
            raise PermissionDenied
        return acts.show_or_do(self, self.adding, request)
