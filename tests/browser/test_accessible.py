"""What we look for on every page is found where it is wrong on one page alone, in one scheme or at one width."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.accessible import violations, violations_everywhere

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><html lang="en"><title>Page</title><style>.nameless {display: none} %s</style>
<main><h1>Page</h1><p>Words to read, with <a href="/">a link</a>.</p><button class="nameless"></button></main>"""
IN_THE_DARK = "@media (prefers-color-scheme: dark) {%s}"
FAULTS = {
    "nothing": ("", []),
    "pale": ("p {color: #ccc}", ["320 light", "320 dark", "1280 light", "1280 dark"]),
    "pale in the dark": (IN_THE_DARK % "p {color: #ccc}", ["320 dark", "1280 dark"]),
    "pale at a desk": ("@media (min-width: 900px) {p {color: #ccc}}", ["1280 light", "1280 dark"]),
    "nameless in the dark": (IN_THE_DARK % ".nameless {display: block}", ["320 dark", "1280 dark"]),
    "wide on a phone": ("main {min-width: 600px}", ["320"]),
}


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize(("style", "where"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_somewhere_is_found_there(style: str, where: list[str], page: "Page") -> None:
    page.set_content(PAGE % style)
    found = violations_everywhere(page)
    assert list(dict.fromkeys(line.split(":")[0] for line in found)) == where


def test_only_the_parts_that_are_ours_are_looked_at(page: "Page") -> None:
    page.set_content(PAGE % "p {color: #ccc}")
    assert violations(page, "h1") == []
    assert [line.split(":")[0] for line in violations(page, "h1", "p")] == ["color-contrast"]
