"""What we look for on every page is found where it is wrong on one page alone, in one scheme or at one width."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.accessible import violations, violations_everywhere
from tests.support.looks import Looks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><html lang="en"><title>Page</title><style>
.nameless {display: none} button {min-height: 30px} %s</style>
<main><h1>Page</h1><p>Words to read, with <a href="/">a link</a>.</p><button class="nameless"></button>
<div><button>One</button><button>Another</button></div></main>"""
IN_THE_DARK = "@media (prefers-color-scheme: dark) {%s}"
AT_A_DESK = "@media (min-width: 900px) {%s}"
SMALL = "div button {min-height: 0; height: 9px; width: 9px; padding: 0}"
FAULTS = {
    "nothing": ("", []),
    "pale": ("p {color: #ccc}", ["320 light", "320 dark", "1280 light", "1280 dark"]),
    "pale in the dark": (IN_THE_DARK % "p {color: #ccc}", ["320 dark", "1280 dark"]),
    "pale at a desk": (AT_A_DESK % "p {color: #ccc}", ["1280 light", "1280 dark"]),
    "nameless in the dark": (IN_THE_DARK % ".nameless {display: block}", ["320 dark", "1280 dark"]),
    "nameless at a desk": (AT_A_DESK % ".nameless {display: block}", ["1280 light"]),
    "small at a desk": (AT_A_DESK % SMALL, ["1280 light"]),
    "wide on a phone": ("main {min-width: 600px}", ["320"]),
}
# The same, of a page of the staff's that comes after one of another name, or of its own, on which nothing was wrong.
AFTER_ANOTHER = {
    "nothing": ("", []),
    "pale": ("p {color: #ccc}", ["390", "1440"]),
    "pale at a desk": (AT_A_DESK % "p {color: #ccc}", ["1440"]),
    "on another ground": ("main {background: #888}", ["390", "1440"]),
    "nameless": (".nameless {display: block}", ["390"]),
    "nameless at a desk": (AT_A_DESK % ".nameless {display: block}", ["1440"]),
    "small at a desk": (AT_A_DESK % SMALL, ["1440"]),
    "wide on a phone": ("main {min-width: 600px}", ["390"]),
}
COLOURS = ("pale", "pale at a desk", "on another ground")


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize(("style", "where"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_somewhere_is_found_there(style: str, where: list[str], page: "Page") -> None:
    page.set_content(PAGE % style)
    found = violations_everywhere(page)
    assert list(dict.fromkeys(line.split(":")[0] for line in found)) == where


@pytest.mark.parametrize(("style", "where"), AFTER_ANOTHER.values(), ids=AFTER_ANOTHER)
def test_what_is_wrong_with_a_page_is_found_after_another_was_looked_at(
    style: str, where: list[str], page: "Page"
) -> None:
    assert _widths(Looks(), page, PAGE % "", PAGE % style) == where


@pytest.mark.parametrize("name", COLOURS)
def test_a_new_colour_of_elements_that_are_known_to_a_page_is_looked_at(name: str, page: "Page") -> None:
    style, where = AFTER_ANOTHER[name]
    looks = Looks()
    assert _widths(looks, page, PAGE % "") == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(PAGE % style)
    assert _of(looks.wrong(page, "0")) == where


def test_an_element_that_is_new_to_a_page_is_looked_at(page: "Page") -> None:
    looks = Looks()
    assert _widths(looks, page, PAGE % "") == []
    page.set_content((PAGE % "").replace("</main>", "<img></main>"))
    assert [line.split(":")[1] for line in looks.wrong(page, "0")] == [" image-alt"]


def test_only_the_parts_that_are_ours_are_looked_at(page: "Page") -> None:
    page.set_content(PAGE % "p {color: #ccc}")
    assert violations(page, "h1") == []
    assert [line.split(":")[0] for line in violations(page, "h1", "p")] == ["color-contrast"]


def _widths(looks: Looks, page: "Page", *pages: str) -> list[str]:
    """Look at pages one after the other, each of another name, and return the widths at which some is wrong."""
    found = []
    for name, content in enumerate(pages):
        page.set_viewport_size({"width": 390, "height": 844})
        page.set_content(content)
        found += looks.wrong(page, str(name))
    return _of(found)


def _of(lines: list[str]) -> list[str]:
    return list(dict.fromkeys(line.split(":")[0] for line in lines))
