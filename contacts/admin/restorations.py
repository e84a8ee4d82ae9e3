"""After a restore: which mails wait because they may have left, and whom staff look at again."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm, who
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.people import name_of
from contacts.journal import restored
from contacts.journal.restored import SettledError
from contacts.models import LookAgain, Restoration
from contacts.outbox import wake_worker
from contacts.words.numbers import grouped
from contacts.words.vocabulary import MailTemplate

_SETTLE = "contacts.settle_restoration"


class SettleForm(ActForm):
    """Decide about the mails that wait; the button says how many they are."""

    refusals = (SettledError,)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        number = restored.waiting(record).count()
        self.submit = self.button(number) % grouped(number)

    @staticmethod
    def button(number: int) -> str:
        raise NotImplementedError


class ReleaseForm(SettleForm):
    explanation = gettext_lazy(
        "They are sent now, to everybody who may still be written to. People who got theirs before the restore get it"
        " again."
    )

    @staticmethod
    def button(number: int) -> str:
        return ngettext("Send %s mail", "Send %s mails", number)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        number = restored.release(self.record, at=at, by=by)
        wake_worker.nudge()
        return ngettext("%s mail is on its way.", "%s mails are on their way.", number) % grouped(number)


class DropForm(SettleForm):
    explanation = gettext_lazy("They are never sent. People who did not get theirs before the restore do not get it.")

    @staticmethod
    def button(number: int) -> str:
        return ngettext("Drop %s mail", "Drop %s mails", number)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        number = restored.drop(self.record, at=at, by=by)
        return ngettext("%s mail was dropped.", "%s mails were dropped.", number) % grouped(number)


class LookedForm(ActForm):
    reveals = True
    explanation = gettext_lazy("Choose the people you have looked at. They leave the list.")

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        told = [(str(each.pk), f"{name_of(each.contact)}: {each.get_why_display()}") for each in _to_look_at()]
        self.fields["people"] = fields.choices(gettext_lazy("People"), told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        number = restored.looked([int(key) for key in self.cleaned_data["people"]], at=at, by=by)
        return ngettext("%d person was looked at.", "%d people were looked at.", number) % number


def _undecided(found: Restoration) -> bool:
    return found.replayed_at is not None and found.mails_settled_at is None


def _to_look_at() -> Any:
    return LookAgain.objects.filter(seen_at__isnull=True).select_related("contact").order_by("done_at", "pk")


@admin.register(Restoration)
class RestorationAdmin(RecordAdmin):
    heading = gettext_lazy("Restores")
    empty_text = gettext_lazy("The database was never restored from a backup.")
    page_template = "staff/restoration.html"
    list_display = ("restore_of", "state", "entries")
    list_display_links = ("restore_of",)
    ordering = ("-pk",)
    acts = (
        Act(
            "release",
            gettext_lazy("Send the mails"),
            _SETTLE,
            ReleaseForm,
            "outgoing_mail",
            grave=True,
            offered=_undecided,
        ),
        Act(
            "drop",
            gettext_lazy("Drop the mails"),
            _SETTLE,
            DropForm,
            "delete",
            grave=True,
            offered=_undecided,
        ),
        Act(
            "looked",
            gettext_lazy("Mark people as looked at"),
            _SETTLE,
            LookedForm,
            "visibility",
            offered=lambda _found: _to_look_at().exists(),
        ),
    )

    @display(description=gettext_lazy("restore of"))
    def restore_of(self, record: Restoration) -> str:
        return self.title_of(record)

    @display(description=gettext_lazy("state"), label={"replay": "danger", "mails": "warning", "done": "success"})
    def state(self, record: Restoration) -> tuple[str, str]:
        if record.replayed_at is None:
            return "replay", _("being brought up to date")
        return ("mails", _("mails wait")) if record.mails_settled_at is None else ("done", _("done"))

    @display(description=gettext_lazy("entries replayed"))
    def entries(self, record: Restoration) -> int:
        return max(record.journal_number - record.database_number, 0)

    def title_of(self, record: Any) -> str:
        return _("Restore of %s") % date_format(localtime(record.found_at), "DATETIME_FORMAT")

    def shows(self, record: Any) -> list[uuid.UUID]:
        return [each.contact.public_id for each in _to_look_at()]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        mails = restored.waiting(record).order_by().values_list("template").annotate(number=Count("pk"))
        return {
            "entries": self.entries(record),
            "mails": [(capfirst(str(MailTemplate(name).label)), number) for name, number in mails.order_by("template")],
            "settled_by": who([record.mails_settled_by]).get(record.mails_settled_by, ""),
            "people": [_person(each) for each in _to_look_at()],
        }


def _person(each: LookAgain) -> dict[str, Any]:
    return {
        "name": name_of(each.contact),
        "url": reverse("admin:contacts_contact_change", args=[each.contact.public_id]),
        "why": each.get_why_display(),
        "on": localtime(each.done_at),
    }
