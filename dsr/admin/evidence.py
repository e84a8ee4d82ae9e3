"""Sealed evidence of requests: what there is and until when; opened with a reason, by two people where two may."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.base import officers
from dsr.answers import representation
from dsr.evidence import opening
from dsr.models import Evidence, EvidenceOpening
from dsr.records import paper_words
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import EvidenceKind, PaperKind


class OpenForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "Only if a claim or an authority needs it. The reason, the names and each look are recorded."
    )
    submit = gettext_lazy("Open the evidence")

    reason = fields.long_text(
        gettext_lazy("Why does it have to be opened?"), help_text=gettext_lazy("The claim or the case, not the person.")
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        asked = opening.ask(self.record.pk, self.cleaned_data["reason"], at=at, by=by)
        if asked.opened_at:
            return _("It is open for seven days.")
        return _("A second person has to approve it on this page within seven days.")


class ConfirmForm(ActForm):
    refusals = (RequestError,)
    submit = gettext_lazy("Approve and open the evidence")

    def __init__(self, record: Any = None, **options: Any) -> None:
        self.waiting = opening.of(record, timezone.now())
        asked = acts.who([self.waiting.asked_by])[self.waiting.asked_by] if self.waiting else ""
        reason = self.waiting.reason if self.waiting else ""
        self.explanation = _("%(who)s wants to open it: “%(reason)s”") % {"who": asked, "reason": reason}
        super().__init__(record, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        opening.confirm(self.waiting.pk if self.waiting else 0, at=at, by=by)
        return _("It is open for the two of you.")


def _is_sealed(record: Evidence) -> bool:
    return opening.of(record, timezone.now()) is None


def _waits(record: Evidence) -> bool:
    asked = opening.of(record, timezone.now())
    return asked is not None and asked.opened_at is None


@admin.register(Evidence)
class EvidenceAdmin(RecordAdmin):
    heading = gettext_lazy("Sealed evidence")
    empty_text = gettext_lazy("Nothing is sealed yet. Each request that is answered leaves its evidence here.")
    page_template = "staff/evidence.html"
    list_display = ("request_number", "what", "sealed", "kept_until", "state")
    list_display_links = ("request_number",)
    search_fields = ("number__exact",)
    search_help_text = gettext_lazy("The number of a request")
    ordering = ("-pk",)
    acts = (
        Act("open", gettext_lazy("Open"), opening.PERMISSION, OpenForm, "lock_open", offered=_is_sealed, fresh=True),
        Act("confirm", gettext_lazy("Confirm"), opening.PERMISSION, ConfirmForm, "check", offered=_waits, fresh=True),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content").prefetch_related("openings")

    @display(description=gettext_lazy("request"))
    def request_number(self, record: Evidence) -> str:
        return record.number

    @display(description=gettext_lazy("what"))
    def what(self, record: Evidence) -> str:
        return capfirst(record.get_kind_display())

    @display(description=gettext_lazy("sealed on"))
    def sealed(self, record: Evidence) -> str:
        return date_format(record.sealed_at)

    @display(description=gettext_lazy("deleted on"))
    def kept_until(self, record: Evidence) -> str:
        return date_format(record.ends_on)

    @display(description=gettext_lazy("state"), label={"sealed": None, "waits": "warning", "open": "info"})
    def state(self, record: Evidence) -> tuple[str, str]:
        asked = next((each for each in record.openings.all() if each.ends_at > timezone.now()), None)
        return ("sealed", _("sealed")) if asked is None else _state(asked)

    def title_of(self, record: Any) -> str:
        return str(_("Evidence of request %s") % record.number)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Show what is sealed to those alone who opened it: that is a look, and on record."""
        now, failure, told = timezone.now(), "", None
        try:
            told = opening.look(record, at=now, by=acts.by(request)) if request.method == "GET" else None
        except RequestError as refusal:
            failure = str(refusal)
        openings = list(record.openings.order_by("-pk"))
        names = acts.who({each.asked_by for each in openings} | {each.confirmed_by for each in openings} - {""})
        return {
            "kind": capfirst(EvidenceKind(record.kind).label),
            "failure": failure,
            "papers": [*_acted(told), *_papers(told)],
            "people": told.get("people", []) if told else [],
            "package": told if told and "sha256" in told else None,
            "two": officers.needed(opening.PERMISSION) == 2,
            "openings": [
                (each, names[each.asked_by], names.get(each.confirmed_by, ""), _state(each, now)[1])
                for each in openings
            ],
        }


def _state(asked: EvidenceOpening, now: dt.datetime | None = None) -> tuple[str, str]:
    if now and asked.ends_at <= now:
        return "sealed", _("ended")
    return ("open", _("open")) if asked.opened_at else ("waits", _("waits for a second person"))


def _acted(told: dict[str, Any] | None) -> list[tuple[str, Any, str, list[tuple[str, str]]]]:
    """Return who acted for the person, like a paper."""
    heading = str(_("Acts for the person"))
    return [
        (heading, parse_datetime(each["entered_at"]), "", paper_words.rows(representation.named(each)))
        for each in (told or {}).get("representatives", [])
    ]


def _papers(told: dict[str, Any] | None) -> list[tuple[str, Any, str, list[tuple[str, str]]]]:
    papers = told.get("papers", []) if told else []
    return [
        (
            str(capfirst(PaperKind(each["kind"]).label)),
            parse_datetime(each["at"]),
            each["text"],
            paper_words.rows(each["data"]),
        )
        for each in papers
    ]
