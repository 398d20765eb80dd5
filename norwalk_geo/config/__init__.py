"""
The city's settings, read from `norwalk.toml`.

A `Config` is frozen and passed in; nothing in the package keeps a setting of its own. Every problem
of the file is reported at once, and an unknown key names the nearest known one.
"""

from __future__ import annotations

from norwalk_geo.config.fiscal import first_plan_year, fiscal_year, year_start
from norwalk_geo.config.money import yearly_budget
from norwalk_geo.config.reading import FILE_NAME, read_config
from norwalk_geo.config.settings import Config, is_address

__all__ = [
    "FILE_NAME",
    "Config",
    "first_plan_year",
    "fiscal_year",
    "is_address",
    "read_config",
    "year_start",
    "yearly_budget",
]
