"""What the page of a request proposes to do about it, in sentences, as things stand."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.models import Contact, PolicyVersion
from dsr.answers import representation
from dsr.models import Request
from dsr.package import gathering, people
from dsr.traces import proposal
from dsr.traces.proposal import Proposal
from dsr.words.vocabulary import Kind

type Proposer = Callable[[Request, list[Contact], PolicyVersion, dt.date], list[str]]


def of(record: Request, contacts: list[Contact], policy: PolicyVersion | None, day: dt.date) -> list[str]:
    """Return what to do about a request that stands; nothing before it is known whom it is about."""
    propose = _PROPOSERS.get(Kind(record.kind))
    return propose(record, contacts, policy, day) if propose and contacts and policy else []


def still_needed(planned: Proposal) -> list[str]:
    """Return the sentence that says for whose agreement these people are still needed, if they are."""
    text = ngettext(
        "They are a contact of %s, whose agreement is in force.",
        "They are a contact of %s, whose agreements are in force.",
        len(planned.agreements),
    )
    return [text % proposal.listed(planned.agreements)] if planned.agreements else []


def _erasure(record: Request, _contacts: list[Contact], _policy: PolicyVersion, day: dt.date) -> list[str]:
    planned = proposal.of(record, day)
    return [
        _whole(planned),
        *still_needed(planned),
        *map(_stays, planned.duties),
        *_afterwards(planned),
        *planned.obstacles,
    ]


def _whole(planned: Proposal) -> str:
    rows = sum(planned.rows.values())
    counted = ngettext("%d row", "%d rows", rows) % rows
    if planned.is_whole:
        return _("Everything about them can be deleted: %s.") % counted
    return _("They can be reduced to what the law requires; the rest is deleted: %s.") % counted


def _stays(duty: proposal.Duty) -> str:
    told = {
        "what": proposal.categories(duty.categories),
        "law": proposal.law(duty.reason, duty.legal_reference),
        "until": proposal.until(duty.until),
    }
    return _("This has to stay: %(what)s, because of %(law)s, %(until)s.") % told


def _afterwards(planned: Proposal) -> list[str]:
    told = []
    if planned.recipients:
        told.append(_("Recipients to be told: %s.") % proposal.listed(planned.recipients))
    if planned.remembered_until:
        text = _("Nobody can bring them back until %s: their address stays in coded form.")
        told.append(text % date_format(planned.remembered_until))
    if planned.suppressed:
        told.append(_("Their objection to marketing stays, as a coded form of the address."))
    return told


def _how_it_goes(record: Request) -> str:
    if acting := representation.of(record):
        return _("Print it and post it to %s, who acts for them.") % acting.name
    return _("It is made when they download it, and only once they have confirmed their address again.")


def _access(record: Request, contacts: list[Contact], policy: PolicyVersion, _day: dt.date) -> list[str]:
    found = gathering.gather(people.find([contact.pk for contact in contacts], ""), zone=policy.zone)
    filled = [section for section in found if section.total]
    rows = sum(section.total for section in filled)
    sections = ngettext("%d section", "%d sections", len(filled)) % len(filled)
    counted = ngettext("%d row", "%d rows", rows) % rows
    named = ", ".join(section.title for section in filled)
    return [
        _("A package with %(sections)s and %(rows)s: %(named)s.")
        % {"sections": sections, "rows": counted, "named": named},
        _how_it_goes(record),
    ]


def _say(text: Any, *_facts: object) -> list[str]:
    return [str(text)]


_PROPOSERS: dict[Kind, Proposer] = {
    Kind.ERASURE: _erasure,
    Kind.LEAVER: _erasure,
    Kind.ACCESS: _access,
    Kind.PORTABILITY: partial(
        _say,
        gettext_lazy("A package for machines: what they gave us themselves, for a contract or with their consent."),
    ),
    Kind.RECTIFICATION: partial(
        _say, gettext_lazy("Compare what they say with what is on file, below; correct it, or say why it is correct.")
    ),
    Kind.RESTRICTION: partial(
        _say, gettext_lazy("Restrict their details: they are only stored from then on, and nobody but you sees them.")
    ),
    Kind.OBJECTION: partial(
        _say,
        gettext_lazy(
            "Their details are only stored while you weigh: name our interest, what it means for them, and what weighs"
            " more. Without compelling grounds, the use ends."
        ),
    ),
    Kind.MARKETING_OBJECTION: partial(
        _say, gettext_lazy("Stop the marketing. There is nothing to weigh: an objection to marketing always counts.")
    ),
    Kind.WITHDRAWAL: partial(_say, gettext_lazy("Note which consent they withdraw. What rests on it ends at once.")),
    Kind.COMPLAINT: partial(
        _say, gettext_lazy("Agree with them what will be done, and by when. They can turn to the authority, too.")
    ),
}
