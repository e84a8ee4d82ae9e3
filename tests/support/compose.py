"""docker-compose.yml as Docker reads it: each service with what it is given, and nothing else."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.support import image

FILE = image.ROOT / "docker-compose.yml"
# `$$`, `${NAME}`, `${NAME:-else}` and `${NAME:?what to do}`.
_NAMED = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")
_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30}
_GRACE = 10.0  # what Docker gives a container to end


class ComposeError(Exception):
    """The file asks for something that is not there."""


@dataclass(frozen=True)
class Service:
    """One of our own, with the values that the operator gave."""

    name: str
    said: dict[str, Any]
    outside: Mapping[str, str]

    @property
    def command(self) -> list[str]:
        """What is run: of the image, where the service names nothing."""
        command = [*_words(self.said.get("entrypoint", [])), *_words(self.said.get("command", []))]
        return command or json.loads(image.steps("CMD")[-1])

    @property
    def environment(self) -> dict[str, str]:
        """What the service sets, and what it lets in from outside where it is set there."""
        given = self.said.get("environment", {})
        named = given if isinstance(given, dict) else dict(each.partition("=")[::2] for each in given)
        found = {name: self.outside.get(name) if value is None else str(value) for name, value in named.items()}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def uid(self) -> int:
        """As whom it runs: as the image says, unless the service has a number of its own."""
        return int(self.said.get("user") or image.account()[1])

    @property
    def folder(self) -> str:
        return str(self.said.get("working_dir") or image.steps("WORKDIR")[-1])

    @property
    def tmpfs(self) -> dict[str, int]:
        """Where it has memory for a disk, and how much."""
        named = self.said.get("tmpfs", [])
        found = (each.partition(":") for each in ([named] if isinstance(named, str) else named))
        return {path: size(re.sub(".*size=", "", options) or "0") for path, _, options in found}

    @property
    def volumes(self) -> dict[str, tuple[str, bool]]:
        """Of each path in the container: the volume or the file outside, and whether it may be written to."""
        found = (each.split(":") for each in self.said.get("volumes", []))
        return {path: (source, "ro" not in options) for source, path, *options in found}

    @property
    def secrets(self) -> list[str]:
        return list(self.said.get("secrets", []))

    @property
    def check(self) -> list[str] | None:
        """How Docker asks whether it is well."""
        asked = self.said.get("healthcheck", {}).get("test")
        if not asked:
            return None
        kind, *words = ["CMD-SHELL", asked] if isinstance(asked, str) else asked
        return ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words

    @property
    def grace(self) -> float:
        return seconds(self.said.get("stop_grace_period", "")) or _GRACE

    @property
    def awaited(self) -> dict[str, str]:
        """Which services it waits for, and until what is true of them."""
        needed = self.said.get("depends_on", {})
        return {name: said["condition"] for name, said in needed.items()} if isinstance(needed, dict) else {}


def read(outside: Mapping[str, str], file: Path = FILE) -> dict[str, Any]:
    """Return the whole file, with the operator's values. Raises ComposeError where one is missing."""
    said: dict[str, Any] = _filled(yaml.safe_load(file.read_text()), outside)
    return said


def services(outside: Mapping[str, str]) -> dict[str, Service]:
    """Return the services that run our own image."""
    found = read(outside)["services"]
    return {name: Service(name, said, outside) for name, said in found.items() if "build" in said}


def size(said: str) -> int:
    return int(float(said.rstrip("kmgKMGbB")) * _BYTES.get(re.sub(r"[^kmg]", "", said.lower()), 1))


def seconds(said: str) -> float:
    return sum(float(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in re.findall(r"(\d+)([hms])", said))


def _words(said: str | list[str]) -> list[str]:
    return shlex.split(said) if isinstance(said, str) else [str(each) for each in said]


def _filled(said: Any, outside: Mapping[str, str]) -> Any:
    if isinstance(said, dict):
        return {name: _filled(value, outside) for name, value in said.items()}
    if isinstance(said, list):
        return [_filled(each, outside) for each in said]
    return _NAMED.sub(partial(_value, outside), said) if isinstance(said, str) else said


def _value(outside: Mapping[str, str], found: re.Match[str]) -> str:
    dollar, name, kind, text = found.groups()
    if dollar:
        return str(dollar)
    value = outside.get(name) or ""
    if not value and kind == "?":
        raise ComposeError(text)
    return value or text or ""
