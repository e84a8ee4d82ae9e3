"""What somebody is told of a breach that is a high risk for them (Art. 34(2) GDPR). No offer stands beside it."""

from django.utils.translation import gettext as _

from contacts.delivery.letters.parts import Facts, Heading, Letter, LetterError, Occasion, Part, Text


def told(occasion: Occasion) -> Letter:
    """Say what happened, what it may lead to, what we do and they can do, and where they learn more: as approved."""
    approved = occasion.message.breach_letter
    if approved is None:
        raise LetterError("This letter is about a breach, and there is none.")
    words = approved.texts[occasion.language]
    parts: list[Part] = [
        Text(_("There has been a personal data breach at %(company)s, and your data is affected.") % _about(occasion)),
        Heading(_("What happened")),
        Text(words["nature"]),
        Heading(_("What it may lead to")),
        Text(words["consequences"]),
        Heading(_("What we are doing, and what you can do")),
        Text(words["measures"]),
        Facts([(_("Ask us"), approved.contact_point)]),
    ]
    why = _(
        "You get this mail because by law we must tell you about a breach that is likely to put you at high risk"
        " (Art. 34 GDPR)."
    )
    return Letter(_("Your personal data was affected by a breach"), parts, why)


def _about(occasion: Occasion) -> dict[str, str]:
    return {"company": occasion.company}
