"""What a person is told beside the copy of their details: Art. 15(1)(a) to (h) and 15(2) GDPR, a chapter for each.

The policy speaks for itself; what is true of this person alone (reasons, days, recipients) is added.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django_countries import countries

from contacts.models import PolicyVersion, Recipient
from contacts.policy import policy_words
from contacts.policy.policy_words import Promise
from contacts.policy.remains import MAILS, REMAINS
from dsr.package import periods
from dsr.package.gathering import Section
from dsr.package.periods import Kept, Reason


@dataclass(frozen=True)
class Chapter:
    """One thing to be told. `article` is where the law asks for it."""

    key: str
    article: str
    title: str
    texts: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """The answer in short, and the chapters."""

    sentences: list[str]
    kept: Kept
    chapters: list[Chapter]


def tell(
    kept: Kept,
    sections: Collection[Section],
    recipients: list[Recipient],
    *,
    policy: PolicyVersion,
    language: str,
    day: dt.date,
) -> Told:
    """Return everything that has to be told to a person of whom this is held, in the language, which is active.

    `recipients` are all who have had it, by name: the person's right, not only the kinds of recipients (C-154/21).
    """
    found = {section.key: section for section in sections if section.rows}
    scenarios = dict.fromkeys(reason.scenario for reason in kept.reasons)
    promises = [policy_words.promise(policy.rule(scenario), language) for scenario in scenarios]
    chapters = [
        _purposes(promises, kept.reasons, found),
        _categories(promises, found),
        _received(promises, recipients),
        _period(kept, found),
        _rights(policy, language),
        _complaint(policy, language),
        _origin(kept.reasons),
        _automated(),
        _transfers(promises, recipients, policy, language),
    ]
    return Told(_sentences(kept, found, day), kept, chapters)


def _sentences(kept: Kept, found: dict[str, Section], day: dt.date) -> list[str]:
    if "contacts.Contact" in found:
        said = [periods.sentence(kept, day)]
    elif "contacts.SignUp" in found:
        said = [
            _(
                "You are not among our contacts. Your address was typed into a form of ours, and nobody has confirmed"
                " it: we delete that 30 days after it came in."
            )
        ]
    else:
        said = [_("You are not among our contacts.")]
    if "contacts.Suppression" in found:
        said.append(_coded())
    return [*said, _remembered()] if "contacts.Tombstone" in found else said


def _coded() -> str:
    return _(
        "We keep a coded form of your e-mail address, so that we do not write to you again after your objection. It"
        " says nobody's name, and it stays when everything else is deleted."
    )


def _remembered() -> str:
    return _(
        "You asked us to delete your details, and we did. A coded form of your e-mail address keeps anybody here from"
        " entering them again, for a time that is named below."
    )


# The chapters, in the order of the article


def _purposes(promises: list[Promise], reasons: list[Reason], found: dict[str, Section]) -> Chapter:
    facts = [(promise.title, "; ".join(promise.purposes)) for promise in promises]
    facts += [
        (_("%s: not before we have told you of it") % each.title, "; ".join(each.waiting))
        for each in reasons
        if each.waiting
    ]
    if "contacts.Suppression" in found:
        facts.append((_("Coded address"), _("Not to write to you again after your objection")))
    if "contacts.Tombstone" in found:
        facts.append((_("Coded address of somebody deleted"), _("Not to bring back what we deleted at your request")))
    if "dsr.Request" in found:
        facts.append((_("Your requests"), _("To answer them, and to show that we did")))
    if "contacts.AuditEvent" in found:
        shown = _("To show what we did with your details. A random number stands in place of your name")
        facts.append((_("Our log"), shown))
    return Chapter("purposes", "15(1)(a)", _("What we use them for"), facts=facts)


def _categories(promises: list[Promise], found: dict[str, Section]) -> Chapter:
    facts = _joined((promise.title, ", ".join(promise.categories)) for promise in promises)
    held = "; ".join(section.title for section in found.values())
    return Chapter("categories", "15(1)(b)", _("Which details"), facts=[*facts, (_("In this copy"), held)])


def _received(promises: list[Promise], recipients: list[Recipient]) -> Chapter:
    named = [(recipient.name, _described(recipient)) for recipient in recipients]
    texts = [] if named else [_("We have given your details to nobody that we would have to name here.")]
    kinds = _joined((promise.title, "; ".join(promise.recipients)) for promise in promises if promise.recipients)
    others = [(_("Who else may get them: %s") % title, said) for title, said in kinds]
    return Chapter("recipients", "15(1)(c)", _("Who gets them"), texts, [*named, *others])


def _period(kept: Kept, found: dict[str, Section]) -> Chapter:
    """The day for each reason, and for what has a period of its own; with the ground where it outlasts the rest."""
    others = {
        "contacts.FoodPreference": _("Until straight after the event"),
        "contacts.SignUp": _("30 days"),
        "contacts.ProposedDetail": _("Until it is answered, 30 days at most"),
        "contacts.UploadedDifference": _("A day after the list came in"),
        "contacts.Message": MAILS.told(),
        **{key: remain.told() for key, remain in REMAINS.items()},
    }
    facts = [(reason.title, reason.until) for reason in kept.reasons]
    facts += [(found[key].title, said) for key, said in others.items() if key in found]
    texts = [periods.held_by(hold) for hold in kept.holds]
    return Chapter("period", "15(1)(d)", _("How long we keep them"), texts, facts)


def _rights(policy: PolicyVersion, language: str) -> Chapter:
    return Chapter("rights", "15(1)(e)", policy_words.heading("rights"), _said(policy, language, "rights"))


def _complaint(policy: PolicyVersion, language: str) -> Chapter:
    company = policy.controller
    authority = company["authority"]
    facts = [
        (_("Our privacy contact"), str(company["privacy_contact"])),
        (_("Supervisory authority"), f"{authority['name']}, {authority.get('url', '')}".rstrip(", ")),
    ]
    title = policy_words.heading("complaints")
    return Chapter("complaint", "15(1)(f)", title, _said(policy, language, "complaints"), facts)


def _origin(reasons: list[Reason]) -> Chapter:
    facts = [(reason.title, f"{reason.came_from}, {reason.since}") for reason in reasons]
    return Chapter("source", "15(1)(g)", _("Where we have them from"), facts=facts)


def _automated() -> Chapter:
    text = _(
        "No decision that has legal effects for you, or affects you in a similar way, is taken by a machine alone"
        " (Art. 22 GDPR). We do not score or rate you. What a machine does by itself is to delete your details when"
        " their time has come, and not to send you news that you or the law have not allowed."
    )
    return Chapter("automated", "15(1)(h)", _("Decisions by machines"), [text])


def _transfers(promises: list[Promise], recipients: list[Recipient], policy: PolicyVersion, language: str) -> Chapter:
    named = [(each.name, _safeguarded(each)) for each in recipients if each.is_outside_the_eea]
    own = _joined((promise.title, promise.transfers) for promise in promises if promise.transfers)
    texts = [] if own else _said(policy, language, "transfers")
    return Chapter("transfers", "15(2)", policy_words.heading("transfers"), texts, [*named, *own])


def _joined(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Say once what is so for several reasons."""
    titles: dict[str, list[str]] = {}
    for title, said in pairs:
        titles.setdefault(said, []).append(title)
    return [(", ".join(named), said) for said, named in titles.items()]


def _said(policy: PolicyVersion, language: str, section: str) -> list[str]:
    found = policy_words.sections(policy, language, (section,))
    return [paragraph.strip() for each in found for paragraph in each.text.split("\n\n") if paragraph.strip()]


# Recipients


def _described(recipient: Recipient) -> str:
    country = countries.name(recipient.country) or recipient.country
    told = [str(recipient.get_kind_display()), recipient.service, str(country)]
    if recipient.is_outside_the_eea:
        told.append(_safeguarded(recipient))
    if recipient.standing:
        told.append(_("as long as our agreement lasts, it has the details of everybody we hold for the same reasons"))
    return "; ".join(told)


def _safeguarded(recipient: Recipient) -> str:
    safeguard = recipient.get_safeguard_display() if recipient.safeguard else _("no safeguard on record")
    return f"{safeguard}, {recipient.safeguard_reference}".rstrip(", ")
