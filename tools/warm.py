"""Compile the numerical kernels once, so that the first plan does not wait for it."""

from __future__ import annotations

import importlib
import importlib.util

if __name__ == "__main__":
    for name in ("budget", "pci"):
        if importlib.util.find_spec(f"norwalk_geo.{name}"):
            room = importlib.import_module(f"norwalk_geo.{name}")
            if hasattr(room, "warm"):
                room.warm()
