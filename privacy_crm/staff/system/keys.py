"""The keys of the keyed hashes, by their fingerprints: which makes them, which are still needed, which is missing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.people import rekeying
from contacts.words import keys as of_hashes
from contacts.words.numbers import grouped
from privacy_crm.staff.system.lines import Line, Section, Tone


def keys() -> Section:
    """Tell of each key; hashes under the first are as many as there are people, and are not counted."""
    first, *earlier = [of_hashes.fingerprint(key) for key in of_hashes.known()]
    made = {key: sum(tables.values()) for key, tables in rekeying.named(apart=[first]).items()}
    missing = [_missing(key, number) for key, number in made.items() if key not in earlier]
    lines = [Line(first, _("New hashes are made with it.")), *(_earlier(key, made.get(key, 0)) for key in earlier)]
    return Section(_("Keys of hashes"), [*lines, *missing])


def _earlier(key: str, number: int) -> Line:
    if not number:
        return Line(key, _("Nothing is under it: it can be dropped."))
    return Line(key, _("%s It is still needed.") % _hashes(number))


def _missing(key: str, number: int) -> Line:
    text = ngettext(
        "%s hash is under a key that is not set, so its objection is not found.",
        "%s hashes are under a key that is not set, so their objections are not found.",
        number,
    )
    return Line(
        key, text % grouped(number), Tone.ACT, _("Set this key in SUPPRESSION_KEYS, after the one that comes first.")
    )


def _hashes(number: int) -> str:
    return ngettext("%s hash is under it.", "%s hashes are under it.", number) % grouped(number)
