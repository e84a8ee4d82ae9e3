"""What came of the rows of a list, in numbers of people."""

from typing import Any

from django.utils.translation import gettext_lazy

from contacts.models import Upload
from contacts.words.differences import ListMode
from contacts.words.numbers import grouped

_NEW = ("new", gettext_lazy("new"))
_REST = (
    ("duplicates", gettext_lazy("rows that repeat a person")),
    ("suppressed", gettext_lazy("refused: they objected to all marketing")),
    ("erased", gettext_lazy("refused: they were erased at their request")),
    ("wrong", gettext_lazy("refused: something is wrong")),
)
_TILES = (
    _NEW,
    ("changed", gettext_lazy("held already, and changed")),
    ("unchanged", gettext_lazy("held already, as they are")),
    *_REST,
)
_TILES_OF_UPDATES = (_NEW, ("held", gettext_lazy("held already")), *_REST)


def tiles(upload: Upload, found: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return each number with what it counts. Of an update, the differences say what changes of people held already."""
    those = _TILES_OF_UPDATES if upload.mode == ListMode.UPDATE else _TILES
    return [(grouped(found.get(name, 0)), label) for name, label in those]
