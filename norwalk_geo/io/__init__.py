"""Our tables on disk and in databases, read and written exactly and whole, with their origin."""

from __future__ import annotations

from norwalk_geo.io.addresses import shown
from norwalk_geo.io.outputs import writing
from norwalk_geo.io.provenance import Input, describe_input, provenance
from norwalk_geo.io.tables import (
    is_there,
    read_network,
    read_table,
    write_layers,
    write_table,
)

__all__ = [
    "Input",
    "describe_input",
    "is_there",
    "provenance",
    "read_network",
    "read_table",
    "shown",
    "write_layers",
    "write_table",
    "writing",
]
