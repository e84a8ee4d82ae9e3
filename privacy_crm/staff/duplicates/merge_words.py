"""What survives when two records are made one, in words."""

from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Activity, Basis, ChannelPermission, Contact, Registration
from contacts.people import suppressions
from contacts.words.vocabulary import Channel, PermissionState, Scenario
from retention.models import Hold, HoldReason


def survives(one: Contact, other: Contact, user: Any) -> list[str]:
    """Return a sentence for each kind of thing that the one record will have from both."""
    people = [one, other]
    told = [
        _reasons(Basis.objects.filter(contact__in=people)),
        _channels(_objected(people), _("No marketing by %s: an objection of either holds, and stands first.")),
        _channels(_consented(people) - _objected(people), _("The consent to marketing by %s, with its wording.")),
        _deeds(people),
        _holds(Hold.objects.filter(contact__in=people)) if user.has_perm("retention.view_hold") else "",
        _("What they put right themselves, and the country and organisation with the stricter law."),
        _("The way to unsubscribe in old mails to either address goes on working."),
    ]
    return [sentence for sentence in told if sentence]


def _reasons(bases: QuerySet[Basis]) -> str:
    earliest = bases.values_list("scenario").annotate(day=Min("collected_on")).order_by("day", "scenario")
    named = [
        _("%(scenario)s (since %(day)s)") % {"scenario": Scenario(scenario).label, "day": date_format(day)}
        for scenario, day in earliest
    ]
    listed = get_text_list(named, _("and"))
    return _("Each reason why we hold them, since the earliest day: %s.") % listed if named else ""


def _objected(people: list[Contact]) -> set[str]:
    suppressed = suppressions.of_people(*people).values_list("channel", flat=True)
    return {*suppressed, *_said(people, PermissionState.OBJECTED)}


def _consented(people: list[Contact]) -> set[str]:
    return set(_said(people, PermissionState.CONSENTED))


def _said(people: list[Contact], state: PermissionState) -> QuerySet[ChannelPermission, Any]:
    return ChannelPermission.objects.filter(contact__in=people, state=state).values_list("channel", flat=True)


def _channels(found: set[str], text: str) -> str:
    named = [str(channel.label) for channel in Channel if channel in found]
    return text % get_text_list(named, _("and")) if named else ""


def _deeds(people: list[Contact]) -> str:
    activities = Activity.objects.filter(contact__in=people).count()
    events = Registration.objects.filter(contact__in=people).aggregate(number=Count("event", distinct=True))["number"]
    told = [
        ngettext("%d activity", "%d activities", activities) % activities if activities else "",
        ngettext("%d place at an event", "%d places at events", events) % events if events else "",
    ]
    named = [words for words in told if words]
    latest = max((person.last_activity_on for person in people if person.last_activity_on), default=None)
    if latest:
        named.append(_("the latest activity, on %s") % date_format(latest))
    return _("What they did: %s.") % get_text_list(named, _("and")) if named else ""


def _holds(holds: QuerySet[Hold]) -> str:
    reasons = sorted({str(HoldReason(reason).label) for reason in holds.values_list("reason", flat=True)})
    return _("What keeps them longer: %s.") % get_text_list(reasons, _("and")) if reasons else ""
