"""What somebody is told before a longer period or a new purpose applies to them (L13, Art. 13(3), 14(4)): no offer."""

from django.utils.translation import gettext as _

from contacts.delivery.letters.about_people import objection
from contacts.delivery.letters.parts import Button, Facts, Heading, Letter, LetterError, Occasion, Part, Text
from contacts.information import longer as longer_periods
from contacts.information.longer import Change
from contacts.outbox import links
from contacts.policy import policy_words
from contacts.policy import purposes as told_of


def longer(occasion: Occasion) -> Letter:
    """Say what changed, the new period beside the one promised, and how to object (Art. 21(4))."""
    contact = occasion.contact
    if contact is None:
        raise LetterError("This letter is about a person, and there is none.")
    changes = longer_periods.changes(contact, occasion.policy)
    parts: list[Part] = [
        Text(_opening(changes) % {"company": occasion.company}),
        *(part for change in changes for part in _about(change, occasion.language)),
        *objection(contact, occasion),
        Button(_("Read the whole policy"), links.page("privacy")),
    ]
    why = _("You get this mail because by law we must tell you before we change how we use your details.")
    subject = (
        _("We will keep your details for longer")
        if _lengthen(changes)
        else _("We will use your details for a new purpose")
    )
    return Letter(subject, parts, why, changes[0].basis.scenario if changes else "")


def _lengthen(changes: list[Change]) -> bool:
    return any(change.is_longer for change in changes)


def _opening(changes: list[Change]) -> str:
    if _lengthen(changes):
        return _(
            "%(company)s has changed its privacy policy. We will keep your details for longer than we told you before."
            " Below you can see what changes and how to object."
        )
    return _(
        "%(company)s has changed its privacy policy. We will use your details for something that we have not told you"
        " about before. Below you can see what changes and how to object."
    )


def _about(change: Change, language: str) -> list[Part]:
    title = policy_words.promise(change.new, language).title
    periods = [
        (_("How long we keep them from now on"), change.after),
        (_("What we told you before"), change.before),
    ]
    purposes = told_of.new(change.old, change.new, language)
    also = [(_("What we use them for as well"), "; ".join(purposes))] if purposes else []
    return [Heading(title), Facts([*(periods if change.is_longer else []), *also])]
