"""
Condition of pavements: distress on field sheets → index of sample units → of sections.

The procedure is that of ASTM D6433. An index is kept as given or as calculated: a section that
nobody surveyed has none; it is never zero and never an average unless the caller asks for that, and
then the method says so. Method, sources and limits: `docs/methods/pci.md`.
"""

from __future__ import annotations

from norwalk_geo.pci.condition import assume_class_median, band, latest
from norwalk_geo.pci.curves import corrected, deduct
from norwalk_geo.pci.deducts import deducts
from norwalk_geo.pci.layout import lay_out
from norwalk_geo.pci.rating import rate, warm, working
from norwalk_geo.pci.sampling import choose_units, network_units, units_needed
from norwalk_geo.pci.sections import rate_sections, to_surveys
from norwalk_geo.pci.sheets import Sheets, check_sheets

__all__ = [
    "Sheets",
    "assume_class_median",
    "band",
    "check_sheets",
    "choose_units",
    "corrected",
    "deduct",
    "deducts",
    "latest",
    "lay_out",
    "network_units",
    "rate",
    "rate_sections",
    "to_surveys",
    "units_needed",
    "warm",
    "working",
]
