"""The admin site: Unfold's, with a search that finds pages and never people, and remembers nothing that was typed."""

from typing import TYPE_CHECKING, Any, cast

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.checks import CheckMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy

from contacts.models import Organisation
from privacy_crm.access.frame import our_way

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

    class UnfoldAdminSite(AdminSite):
        def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]: ...
else:
    from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    site_title = gettext_lazy("Privacy CRM")
    index_title = gettext_lazy("Home")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return our_way(super().admin_view(view, cacheable))

    def check(self, app_configs: Any) -> list[CheckMessage]:
        _load_pages()
        return super().check(app_configs)

    def get_urls(self) -> list[Any]:
        from privacy_crm.staff.home import home_figures  # noqa: PLC0415 - the site is there before its pages are
        from privacy_crm.staff.person_report import page as person_report  # noqa: PLC0415
        from privacy_crm.staff.registers import authority_pack, data_map  # noqa: PLC0415
        from privacy_crm.staff.system import page  # noqa: PLC0415

        _load_pages()
        figure = path("figures/<slug:name>/", self.admin_view(home_figures.show), name="figure")
        system = path("system/", self.admin_view(page.show), name="system")
        fields = [
            path("data-map/", self.admin_view(data_map.show), name="data-map"),
            path("data-map/file/", self.admin_view(data_map.file), name="data-map-file"),
            path("authority-pack/", self.admin_view(authority_pack.show), name="authority-pack"),
            path("authority-pack/file/", self.admin_view(authority_pack.file), name="authority-pack-file"),
            path("person-report/", self.admin_view(person_report.show), name="person-report"),
            path("person-report/file/", self.admin_view(person_report.file), name="person-report-file"),
        ]
        return [figure, system, *fields, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to allauth's log-in, which asks for the second factor: Django's own form would be a way past it."""
        log_in = secure_admin_login(our_way(super().login))
        return cast(HttpResponse, log_in(request, extra_context))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the own account, where the change is put on record."""
        return redirect("account_change_password")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "second_factor": settings.SECOND_FACTOR}

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Lead home: staff know pages, not apps."""
        return redirect("admin:index")

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Answer the command palette. Unfold would keep the answer in the cache, under a hash of what was typed."""
        term = request.GET.get("s", "").strip().lower()
        found = [page for page in self._pages(request) if term and term in page["title"].lower()]
        context = {"found": found, "search_term": term}
        return TemplateResponse(request, "staff/search.html", context, headers={"HX-Trigger": "search"})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, Organisations.as_view(admin_site=self)(request))

    def _pages(self, request: HttpRequest) -> list[dict[str, str]]:
        """Return the pages in the sidebar that this user may open."""
        return [
            {"title": str(item["title"]), "group": str(group.get("title") or ""), "link": str(item["link"])}
            for group in self.get_sidebar_list(request)
            for item in group["items"]
            if item["has_permission"]
        ]


def _load_pages() -> None:
    from privacy_crm.staff import pages  # noqa: PLC0415 - the site is there before its pages are

    pages.load()


class Organisations(AutocompleteJsonView):
    """What is on offer as one types: organisations, to who may see them, and nobody. No such search is on record."""

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.model_admin.model is Organisation and super().has_perm(request, obj)

    def get_queryset(self) -> Any:
        self.term = self.term.replace("\0", "")
        return super().get_queryset()
