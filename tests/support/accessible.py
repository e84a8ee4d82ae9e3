"""What axe finds wrong with a page: WCAG 2.2 A and AA, and its own best practices."""

from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE_AND_DESK = (320, 1280)  # CSS pixels; the narrower one is 1280 magnified four times (WCAG 2.2, 1.4.10)

# What axe is spared: to gather what passes, to ask frames, in which it is not, and style sheets for a rule that is off.
_SPARED = {"resultTypes": ["violations"], "iframes": False, "preload": {"assets": ["media"]}}
# What axe leaves out unless it is asked for, though WCAG 2.2 has it (2.5.8).
_ALL_RULES = {"rules": {"target-size": {"enabled": True}}}
_RULES_OF_COLOUR = {"runOnly": ["color-contrast", "link-in-text-block"]}

_RUN = """async ([parts, options]) => {
    const within = parts.length ? {include: parts.map(part => [part])} : document;
    const {violations} = await axe.run(within, options);
    return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${rule.help}: ${node.html}`));
}"""

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

_LAYOUT = """() => JSON.stringify(Array.from(document.querySelectorAll("*"), element => {
    const box = element.getBoundingClientRect();
    const shown = element.checkVisibility({opacityProperty: true, visibilityProperty: true});
    return [element.tagName, shown, box.x, box.y, box.width, box.height];
}))"""


def violations(page: "Page", *within: str) -> list[str]:
    """Return a line for each element that breaks a rule, on the page as it is shown now, or in these parts of it."""
    return _found(page, within, _ALL_RULES)


def violations_everywhere(page: "Page", *within: str) -> list[str]:
    """Return what axe finds on a phone and on a desk, light and dark, and whether the page scrolls sideways.

    Where everything stands in the dark as it stands in the light, the dark is asked about its colours alone.
    """
    page.wait_for_load_state()
    found = []
    for width in PHONE_AND_DESK:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width}: the page scrolls sideways")
        _wear(page, "light")
        found += [f"{width} light: {line}" for line in violations(page, *within)]
        in_the_light = page.evaluate(_LAYOUT)
        _wear(page, "dark")
        rules = _RULES_OF_COLOUR if page.evaluate(_LAYOUT) == in_the_light else _ALL_RULES
        found += [f"{width} dark: {line}" for line in _found(page, within, rules)]
    return found


def _wear(page: "Page", scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate(_AS_LOADED, scheme == "dark")


def _found(page: "Page", within: tuple[str, ...], rules: dict[str, Any]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, [list(within), _SPARED | rules])
    return found
