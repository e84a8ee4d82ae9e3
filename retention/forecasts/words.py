"""Why a person is held, and until when, in sentences that the officer and the person understand.

Names are read here for display alone; nothing that is kept or logged may come from this module.
"""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from contacts.models import Activity, Contact, Event, PolicyVersion, Registration
from contacts.policy import policy_words, purposes
from contacts.words.vocabulary import ActivityKind, Clock, Scenario
from retention.forecasts.explain import Explanation, Reason, StandingHold, leaves_by_objection
from retention.models import HoldKind, HoldReason


def explain(explanation: Explanation, policy: PolicyVersion, day: dt.date) -> str:
    """Return everything about why this person is kept, a sentence after the other, and the policy they were shown."""
    contact = Contact.objects.select_related("organisation").get(public_id=explanation.public_id)
    *why, until_when = sentences(explanation, contact, policy, day)
    return " ".join([*why, *(_policy(reason) for reason in explanation.bases), until_when])


def _policy(reason: Reason) -> str:
    scenario = Scenario(reason.scenario).label
    return _("Policy shown (%(scenario)s): %(version)s.") % {"scenario": scenario, "version": policy_shown(reason)}


def _shorter(explanation: Explanation, policy: PolicyVersion) -> list[str]:
    """Return a sentence for each reason under which a shorter period applies than the policy in force has (L13)."""
    return [_promised(reason, policy) for reason in explanation.bases if reason.by_promise]


def _promised(reason: Reason, policy: PolicyVersion) -> str:
    """Say which period applies, and why: nothing on record says that the person was told of the longer one."""
    then = PolicyVersion.objects.get(number=reason.promised or 0)
    text = _(
        "As %(scenario)s, the period promised in version %(old)d applies (%(period)s). Version %(new)d has a longer one"
        " (%(longer)s), and the person was not told of it."
    )
    return text % {
        "scenario": Scenario(reason.scenario).label,
        "old": then.number,
        "period": policy_words.kept(then.rule(reason.scenario)),
        "new": policy.number,
        "longer": policy_words.kept(policy.rule(reason.scenario)),
    }


def _waiting(explanation: Explanation, policy: PolicyVersion) -> list[str]:
    """Return a sentence for each reason with a purpose that waits, since the person was not told of it (L13)."""
    return [_not_yet(reason, policy) for reason in explanation.bases if reason.waiting]


def _not_yet(reason: Reason, policy: PolicyVersion) -> str:
    then = PolicyVersion.objects.get(number=reason.promised or 0).rule(reason.scenario)
    language = (get_language() or policy_words.FALLBACK).partition("-")[0]
    text = _(
        "As %(scenario)s, the person was promised version %(old)d and not told of version %(new)d. Until then these"
        " purposes wait: %(purposes)s."
    )
    return text % {
        "scenario": Scenario(reason.scenario).label,
        "old": reason.promised,
        "new": policy.number,
        "purposes": "; ".join(purposes.waiting(then, policy.rule(reason.scenario), language)),
    }


def policy_shown(reason: Reason) -> str:
    """Return which version of the policy the person was shown, or which was in force (P1)."""
    return policy_words.shown(reason.policy_shown, reason.policy_then, reason.policy_shown_on)


def sentences(explanation: Explanation, contact: Contact, policy: PolicyVersion, day: dt.date) -> list[str]:
    """Return why the person is kept, a sentence for each reason, and at the end what will happen."""
    name = contact.display_name if not contact.minimised_on else reduced_name(contact)
    # Scenarios that run on the same activity give the same sentence; once is enough.
    told = list(dict.fromkeys(because(name, reason, contact, policy) for reason in explanation.bases))
    told += [*_shorter(explanation, policy), *_waiting(explanation, policy)]
    told += [held_by(name, hold) for hold in explanation.holds]
    by_objection = leaves_by_objection(explanation, contact, policy)
    return [*told, until(name, explanation, day, by_objection=by_objection)]


def reduced_name(contact: Contact) -> str:
    return f"{contact.first_name} {contact.last_name}".strip() or _("this person")


def because(name: str, reason: Reason, contact: Contact, policy: PolicyVersion) -> str:
    """Return the sentence for one basis."""
    why = _WHYS[Clock(reason.clock)](reason, contact, policy)
    return _("We keep %(name)s because of %(why)s.") % {"name": name, "why": why}


def held_by(name: str, hold: StandingHold) -> str:
    """Return the sentence for one hold."""
    reason = _BECAUSE_OF.get(HoldReason(hold.reason)) or HoldReason(hold.reason).label
    if hold.kind == HoldKind.DUTY:
        text = _("By law we must keep a part of what we hold about %(name)s (%(reason)s), %(until)s.")
    else:
        text = _("Nothing about %(name)s is reduced or deleted because of %(reason)s, %(until)s.")
    until_when = _("through %s") % full(hold.until) if hold.until else _("until somebody ends it")
    return text % {"name": name, "reason": reason, "until": until_when}


# Where the label does not stand inside the sentence.
_BECAUSE_OF = {HoldReason.RESTRICTION: gettext_lazy("a restriction on the person's wish (Art. 18 GDPR)")}


def until(name: str, explanation: Explanation, day: dt.date, *, by_objection: bool = False) -> str:
    """Return what will happen to the person, and when; also why, where that is an objection to all marketing."""
    if explanation.keep_until is None:
        return _("No day is set on which %s will be deleted.") % name
    if by_objection:
        return _objected(name, explanation.keep_until, day)
    if explanation.keep_until <= day:
        return _("%s will be deleted in the next nightly run.") % name
    clocks = {reason.clock for reason in explanation.bases if reason.lapses_on == explanation.keep_until}
    text = (
        _("Without new activity %(name)s will be deleted on %(day)s.")
        if Clock.LAST_ACTIVITY in clocks
        else _("%(name)s will be deleted on %(day)s.")
    )
    return text % {"name": name, "day": full(explanation.keep_until)}


def _objected(name: str, leaves_on: dt.date, day: dt.date) -> str:
    if leaves_on <= day:
        text = _("%s will be deleted in the next nightly run, because they objected to all marketing.")
        return text % name
    text = _("%(name)s will be deleted on %(day)s, because they objected to all marketing.")
    return text % {"name": name, "day": full(leaves_on)}


def full(day: dt.date) -> str:
    """Return a full date: 24 November 2026."""
    return date_format(day, "DATE_FORMAT")


def _activity(reason: Reason, contact: Contact, policy: PolicyVersion) -> str:
    if reason.anchor is None:
        return str(Scenario(reason.scenario).label)
    latest = _latest_activity(contact, reason.anchor, policy)
    if latest is None:
        text = _("their last activity (%(scenario)s) on %(day)s")
        return text % {"scenario": Scenario(reason.scenario).label, "day": full(reason.anchor)}
    return _("%(deed)s on %(day)s") % {"deed": latest, "day": full(reason.anchor)}


def _latest_activity(contact: Contact, day: dt.date, policy: PolicyVersion) -> str | None:
    begin = dt.datetime.combine(day, dt.time(), policy.zone)
    window = (begin, begin + dt.timedelta(days=1))
    activity = Activity.objects.filter(contact=contact, occurred_at__range=window).order_by("-occurred_at").first()
    if activity:
        return _deed(activity.kind, activity.reference)
    registration = (
        Registration.objects.filter(contact=contact, registered_at__range=window).select_related("event").first()
    )
    return _deed(ActivityKind.REGISTRATION, registration.event.slug) if registration else None


def _deed(kind: str, reference: str) -> str:
    bare, with_reference = _DEEDS[ActivityKind(kind)]
    if not reference:
        return str(bare)
    title = Event.objects.filter(slug=reference).values_list("title", flat=True).first()
    return str(with_reference) % (title or reference)


_DEEDS = {
    ActivityKind.DOWNLOAD: (gettext_lazy("a download"), gettext_lazy("a download (%s)")),
    ActivityKind.REGISTRATION: (gettext_lazy("a registration"), gettext_lazy("a registration for %s")),
    ActivityKind.ATTENDANCE: (gettext_lazy("a visit to an event"), gettext_lazy("a visit to the event %s")),
    ActivityKind.REPLY: (gettext_lazy("a reply"), gettext_lazy("a reply (%s)")),
    ActivityKind.CALL: (gettext_lazy("a call"), gettext_lazy("a call (%s)")),
    ActivityKind.MEETING: (gettext_lazy("a meeting"), gettext_lazy("a meeting (%s)")),
}


def _collection(reason: Reason, _contact: Contact, _policy: PolicyVersion) -> str:
    day = full(reason.anchor) if reason.anchor else ""
    if reason.scenario in {Scenario.CUSTOMER, Scenario.PARTNER}:
        text = _("their registration as a contact of a %(scenario)s on %(day)s, with no agreement on record")
        return text % {"scenario": Scenario(reason.scenario).label, "day": day}
    text = _("our interest in them (%(scenario)s), collected on %(day)s")
    return text % {"scenario": Scenario(reason.scenario).label, "day": day}


def _agreement(reason: Reason, contact: Contact, _policy: PolicyVersion) -> str:
    organisation = contact.organisation.name if contact.organisation else ""
    values = {"scenario": Scenario(reason.scenario).label, "organisation": organisation}
    if reason.anchor is None:
        return _("the agreement in force with the %(scenario)s %(organisation)s") % values
    text = _("the agreement with the %(scenario)s %(organisation)s, the last of which ends or ended on %(day)s")
    return text % (values | {"day": full(reason.anchor)})


_WHYS = {Clock.LAST_ACTIVITY: _activity, Clock.COLLECTION: _collection, Clock.AGREEMENT_END: _agreement}
