"""The versions of the privacy policy, to read. A version is published by its act and never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from contacts.admin.shared.base import RecordAdmin
from contacts.models import PolicyVersion
from contacts.policy import policy_words


@admin.register(PolicyVersion)
class PolicyVersionAdmin(RecordAdmin):
    heading = gettext_lazy("Privacy policy")
    page_template = "staff/policy.html"
    list_display = ("version", "published_at", "state", "time_zone")
    list_display_links = ("version",)
    ordering = ("-number",)

    @display(description=gettext_lazy("version"))
    def version(self, policy: PolicyVersion) -> str:
        return self.title_of(policy)

    @display(description=gettext_lazy("state"), label={"in_force": "success", "replaced": None, "draft": "warning"})
    def state(self, policy: Any) -> tuple[str, str]:
        if policy.published_at is None:
            return "draft", _("draft")
        return ("in_force", _("in force")) if policy.number == policy.latest else ("replaced", _("replaced"))

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        in_force = PolicyVersion.objects.in_force()
        for policy in records:
            policy.latest = in_force and in_force.number

    def title_of(self, record: Any) -> str:
        return _("Version %d") % int(record.number)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        language = (get_language() or policy_words.FALLBACK).partition("-")[0]
        return {
            "state": self.state(record)[0],
            "promises": policy_words.promises(record, language),
            "sections": policy_words.sections(record, language, policy_words.SECTIONS),
            "controller": record.controller,
            "public_page": reverse("privacy_version", args=[record.number]) if record.published_at else "",
        }
