"""Write the data dictionary from the schemas: `python tools/nomenclature.py FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from norwalk_geo import schema

_INTRO = """\
# Nomenclature

What each table is and what each column means. This page is made from `norwalk_geo/tables/*.csv` by
`make docs`; change the CSV, not the page. *Public* columns may be published; the others never leave
the city's own files. A blank cell means *not surveyed* or *not known*, never zero.
"""


def _allowed(row: pd.Series) -> str:
    """Say which values a column may have."""
    if row["values"]:
        return ", ".join(f"`{value}`" for value in row["values"].split("|"))
    low, high = row["minimum"], row["maximum"]
    if pd.notna(low) and pd.notna(high):
        return f"{low:g} to {high:g}"
    return f"{low:g} or more" if pd.notna(low) else ""


def _section(name: str) -> str:
    """Write one table."""
    table = schema.describe(name)
    cited = (
        *schema.PARAMETERS,
        *schema.SHEET_PARAMETERS,
        *schema.ADA_PARAMETERS,
        *schema.REACH_PARAMETERS,
        *schema.SITE_PARAMETERS,
    )
    kind = "Parameter file" if name in cited else "Table"
    key = ", ".join(f"`{column}`" for column in table.key)
    lines = [
        f"## {name}",
        "",
        f"{kind}. Each row: {table.each_row_is_a}. Key: {key}.",
        "",
        "| column | type | unit | required | allowed | public | meaning |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for column, row in table.columns.iterrows():
        cells = [
            f"`{column}`",
            row["type"],
            row["unit"],
            "yes" if row["required"] else "",
            _allowed(row),
            "yes" if row["public"] else "no",
            row["description"],
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def nomenclature() -> str:
    """
    Write the whole page.

    Returns
    -------
    page
        Markdown, the tables in alphabetical order.
    """
    return "\n".join([_INTRO, *(_section(name) for name in schema.table_names())])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(nomenclature(), encoding="utf-8")
