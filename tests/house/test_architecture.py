"""ARCHITECTURE.md shows the house as it stands: `make drawing` makes the drawing and the tables anew."""

import pytest

from docs import draw

PAGE = draw.PAGE.read_text(encoding="utf-8")


def test_the_drawing_and_the_tables_are_those_of_today() -> None:
    assert draw.redrawn(PAGE) == PAGE


@pytest.mark.parametrize("app", ["contacts", "dsr"])
def test_every_room_says_what_is_in_it(app: str) -> None:
    folders = {folder.parent.name for folder in (draw.ROOT / app).glob("*/__init__.py")}
    rooms = folders - {*draw.DOORS, *draw.FITTINGS, "models"}
    assert rooms
    assert all(f"\n| `{room}/` | " in PAGE for room in rooms)
