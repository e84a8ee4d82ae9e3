"""Count, table by table, what goes with certain rows: they, and whatever the database's own cascades take with them.

The tables are found in the models, so that none can be forgotten. The acts and the pages that foresee them count alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import ForeignKey, Model, QuerySet

type Rows = dict[str, int]  # the database's name of a table → rows


def count(roots: Iterable[QuerySet[Any, Any]]) -> Rows:
    """Return how many rows of each table would go if `roots` were deleted, each row counted once.

    Tables of which nothing would go are left out. It is a query for each table that hangs on a root, however many rows.
    """
    found: dict[type[Model], list[QuerySet[Any, Any]]] = defaultdict(list)
    for root in roots:
        found[root.model].append(root.order_by().values("pk"))
    counted = {}
    for model in _parents_first(set(found)):
        keys = _keys(found[model])
        if number := len(keys):
            counted[model._meta.db_table] = number
            for child, column in cascading(model):
                found[child].append(child._base_manager.filter(**{f"{column}__in": keys}).values("pk"))
    return counted


def cascading(model: type[Model]) -> list[tuple[type[Model], str]]:
    """Return the tables whose rows go with a row of this one, each with the field that points at it."""
    return [
        (child, field.name)
        for child in apps.get_models(include_auto_created=True)
        for field in child._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and field.remote_field.model is model
        and field.remote_field.on_delete in {models.DB_CASCADE, models.CASCADE}
    ]


def _parents_first(roots: set[type[Model]]) -> list[type[Model]]:
    """Return every table that may lose rows, each after all of those it hangs on."""
    ordered: list[type[Model]] = []

    def visit(model: type[Model]) -> None:
        if model not in ordered:
            for child, _ in cascading(model):
                visit(child)
            ordered.append(model)

    for model in sorted(roots, key=lambda each: each._meta.label):
        visit(model)
    return ordered[::-1]


def _keys(found: list[QuerySet[Any, Any]]) -> set[Any]:
    return {key for query in found for key in query.values_list("pk", flat=True)}
