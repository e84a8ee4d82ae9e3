"""Everything that a person's page shows, from contacts, retention and dsr together, as far as the reader may see it."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.admin.shared.base import today
from contacts.mailings import permission_words
from contacts.models import Basis, ChannelPermission, Contact, PolicyVersion, Suppression
from contacts.outbox import notices
from contacts.people import suppressions
from contacts.permission import permission
from contacts.words.vocabulary import Clock, ConsentState, PermissionState, SourceKind
from dsr.admin.pages import inbox
from dsr.models import Request
from dsr.words.vocabulary import State
from privacy_crm.staff.people import source_words, timeline, typed_act
from retention.forecasts import explain, words
from retention.forecasts.explain import Explanation
from retention.models import Hold, HoldKind

LATEST = 20


def fill(contact: Contact, user: Any, *, everything: bool = False) -> dict[str, Any]:
    """Return the page's parts; those that the user may not see are None. `everything`: the whole timeline."""
    policy = PolicyVersion.objects.in_force()
    day = today(policy)
    zone = policy.zone if policy else timezone.get_default_timezone()
    entries, more = timeline.of(contact, user, zone=zone, everything=everything)
    shown = {name: _rows(name, contact, day) if user.has_perm(needed) else None for name, needed in _NEEDED.items()}
    return {
        **shown,
        "marks": marks(contact, day) if user.has_perm("contacts.view_channelpermission") else None,
        "requests": _requests(contact, day) if user.has_perm("dsr.view_request") else None,
        "stored_only": contact.restricted_through is not None and contact.restricted_through >= day,
        "timeline": entries,
        "more": more and not everything,
        "details": details(contact),
        "typed": typed_act.waiting(contact),
        "policy": policy,
        **(_kept(contact, user, policy, day) if policy else {}),
    }


_NEEDED = {
    "permissions": "contacts.view_channelpermission",
    "earlier": "contacts.view_channelpermission",
    "holds": "retention.view_hold",
    "disclosures": "contacts.view_disclosure",
    "standing": "contacts.view_disclosure",
}


def _rows(name: str, contact: Contact, day: dt.date) -> list[Any]:
    match name:
        case "permissions":
            return _standing(contact)
        case "earlier":
            return _objected_earlier(contact)
        case "disclosures":
            return list(contact.disclosures.select_related("recipient").order_by("-at", "-pk")[:LATEST])
        case "standing":
            return list(notices.holders([contact.pk], at=timezone.now()).filter(standing=True))
    return _holds(contact, day)


def _standing(contact: Contact) -> list[tuple[ChannelPermission, str, str]]:
    """Return how each channel stands, with its words and how it was heard: whoever withdrew a consent has not objected
    to anything else.
    """
    last = contact.consent_records.last_stops()
    withdrawn = {record.channel for record in last if record.state == ConsentState.WITHDRAWN}
    return [
        (word, _said(word, withdrawn=word.channel in withdrawn), source_words.told(word.source))
        for word in contact.permissions.order_by("channel", "state")
    ]


def _said(word: ChannelPermission, *, withdrawn: bool) -> str:
    took_back = withdrawn and word.state == PermissionState.OBJECTED
    return str(ConsentState.WITHDRAWN.label if took_back else word.get_state_display())


def _objected_earlier(contact: Contact) -> list[Suppression]:
    """Return the objections under the address or its mailbox that this record itself does not tell of: each channel's
    earliest.
    """
    told = contact.permissions.filter(state=PermissionState.OBJECTED).values("channel")
    found = suppressions.of_people(contact).exclude(channel__in=told)
    return list(found.order_by("channel", "since").distinct("channel"))


def _requests(contact: Contact, day: dt.date) -> list[tuple[Request, str, str]]:
    """Return what the person has asked of us, with how it stands: for the officer alone."""
    found = Request.objects.of_people([contact.pk]).exclude(state=State.UNPROVEN).by_due()
    return [(request, inbox.standing(request, day)[1], inbox.due(request, day)) for request in found]


def marks(contact: Contact, day: dt.date) -> list[permission_words.Mark]:
    """Return for each channel whether we may write to the person, and why not."""
    if contact.minimised_on:
        return []
    return list(permission_words.marks(permission.of_one(contact, day=day)))


def _kept(contact: Contact, user: Any, policy: PolicyVersion, day: dt.date) -> dict[str, Any]:
    explanation = explain.of_one(contact, policy=policy, day=day)
    by_objection = explain.leaves_by_objection(explanation, contact, policy)
    seen = explanation if user.has_perm("retention.view_hold") else replace(explanation, holds=[])
    told = words.sentences(seen, contact, policy, day) if user.has_perm("contacts.view_basis") else None
    return {
        "outcome": outcome(explanation, day, by_objection=by_objection),
        "why": told,
        **(_bases(contact, explanation, user) if told else {}),
    }


def outcome(explanation: Explanation, day: dt.date, *, by_objection: bool = False) -> str:
    """Return what becomes of the person, as a headline."""
    until = explanation.keep_until
    if until is None:
        return _("No day set: %s") % _why_open(explanation)
    if by_objection:
        return _objected(until, day)
    if until <= day:
        return _("Will be deleted in the next nightly run")
    clocks = {reason.clock for reason in explanation.bases if reason.lapses_on == until}
    if Clock.LAST_ACTIVITY in clocks:
        return _("Will be deleted on %s, without new activity") % words.full(until)
    return _("Will be deleted on %s") % words.full(until)


def _objected(until: dt.date, day: dt.date) -> str:
    if until <= day:
        return _("Will be deleted in the next nightly run, because they objected to all marketing")
    return _("Will be deleted on %s, because they objected to all marketing") % words.full(until)


def details(contact: Contact) -> list[tuple[str, Any]]:
    """Return the fields that hold something, each with its name."""
    ours = [
        (_("is the e-mail address theirs?"), _trust(contact)),
        (_("language"), dict(settings.LANGUAGES).get(contact.language, contact.language)),
        (_("last activity"), contact.last_activity_on and words.full(contact.last_activity_on)),
        (_("number on exported lists"), contact.public_id),
    ]
    return [*shared(contact), *((label, value) for label, value in ours if value)]


def _trust(contact: Contact) -> str:
    """Return whether the address is known to be the person's, why, and since when; empty where there is none."""
    if not contact.email:
        return ""
    told = {"state": contact.get_address_trust_display(), "why": contact.get_address_trust_reason_display()}
    if contact.address_trust_since is None:
        return _("%(state)s: %(why)s") % told
    return _("%(state)s: %(why)s, %(day)s") % {**told, "day": words.full(contact.address_trust_since)}


def shared(contact: Contact) -> list[tuple[str, Any]]:
    """Return what goes where a person is shared with somebody outside: who they are at work, and what reaches them."""
    known = [
        (_("name"), f"{contact.first_name} {contact.last_name}".strip()),
        (_("professional role"), contact.job_title),
        (_("e-mail"), contact.email),
        (_("phone"), contact.phone),
        (_("organisation"), contact.organisation.name if contact.organisation else contact.company),
        (_("address"), ", ".join(filter(None, (contact.address, contact.postal_code)))),
        (_("city"), contact.city),
        (_("country"), str(countries.name(contact.country) or contact.country)),
    ]
    return [(label, value) for label, value in known if value]


def _why_open(explanation: Explanation) -> str:
    if any(hold.kind == HoldKind.FREEZE for hold in explanation.holds):
        return _("a freeze stands")
    if any(reason.lapses_on is None for reason in explanation.bases):
        return _("an agreement is in force")
    return _("by law we must keep a part, without an end on record")


def _bases(contact: Contact, explanation: Explanation, user: Any) -> dict[str, Any]:
    """Return what each basis is kept by, and its evidence: where it comes from, and the policy that was shown (P1)."""
    rows = {basis.scenario: basis for basis in contact.bases.all()}
    found = [(rows[reason.scenario], reason) for reason in explanation.bases if reason.scenario in rows]
    sees_policy = user.has_perm("contacts.view_policyversion")
    return {
        "bases": [(basis, reason, str(Clock(reason.clock).label)) for basis, reason in found],
        "evidence": [
            (basis, _from(basis), _told(basis), words.policy_shown(reason), _policy_url(basis) if sees_policy else "")
            for basis, reason in found
        ],
    }


def _from(basis: Basis) -> str:
    """Return where a basis comes from, in words."""
    return source_words.told(basis.source) or str(SourceKind(basis.source_kind).label)


def _policy_url(basis: Basis) -> str:
    """Return the page of the version that they were shown; empty where that is not known."""
    return reverse("admin:contacts_policyversion_change", args=[basis.policy_shown_id]) if basis.policy_shown_id else ""


def _told(basis: Basis) -> str:
    """Return whether a person was told where we have their details from; empty where they gave them themselves (L5)."""
    if basis.source_kind == SourceKind.PERSON:
        return ""
    if basis.source_kind == SourceKind.UNKNOWN:
        return _told_of_nowhere(basis)
    about = {"kind": SourceKind(basis.source_kind).label}
    if basis.informed_on is None:
        return _("from %(kind)s; they have not been told yet") % about
    return _("from %(kind)s; they were told on %(day)s") % {**about, "day": words.full(basis.informed_on)}


def _told_of_nowhere(basis: Basis) -> str:
    if basis.informed_on is None:
        return _("nobody knows who gave them to us; the person has not been told yet")
    return _("nobody knows who gave them to us; the person was told on %s") % words.full(basis.informed_on)


def _holds(contact: Contact, day: dt.date) -> list[tuple[Hold, bool]]:
    listed = contact.holds.order_by("-placed_at", "-pk")
    return [(hold, hold.until is None or hold.until >= day) for hold in listed]
