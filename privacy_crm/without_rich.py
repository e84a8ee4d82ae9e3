"""Structlog without rich, which is here for the demo alone: it would be loaded in each process to colour tracebacks."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import structlog
else:
    hidden = {} if "rich" in sys.modules else {"rich": None}
    sys.modules.update(hidden)
    structlog = import_module("structlog")
    for name in hidden:
        del sys.modules[name]

__all__ = ["structlog"]
