"""What differs between two texts, paragraph by paragraph and word by word, as people read it."""

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

_ALIKE = 0.4  # the share of two paragraphs' words below which nobody could read what changed from one to the other
_ISLAND = 1  # so few common words between two changes make them harder to read, not easier


class Mark(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """Some words that stand in both texts, or in one alone."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class _Stretch:
    """Where words stand in the old text (`low` to `high`) and in the new one (`start` to `end`)."""

    same: bool
    low: int
    high: int
    start: int
    end: int


def compare(old: list[str], new: list[str]) -> tuple[tuple[Piece, ...], ...]:
    """Return the paragraphs that differ between two texts.

    The words of the pieces that are the same or removed make up the old paragraph, those of the same or added the new.
    """
    old, new = ([" ".join(paragraph.split()) for paragraph in text] for text in (old, new))
    differing: list[tuple[Piece, ...]] = []
    for tag, low, high, start, end in _matcher(old, new).get_opcodes():
        if tag != "equal":
            differing += [_words(before, after) for before, after in _pairs(old[low:high], new[start:end])]
    return tuple(differing)


def _pairs(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """Put beside each other, in their order, those paragraphs that are most alike; the rest stand alone."""
    pairs = [(_likeness(before, after), at, to) for at, before in enumerate(old) for to, after in enumerate(new)]
    likeness, at, to = max(pairs, default=(0.0, 0, 0))
    if likeness < _ALIKE:
        return [(before, "") for before in old] + [("", after) for after in new]
    return [*_pairs(old[:at], new[:to]), (old[at], new[to]), *_pairs(old[at + 1 :], new[to + 1 :])]


def _likeness(old: str, new: str) -> float:
    return _matcher(old.split(), new.split()).ratio()


def _words(old: str, new: str) -> tuple[Piece, ...]:
    before, after = old.split(), new.split()
    pieces = [piece for stretch in _stretches(before, after) for piece in _pieces(stretch, before, after)]
    return tuple(piece for piece in pieces if piece.text)


def _pieces(stretch: _Stretch, before: list[str], after: list[str]) -> list[Piece]:
    old, new = " ".join(before[stretch.low : stretch.high]), " ".join(after[stretch.start : stretch.end])
    return [Piece(Mark.SAME, old)] if stretch.same else [Piece(Mark.REMOVED, old), Piece(Mark.ADDED, new)]


def _stretches(old: list[str], new: list[str]) -> list[_Stretch]:
    """Return the stretches of words in their order, with islands taken into the changes around them."""
    opcodes = _matcher(old, new).get_opcodes()
    stretches: list[_Stretch] = []
    for place, (tag, *bounds) in enumerate(opcodes):
        stretch = _Stretch(tag == "equal", *bounds)
        if stretch.high - stretch.low <= _ISLAND and 0 < place < len(opcodes) - 1:
            stretch = replace(stretch, same=False)
        if stretches and not stretch.same and not stretches[-1].same:
            last = stretches.pop()
            stretch = replace(stretch, low=last.low, start=last.start)
        stretches.append(stretch)
    return stretches


def _matcher(old: list[str], new: list[str]) -> "SequenceMatcher[str]":
    return SequenceMatcher(None, old, new, autojunk=False)
