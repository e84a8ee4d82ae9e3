"""A country is known by any of its names and codes (P11): what has no code has no law."""

import pytest
from django.utils import translation
from django_countries import countries

from contacts.words.country_codes import code_of


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("SE", "SE"),
        ("se", "SE"),
        ("SWE", "SE"),
        ("752", "SE"),
        ("Sweden", "SE"),
        (" SVERIGE ", "SE"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("England", "GB"),
        ("Storbritannien", "GB"),
        ("U.S.A.", "US"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("United States", "US"),
        ("United States of America", "US"),
        ("Deutschland", "DE"),
        ("Tyskland", "DE"),
        ("Czech Republic", "CZ"),
        ("Česko", "CZ"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Turkiet", "TR"),
        ("The Netherlands", "NL"),
        ("EL", "GR"),
        ("Côte d'Ivoire", "CI"),
        ("Georgia", "GE"),
        ("Nigeria", "NG"),
        ("Niger", "NE"),
    ],
)
def test_a_country_is_known_by_its_names_and_codes(typed: str, code: str) -> None:
    assert code_of(typed) == code


# Of the EEA, the United Kingdom and Switzerland, in the languages that they speak.
OWN = {
    "AT": "Österreich", "BE": "België, Belgique, Belgien", "BG": "България", "CH": "Schweiz, Suisse, Svizzera",
    "CY": "Κύπρος, Kıbrıs", "CZ": "Česko", "DE": "Deutschland", "DK": "Danmark", "EE": "Eesti", "ES": "España",
    "FI": "Suomi, Finland", "FR": "France", "GB": "United Kingdom", "GR": "Ελλάδα", "HR": "Hrvatska",
    "HU": "Magyarország", "IE": "Éire, Ireland", "IS": "Ísland", "IT": "Italia", "LI": "Liechtenstein", "LT": "Lietuva",
    "LU": "Luxembourg, Lëtzebuerg, Luxemburg", "LV": "Latvija", "MT": "Malta", "NL": "Nederland", "NO": "Norge, Noreg",
    "PL": "Polska", "PT": "Portugal", "RO": "România", "SE": "Sverige", "SI": "Slovenija", "SK": "Slovensko",
}  # fmt: skip


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in OWN.items() for name in names.split(", ")])
def test_a_country_is_known_by_what_it_calls_itself(code: str, name: str) -> None:
    assert code_of(name) == code


@pytest.mark.promise("P11")
@pytest.mark.parametrize("typed", ["", " ", "XX", "ZZZ", "Nowhere", "Korea", "Stockholm", "1", "000", "Sweden or so"])
def test_what_is_no_country_or_could_be_two_is_none(typed: str) -> None:
    assert code_of(typed) == ""


@pytest.mark.promise("P11")
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_country_is_known_by_the_name_that_our_own_lists_give_it(language: str) -> None:
    with translation.override(language):
        named = {code: str(name) for code, name in countries}
    assert {code: code_of(name) for code, name in named.items()} == {code: code for code in named}
