"""Print the licences of a CycloneDX list of components, each with who has it: `python -m docs.licences sbom.json`."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any


def main() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for component in json.loads(Path(sys.argv[1]).read_text())["components"]:
        found[_licence(component)].append(component["name"])
    for licence, names in sorted(found.items()):
        print(f"{licence}: {', '.join(sorted(names))}")


def _licence(component: dict[str, Any]) -> str:
    """Return what a component says of its licence: its expression or identifiers, else the name that it gives."""
    said = component.get("licenses", [])
    names = {each.get("expression") or each["license"].get("id") or each["license"].get("name", "") for each in said}
    short = sorted(name.splitlines()[0] for name in names if name)
    return " or ".join(short) or "not known"


if __name__ == "__main__":
    main()
