"""The versions of the privacy policy, and the draft of the next one beside the version in force."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.models import PolicyVersion
from contacts.policy import policy_changes, policy_words, publishing, sources
from contacts.words.vocabulary import Scenario
from privacy_crm.staff.policy import counting, draft_forms, publish_forms

_EDIT = "edit-"


def _is_not_in_force(version: PolicyVersion) -> bool:
    return version.published_at is None


def _is_draft(version: PolicyVersion) -> bool:
    return version.published_at is None and version.proposed_at is None


def _is_proposed(version: PolicyVersion) -> bool:
    return version.published_at is None and version.proposed_at is not None


def _waits(version: PolicyVersion) -> bool:
    return _is_proposed(version) and version.announced_at is None


def _publish(name: str, label: Any, form: type[ActForm], icon: str, offered: Callable[[Any], bool]) -> Act:
    return Act(name, label, publishing.PERMISSION, form, icon, offered=offered, fresh=True)


def _change(name: str, label: Any, form: type[ActForm], icon: str, offered: Callable[[Any], bool] = _is_draft) -> Act:
    return Act(name, label, "contacts.change_policyversion", form, icon, offered=offered)


def _edit(name: str, part: Any, form: type[ActForm]) -> Act:
    return _change(f"{_EDIT}{name}", format_lazy("{}: {}", gettext_lazy("Change"), part), form, "edit")


class PolicyVersionAdmin(RecordAdmin):
    heading = gettext_lazy("Privacy policy")
    page_template = "staff/policy.html"
    list_display = ("version", "published_at", "state", "time_zone")
    list_display_links = ("version",)
    ordering = ("-number",)
    adding = Act("add", gettext_lazy("Start a draft"), "contacts.add_policyversion", publish_forms.StartForm)
    acts = (
        _publish("propose", gettext_lazy("Publish this version"), publish_forms.ProposeForm, "send", _is_draft),
        _publish("approve", gettext_lazy("Approve this version"), publish_forms.ApproveForm, "check", _waits),
        _publish("take-back", gettext_lazy("Take back this version"), publish_forms.TakeBackForm, "undo", _is_proposed),
        _change("count", gettext_lazy("Count the effect again"), publish_forms.CountForm, "refresh", _is_not_in_force),
        _change("import", gettext_lazy("Import TOML"), draft_forms.ImportForm, "upload_file"),
        _change("again", gettext_lazy("Start the draft again"), draft_forms.AgainForm, "restart_alt"),
        *(_edit(each.value, each.label, draft_forms.of_rule(each.value)) for each in Scenario),
        _edit("texts", gettext_lazy("Other texts of the policy"), draft_forms.TextsForm),
        _edit("company", gettext_lazy("Company and contacts"), draft_forms.CompanyForm),
    )

    @display(description=gettext_lazy("version"))
    def version(self, policy: PolicyVersion) -> str:
        return self.title_of(policy)

    @display(
        description=gettext_lazy("state"),
        label={"in_force": "success", "replaced": None, "draft": "warning", "proposed": "warning", "to_come": "info"},
    )
    def state(self, policy: Any) -> tuple[str, str]:
        if policy.published_at is None:
            return _coming(policy)
        return ("in_force", _("in force")) if policy.number == policy.latest else ("replaced", _("replaced"))

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        in_force = PolicyVersion.objects.in_force()
        for policy in records:
            policy.latest = in_force and in_force.number

    def title_of(self, record: Any) -> str:
        return _("Version %d") % int(record.number)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.toml)
        return [path("<path:object_id>/toml/", view, name=self._url_name("toml")), *super().get_urls()]

    def toml(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand a version out as the file that `publish_policy` reads."""
        version = self.found(request, object_id)
        answer = HttpResponse(sources.to_toml(sources.of_version(version)), content_type="application/toml")
        answer.headers["Content-Disposition"] = f'attachment; filename="policy-{version.number}.toml"'
        return answer

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        language = (get_language() or policy_words.FALLBACK).partition("-")[0]
        buttons = acts.offered(self, request, record)
        return {
            "state": self.state(record)[0],
            "promises": policy_words.promises(record, language),
            "sections": policy_words.sections(record, language, policy_words.SECTIONS),
            "controller": record.controller,
            "public_page": reverse("privacy_version", args=[record.number]) if record.published_at else "",
            "buttons": [each for each in buttons if not each["act"].name.startswith(_EDIT)],
            "edits": {each["act"].name.removeprefix(_EDIT): each["url"] for each in buttons},
            "toml": self.url_of(record, "toml"),
            **(_beside(request, record) if record.published_at is None and record.latest else {}),
        }


def _coming(policy: PolicyVersion) -> tuple[str, str]:
    if policy.announced_at and policy.holds_from:
        return "to_come", _("applies from %s") % date_format(policy.holds_from)
    return ("proposed", _("waits for a second person")) if policy.proposed_at else ("draft", _("draft"))


def _beside(request: HttpRequest, draft: PolicyVersion) -> dict[str, Any]:
    """Return what a draft does, and how it differs from the version in force in each language of it."""
    in_force = counting.in_force()
    differing = [
        (get_language_info(code)["name_translated"], policy_changes.between(in_force, draft, code))
        for code in policy_words.languages(draft)
    ]
    proposer = acts.who([draft.proposed_by])[draft.proposed_by] if draft.proposed_by else ""
    return {"proposer": proposer, "differing": differing, "in_force": in_force, **counting.shown(request, draft)}


def register() -> None:
    admin.site.register(PolicyVersion, PolicyVersionAdmin)
