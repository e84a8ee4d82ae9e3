"""What people call countries, as codes of ISO 3166-1 (two letters): that is what the law of a country is looked up by.

The names are those of django-countries in all of its languages, so that a country's own name is among them.
"""

import gettext
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import django_countries
from django.utils import translation
from django_countries import countries

# What the catalogues do not have: parts, former and usual names, and what some call themselves.
_ALSO = {
    "AE": ("uae", "emirates"),
    "BA": ("bosnia",),
    "CD": ("dr congo", "drc"),
    "CI": ("ivory coast", "elfenbenskusten"),
    "CV": ("cape verde", "kap verde"),
    "CY": ("κυπρος", "kıbrıs"),
    "CZ": ("czech republic", "česká republika", "tjeckiska republiken"),
    "FO": ("faeroe islands",),
    "GB": (
        *("uk", "united kingdom", "great britain", "britain", "england", "scotland", "wales", "northern ireland"),
        *("storbritannien", "skottland", "nordirland"),
    ),
    "GR": ("el",),
    "IE": ("éire", "eire", "republic of ireland", "irländska republiken"),
    "IS": ("ísland",),
    "KR": ("south korea", "republic of korea"),
    "KP": ("north korea",),
    "LU": ("lëtzebuerg",),
    "MK": ("macedonia", "makedonien"),
    "MM": ("burma",),
    "NL": ("netherlands", "holland"),
    "NO": ("noreg",),
    "PS": ("palestine",),
    "RU": ("russian federation", "ryssland"),
    "SZ": ("swaziland",),
    "TL": ("east timor",),
    "TR": ("turkey",),
    "TZ": ("united republic of tanzania",),
    "US": ("united states", "usa", "us of a", "america", "förenta staterna"),
    "VA": ("vatican", "vatican city", "vatikanen"),
    "VN": ("viet nam",),
}
_FIRST = ("en", "sv")  # whatever a name means in another language


@lru_cache(maxsize=4_096)
def code_of(text: str) -> str:
    """Return the code of the country that is meant by its name, or by any of its codes; empty where nobody knows."""
    said = _plain(text)
    if said in _named():
        return _named()[said]
    return countries.alpha2(said.upper()) if said.isascii() else ""


@cache
def codes() -> frozenset[str]:
    return frozenset(code for code, _name in countries)


def _plain(text: str) -> str:
    """Return a name as it is compared: U.S.A. is usa, and The Netherlands are netherlands."""
    words = unicodedata.normalize("NFC", text).replace(".", "").casefold().split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@cache
def _named() -> dict[str, str]:
    found: dict[str, str] = {}
    unclear: set[str] = set()
    for name, code in _in_all_languages():
        if found.setdefault(name, code) != code:
            unclear.add(name)
    for name in unclear:
        del found[name]
    for language in reversed(_FIRST):
        with translation.override(language):
            found |= {_plain(str(name)): code for code, name in countries}
    return found | {_plain(name): code for code, names in _ALSO.items() for name in names}


def _in_all_languages() -> Iterator[tuple[str, str]]:
    """Yield each name with its code. Django would load and keep all of its own texts in each language for it."""
    with translation.override("en"):
        english = [(code, str(name)) for code, name in countries]
    for path in Path(django_countries.__file__).parent.glob("locale/*/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        yield from ((_plain(catalogue.gettext(name)), code) for code, name in english)
