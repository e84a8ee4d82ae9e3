"""Sign-ups whose address nobody has proven yet, to read; staff who know the person confirm on their behalf."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, UnderPolicyForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.admin.shared.people import SEE_RESTRICTED
from contacts.models import Contact, Event, SignUp
from contacts.models.sign_ups import UNPROVEN_DAYS
from contacts.outbox import wake_worker
from contacts.people.tombstones import ErasedError
from contacts.signups import verify_in_person
from contacts.signups.verify_in_person import Grounds, VouchError
from contacts.words.addresses import MalformedAddressError, normalise
from contacts.words.vocabulary import Channel, Scenario, SignUpKind


class ConfirmForm(UnderPolicyForm):
    without_policy = gettext_lazy("No policy is published yet, so that nobody can be held.")
    refusals = (VouchError, ErasedError)
    explanation = gettext_lazy(
        "Do this only where you know that the address is theirs. They are held from now on, and get what they asked"
        " for. A box for news that they ticked does not count: that yes is theirs alone to give."
    )

    grounds = fields.one_of(
        gettext_lazy("How do you know them?"), choices=[(each.value, capfirst(each.label)) for each in Grounds]
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        self.contact = verify_in_person.vouch(
            self.record, Grounds(told["grounds"]), policy=told["policy"], at=at, by=by
        )
        wake_worker.nudge()
        return _("The address is confirmed, and what was asked for is on its way.")


@admin.register(SignUp)
class SignUpAdmin(RecordAdmin):
    heading = gettext_lazy("Waiting sign-ups")
    empty_text = gettext_lazy(
        "Here wait people who filled in a form and have not opened our mail yet. Anyone can type anyone's address, so"
        " they are no contacts: whoever has not confirmed after 30 days is forgotten."
    )
    page_template = "staff/sign_up.html"
    list_before_template = "staff/sign_up_list_before.html"
    list_display = ("name", "e_mail", "wish", "since", "gone_on")
    list_display_links = ("name",)
    list_filter = ("kind",)
    list_select_related = ("whitepaper", "event")
    lists_people = True
    narrowed_by = ("event",)
    search_fields = ("email",)
    search_help_text = gettext_lazy("A whole e-mail address")
    ordering = ("-created_at", "-pk")
    acts = (
        Act(
            "confirm",
            gettext_lazy("Confirm on their behalf"),
            "contacts.change_signup",
            ConfirmForm,
            "how_to_reg",
            offered=lambda sign_up: sign_up.kind != SignUpKind.CONSENT,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset: Any = super().get_queryset(request)
        waiting = queryset.waiting().exclude(pk__in=SignUp.objects.overdue(timezone.now()).values("pk"))
        if request.user.has_perm(SEE_RESTRICTED):
            return waiting
        day = company_day()
        return waiting.exclude(email__in=Contact.objects.whole().restricted(day).values("email"))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(email=normalise(search_term)), False
        except MalformedAddressError:
            messages.warning(request, _("The search takes a whole e-mail address, such as aino@example.com."))
            return queryset.none(), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        number = request.GET.get("event", "")
        event = Event.objects.filter(pk=number).first() if number.isdecimal() else None
        return super().changelist_view(request, {**(extra_context or {}), "event": event})

    def after(self, act: Act, record: Any, form: Any) -> str:
        return reverse("admin:contacts_contact_change", args=[form.contact.public_id])

    @display(description=gettext_lazy("name"))
    def name(self, sign_up: SignUp) -> str:
        return self.title_of(sign_up)

    @display(description=gettext_lazy("e-mail"))
    def e_mail(self, sign_up: SignUp) -> str:
        return sign_up.email

    @display(description=gettext_lazy("asked for"))
    def wish(self, sign_up: SignUp) -> str:
        return wish_of(sign_up)

    @display(description=gettext_lazy("waiting since"))
    def since(self, sign_up: SignUp) -> str:
        return date_format(timezone.localtime(sign_up.created_at))

    @display(description=gettext_lazy("gone on"))
    def gone_on(self, sign_up: SignUp) -> str:
        return date_format(_gone_on(sign_up))

    def title_of(self, record: Any) -> str:
        return f"{record.first_name} {record.last_name}".strip() or str(record.email)

    def shows(self, record: Any) -> list[uuid.UUID]:
        return [record.public_id]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "gone_on": _gone_on(record),
            "wish": wish_of(record),
            "details": _details(record),
            "ticked": [Channel(channel).label for channel in record.consents],
        }


def wish_of(sign_up: SignUp) -> str:
    """Return what somebody asked for, in words."""
    target = sign_up.whitepaper or sign_up.event
    if target:
        return target.title
    if sign_up.kind == SignUpKind.REGISTER:
        return _("registration as %s") % Scenario(sign_up.scenario).label
    return str(SignUpKind(sign_up.kind).label)


def _gone_on(sign_up: SignUp) -> dt.date:
    return timezone.localdate(sign_up.created_at + dt.timedelta(days=UNPROVEN_DAYS))


def _details(sign_up: SignUp) -> list[tuple[str, Any]]:
    known = [
        (_("e-mail"), sign_up.email),
        (_("phone"), sign_up.phone),
        (_("company"), sign_up.company),
        (_("professional role"), sign_up.job_title),
        (_("address"), ", ".join(filter(None, (sign_up.address, sign_up.postal_code, sign_up.city)))),
        (_("country"), sign_up.country),
        (_("language"), sign_up.language),
        (_("policy shown"), _("Version %d") % sign_up.policy_version.number),
        (_("came in by"), sign_up.source),
    ]
    return [(label, value) for label, value in known if value]
