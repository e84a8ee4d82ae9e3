"""What the form for new contacts says of an address: nobody can be entered under it, or what it objected to (P12)."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from contacts.people import suppressions
from contacts.words.vocabulary import Channel, Scenario


def cannot() -> str:
    return _("This address cannot be entered. Look at how it is spelled, or ask the privacy officer.")


def objected(address: str) -> list[Channel]:
    """Return the channels on which this address objected to marketing."""
    against = set(suppressions.of_address(address).values_list("channel", flat=True))
    return [each for each in Channel if each in against]


def refused_as(scenario: str | None, objected: list[Channel]) -> str:
    """Say that nobody comes in as a prospect who objected to all marketing; empty for anybody else (P12)."""
    if scenario != Scenario.PROSPECT or len(objected) < len(Channel):
        return ""
    return _(
        "This address objected to all marketing, so that it cannot be entered as a prospect. A customer or partner"
        " comes in, and gets no marketing."
    )


def said_of(channels: list[Channel]) -> str:
    """Say what an objection under an address means for somebody who comes in (P12)."""
    if not channels:
        return _("Nobody is held under this address, and it has not objected to marketing.")
    if len(channels) < len(Channel):
        named = get_text_list([str(each.label) for each in channels], _("and"))
        return _("This address objected to marketing by %s: they come in, and get none there.") % named
    return _("This address objected to all marketing: they come in, and get none.")
