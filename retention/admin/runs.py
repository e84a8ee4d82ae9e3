"""The ledger of nightly runs, and the approval of one that waits."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared.acts import Act, who
from contacts.admin.shared.base import RecordAdmin, today
from retention.admin import telling, waiting
from retention.models import PurgeRun, RunStatus
from retention.watch import monitoring

_LABELS = {
    RunStatus.FINISHED: "success",
    RunStatus.RUNNING: "info",
    RunStatus.APPROVED: "info",
    RunStatus.NEEDS_APPROVAL: "warning",
    RunStatus.SUPERSEDED: None,
    RunStatus.FAILED: "danger",
    RunStatus.INTERRUPTED: "danger",
    RunStatus.MISSED: "danger",
}


_BEGUN_BY = {"nightly": gettext_lazy("the schedule"), "command": gettext_lazy("a command")}
_NUMBERS = ("bases_lapsed", "contacts_deleted", "contacts_minimised", "others_deleted")


@admin.register(PurgeRun)
class PurgeRunAdmin(RecordAdmin):
    heading = gettext_lazy("Nightly deletions")
    empty_text = gettext_lazy("The first run comes at 02:30, as soon as worker and beat are running.")
    page_template = "staff/run.html"
    list_display = ("decided_for", "state", "deleted", "reduced", "started", "finished")
    list_display_links = ("decided_for",)
    list_filter = ("status",)
    ordering = ("-pk",)
    acts = (
        Act(
            "approve",
            gettext_lazy("Approve this run"),
            "retention.approve_purge",
            waiting.ApproveForm,
            "task_alt",
            grave=True,
            fresh=True,
            offered=lambda run: run.status == RunStatus.NEEDS_APPROVAL,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .annotate(
                people_deleted=Sum("counts__contacts_deleted", default=0),
                people_reduced=Sum("counts__contacts_minimised", default=0),
            )
        )

    @display(description=gettext_lazy("run of"))
    def decided_for(self, run: PurgeRun) -> str:
        return self.title_of(run)

    @display(description=gettext_lazy("state"), label=_LABELS)
    def state(self, run: PurgeRun) -> tuple[str, str]:
        return run.status, str(RunStatus(run.status).label)

    @display(description=gettext_lazy("people deleted"))
    def deleted(self, run: Any) -> int:
        return int(run.people_deleted)

    @display(description=gettext_lazy("people reduced"))
    def reduced(self, run: Any) -> int:
        return int(run.people_reduced)

    @display(description=gettext_lazy("started"))
    def started(self, run: PurgeRun) -> dt.datetime:
        return run.started_at

    @display(description=gettext_lazy("finished"))
    def finished(self, run: PurgeRun) -> dt.datetime | None:
        return run.finished_at

    def title_of(self, record: Any) -> str:
        return _("Run of %s") % date_format(localtime(record.at), "DATETIME_FORMAT")

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        counts = list(record.counts.all())
        sums = {name: sum(getattr(count, name) for count in counts) for name in _NUMBERS}
        return {
            "label": _LABELS[record.status],
            "counts": counts,
            "failures": [count for count in counts if count.failure],
            "skips": [count for count in counts if count.skipped],
            "skips_wait": any(count.left for count in counts),
            "sums": sums,
            "idle": record.status == RunStatus.NEEDS_APPROVAL and not any(sums.values()),
            "outcome": _outcome(record),
            "begun_by": _BEGUN_BY.get(record.by, record.by),
            "approved_by": who([record.approved_by])[record.approved_by],
            **waiting.page(request, record),
        }


def _outcome(run: PurgeRun) -> str:
    if run in monitoring.alarming(timezone.now()):
        return telling.what_to_do(run)
    if run.status == RunStatus.FINISHED:
        return telling.told(run, today(run.policy_version))
    return RunStatus(run.status).label.capitalize()
