"""Colours as people see them. The contrasts are those that WebAIM's and the W3C's own examples name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.look import tokens
from contacts.look.colours import BLACK, EDGE, TEXT, WHITE, Colour, ColourError

colours = st.builds(Colour, *[st.integers(0, 255)] * 3)

# What is read on what, by the names of tokens.
READ = {
    "paper": ("ink", "quiet", "accent", "wrong", "careful", "good"),
    "surface": ("ink", "quiet", "accent", "wrong", "careful", "good"),
    "sunken": ("ink", "quiet"),
    "accent-soft": ("ink", "quiet", "accent"),
    "accent": ("on-accent",),
    "band": ("on-band",),
    "wrong-soft": ("ink", "wrong"),
    "careful-soft": ("ink", "careful"),
    "good-soft": ("ink", "good"),
}


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrasts_are_those_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert Colour.of(one).contrast(Colour.of(other)) == pytest.approx(ratio, abs=0.005)


@given(colours)
def test_a_colour_is_found_again_in_its_own_words(colour: Colour) -> None:
    assert Colour.of(str(colour)) == colour
    assert colour.contrast(colour) == 1
    assert max(colour.contrast(WHITE), colour.contrast(BLACK)) >= TEXT


@given(colours)
def test_the_nearest_that_can_be_read_can_be_read(colour: Colour) -> None:
    near = colour.readable((WHITE,))
    assert near.contrast(WHITE) >= TEXT
    assert near == colour or colour.contrast(WHITE) < TEXT


@pytest.mark.parametrize("text", ["", "blue", "#fff", "#12345g", "0b5f85", "#0b5f85ff"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ColourError):
        Colour.of(text)


@pytest.mark.parametrize(("main", "band"), [(tokens.MAIN, tokens.BAND), ("#7a1f5c", "#3b0f2c"), ("#000000", "#ffcc00")])
def test_whatever_is_read_has_the_contrast_of_text_by_day_and_by_night(main: str, band: str) -> None:
    found = tokens.colours(main, band)
    for ground, texts in READ.items():
        for text in texts:
            for day in ("light", "dark"):
                ratio = getattr(found[text], day).contrast(getattr(found[ground], day))
                assert ratio >= TEXT, (text, ground, day, ratio)
    for day in ("light", "dark"):
        assert getattr(found["edge"], day).contrast(getattr(found["surface"], day)) >= EDGE


@given(colours)
def test_every_main_colour_that_is_taken_can_be_read_and_every_other_names_one_that_can(colour: Colour) -> None:
    main = str(colour)
    try:
        tokens.check_main(main)
    except ColourError as nearest:
        main = str(nearest)
        tokens.check_main(main)
    found = tokens.colours(main)
    for day in ("light", "dark"):
        assert getattr(found["accent"], day).contrast(getattr(found["paper"], day)) >= TEXT
        assert getattr(found["on-accent"], day).contrast(getattr(found["accent"], day)) >= TEXT
        assert getattr(found["ink"], day).contrast(getattr(found["accent-soft"], day)) >= TEXT
