"""Python with the packages of production alone, whatever else is installed."""

import re
from importlib.metadata import packages_distributions

from tests.support.image import ROOT

# Python reads a module named sitecustomize before everything else.
_CODE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
"""


def hiding() -> str:
    """Return what sitecustomize.py has to say."""
    return _CODE.format(names=_of_development())


def _of_development() -> set[str]:
    """Return the modules that no package of production has."""
    production, development = (_pinned(name) for name in ("production", "development"))
    found = packages_distributions().items()
    return {module for module, owners in found if not {_plain(owner) for owner in owners} - (development - production)}


def _pinned(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    return {_plain(line.partition("==")[0]) for line in lines if "==" in line}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
