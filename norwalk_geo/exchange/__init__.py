"""The same results in other people's standards."""

from __future__ import annotations

from norwalk_geo.exchange.wzdx import Feed, to_wzdx

__all__ = ["Feed", "to_wzdx"]
