"""Put a mutant in the place of a module that is imported already, wherever its functions and constants were taken to.

To import everything anew takes seconds for each mutant. So functions keep their place and get other code, and constants
are exchanged in every module that has them. Call it in a process of its own: nothing is put back.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeAliasType


def swap(name: str, source: str, derived: Iterable[str]) -> None:
    """Let a module be what `source` says, and make again what others derive from it."""
    _take_over(sys.modules[name], source)
    for other in derived:
        module = sys.modules[other]
        _take_over(module, Path(module.__file__ or "").read_text(encoding="utf-8"))


def codes(module: ModuleType) -> set[CodeType]:
    """The code of every function and method that a module defines."""
    members = [member for value in vars(module).values() for member in (value, *_methods(value).values())]
    found = {function.__code__ for member in members for function in _functions(member)}
    return {code for code in found if code.co_filename == module.__file__}


def _take_over(module: ModuleType, source: str) -> None:
    fresh: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, str(module.__file__), "exec"), fresh)  # noqa: S102
    for name, new in fresh.items():
        old = vars(module).get(name)
        if isinstance(new, type):
            _take_code(_methods(old), _methods(new))
        elif isinstance(_inner(new), FunctionType):
            _take_code({name: old}, {name: new})
        elif not name.startswith("__") and not isinstance(new, TypeAliasType) and new != old:
            _exchange(name, old, new)


def _exchange(name: str, old: object, new: object) -> None:
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and vars(module).get(name) is old:
            setattr(module, name, new)


def _take_code(old: dict[str, Any], new: dict[str, Any]) -> None:
    for name in old.keys() & new.keys():
        for ours, theirs in zip(_functions(old[name]), _functions(new[name]), strict=True):
            if ours is not theirs and ours.__code__.co_filename == theirs.__code__.co_filename:
                ours.__code__, ours.__defaults__ = theirs.__code__, theirs.__defaults__
                ours.__kwdefaults__ = theirs.__kwdefaults__
        forget: Callable[[], None] = getattr(old[name], "cache_clear", lambda: None)
        forget()


def _methods(kind: object) -> dict[str, Any]:
    return dict(vars(kind)) if isinstance(kind, type) else {}


def _functions(member: object) -> Iterator[FunctionType]:
    """Yield the function of a function, a method of any kind or a property, without its decorators."""
    for each in (member.fget,) if isinstance(member, property) else (member,):
        if isinstance(inner := _inner(each), FunctionType):
            yield inner


def _inner(member: Any) -> Any:
    while hasattr(member, "__wrapped__"):
        member = member.__wrapped__
    return member
