"""What somebody is told whose details did not come from them (Art. 14 GDPR, L5), and who is about to be deleted (P12).

No offer, and no consent asked for.
"""

from django.utils.translation import gettext as _

from contacts.delivery.letters.parts import Button, Facts, Heading, Letter, LetterError, Occasion, Part, Text
from contacts.models import Basis, Contact
from contacts.outbox import links
from contacts.policy import policy_words
from contacts.policy.policy_words import Promise
from contacts.words.vocabulary import SourceKind


def inform(occasion: Occasion) -> Letter:
    """Say where the details come from, what they are used for, and what the person can decide.

    The right to object stands by itself (Art. 21(4)). All of it is the policy's own record.
    """
    contact = occasion.contact
    if contact is None:
        raise LetterError("This letter is about a person, and there is none.")
    bases = list(contact.bases.untold().order_by("pk"))
    parts: list[Part] = [
        Text(_opening(bases) % {"company": occasion.company}),
        *(part for basis in bases for part in _about(basis, occasion)),
        *objection(contact, occasion),
        *_rest(occasion),
    ]
    why = _("You get this mail because by law we must tell you where we have your details from (Art. 14 GDPR).")
    return Letter(_("Where we have your details from"), parts, why, bases[0].scenario if bases else "")


def _opening(bases: list[Basis]) -> str:
    if any(basis.source_kind == SourceKind.UNKNOWN for basis in bases):
        return _("%(company)s keeps details about you that may not have come from you.")
    return _("%(company)s keeps details about you that did not come from you.")


def _about(basis: Basis, occasion: Occasion) -> list[Part]:
    promise = policy_words.promise(occasion.policy.rule(basis.scenario), occasion.language)
    return [
        Heading(promise.title),
        Facts([(_("Where we have them from"), _source(basis)), *_facts(promise)]),
        Text(promise.text),
    ]


def _facts(promise: Promise) -> list[tuple[str, str]]:
    return [
        (_("What we keep"), ", ".join(promise.categories)),
        (_("What we use them for"), "; ".join(promise.purposes)),
        (_("On which ground"), promise.legal_basis),
        (_("How long we keep them"), promise.kept),
        *([(_("Who else may get them"), "; ".join(promise.recipients))] if promise.recipients else []),
        *([(_("Outside the EU and the EEA"), promise.transfers)] if promise.transfers else []),
    ]


def _source(basis: Basis) -> str:
    if basis.source_kind == SourceKind.UNKNOWN:
        return _unknown(basis.source)
    kind = {
        SourceKind.PERSON: _("you"),
        SourceKind.ORGANISATION: _("your organisation"),
        SourceKind.PUBLIC: _("a public source"),
        SourceKind.THIRD_PARTY: _("somebody else"),
    }[SourceKind(basis.source_kind)]
    return f"{kind} ({basis.source})" if basis.source else kind


def _unknown(source: str) -> str:
    if not source:
        return _("we do not know where we have your details from")
    return _("we do not know who gave us your details; all that we have noted is “%s”") % source


def objection(contact: Contact, occasion: Occasion) -> list[Part]:
    text = _(
        "You can object at any time to our using your details for marketing: for all of it, or for e-mail, phone or"
        " post alone. We stop before the next message, and it costs you nothing. You can also object to any other use"
        " that rests on our legitimate interest: write to %(address)s."
    )
    return [
        Heading(_("Your right to object")),
        Text(text % {"address": occasion.policy.controller["privacy_contact"]}),
        Button(_("Object"), links.page("preferences", links.stop(contact))),
    ]


def _rest(occasion: Occasion) -> list[Part]:
    """The other rights, and complaints: the policy's own sections, as on its page."""
    sections = policy_words.sections(occasion.policy, occasion.language, ("rights", "complaints"))
    authority = occasion.policy.controller["authority"]
    return [
        *(part for section in sections for part in (Heading(section.title), Text(section.text))),
        Facts([(_("Supervisory authority"), f"{authority['name']}, {authority.get('url', '')}".rstrip(", "))]),
        Button(_("Read the whole policy"), links.page("privacy")),
    ]


def parting(occasion: Occasion) -> Letter:
    """Say that somebody is about to be deleted since their mail's link stopped all marketing, and how to prevent it."""
    about = {"company": occasion.company}
    stopped = _(
        "Somebody used a link in one of our mails to stop all marketing to this address. We have stopped it."
        " %(company)s holds your details for marketing only, so we will delete them in the coming night. If you are"
        " waiting for a guide, an event or an answer from us, we will delete them after that. You need not do anything."
    )
    kept = _(
        "Was it not you? Click below before that, and we keep your details. What was stopped is then open again. But a"
        " consent that you had given has ended: only you can give it anew."
    )
    button = Button(_("It was not me: keep my details"), links.page("keep", links.keep(occasion.message)))
    why = _(
        "You get this mail because all marketing to this address was stopped, and we hold your details for"
        " marketing only."
    )
    return Letter(_("We delete your details"), [Text(stopped % about), Text(kept), button], why)
