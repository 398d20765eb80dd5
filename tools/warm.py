"""Compile the numerical kernels once, so that the first plan does not wait for it."""

from __future__ import annotations

import importlib
import importlib.util

if __name__ == "__main__" and importlib.util.find_spec("norwalk_geo.budget"):
    budget = importlib.import_module("norwalk_geo.budget")
    if hasattr(budget, "warm"):
        budget.warm()
