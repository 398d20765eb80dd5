"""Our tables on disk: read and written exactly, outputs switched in whole, with their origin."""

from __future__ import annotations

from norwalk_geo.io.outputs import writing
from norwalk_geo.io.provenance import Input, describe_input, provenance
from norwalk_geo.io.tables import read_network, read_table, write_layers, write_table

__all__ = [
    "Input",
    "describe_input",
    "provenance",
    "read_network",
    "read_table",
    "write_layers",
    "write_table",
    "writing",
]
