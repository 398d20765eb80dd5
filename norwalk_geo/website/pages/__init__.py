"""The residents' site: pages in several languages that answer a question each, words first."""

from __future__ import annotations

from norwalk_geo.website.pages.given import Edition, Given, Reporting
from norwalk_geo.website.pages.site import write_site

__all__ = ["Edition", "Given", "Reporting", "write_site"]
