"""What one try came to."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Result:
    """`name` is what was tried, `said` what was found, and `remedy` what to do where that is not as it should be."""

    name: str
    state: State
    said: str
    remedy: str = ""


def ok(name: str, said: str) -> Result:
    return Result(name, State.OK, said)


def wrong(name: str, said: str, remedy: str) -> Result:
    return Result(name, State.WRONG, said, remedy)


def unknown(name: str, said: str, remedy: str = "") -> Result:
    return Result(name, State.UNKNOWN, said, remedy)


def tried(name: str, remedy: str, attempt: Callable[[], Iterable[Result]]) -> Iterator[Result]:
    """Yield what an attempt finds. That it fails is a result as well, by its kind alone: a message may quote people."""
    try:
        yield from attempt()
    except Exception as error:
        yield wrong(name, f"failed ({type(error).__name__})", remedy)
