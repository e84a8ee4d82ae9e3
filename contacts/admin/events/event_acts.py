"""What staff can do with an event: the forms, each calling its act."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.admin.shared.public_words import PublicWordsForm, words_of
from contacts.events import events, inviting
from contacts.events.events import EventError, Times
from contacts.models import Event, PolicyVersion, Registration
from contacts.outbox import wake_worker
from contacts.words.vocabulary import EventKind

_ZONES = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]

# Names are always asked for.
OPTIONAL = [
    ("company", gettext_lazy("company")),
    ("job_title", gettext_lazy("professional role")),
    ("country", gettext_lazy("country")),
    ("phone", gettext_lazy("phone")),
    ("address", gettext_lazy("address")),
    ("postal_code", gettext_lazy("postal code")),
    ("city", gettext_lazy("city")),
]
_USUAL = {"asked": ["company", "job_title", "country"], "asks_food": True}


def _place() -> Any:
    return fields.text(
        gettext_lazy("Place"), required=False, help_text=gettext_lazy("Where a physical event takes place, in words.")
    )


def _link() -> Any:
    return fields.web_address(
        gettext_lazy("Link"),
        required=False,
        help_text=gettext_lazy("Where a webinar takes place. Only its guests are told, in their mails."),
    )


class WhenForm(ActForm):
    """A start and an end on the wall clock of the event's own time zone."""

    refusals = (EventError,)

    starts_at = fields.wall_clock(gettext_lazy("Starts at"))
    ends_at = fields.wall_clock(
        gettext_lazy("Ends at"),
        required=False,
        help_text=gettext_lazy(
            "Without an end the event is over at the end of its day. Dietary needs are deleted then."
        ),
    )
    time_zone = fields.choice(gettext_lazy("Time zone"), _ZONES)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        told = [data.pop(name, None) for name in ("starts_at", "ends_at", "time_zone")]
        if not self.errors:
            starts_at, ends_at, time_zone = told
            zone = ZoneInfo(time_zone)
            data["times"] = Times(starts_at.replace(tzinfo=zone), ends_at and ends_at.replace(tzinfo=zone), time_zone)
        return data


class InviteForm(PublicWordsForm):
    """What visitors read about an event, how many may come, and what the form asks them."""

    refusals = (EventError,)

    capacity = fields.number(
        gettext_lazy("Places"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Leave empty where there is no limit. A full event says so and takes no more guests."),
    )
    asked = fields.choices(
        gettext_lazy("The form also asks for"),
        OPTIONAL,
        required=False,
        help_text=gettext_lazy("Beside the name and the address. Ask for no more than the event needs."),
    )
    asks_food = fields.tick(
        gettext_lazy("The form asks what guests eat"),
        required=False,
        help_text=gettext_lazy(
            "At physical events alone. Guests who have told already are still cooked for: what they said stays until"
            " the event is over."
        ),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        names = ("capacity", "asked", "asks_food")
        known = {**words_of(record), **{name: getattr(record, name) for name in names}} if record else _USUAL
        super().__init__(record, **{"initial": known} | options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        inviting.invite(self.record, **self.cleaned_data, at=at, by=by)
        return _("The invitation is changed.")


class CreateForm(WhenForm, InviteForm):
    explanation = gettext_lazy("Visitors find it once its sign-up is open.")

    title = fields.text(gettext_lazy("Title"))
    kind = fields.choice(gettext_lazy("Kind"), EventKind.choices)
    place = _place()
    link = _link()
    slug = fields.text(
        gettext_lazy("Short name"),
        required=False,
        help_text=gettext_lazy("For links and files, such as cloud-day-2027; made from the title where it is empty."),
    )
    field_order = (
        *("title", "kind", "starts_at", "ends_at", "time_zone", "place", "link", "capacity"),
        *("summary_en", "summary_sv", "topics", "asked", "asks_food", "slug"),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"time_zone": timezone.get_default_timezone_name(), **_USUAL}, **options)

    @transaction.atomic
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        event = {name: self.cleaned_data.pop(name) for name in ("title", "kind", "times", "place", "link", "slug")}
        self.record = events.create(**event, at=at, by=by)
        super().carry_out(at=at, by=by)
        return _("The event is on record. Nobody finds it before you open its sign-up.")


class DescribeForm(ActForm):
    refusals = (EventError,)

    title = fields.text(gettext_lazy("Title"))
    place = _place()
    link = _link()
    kind = fields.choice(
        gettext_lazy("Kind"),
        EventKind.choices,
        help_text=gettext_lazy("If it becomes a webinar, its dietary needs are deleted at once."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {name: getattr(record, name) for name in ("title", "place", "link", "kind")}
        super().__init__(record, initial=initial, **options)
        self.explanation = _guests_are_told(record)

    def clean(self) -> dict[str, Any]:
        self.policy = PolicyVersion.objects.in_force()
        if "kind" in self.changed_data and self.policy is None:
            raise ValidationError(_("The kind can change only once a policy is published."))
        return super().clean() or self.cleaned_data

    @transaction.atomic
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        gone = 0
        kind = self.cleaned_data.pop("kind")
        events.describe(self.record, **self.cleaned_data, at=at, by=by)
        if "kind" in self.changed_data and self.policy:
            gone = events.convert(self.record, kind, policy=self.policy, at=at, by=by)
        wake_worker.nudge()
        return " ".join([_("The event is changed."), *_food_went(gone)])


class OpenForm(ActForm):
    refusals = (EventError,)
    explanation = gettext_lazy("Visitors of the website can sign up from now on, as long as there are places.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        inviting.open_sign_up(self.record, at=at, by=by)
        return _("Sign-up is open.")


class CloseForm(ActForm):
    refusals = (EventError,)
    explanation = gettext_lazy(
        "Nobody can sign up any more. Guests keep their places; who has not proven their address yet gets none."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        inviting.close_sign_up(self.record, at=at, by=by)
        return _("Sign-up is closed.")


class MoveForm(WhenForm):
    def __init__(self, record: Any = None, **options: Any) -> None:
        zone = ZoneInfo(record.time_zone)
        times = {name: getattr(record, name) for name in ("starts_at", "ends_at")}
        initial = {name: value and value.astimezone(zone).replace(tzinfo=None) for name, value in times.items()}
        super().__init__(record, initial={**initial, "time_zone": record.time_zone}, **options)
        food = _("Dietary needs are kept until the new end, and are deleted straight after it.")
        self.explanation = f"{_guests_are_told(record)} {food}"

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        gone = events.move(self.record, **self.cleaned_data, at=at, by=by)
        wake_worker.nudge()
        return " ".join([_("The event is moved."), *_food_went(gone)])


class CancelForm(ActForm):
    refusals = (EventError,)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        stays = _("A cancelled event stays cancelled. Its dietary needs are deleted at once.")
        self.explanation = f"{_guests_are_told(record)} {stays}"

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        gone = events.cancel(self.record, at=at, by=by)
        wake_worker.nudge()
        return " ".join([_("The event is cancelled."), *_food_went(gone)])


def _guests_are_told(event: Event) -> str:
    """Say how many get word of what changes: nobody once the event is over."""
    number = Registration.objects.filter(event=event, event__over_at__gt=timezone.now(), cancelled_at=None).count()
    text = ngettext(
        "%d guest has a place, and is told by e-mail.", "%d guests have a place, and are told by e-mail.", number
    )
    return text % number if number else ""


def _food_went(number: int) -> list[str]:
    text = ngettext(
        "The dietary needs of %d guest were deleted.", "The dietary needs of %d guests were deleted.", number
    )
    return [text % number] if number else []
