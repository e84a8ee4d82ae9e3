import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.base.differences import Mark, Piece, compare

WORDS = st.sampled_from(["we", "keep", "your", "details", "for", "months", "and", "then", "delete", "them"])
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), max_size=5)


def side(paragraphs: tuple[tuple[Piece, ...], ...], mark: Mark) -> list[str]:
    """The differing paragraphs as one of the two texts has them."""
    told = (" ".join(piece.text for piece in pieces if piece.mark in {Mark.SAME, mark}) for pieces in paragraphs)
    return [paragraph for paragraph in told if paragraph]


def without(text: list[str], paragraphs: list[str]) -> list[str] | None:
    """What is left of a text when paragraphs are taken out in their order, or None where they are not in it."""
    left, wanted = [], list(paragraphs)
    for paragraph in reversed(text):
        if wanted and wanted[-1] == paragraph:
            wanted.pop()
        else:
            left.append(paragraph)
    return None if wanted else sorted(left)


@given(PARAGRAPHS, PARAGRAPHS)
def test_nothing_is_lost_or_made_up(old: list[str], new: list[str]) -> None:
    found = compare(old, new)
    assert (found == ()) == (old == new)
    kept = without(old, side(found, Mark.REMOVED))
    assert kept is not None
    assert kept == without(new, side(found, Mark.ADDED))


@given(PARAGRAPHS, PARAGRAPHS)
def test_every_paragraph_that_is_shown_has_a_change(old: list[str], new: list[str]) -> None:
    for pieces in compare(old, new):
        assert {piece.mark for piece in pieces} - {Mark.SAME}


def test_one_word_between_two_changes_is_taken_with_them() -> None:
    [pieces] = compare(
        ["We answer within one long month, in plain words."], ["We answer within two long weeks, in plain words."]
    )
    assert [(piece.mark, piece.text) for piece in pieces] == [
        (Mark.SAME, "We answer within"),
        (Mark.REMOVED, "one long month,"),
        (Mark.ADDED, "two long weeks,"),
        (Mark.SAME, "in plain words."),
    ]


def test_a_new_paragraph_does_not_make_its_neighbours_new() -> None:
    old = ["We keep your details for a year.", "You can say no at any time."]
    new = ["Hello!", "We keep your details for two years.", "You can say no at any moment."]
    assert [pieces[0].mark for pieces in compare(old, new)] == [Mark.ADDED, Mark.SAME, Mark.SAME]


@pytest.mark.parametrize("spaces", ["We keep\nyour details.", "  We keep your   details. "])
def test_line_breaks_and_spaces_are_no_change(spaces: str) -> None:
    assert compare(["We keep your details."], [spaces]) == ()
