import pytest
from django.utils import translation

from privacy_crm.crm_import import people, stored_only
from privacy_crm.staff.uploads import refusal_words


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ("", ""),
        ("Nobody imported it within a day.", "Ingen importerade den inom en dag."),
        (
            "The file, line 3: malformed CSV (unexpected end of data).",
            "Rad 3 i filen är inte korrekt CSV (unexpected end of data).",
        ),
        (
            "The database refused the import (DataError, SQLSTATE 22001). Nothing was written.",
            "Databasen nekade importen (DataError, SQLSTATE 22001). Inget skrevs.",
        ),
    ],
)
def test_why_a_list_was_not_taken_is_said_in_the_language_of_the_reader(noted: str, said: str) -> None:
    with translation.override("sv"):
        assert refusal_words.of_file(noted) == said


@pytest.mark.parametrize("noted", [people.SUPPRESSED, people.ERASED, stored_only.REASON])
def test_why_a_row_was_not_taken_has_words_of_its_own(noted: str) -> None:
    with translation.override("sv"):
        assert refusal_words.of_row(noted) != noted
