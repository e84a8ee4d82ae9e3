"""The officer's page about a version that keeps people longer: who is told of it by mail, and who by post (L13)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, UnderPolicyForm
from contacts.admin.shared.base import RecordAdmin
from contacts.models import Contact, PolicyNotice, PolicyVersion
from contacts.outbox import wake_worker
from contacts.words.numbers import grouped
from contacts.words.vocabulary import TellingWay
from retention.admin import letters_by_post
from retention.longer import affected, notify
from retention.longer.notify import NoticeError

BY_LETTER = "contacts.inform_by_letter"
_MOST = 100  # people whom the page names, and one act takes


class StartForm(UnderPolicyForm):
    """Who is told of the version in force; the first mails leave at once."""

    without_policy = gettext_lazy("No policy is published yet, so that there is nothing to tell.")
    refusals = (NoticeError,)
    explanation: Any = gettext_lazy(
        "Everybody who was promised a shorter period, or was not told of a new use, gets one mail. It says what"
        " changes and how to object, and contains no offer. Until the mail has left, the shorter period applies."
    )
    submit: Any = gettext_lazy("Tell them by e-mail")
    body_template = "staff/effect.html"

    @property
    def effect(self) -> str:
        policy = PolicyVersion.objects.in_force()
        if policy is None:
            return ""
        number = affected.mailable(policy, at=timezone.now()).count()
        return ngettext("%s person gets this mail.", "%s people get this mail.", number) % grouped(number)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        policy = self.cleaned_data["policy"]
        self.record = notify.start(policy, most=settings.INFORM_A_DAY, at=at, by=by)
        wake_worker.nudge()
        return _("The first mails leave now, and the others in the coming mornings.")


class LetterForm(UnderPolicyForm):
    """The people on the list for post, to be ticked: who came onto it since the letters were sent stays on it."""

    without_policy = StartForm.without_policy
    refusals = (NoticeError,)
    reveals = True
    explanation = gettext_lazy("From that day on, the version in force applies to everybody you tick.")
    submit = gettext_lazy("Record the letters")

    on = fields.day(gettext_lazy("When were the letters sent?"))
    people = fields.choices(gettext_lazy("Who was sent one?"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        listed = list(by_post(record)[:_MOST])
        self.blocked = not listed
        self.fields["people"].choices = [(str(each.pk), each.display_name) for each in listed]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        people = [int(key) for key in told["people"]]
        number = notify.told_by_post(people, on=told["on"], policy=told["policy"], at=at, by=by)
        text = ngettext("%s person was told by letter.", "%s people were told by letter.", number)
        return str(text % grouped(number))


def by_post(notice: PolicyNotice) -> QuerySet[Contact]:
    """Return who is still to be told by post of a version: nobody, once another is in force."""
    in_force = PolicyVersion.objects.in_force()
    if in_force is None or in_force.pk != notice.version_id:
        return Contact.objects.none()
    return affected.by_post(in_force, at=timezone.now())


@admin.register(PolicyNotice)
class PolicyNoticeAdmin(RecordAdmin):
    heading = gettext_lazy("Longer periods")
    empty_text = gettext_lazy(
        "Does a new version have longer periods? They apply once people have been told. Tell them here."
    )
    page_template = "staff/policy_notice.html"
    list_display = ("version_told", "started_at")
    list_display_links = ("version_told",)
    ordering = ("-pk",)
    adding = Act("add", gettext_lazy("Tell people"), "contacts.add_policynotice", StartForm, icon="mail", fresh=True)
    acts = (Act("letter", gettext_lazy("Record letters sent by post"), BY_LETTER, LetterForm, icon="mark_email_read"),)

    @display(description=gettext_lazy("version"))
    def version_told(self, notice: PolicyNotice) -> str:
        return self.title_of(notice)

    def title_of(self, record: Any) -> str:
        return _("What version %d changes for people") % int(record.version.number)

    def shows(self, record: Any) -> list[Any]:
        return [each.public_id for each in by_post(record)[:_MOST]]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        told = notify.told(record.version)
        post = by_post(record)
        return {
            "started": date_format(localtime(record.started_at), "DATETIME_FORMAT"),
            "who": acts.who([record.started_by])[record.started_by],
            "tiles": [(grouped(told[way.value]), way.label) for way in TellingWay],
            "waiting": notify.waiting(record.version),
            "number": post.count(),
            "people": [(each, reverse("admin:contacts_contact_change", args=[each.pk])) for each in post[:_MOST]],
            "file": self.url_of(record, "file") if request.user.has_perm(BY_LETTER) else "",
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file)
        return [path("<path:object_id>/file/", view, name=self._url_name("file")), *super().get_urls()]

    def file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand over the list for post, and put on record whose addresses it has. Only a POST does."""
        record = self.found(request, object_id)
        return letters_by_post.answer(request, by_post(record), BY_LETTER, back=self.url_of(record))
