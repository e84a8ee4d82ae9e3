"""Colours as people see them: their contrast, and the nearest one that has enough of it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

TEXT, EDGE = 4.5, 3.0  # the least contrast of text, and of what borders a field (WCAG 2.2, 1.4.3 and 1.4.11)

_HEX = re.compile(r"#[0-9a-f]{6}")

type Triple = tuple[float, float, float]


class ColourError(ValueError):
    """What was given is no colour that can be used; the message says why."""


@dataclass(frozen=True)
class Colour:
    """A colour of sRGB, its parts from 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def of(cls, text: str) -> "Colour":
        """Return the colour that a text such as #0b5f85 names. Raises ColourError."""
        if not _HEX.fullmatch(text.lower()):
            raise ColourError(text)
        return cls(*bytes.fromhex(text[1:]))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """How light it is, from 0 to 1 (WCAG 2.2, relative luminance)."""
        red, green, blue = self._linear
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    @property
    def _linear(self) -> Triple:
        red, green, blue = (_to_linear(part / 255) for part in (self.red, self.green, self.blue))
        return red, green, blue

    def contrast(self, other: "Colour") -> float:
        """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
        dark, light = sorted((self.luminance, other.luminance))
        return (light + 0.05) / (dark + 0.05)

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """Return this colour with a share of another, from 0 to 1."""
        pairs = ((self.red, other.red), (self.green, other.green), (self.blue, other.blue))
        return Colour(*(round(ours + (theirs - ours) * share) for ours, theirs in pairs))

    def at(self, lightness: float) -> "Colour":
        """Return the colour of the same hue that is so light, from 0 to 1, as strong as sRGB can show it."""
        _, a, b = _oklab(self)
        strengths = (step / 20 for step in range(20, -1, -1))
        shown = (_srgb(lightness, a * strength, b * strength) for strength in strengths)
        return next(colour for colour in shown if colour is not None)

    def readable(self, on: tuple["Colour", ...], ratio: float = TEXT) -> "Colour":
        """Return the nearest colour of its hue that has a contrast with each of some colours."""
        return self.nearest(lambda colour: all(colour.contrast(each) >= ratio for each in on))

    def nearest(self, fits: Callable[["Colour"], bool]) -> "Colour":
        """Return the nearest colour of its hue that fits; itself where it does, or none does."""
        if fits(self):
            return self
        own, _, _ = _oklab(self)
        steps = sorted((step / 100 for step in range(101)), key=lambda lightness: abs(lightness - own))
        return next((colour for lightness in steps if fits(colour := self.at(lightness))), self)


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _from_linear(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _oklab(colour: Colour) -> Triple:
    """Return lightness and the two axes of hue (Björn Ottosson, "A perceptual color space", 2020)."""
    red, green, blue = colour._linear
    long, middle, short = (
        math.cbrt(parts[0] * red + parts[1] * green + parts[2] * blue)
        for parts in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    )
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _srgb(lightness: float, a: float, b: float) -> Colour | None:
    """Return the colour at a place of OKLab; None where sRGB cannot show it."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    slack = 0.002  # what rounding to 255 steps swallows
    if not all(-slack <= part <= 1 + slack for part in linear):
        return None
    return Colour(*(round(255 * _from_linear(min(1.0, max(0.0, part)))) for part in linear))
