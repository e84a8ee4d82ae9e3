"""Draw the house in ARCHITECTURE.md from what holds it up: import contracts, imports, and the docstrings of rooms."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grimp import ImportGraph, build_graph

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "ARCHITECTURE.md"

# Where Django and Celery look for what comes in from outside, and what they read of an app that is no part of it.
DOORS = ("admin", "api", "views", "tasks", "management", "urls")
FITTINGS = ("apps", "checks", "migrations", "personal_data")

_LAYOUT = (
    '%%{init: {"flowchart": {"rankSpacing": 18, "nodeSpacing": 14, "padding": 6,'
    ' "subGraphTitleMargin": {"bottom": 8}}}}%%'
)

type Floor = list[str]  # the rooms or modules of an app that stand beside each other
type Arrows = dict[int, set[int]]


def main() -> None:
    PAGE.write_text(redrawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def redrawn(page: str) -> str:
    """Return the page with everything between its markers made anew. Raises KeyError where a marker names no part."""
    made = _parts()
    marked = re.compile(r"(<!-- made: ([^-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return marked.sub(lambda found: "".join([found[1], *(f"{line}\n" for line in made[found[2]]), found[3]]), page)


def _parts() -> dict[str, Iterable[str]]:
    """Return the lines of each part that can be made."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    stacked = [contract for contract in contracts if contract["type"] == "layers"]
    (apps,) = (contract["layers"] for contract in stacked if "containers" not in contract)
    graph = build_graph(*apps, cache_dir=None)
    floors: dict[str, list[Floor]] = {app: [[room] for room in _packages(graph, app)] for app in apps}
    floors |= {contract["containers"][0]: _floors(contract) for contract in stacked if "containers" in contract}
    rooms = {app: [room for floor in stack for room in floor if room not in DOORS] for app, stack in floors.items()}
    rooms["privacy_crm/staff"] = _packages(graph, "privacy_crm.staff")
    tables = {f"rooms of {within}": _table(names, f"{within}/") for within, names in rooms.items()}
    return {"drawing": _drawing(graph, floors), "apps": _table(apps, kind="app"), **tables}


def _packages(graph: ImportGraph, parent: str) -> list[str]:
    names = (name.rpartition(".")[2] for name in sorted(graph.find_children(parent)) if graph.find_children(name))
    return [name for name in names if _said(parent.replace(".", "/") + f"/{name}")]


def _floors(contract: dict[str, Any]) -> list[Floor]:
    """Return the layers of a contract, the doors as one on top, without what is no room."""
    layers = [layer.split(" | ") for layer in contract["layers"]]
    doors = [name for name in DOORS if any(name in layer for layer in layers)]
    rooms = [[name for name in layer if name not in DOORS + FITTINGS] for layer in layers]
    return [floor for floor in [doors, *rooms] if floor]


def _drawing(graph: ImportGraph, floors: dict[str, list[Floor]]) -> Iterator[str]:
    yield from ("```mermaid", _LAYOUT, "flowchart TB")
    for app, stack in floors.items():
        yield from (f"  subgraph {app}", "    direction LR")
        yield from (f'    {app}{place}["{"<br>".join(floor)}"]' for place, floor in enumerate(stack))
        arrows = _arrows(graph, app, stack)
        yield from (f"    {app}{upper} --> {app}{lower}" for upper, lower in _direct(arrows))
        yield "  end"
    yield from (f"  {' --> '.join(floors)}", "```")


def _arrows(graph: ImportGraph, app: str, stack: list[Floor]) -> Arrows:
    """Return which floors each floor imports from."""
    places = {f"{app}.{name}": place for place, floor in enumerate(stack) for name in floor}
    arrows: Arrows = {place: set() for place in range(len(stack))}
    for room, place in places.items():
        for module in {room} | graph.find_descendants(room):
            imported = (".".join(name.split(".")[:2]) for name in graph.find_modules_directly_imported_by(module))
            arrows[place] |= {places[name] for name in imported if name in places} - {place}
    return arrows


def _direct(arrows: Arrows) -> Iterator[tuple[int, int]]:
    """Leave out each arrow that only shortens a way along others, so that the drawing can be read."""
    for upper, lowers in arrows.items():
        yield from ((upper, lower) for lower in sorted(lowers) if lower not in _below(arrows, lowers))


def _below(arrows: Arrows, places: Iterable[int]) -> set[int]:
    return {deeper for place in places for deeper in arrows[place] | _below(arrows, arrows[place])}


def _table(names: list[str], within: str = "", *, kind: str = "room") -> Iterator[str]:
    yield from (f"| {kind} | what is in it |", "|---|---|")
    yield from (f"| `{name}/` | {said} |" for name in names if (said := _said(within + name)))


def _said(folder: str) -> str:
    """Return the first paragraph of a package's docstring, or nothing where there is none."""
    package = ROOT / folder / "__init__.py"
    said = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) if package.exists() else None
    return (said or "").partition("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    main()
