"""Records that may be one person: the list of pairs, and the page on which both stand side by side."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.admin.shared.people import name_of, visible_to
from contacts.base import background
from contacts.merging import duplicates
from contacts.merging.duplicates import PairError
from contacts.models import Contact, DuplicatePair
from contacts.words.vocabulary import Likeness
from privacy_crm import tasks as jobs
from privacy_crm.staff.duplicates.merge_form import SIDES, MergeForm
from privacy_crm.staff.people.pairing_act import PERMISSION


class LookForm(ActForm):
    explanation = gettext_lazy("It happens by itself each night. Looking through everybody takes a minute or two.")
    submit = gettext_lazy("Look again")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        transaction.on_commit(partial(background.ask, jobs.find_duplicates.name, (by,)), robust=True)
        return _("We are looking. New pairs stand here in a minute or two.")


class TwoPeopleForm(ActForm):
    refusals = (PairError,)
    explanation = gettext_lazy("They are not shown again, and both records stay as they are. You can take this back.")
    submit = gettext_lazy("These are two people")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        duplicates.dismiss(self.record.pk, at=at, by=by)
        return _("Noted: these are two people.")


class PerhapsOneForm(ActForm):
    refusals = (PairError,)
    submit = gettext_lazy("They may be one person")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        duplicates.reopen(self.record.pk, at=at, by=by)
        return _("They may be one person again.")


def _is_open(pair: DuplicatePair) -> bool:
    return pair.dismissed_at is None


MERGE = Act("merge", gettext_lazy("Make them one"), PERMISSION, MergeForm, "merge", offered=_is_open)


class Standing(ChoiceFilter):
    """Pairs that wait; those that somebody has decided about on demand."""

    title = gettext_lazy("state")
    parameter_name = "standing"
    offered = (Choice("apart", gettext_lazy("said to be two people"), lambda pairs: pairs.exclude(dismissed_at=None)),)

    def unchosen(self, queryset: Any) -> Any:
        return queryset.open()


class PairAdmin(RecordAdmin):
    heading = gettext_lazy("Duplicates")
    empty_text = gettext_lazy("Nobody seems to be on file twice. We look each night.")
    page_template = "staff/pair.html"
    list_before_template = "staff/pair_list_before.html"
    list_display = ("who", "addresses", "why_alike", "since")
    list_display_links = ("who",)
    list_filter = (Standing, "why")
    list_select_related = ("one__organisation", "other__organisation")
    ordering = ("why", "-found_on", "pk")
    adding = Act("add", gettext_lazy("Look again"), PERMISSION, LookForm, "search")
    acts = (
        MERGE,
        Act("two-people", gettext_lazy("These are two people"), PERMISSION, TwoPeopleForm, "group", offered=_is_open),
        Act(
            "perhaps-one",
            gettext_lazy("They may be one person"),
            PERMISSION,
            PerhapsOneForm,
            "undo",
            offered=lambda pair: not _is_open(pair),
        ),
    )

    def listed(self, records: list[Any]) -> list[uuid.UUID]:
        return [person.public_id for pair in records for person in (pair.one, pair.other)]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(PERMISSION)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer no plus: nobody adds a pair, and the button that looks for them says what it does."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        look = {"act": self.adding, "url": reverse(f"admin:{self._url_name('add')}")}
        return super().changelist_view(request, {"buttons": [look], **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> Any:
        return _visible(request.user, super().get_queryset(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> DuplicatePair | None:
        pairs = self.get_queryset(request).select_related(*self.list_select_related)
        found: DuplicatePair | None = pairs.filter(pk=object_id).first() if object_id.isdecimal() else None
        return found

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        """Lead to the one person that is left; to the list where there is none."""
        if isinstance(form, MergeForm):
            return reverse("admin:contacts_contact_change", args=[form.kept]) if form.kept else self.url_of()
        return super().after(act, record, form)

    def title_of(self, record: Any) -> str:
        return _("%(one)s and %(other)s") % {"one": name_of(record.one), "other": name_of(record.other)}

    def shows(self, record: Any) -> list[uuid.UUID]:
        return [record.one.public_id, record.other.public_id]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Put the form that merges on the page itself; the rest are buttons as elsewhere."""
        others = [button for button in acts.offered(self, request, record) if button["act"] is not MERGE]
        return {
            "buttons": others,
            "form": MergeForm(record, user=request.user) if _is_open(record) else None,
            "merge_url": self.url_of(record, MERGE.name),
            "people": [
                (heading, reverse("admin:contacts_contact_change", args=[person.public_id]))
                for (_side, heading), person in zip(SIDES, (record.one, record.other), strict=True)
            ],
            "why": Likeness(record.why).label,
            "decided_on": record.dismissed_at and date_format(localtime(record.dismissed_at)),
            "decided_by": acts.who([record.dismissed_by])[record.dismissed_by],
        }

    @display(description=gettext_lazy("people"))
    def who(self, pair: DuplicatePair) -> str:
        return self.title_of(pair)

    @display(description=gettext_lazy("addresses"))
    def addresses(self, pair: DuplicatePair) -> str:
        return f"{pair.one.email}, {pair.other.email}"

    @display(description=gettext_lazy("why"))
    def why_alike(self, pair: DuplicatePair) -> str:
        return str(Likeness(pair.why).label)

    @display(description=gettext_lazy("found on"))
    def since(self, pair: DuplicatePair) -> str:
        return date_format(pair.found_on)


def tasks(request: HttpRequest) -> list[dict[str, str]]:
    """Return how many pairs wait to be looked at, as a sentence that leads there."""
    if not request.user.has_perm(PERMISSION):
        return []
    number = _visible(request.user, DuplicatePair.objects.open()).count()
    text = ngettext("%d person may be on file twice", "%d people may be on file twice", number)
    link = reverse("admin:contacts_duplicatepair_changelist")
    return [{"text": text % number, "link": link}] if number else []


def _visible(user: Any, pairs: QuerySet[DuplicatePair]) -> QuerySet[DuplicatePair]:
    """Narrow pairs to those of whom this user may see both."""
    people = visible_to(user, Contact.objects.all()).values("pk")
    return pairs.filter(one__in=people, other__in=people)


def register() -> None:
    admin.site.register(DuplicatePair, PairAdmin)
