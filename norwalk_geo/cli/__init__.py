"""The command `norwalk`. It reads arguments and shows results; the work is done below."""

from __future__ import annotations

from norwalk_geo.cli.commands import main

__all__ = ["main"]
