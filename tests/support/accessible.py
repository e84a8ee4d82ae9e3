"""What axe finds wrong with a page: WCAG 2.2 A and AA, and its own best practices."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import axe_playwright_python
from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE_AND_DESK = (320, 1280)  # CSS pixels; the narrower one is 1280 magnified four times (WCAG 2.2, 1.4.10)

# Rules that read colours, and those that read places and sizes. All others read elements, and whether they are shown.
COLOURS = ("color-contrast", "link-in-text-block")
PLACES = ("target-size", "scrollable-region-focusable")

type Rules = dict[str, Any]

# With what axe leaves out unless it is asked for, though WCAG 2.2 has it (2.5.8).
EVERYTHING: Rules = {"rules": {"target-size": {"enabled": True}}}
WITHOUT_COLOURS: Rules = {"rules": EVERYTHING["rules"] | {name: {"enabled": False} for name in COLOURS}}

# What axe is spared: to gather what passes, to ask frames, in which it is not, and style sheets for a rule that is off.
_SPARED = {"resultTypes": ["violations"], "iframes": False, "preload": {"assets": ["media"]}}

# A page that has static files of ours gets axe as one of them (`tests/settings.py`), which need not be sent each time.
# A site that runs on settings of its own has it not.
FOLDER = Path(axe_playwright_python.__file__).parent
_BROUGHT = """async () => {
    if ("axe" in window) return true;
    if (!document.querySelector("link[href^='/static/']")) return false;
    const script = document.createElement("script");
    script.src = "/static/axe.min.js";
    const loaded = new Promise(done => { script.onload = () => done(true); script.onerror = () => done(false); });
    document.head.append(script);
    const there = await loaded;
    script.remove();
    return there;
}"""

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

# Which elements there are, which of them can be seen, and where they stand.
_LAYOUT = """() => {
    const all = Array.from(document.querySelectorAll("*"), element => [element, element.getBoundingClientRect()]);
    const shown = all.map(([element, {width, height, right, bottom}]) => {
        const visible = element.checkVisibility({opacityProperty: true, visibilityProperty: true});
        return [visible, width > 0, height > 0, right > 0, bottom + scrollY > 0].map(Number).join("");
    });
    const places = all.map(([, {x, y, width, height}]) => [x, y, width, height].join());
    return [document.body.outerHTML, shown.join(), places.join(" ")];
}"""


def violations(page: "Page", *within: str, rules: Rules = EVERYTHING) -> list[str]:
    """Return a line for each element that breaks a rule, on the page as it is shown now, or in these parts of it."""
    if not page.evaluate(_BROUGHT):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, [list(within), _SPARED | rules])
    return found


def violations_everywhere(page: "Page", *within: str) -> list[str]:
    """Return what axe finds on a phone and on a desk, light and dark, and whether the page scrolls sideways.

    Where everything that can be seen on a phone can be seen at a desk, and nothing else, the desk is asked about places
    and colours alone; the dark about colours, where everything stands as it stands in the light.
    """
    page.wait_for_load_state()
    found, on_a_phone = [], None
    for width in PHONE_AND_DESK:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width}: the page scrolls sideways")
        _wear(page, "light")
        html, shown, places = page.evaluate(_LAYOUT)
        rules = only(*COLOURS, *PLACES) if (html, shown) == on_a_phone else EVERYTHING
        found += [f"{width} light: {line}" for line in violations(page, *within, rules=rules)]
        _wear(page, "dark")
        rules = only(*COLOURS) if page.evaluate(_LAYOUT)[1:] == [shown, places] else EVERYTHING
        found += [f"{width} dark: {line}" for line in violations(page, *within, rules=rules)]
        on_a_phone = html, shown
    return found


def only(*names: str) -> Rules:
    return {"runOnly": list(names)}


def _wear(page: "Page", scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate(_AS_LOADED, scheme == "dark")
