"""How stressful a street is to ride on: the least and the most that it can be, as far as known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges

__all__ = ["stress_levels"]

_CALMEST, _WORST = 1, 4
_HOMES = ("residential", "alley")
# Where lanes or speed are not given, a street may have as few or as many as there are.
_FEWEST, _MOST = 1.0, 99.0


def _lookup(
    rows: pd.DataFrame, bikeway: pd.Series, home: pd.Series, lanes: pd.Series, mph: pd.Series
) -> npt.NDArray[np.int64]:
    """Take the lowest level of the rows that each street fits."""
    level = np.full(len(bikeway), _WORST, dtype="int64")
    for _, row in rows.sort_values("stress", ascending=False, kind="stable").iterrows():
        fits = bikeway.eq(row["bikeway"]) & lanes.le(row["lanes_up_to"]) & mph.le(row["mph_up_to"])
        if row["only_residential"]:
            fits &= home
        level[fits.to_numpy()] = row["stress"]
    return level


def stress_levels(edges: Edges, *, rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Rate edges by level of traffic stress for bicycles.

    The level depends on what a bicycle rides on, lanes and speed [1]_. Where one of them is not
    given, the level lies between that of the calmest and of the worst street that it can be.

    Parameters
    ----------
    edges
        Uses `kind`, `bikeway`, `lanes`, `speed_mph` and `functional_class` where given. Paths are
        level 1.
    rows
        Levels by street. By default the file `bicycle_stress` that ships.

    Returns
    -------
    levels
        Aligned to `edges`: `least` and `most`, from 1 (children) to 4 (few), and `missing`, the
        columns that would have to be known to tell more.

    References
    ----------
    .. [1] Mekuria, Furth and Nixon, *Low-Stress Bicycling and Network Connectivity*, Mineta
       Transportation Institute Report 11-19, 2012.

    Examples
    --------
    >>> street = {"kind": "street", "bikeway": "mixed", "functional_class": "residential"}
    >>> levels = stress_levels(pd.DataFrame([street | {"speed_mph": 25}, street], index=["a", "b"]))
    >>> levels[["least", "most"]].to_numpy().tolist()
    [[1, 4], [1, 4]]
    """
    table = schema.parameters("bicycle_stress") if rows is None else rows
    path = edges["kind"].ne("street")
    home = column(edges, "functional_class", None).isin(_HOMES)
    given: dict[str, pd.Series] = {
        "bikeway": column(edges, "bikeway", None).astype("str"),
        "lanes": column(edges, "lanes", None).astype("float64"),
        "speed_mph": column(edges, "speed_mph", None).astype("float64"),
    }
    ends = []
    for bikeway, number in (("separated", _FEWEST), ("mixed", _MOST)):
        on = given["bikeway"].fillna(bikeway)
        on = on.mask(path, "separated")
        ends.append(
            _lookup(
                table, on, home, given["lanes"].fillna(number), given["speed_mph"].fillna(number)
            )
        )
    sure = ends[0] == ends[1]
    missing = np.full(len(edges), "", dtype=object)
    for name, cells in given.items():
        missing[~sure & cells.isna().to_numpy()] += f"{name} "
    return pd.DataFrame(
        {
            "least": ends[0],
            "most": ends[1],
            "missing": pd.Series(missing, index=edges.index, dtype="str").str.strip(),
        },
        index=edges.index,
    )
