"""What a page of the staff's looks like to the browser, so that axe is asked about what it has not seen yet."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.support.accessible import COLOURS, EVERYTHING, PLACES, WITHOUT_COLOURS, Rules, only, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: "ViewportSize" = {"width": 390, "height": 844}
DESK: "ViewportSize" = {"width": 1440, "height": 900}

# What is ours of a page, where it has it: Unfold draws the frame around it.
_OURS = ("#content-main", "main", ".pc-stack", ".pc-card")

# Waits until the scripts of a page have run. It needs no script of Playwright's, which each page would have to compile.
# - kinds: its elements, by tag and attributes without numbers
# - colours: what rules about colours read of an element: its own, those that it stands on, the size of its letters
# - shown: all of its elements, and which of them can be seen
_SEEN = r"""async parts => {
    const page = document.documentElement;
    await new Promise((done, fail) => {
        const look = () => page.hasAttribute("x-cloak") || done();
        new MutationObserver(look).observe(page, {attributes: true});
        setTimeout(() => fail(new Error("the scripts of this page have not run")), 60_000);
        look();
    });
    const part = parts.find(each => document.querySelector(each));
    const ours = [...document.querySelectorAll(part)];
    const elements = ours.flatMap(each => [each, ...each.querySelectorAll("*")]);

    const number = text => {
        let [one, other] = [0xdeadbeef, 0x41c6ce57];
        for (let at = 0; at < text.length; at++) {
            one = Math.imul(one ^ text.charCodeAt(at), 2654435761);
            other = Math.imul(other ^ text.charCodeAt(at), 1597334677);
        }
        return (other >>> 11) * 4294967296 + (one >>> 0);
    };
    const html = ours.map(each => each.outerHTML).join("");
    const tags = new Set(html.match(/<[a-z](?:"[^"]*"|[^">])*>/g));
    const kinds = new Set([...tags].map(tag => number(tag.replaceAll(/[\w-]*\d[\w-]*/g, ""))));

    const grounds = new Map([[null, 0]]);
    const ground = element => {
        if (!grounds.has(element)) {
            const has = getComputedStyle(element);
            const own = [has.backgroundColor, has.backgroundImage, has.opacity, has.mixBlendMode, has.filter,
                         has.clipPath, has.position, has.zIndex, has.float].join();
            const adds = own !== "rgba(0, 0, 0, 0),none,1,normal,none,none,static,auto,none";
            const below = ground(element.parentElement);
            grounds.set(element, adds ? number(`${below} ${own}`) : below);
        }
        return grounds.get(element);
    };
    const letters = element => {
        const has = getComputedStyle(element);
        const around = element.parentElement && getComputedStyle(element.parentElement);
        const texts = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
        const length = texts.map(node => node.data.trim()).join("").length;
        const off = "[disabled], [aria-disabled=true], fieldset:disabled *";
        return [has.color, has.fontSize, has.fontWeight, has.textShadow, has.textDecorationLine, has.fontFamily,
                has.borderBottom, around?.color, element.localName, Math.min(2, length),
                element.closest(off) !== null, element.closest("label")?.control?.matches(off)].join();
    };
    const visible = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
    const colours = new Set(elements.filter(visible).map(element => number(`${ground(element)} ${letters(element)}`)));

    const boxes = elements.map(element => {
        const {width, height, right, bottom} = element.getBoundingClientRect();
        return [visible(element), width > 0, height > 0, right > 0, bottom + scrollY > 0].map(Number).join("");
    });
    return {part, wide: page.scrollWidth, kinds: [...kinds], colours: [...colours], shown: number(html + boxes)};
}"""


class Looks:
    """What axe has seen already: kinds of elements by page, colours by width."""

    def __init__(self) -> None:
        self._kinds: defaultdict[str, set[int]] = defaultdict(set)
        self._colours: defaultdict[int, set[int]] = defaultdict(set)

    def wrong(self, page: "Page", name: str) -> list[str]:
        """Return what is wrong with a page on a phone and at a desk, which is left at the other of both sizes.

        Where an element is new to this page, axe looks at both: at the second for all rules only if an element is to be
        seen there that was not, or the other way round. It looks at colours where some are new to this width.
        """
        lines, shown, is_new = [], None, False
        for size in (DESK, PHONE) if page.viewport_size == DESK else (PHONE, DESK):
            page.set_viewport_size(size)
            seen = page.evaluate(_SEEN, _OURS)
            if seen["wide"] != size["width"]:
                lines.append(f"{size['width']}: the page is wider than the screen")
            is_new |= _adds(self._kinds[name], seen["kinds"])
            rules = self._rules(seen, size["width"], is_new=is_new, is_shown_anew=seen["shown"] != shown)
            found = [line for each in rules for line in violations(page, seen["part"], rules=each)]
            lines += [f"{size['width']}: {line}" for line in found]
            shown = seen["shown"]
        return lines

    def _rules(self, seen: dict[str, Any], width: int, *, is_new: bool, is_shown_anew: bool) -> list[Rules]:
        """Return what axe is asked at this width: once or not at all."""
        has_new_colours = _adds(self._colours[width], seen["colours"])
        if is_new and is_shown_anew:
            return [EVERYTHING if has_new_colours else WITHOUT_COLOURS]
        names = [*(PLACES if is_new else ()), *(COLOURS if has_new_colours else ())]
        return [only(*names)] if names else []


def _adds(known: set[int], found: list[int]) -> bool:
    """Take in what was found, and tell whether some of it was not known."""
    before = len(known)
    known.update(found)
    return len(known) > before
