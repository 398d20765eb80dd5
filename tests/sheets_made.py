"""Field sheets for tests: drawn by hypothesis, or random and many. All are invented."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from norwalk_geo import pci

PLAIN = {12, 31, 32, 33, 37}
LENGTHS, COUNTS, UNIT = {4, 7, 8, 9, 10}, {13}, {26}
CODES = {code: "AC" if code <= 20 else "PCC" for code in range(1, 40)}
DAY = "2024-05-01"
Row = tuple[int, str, float]


def sheet(surface: object, area: object, rows: list[Any], **more: object) -> dict[str, Any]:
    """One sheet as a record."""
    return {"surface": surface, "area": area, "rows": rows, **more}


def lists(made: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two lists of some sheets; each is a section of its own unless it says otherwise."""
    samples, distress = [], []
    for number, one in enumerate(made):
        key = {"section_id": one.get("section_id", f"s{number}"), "sample_id": f"u{number}"}
        rest = {name: value for name, value in one.items() if name != "rows"}
        samples.append({**key, "kind": "random", "survey_date": DAY, **rest})
        distress += [
            {**key, "distress_code": code, "severity": severity, "quantity": quantity}
            for code, severity, quantity in one["rows"]
        ]
    columns = ["section_id", "sample_id", "distress_code", "severity", "quantity"]
    return pd.DataFrame(samples), pd.DataFrame(distress, columns=columns)


def rated(made: list[dict[str, Any]], units: str = "us") -> pd.DataFrame:
    return pci.rate(pci.check_sheets(*lists(made), units=units))


@st.composite
def _rows(draw: st.DrawFn, surface: str, area: float, max_rows: int) -> list[Row]:
    own = [code for code, its in CODES.items() if its == surface]
    codes = draw(st.lists(st.sampled_from(own), max_size=max_rows, unique=True))
    rows: list[Row] = []
    for code in codes:
        levels = (
            [""]
            if code in PLAIN
            else draw(
                st.lists(
                    st.sampled_from("LMH"),
                    min_size=1,
                    max_size=1 if code in UNIT else 3,
                    unique=True,
                )
            )
        )
        for severity in levels:
            if code in UNIT:
                quantity = area
            elif surface == "PCC":
                quantity = draw(st.integers(0, int(area) // 3))
            elif code in COUNTS:
                quantity = draw(st.integers(0, 30))
            else:
                quantity = draw(st.floats(0.5, area / 3))
            rows.append((code, severity, float(quantity)))
    return rows


@st.composite
def sheets(
    draw: st.DrawFn, *, surface: str | None = None, max_rows: int = 9
) -> list[dict[str, Any]]:
    """A few sheets with any distress that there is room for."""
    made = []
    for _ in range(draw(st.integers(1, 4))):
        its = surface or draw(st.sampled_from(["AC", "PCC"]))
        area = float(draw(st.integers(1500, 3500) if its == "AC" else st.integers(3, 40)))
        made.append(sheet(its, area, draw(_rows(its, area, max_rows))))
    return made


def _random_rows(rng: np.random.Generator, surface: str, area: float) -> list[Row]:
    own = np.arange(1, 21) if surface == "AC" else np.arange(21, 40)
    rows: list[Row] = []
    for code in rng.choice(own, size=rng.integers(0, 10), replace=False).tolist():
        count = 1 if code in PLAIN | UNIT else int(rng.integers(1, 3))
        levels = [""] if code in PLAIN else rng.choice(list("LMH"), count, replace=False).tolist()
        for severity in levels:
            if code in UNIT:
                quantity = area
            elif surface == "PCC":
                quantity = float(rng.integers(0, int(area) // 3 + 1))
            elif code in COUNTS:
                quantity = float(rng.integers(0, 12))
            else:
                quantity = float(10 ** rng.uniform(-1, np.log10(area / 3)))
            rows.append((code, severity, quantity))
    return rows


def random_lists(
    count: int, *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str, float, list[Row]]]]:
    """Many random sheets, as lists and as what the transcription takes."""
    rng = np.random.default_rng(seed)
    told = []
    for _ in range(count):
        surface = "AC" if rng.random() < 0.6 else "PCC"
        area = float(rng.integers(500, 6000) if surface == "AC" else rng.integers(3, 40))
        told.append((surface, area, _random_rows(rng, surface, area)))
    # The units are said, since areas this different would look mixed.
    made = [sheet(surface, area, rows, units="us") for surface, area, rows in told]
    return (*lists(made), told)
