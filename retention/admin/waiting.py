"""What the page of a run shows while it waits, and keeps of it later: causes, examples, and who said yes."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm, who
from contacts.admin.shared.looks import note_list
from contacts.admin.shared.people import visible_to
from contacts.base import background, officers
from contacts.models import Contact
from contacts.words.numbers import grouped
from retention import tasks
from retention.admin import waiting_words
from retention.models import Cause, Part, PurgeRun, RunStatus
from retention.nights import approvals, causes
from retention.nights.causes import Example

MOST = 20
SEES_PEOPLE = "contacts.view_contact"


@dataclass(frozen=True)
class Row:
    """An example by a number and a link: a name would be one more look at somebody."""

    name: str
    link: str
    why: str
    over_on: Any


def page(request: HttpRequest, run: PurgeRun) -> dict[str, Any]:
    """Return what the page shows of the question that a run asked; whoever sees examples has looked at them."""
    waits = run.status in {RunStatus.NEEDS_APPROVAL, RunStatus.APPROVED}
    given = list(run.approvals.all())
    names = who(each.by for each in given)
    return {
        "waits": waits,
        "tiles": _tiles(run),
        "causes": waiting_words.causes(run),
        "examples": _examples(request, run) if waits else [],
        "sees_people": request.user.has_perm(SEES_PEOPLE),
        "approvals": [(names[each.by], each) for each in given],
        "needs_second": waits and officers.needed(approvals.PERMISSION) > 1,
    }


def _tiles(run: PurgeRun) -> list[tuple[str, Any]]:
    foreseen = "–" if run.foreseen is None else grouped(run.foreseen)
    return [
        (grouped(run.to_delete), _("to be deleted")),
        (grouped(run.to_minimise), _("to be reduced to what the law requires")),
        (foreseen, _("were foreseen")),
    ]


def _examples(request: HttpRequest, run: PurgeRun) -> list[Row]:
    if not request.user.has_perm(SEES_PEOPLE):
        return []
    found = causes.examples(run, visible_to(request.user, Contact.objects.all()), MOST)
    note_list(request, [each.public_id for each in found], "list:purgerun")
    return [_row(number, each) for number, each in enumerate(found, 1)]


def _row(number: int, example: Example) -> Row:
    link = reverse("admin:contacts_contact_change", args=[example.contact_id])
    why = f"{Part(example.part).label}: {Cause(example.cause).label}"
    return Row(_("Person %s") % number, link, why, example.over_on)


class ApproveForm(ActForm):
    """Approve a run that waits: the last yes carries it out."""

    refusals = (approvals.ApprovalError,)

    reason = fields.long_text(
        gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("Why are so many people due? It stays on record. Name nobody."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        given = [each.by for each in record.approvals.all()]
        missing = officers.needed(approvals.PERMISSION) - len(given)
        self.explanation = f"{consequence(record)} {_who_else(missing)}".rstrip()
        number = grouped(record.to_delete)
        self.submit = ngettext("Delete %s person", "Delete %s people", record.to_delete) % number
        if missing > 1:
            self.submit = _("Approve as the first of two")
        if missing > 0 and f"user:{self.user.pk}" in given:
            self.fields.clear()
            self.blocked, self.explanation = True, _("You have approved this run. A second person has to, too.")

    def carry_out(self, *, at: Any, by: str) -> str:
        if not approvals.approve(self.record, reason=self.cleaned_data.get("reason", ""), at=at, by=by):
            return _("You have approved the run. A second person has to, too: they get a mail.")
        # At once, for convenience: the beat's next tick carries out an approved run in any case.
        transaction.on_commit(partial(background.ask, tasks.nightly.name), robust=True)
        return _("The run is approved and is carried out now.")


def _who_else(missing: int) -> str:
    return _("Nothing is deleted before a second person has approved it, too.") if missing > 1 else ""


def consequence(run: PurgeRun) -> str:
    """Return what the approval of a run will do."""
    text = ngettext(
        "%(delete)s person will be deleted and %(reduce)s reduced to what the law requires. This cannot be undone.",
        "%(delete)s people will be deleted and %(reduce)s reduced to what the law requires. This cannot be undone.",
        run.to_delete,
    )
    return text % {"delete": grouped(run.to_delete), "reduce": grouped(run.to_minimise)}
