"""What axe finds wrong with a page: WCAG 2.2 A and AA, and its own best practices."""

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

LIGHT_AND_DARK = ("light", "dark")
PHONE_AND_DESK = (320, 1280)  # CSS pixels; the narrower one is 1280 magnified four times (WCAG 2.2, 1.4.10)

# What axe leaves out unless it is asked for, though WCAG 2.2 has it (2.5.8).
_ALSO = {"rules": {"target-size": {"enabled": True}}}

# The staff's pages ask for the scheme when they are loaded, and not again: a dialog would never be seen in the dark.
# Colours that fade from one scheme into the other are looked at once they are there.
_AS_LOADED = """async dark => {
    const page = document.documentElement;
    if (!page.hasAttribute("x-data")) return;
    page.classList.toggle("dark", dark);
    await Promise.allSettled(
        document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished),
    );
}"""


def violations(page: "Page", *within: str) -> list[str]:
    """Return a line for each element that breaks a rule, on the page as it is shown now, or in these parts of it."""
    context = {"include": [[part] for part in within]} if within else None
    found = Axe().run(page, context=context, options=_ALSO).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]


def violations_everywhere(page: "Page", *within: str) -> list[str]:
    """Return what axe finds on a phone and on a desk, light and dark, and whether the page scrolls sideways."""
    page.wait_for_load_state()
    found = []
    for width in PHONE_AND_DESK:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width}: the page scrolls sideways")
        for scheme in LIGHT_AND_DARK:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(_AS_LOADED, scheme == "dark")
            found += [f"{width} {scheme}: {line}" for line in violations(page, *within)]
    return found
