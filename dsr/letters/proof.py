"""The mail with the link that proves an address. It repeats nothing that was typed: anybody can type it."""

from django.utils.translation import gettext as _

from contacts.delivery.letters.confirmations import ignored, why
from contacts.delivery.letters.parts import Button, Letter, Text
from contacts.models import PolicyVersion
from contacts.outbox import links
from dsr.intake import proving
from dsr.models import Proof
from dsr.words.vocabulary import Kind


def letter(proof: Proof, *, policy: PolicyVersion) -> Letter:
    """Lead to the page with the button, and say what pressing it does and what happens without it.

    In the language that is active; the same whether or not anybody is held under the address.
    """
    subject, text = _words(proof, str(policy.controller["name"]))
    button = Button(_("Open the page"), links.page("my_data_open", proving.token_of(proof)))
    once = _("The link works once, and for 24 hours.")
    last = Text(f"{once}\n\n{_ignored(proof, policy)}")
    return Letter(subject, [Text(text), button, last], why(proof.created_at, policy))


def for_package(proof: Proof, *, policy: PolicyVersion) -> Letter:
    """Lead to a package that is ready, once the address is proven. In the language that is active."""
    company = str(policy.controller["name"])
    text = _(
        "What you asked %s for is ready. Click below to open “My data” and download it. It shows us that this address"
        " is yours."
    )
    button = Button(_("Open the page"), links.page("my_data_open", proving.token_of(proof)))
    last = Text(f"{_('The link works once, and for 24 hours.')}\n\n{_ignored(proof, policy)}")
    subject = _("Download what %s holds about you") % company
    return Letter(subject, [Text(text % company), button, last], why(proof.created_at, policy))


def _words(proof: Proof, company: str) -> tuple[str, str]:
    if proof.request is None:
        subject = _("See what %s holds about you") % company
        text = _(
            "You asked to see what %(company)s holds about you. Click below to open “My data”. It shows us that"
            " this address is yours."
        )
        return subject, text % {"company": company}
    subject = _("Please confirm what you ask of %s") % company
    text = _(
        "You asked %(company)s for this: %(wish)s. Click below to confirm it, and we start. It shows us that"
        " this address is yours."
    )
    return subject, text % {"company": company, "wish": wish(Kind(proof.request.kind))}


def wish(kind: Kind) -> str:
    """Return what somebody asks for, in their own words, to stand inside a sentence."""
    return {
        Kind.ACCESS: _("a copy of everything that we hold about you"),
        Kind.RECTIFICATION: _("to correct your details"),
        Kind.ERASURE: _("to delete your details"),
        Kind.RESTRICTION: _("to restrict use of your data"),
        Kind.PORTABILITY: _("a download of the data you gave us"),
        Kind.MARKETING_OBJECTION: _("to stop all marketing"),
        Kind.OBJECTION: _("not to use your details for something else"),
        Kind.WITHDRAWAL: _("to withdraw consent"),
        Kind.COMPLAINT: _("to look into a complaint"),
        Kind.LEAVER: _("to know that you have left your organisation"),
    }[kind]


def _ignored(proof: Proof, policy: PolicyVersion) -> str:
    if proof.request is None:
        return _("If you did not ask for this, you need not do anything: nothing happens, and the link expires.")
    return ignored(proof.created_at, policy)
