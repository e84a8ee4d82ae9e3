"""The nightly search for contradictions: how many it found, and of whom the records say so now."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db import OperationalError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared.base import RecordAdmin
from contacts.models import Contact, PolicyVersion
from retention.admin import telling
from retention.audit import statements
from retention.audit.statements import Finding
from retention.models import StatementCheck

LONGEST = "20s"  # beyond, a worker of the website would be ended in the middle of its answer

type Named = tuple[str, str]  # what stands for somebody in the list, and their page


@admin.register(StatementCheck)
class StatementCheckAdmin(RecordAdmin):
    heading = gettext_lazy("Contradictions in the records")
    empty_text = gettext_lazy("The first search comes at 04:35, as soon as worker and beat are running.")
    page_template = "staff/statement_check.html"
    list_display = ("searched_on", "outcome", "number", "finished")
    list_display_links = ("searched_on",)
    ordering = ("-pk",)

    @display(description=gettext_lazy("search of"))
    def searched_on(self, check: StatementCheck) -> str:
        return self.title_of(check)

    @display(description=gettext_lazy("outcome"), label={"none": "success", "found": "warning", "failed": "danger"})
    def outcome(self, check: StatementCheck) -> tuple[str, str]:
        return telling.outcome(check)

    @display(description=gettext_lazy("found"))
    def number(self, check: StatementCheck) -> int:
        return sum(check.found.values())

    @display(description=gettext_lazy("finished"))
    def finished(self, check: StatementCheck) -> dt.datetime | None:
        return check.finished_at

    def title_of(self, record: Any) -> str:
        return _("Search of %s") % date_format(localtime(record.at), "DATETIME_FORMAT")

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        findings = _now(record) if request.user.has_perm("contacts.view_contact") else None
        return {
            "outcome": telling.searched(record),
            "label": "danger" if record.failure else "warning" if record.found else "",
            "found": telling.found(record),
            "sees_people": request.user.has_perm("contacts.view_contact"),
            "findings": findings and [(each, _named(each)) for each in findings if each.count],
            "too_long": findings is None,
        }


def _now(check: StatementCheck) -> list[Finding] | None:
    """Return what was found then as it stands now, since nobody was noted; None where that takes too long."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return []
    try:
        return statements.search(policy=policy, at=timezone.now(), only=check.found, longest=LONGEST)
    except OperationalError:
        return None


def _named(finding: Finding) -> list[Named]:
    """Number those found: a name would be one more look at somebody. What is no person is a sign-up, without a page."""
    keys = dict(Contact.objects.filter(public_id__in=finding.ids).values_list("public_id", "pk"))
    return [
        (_("Person %s") % number, reverse("admin:contacts_contact_change", args=[keys[each]]))
        if each in keys
        else (_("Sign-up %s") % number, "")
        for number, each in enumerate(finding.ids, 1)
    ]
