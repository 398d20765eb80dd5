"""Our tables on disk and in databases, read and written exactly and whole, with their origin."""

from __future__ import annotations

from norwalk_geo.io.addresses import shown
from norwalk_geo.io.edition_record import STATUSES, Kept, changed_files, list_editions
from norwalk_geo.io.editions import check_edition, keep_edition, mark_edition, read_edition
from norwalk_geo.io.formulas import plain_text
from norwalk_geo.io.manifests import MANIFEST, check_manifest, write_manifest
from norwalk_geo.io.outputs import writing
from norwalk_geo.io.provenance import Input, describe_input, digest_of, provenance
from norwalk_geo.io.tables import (
    is_there,
    read_network,
    read_table,
    write_layers,
    write_table,
)

__all__ = [
    "MANIFEST",
    "STATUSES",
    "Input",
    "Kept",
    "changed_files",
    "check_edition",
    "check_manifest",
    "describe_input",
    "digest_of",
    "is_there",
    "keep_edition",
    "list_editions",
    "mark_edition",
    "plain_text",
    "provenance",
    "read_edition",
    "read_network",
    "read_table",
    "shown",
    "write_layers",
    "write_manifest",
    "write_table",
    "writing",
]
