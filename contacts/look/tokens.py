"""The tokens of design, with a company's two colours in place of the product's own."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from contacts.look.colours import BLACK, TEXT, WHITE, Colour, ColourError

_SOURCE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "tokens.toml").read_text(encoding="utf-8"))

MAIN, BAND = (_SOURCE["colour"][name][0] for name in ("accent", "band"))
FONT: str = _SOURCE["type"]["font"]

# How light the steps of one hue are, from nearly white to nearly black, by the names that Unfold gives them.
_STEPS = {50: 0.975, 100: 0.945, 200: 0.895, 300: 0.82, 400: 0.74, 500: 0.66, 700: 0.425, 800: 0.375, 900: 0.325}
_STEPS |= {950: 0.245}


@dataclass(frozen=True)
class Pair:
    """One colour by day and by night."""

    light: Colour
    dark: Colour

    def __str__(self) -> str:
        return f"light-dark({self.light}, {self.dark})"


def _pair(name: str) -> Pair:
    light, dark = _SOURCE["colour"][name]
    return Pair(Colour.of(light), Colour.of(dark))


@lru_cache(maxsize=16)
def colours(main: str = MAIN, band: str = BAND) -> dict[str, Pair]:
    """Return every colour, by name. Raises ColourError where a text names none."""
    found = {name: _pair(name) for name in _SOURCE["colour"]}
    if main != MAIN:
        found |= _of_main(Colour.of(main), found["paper"])
    if band != BAND:
        found |= _of_band(Colour.of(band))
    return found


def _of_main(main: Colour, paper: Pair) -> dict[str, Pair]:
    dark = main.at(0.79).readable((paper.dark,), 7)
    soft = Pair(WHITE.mixed(main, 0.08), paper.dark.mixed(dark, 0.12))
    return {
        "accent": Pair(main, dark),
        "on-accent": Pair(text_on(main), text_on(dark)),
        "accent-soft": soft,
    }


def _of_band(band: Colour) -> dict[str, Pair]:
    dark = band if band.luminance < 0.1 else band.at(0.26)
    return {"band": Pair(band, dark), "on-band": Pair(text_on(band), text_on(dark))}


def text_on(colour: Colour) -> Colour:
    """Return white or black, whichever reads better on a colour."""
    return max((WHITE, BLACK), key=colour.contrast)


def check_main(text: str) -> None:
    """Refuse a colour in which links could not be read. Raises ColourError, whose message is the nearest that can."""
    main = Colour.of(text)
    if not _is_readable(main):
        raise ColourError(str(main.nearest(_is_readable)))


def _is_readable(main: Colour) -> bool:
    """Tell whether links of this colour can be read wherever they stand by day; for the night it is made lighter."""
    own = colours()
    grounds = (own["paper"].light, own["surface"].light, _of_main(main, own["paper"])["accent-soft"].light)
    return all(main.contrast(ground) >= TEXT for ground in grounds)


def stylesheet(main: str = MAIN, band: str = BAND) -> str:
    """Return the tokens as custom properties of CSS, with the steps of the main colour that Unfold asks for."""
    found = colours(main, band)
    accent = found["accent"]
    named = {name: str(pair) for name, pair in found.items()}
    for part in ("type", "space", "shape"):
        named |= _SOURCE[part]
    steps = {f"color-primary-{step}": str(accent.light.at(light)) for step, light in _STEPS.items()}
    steps["color-primary-600"] = str(accent.light)
    # Unfold sets its own steps in a style sheet that comes later.
    return f":root {{\n{_lines(named)}}}\n:root:root {{\n{_lines(steps)}}}\n"


def _lines(values: dict[str, str]) -> str:
    return "".join(f"    --{name}: {value};\n" for name, value in values.items())


def on_paper(main: str = MAIN) -> dict[str, str]:
    """Return the colours that a printed page has, for Typst."""
    found = colours(main)
    return {name: str(found[name].light) for name in ("ink", "quiet", "line", "accent", "accent-soft", "wrong-soft")}
