"""Who is left out and why, in words: of a mailing in one sentence, of one person by channel."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from contacts.mailings.people import NOT_BOUND, UNTOLD_OF_SERVICE
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import Channel

_LEFT_OUT: dict[str, Any] = {
    Refusal.RESTRICTED: ngettext_lazy(
        "%(number)s had us restrict the use of their details",
        "%(number)s had us restrict the use of their details",
        "count",
    ),
    Refusal.FROZEN: ngettext_lazy(
        "%(number)s has a request or a claim open", "%(number)s have a request or a claim open", "count"
    ),
    Refusal.OBJECTED: ngettext_lazy("%(number)s objected", "%(number)s objected", "count"),
    Refusal.SUPPRESSED: ngettext_lazy(
        "%(number)s has an address that objected earlier", "%(number)s have an address that objected earlier", "count"
    ),
    Refusal.NO_BASIS: ngettext_lazy(
        "%(number)s is here without a reason", "%(number)s are here without a reason", "count"
    ),
    Refusal.LEFT: ngettext_lazy(
        "%(number)s has left the organisation", "%(number)s have left their organisation", "count"
    ),
    Refusal.UNREACHABLE: ngettext_lazy(
        "%(number)s cannot be reached on this channel", "%(number)s cannot be reached on this channel", "count"
    ),
    Refusal.UNCONFIRMED: ngettext_lazy(
        "%(number)s address is not confirmed", "%(number)s addresses are not confirmed", "count"
    ),
    Refusal.BOUNCING: ngettext_lazy("%(number)s address bounces", "%(number)s addresses bounce", "count"),
    Refusal.NOT_TOLD: ngettext_lazy(
        "%(number)s has not been told yet where we have the details from",
        "%(number)s have not been told yet where we have their details from",
        "count",
    ),
    Refusal.NO_PURPOSE: ngettext_lazy(
        "%(number)s is held for nothing that the policy names marketing for",
        "%(number)s are held for nothing that the policy names marketing for",
        "count",
    ),
    Refusal.NEW_PURPOSE: ngettext_lazy(
        "%(number)s has not been told yet that we use the details for marketing",
        "%(number)s have not been told yet that we use their details for marketing",
        "count",
    ),
    Refusal.NO_COUNTRY: ngettext_lazy(
        "%(number)s has no country on record, which can be completed",
        "%(number)s have no country on record, which can be completed",
        "count",
    ),
    Refusal.NO_CONSENT: ngettext_lazy(
        "%(number)s needs consent by the country's law and has not given it",
        "%(number)s need consent in their country and have not given it",
        "count",
    ),
    Refusal.NO_INTEREST: ngettext_lazy(
        "%(number)s showed no interest in this", "%(number)s showed no interest in this", "count"
    ),
    Refusal.NOT_COVERED: ngettext_lazy(
        "%(number)s is not held for this purpose", "%(number)s are not held for this purpose", "count"
    ),
    Refusal.NOT_SHARED: ngettext_lazy(
        "%(number)s has not been told of a purpose for which we share the details",
        "%(number)s have not been told of a purpose for which we share their details",
        "count",
    ),
    UNTOLD_OF_SERVICE: ngettext_lazy(
        "%(number)s has not been told yet that we use the details for such messages",
        "%(number)s have not been told yet that we use their details for such messages",
        "count",
    ),
    NOT_BOUND: ngettext_lazy(
        "%(number)s is neither a customer nor a partner", "%(number)s are neither customers nor partners", "count"
    ),
}


@dataclass(frozen=True)
class Mark:
    """May we use a channel to reach a person? `why` is empty where we may."""

    channel: Channel
    may: bool
    why: str


def left_out(reach: Reach) -> str:
    """Return who is left out of how many, and why, the largest number first."""
    return sentence(reach.asked, {code.value: number for code, number in reach.left_out.items()})


def sentence(everybody: int, numbers: Mapping[str, int]) -> str:
    """Return the same for numbers by the code of their reason: a Refusal's, or one of `mailing_people`."""
    out, asked = sum(numbers.values()), number_format(everybody, force_grouping=True)
    if not out:
        return _("Nobody of %(asked)s is left out.") % {"asked": asked}
    by_size = sorted(numbers.items(), key=lambda pair: -pair[1])
    reasons = ", ".join(str(_LEFT_OUT[code] % _counted(number)) for code, number in by_size)
    text = ngettext(
        "%(number)s of %(asked)s is left out: %(reasons)s.",
        "%(number)s of %(asked)s are left out: %(reasons)s.",
        out,
    )
    return text % {**_counted(out), "asked": asked, "reasons": reasons}


def marks(answers: dict[Channel, str]) -> Iterator[Mark]:
    """Yield for each channel what `permission.of_one` answered."""
    for channel, refusal in answers.items():
        yield Mark(channel, not refusal, str(Refusal(refusal).label) if refusal else "")


def _counted(number: int) -> dict[str, object]:
    return {"count": number, "number": number_format(number, force_grouping=True)}
