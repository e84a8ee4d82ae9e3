"""The image of the Dockerfile, in a folder: what it copies, by whom and with what environment it is run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "Dockerfile").read_text()
LEFT_OUT = set((ROOT / ".dockerignore").read_text().split())
_STEPS = re.sub(r"\\\n\s*", "", RECIPE.rpartition("\nFROM ")[2]).splitlines()


def steps(word: str) -> list[str]:
    """Return what the last stage says after a word, such as RUN, in its order."""
    return [step.partition(" ")[2] for step in _STEPS if step.startswith(f"{word} ")]


def copied() -> list[str]:
    return [source for source, _, _ in (step.partition(" ") for step in steps("COPY")) if not source.startswith("--")]


def fill(folder: Path) -> None:
    """Copy into a folder what the recipe copies into its own."""
    for source in copied():
        _copy(ROOT / source, folder / source)


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    else:
        shutil.copytree(source, target, ignore=_left_out)


def _left_out(folder: str, names: list[str]) -> set[str]:
    here = Path(folder).relative_to(ROOT)
    return {name for name in names if LEFT_OUT & {name, str(here / name), f"**/{name}"}}


def environment(path: str) -> dict[str, str]:
    """Return what the image sets, over the PATH of the one that it is made from."""
    given = [pair.partition("=") for step in steps("ENV") for pair in shlex.split(step)]
    return {name: value.replace("$PATH", path) for name, _, value in given}


def account() -> tuple[str, int]:
    """Return the account that the image runs as: its name, and its number as the recipe made it."""
    name = steps("USER")[-1]
    made = re.search(rf"^RUN useradd .*--uid (\d+) .*\b{name}$", RECIPE, re.MULTILINE)
    assert made, f"the recipe makes no account {name}"
    return name, int(made[1])
