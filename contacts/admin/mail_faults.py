"""When the mail server was at fault, and the act that undoes what a mail server said of many addresses by mistake."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.models import BounceUndoing, MailStandstill, Message
from contacts.outbox import standstill
from contacts.people import bounces
from contacts.people.bounces import BounceError, Wave
from contacts.words import mail_faults
from contacts.words.numbers import grouped

_MINUTE = dt.timedelta(minutes=1)
_MOST = 50  # waves that a page shows
_WALL = "%Y-%m-%dT%H:%M"  # how an address names a minute


@admin.register(MailStandstill)
class MailStandstillAdmin(RecordAdmin):
    heading = gettext_lazy("Mail server")
    empty_text = gettext_lazy("The mail server has taken our mail at all times.")
    page_template = "staff/standstill.html"
    list_display = ("began", "what", "state", "ended")
    list_display_links = ("began",)
    ordering = ("-pk",)

    @display(description=gettext_lazy("began"))
    def began(self, stands: MailStandstill) -> str:
        return _moment(stands.began_at)

    @display(description=gettext_lazy("what was wrong"))
    def what(self, stands: MailStandstill) -> str:
        return mail_faults.told(stands.reply, stands.domains)

    @display(description=gettext_lazy("state"), label={"over": "success", "stands": "danger"})
    def state(self, stands: MailStandstill) -> tuple[str, str]:
        if stands.ended_at:
            return "over", _("mail leaves again")
        spared = standstill.spares_awaited(stands)
        return "stands", _("mailings are not leaving") if spared else _("mail is not leaving")

    @display(description=gettext_lazy("ended"))
    def ended(self, stands: MailStandstill) -> str:
        return _moment(stands.ended_at) if stands.ended_at else "–"

    def title_of(self, record: Any) -> str:
        return _("Mail server, %s") % _moment(record.began_at)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        waiting = 0 if record.ended_at else Message.objects.due(timezone.now()).count()
        text = ngettext("%s mail waits.", "%s mails wait.", waiting) % grouped(waiting)
        waits = mail_faults.waits(awaited_leaves=standstill.spares_awaited(record))
        return {"what": self.what(record), "waits": waits, "waiting": text if waiting else ""}


class UndoForm(ActForm):
    """Two steps: what is chosen is answered with how many it is about, and done once that is sent back unchanged."""

    refusals = (BounceError,)
    explanation: Any = gettext_lazy(
        "Undo it where a mail server refused all mail by mistake. Mail goes to these addresses again, and each is"
        " trusted as before. Unsubscribed people and objections stay as they are."
    )
    submit: Any = gettext_lazy("Show how many")
    body_template = "staff/effect.html"
    effect = ""

    reply = fields.choice(gettext_lazy("What was said"), ())
    since = fields.wall_clock(gettext_lazy("From"))
    until = fields.wall_clock(gettext_lazy("Through"))
    reason = fields.text(gettext_lazy("Reason"), help_text=gettext_lazy("What went wrong. No names of people."))
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, record: Any = None, *, asked: Any = None, **options: Any) -> None:
        named = {name: asked[name] for name in ("reply", "since", "until") if asked and name in asked}
        initial = {name: _read(value) if name != "reply" else value for name, value in named.items()}
        super().__init__(record, asked=asked, initial=initial, **options)
        replies = dict.fromkeys(wave.reply for wave in bounces.waves(most=_MOST))
        self.fields["reply"].choices = [(reply or _UNKNOWN, mail_faults.said(reply)) for reply in replies]  # type: ignore[attr-defined]

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        if self.cleaned_data["seen"] == self._chosen():
            return super().attempt(at=at, by=by)
        self._show()
        return None

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        reply, since, until = self._span()
        self.record = bounces.undo(reply, since, until, reason=self.cleaned_data["reason"], at=at, by=by)
        number = self.record.number
        return str(ngettext("%s bounce is undone.", "%s bounces are undone.", number) % grouped(number))

    def _show(self) -> None:
        number = bounces.standing(*self._span())
        if not number:
            self.add_error(None, _("Nobody bounces by this reply in this time."))
            return
        told: Any = self.data
        sent = told.copy()
        sent["seen"] = self._chosen()
        self.data = sent
        self.explanation = ""
        self.submit = ngettext("Undo %s bounce", "Undo %s bounces", number) % grouped(number)
        text = ngettext("%s person gets mail again.", "%s people get mail again.", number)
        self.effect = text % grouped(number)

    def _chosen(self) -> str:
        return "|".join(map(str, self._span()))

    def _span(self) -> tuple[str, dt.datetime, dt.datetime]:
        told = self.cleaned_data
        since, until = (timezone.make_aware(told[name]) for name in ("since", "until"))
        reply = "" if told["reply"] == _UNKNOWN else told["reply"]
        return reply, since, max(since, until + _MINUTE - dt.timedelta(microseconds=1))


_UNKNOWN = "unknown"


@admin.register(BounceUndoing)
class BounceUndoingAdmin(RecordAdmin):
    heading = gettext_lazy("Bounced addresses")
    empty_text = gettext_lazy("Bounces that you undo are listed here.")
    page_template = "staff/bounce_undoing.html"
    list_before_template = "staff/bounce_undoing_list_before.html"
    list_display = ("undone", "number", "what", "reason")
    list_display_links = ("undone",)
    ordering = ("-pk",)
    adding = Act("add", gettext_lazy("Undo bounces"), "contacts.add_bounceundoing", UndoForm)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        told = {"waves": [_shown(wave) for wave in bounces.waves(most=_MOST)]}
        return super().changelist_view(request, {**told, **(extra_context or {})})

    @display(description=gettext_lazy("undone"))
    def undone(self, undoing: BounceUndoing) -> str:
        return _moment(undoing.at)

    @display(description=gettext_lazy("what was said"))
    def what(self, undoing: BounceUndoing) -> str:
        return mail_faults.said(undoing.reply)

    def title_of(self, record: Any) -> str:
        return _("Bounces undone, %s") % _moment(record.at)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"what": self.what(record), "who": acts.who([record.by])[record.by]}


def _shown(wave: Wave) -> dict[str, Any]:
    """Return a wave for the list, with the address of the form that undoes it."""
    since, until = localtime(wave.since), localtime(wave.until)
    query = {"reply": wave.reply or _UNKNOWN, "since": f"{since:{_WALL}}", "until": f"{until:{_WALL}}"}
    link = f"{reverse('admin:contacts_bounceundoing_add')}?{urlencode(query)}"
    return {"said": mail_faults.said(wave.reply), "number": wave.number, "since": since, "until": until, "link": link}


def _read(text: str) -> dt.datetime | None:
    """Read a minute that an address names, on the wall; None where it is none."""
    try:
        return dt.datetime.strptime(text, _WALL)  # noqa: DTZ007 - the form's field is without a zone, too
    except ValueError:
        return None


def _moment(at: dt.datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")
