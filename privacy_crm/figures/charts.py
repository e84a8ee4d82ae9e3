"""Charts that need no script: bars as SVG, one row of them for each thing counted, all to one scale, with their table.

Told apart by their captions, never by a colour, so that they read the same in grey and on paper.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format

STEP, HEIGHT = 20, 60  # in units of the picture's own
_LEAST = 2  # so that a few can be told from none


@dataclass(frozen=True)
class Series:
    """One thing, counted for each name along the axis; `together` is not a sum where that counts a thing twice."""

    label: Any
    numbers: list[int]
    together: Callable[[list[int]], int] = sum

    @property
    def total(self) -> int:
        return self.together(self.numbers)


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    title: str


@dataclass(frozen=True)
class Chart:
    """Numbers along an axis, as rows of bars and as a table."""

    axis: Any
    names: list[Any]  # in the language of the reader
    series: list[Series]

    @property
    def width(self) -> int:
        return STEP * len(self.names)

    @property
    def any(self) -> bool:
        return any(each.total for each in self.series)

    @property
    def panels(self) -> list[tuple[Series, list[Bar]]]:
        """Each series with its bars; what stayed at nothing has its line in the table alone."""
        tallest = max((max(each.numbers) for each in self.series), default=0)
        return [(each, self._bars(each, tallest)) for each in self.series if each.total]

    @property
    def rows(self) -> list[tuple[Any, tuple[int, ...]]]:
        numbers = zip(*(each.numbers for each in self.series), strict=True)
        return list(zip(self.names, numbers, strict=True))

    def _bars(self, series: Series, tallest: int) -> list[Bar]:
        heights = [max(_LEAST, round(number / tallest * HEIGHT)) if number else 0 for number in series.numbers]
        return [
            Bar(place * STEP + 2, HEIGHT - height, height, f"{name}: {number_format(number, force_grouping=True)}")
            for place, (name, number, height) in enumerate(zip(self.names, series.numbers, heights, strict=True))
        ]
