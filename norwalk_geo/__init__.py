"""
Capital projects and GIS planning for city streets.

Modules are domain nouns, functions are verbs: `norwalk_geo.budget.optimize(...)`. Each is loaded
when first used, so that a command that needs none of them starts at once.
"""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = [
    "ada",
    "barriers",
    "budget",
    "config",
    "deterioration",
    "errors",
    "exchange",
    "faults",
    "files",
    "infrastructure",
    "io",
    "maps",
    "matching",
    "names",
    "needs",
    "network",
    "pci",
    "projects",
    "report",
    "requests",
    "routing",
    "schema",
    "scorecard",
    "sites",
    "sources",
    "towns",
    "transit",
    "treatments",
    "website",
]


def __getattr__(name: str) -> ModuleType:
    """Load a module of the package when it is first named."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the modules."""
    return sorted(__all__)
