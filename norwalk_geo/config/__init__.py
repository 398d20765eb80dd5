"""
The city's settings, read from `norwalk.toml`.

A `Config` is frozen and passed in; nothing in the package keeps a setting of its own. Every problem
of the file is reported at once, and an unknown key names the nearest known one.
"""

from __future__ import annotations

from norwalk_geo.config.access import Access
from norwalk_geo.config.asked import EVERY_YEAR, Asked
from norwalk_geo.config.fiscal import first_plan_year, fiscal_year, year_start
from norwalk_geo.config.money import yearly_budget, yearly_funds
from norwalk_geo.config.reading import FILE_NAME, read_config
from norwalk_geo.config.settings import Config, is_address

__all__ = [
    "EVERY_YEAR",
    "FILE_NAME",
    "Access",
    "Asked",
    "Config",
    "first_plan_year",
    "fiscal_year",
    "is_address",
    "read_config",
    "year_start",
    "yearly_budget",
    "yearly_funds",
]
