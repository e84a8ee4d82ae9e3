"""Filters of a list that offer a few choices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest


@dataclass(frozen=True)
class Choice:
    """A choice: its value in the address, its words, and how it narrows the list."""

    value: str
    label: Any
    narrow: Callable[[Any], Any]


class ChoiceFilter(admin.SimpleListFilter):
    """A filter by one of its choices. An unknown value narrows the list no more than none."""

    offered: tuple[Choice, ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(choice.value, choice.label) for choice in self.offered]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = {choice.value: choice.narrow for choice in self.offered}
        return chosen.get(str(self.value()), self.unchosen)(queryset)

    def unchosen(self, queryset: Any) -> Any:
        """Return what the list shows without a choice: everything, unless a filter says otherwise."""
        return queryset
