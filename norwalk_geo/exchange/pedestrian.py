"""The files of a sidewalk network in other people's standards."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo.exchange.gatis import to_gatis
from norwalk_geo.exchange.opensidewalks import to_opensidewalks

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges

__all__ = ["write_pedestrian"]

_FEATURES = ("ramps", "walks", "crossings")


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Write one collection."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_pedestrian(
    folder: Path,
    edges: Edges | None,
    features: Mapping[str, pd.DataFrame],
    *,
    as_of: dt.date,
    source: str = "norwalk_geo",
) -> tuple[str, ...]:
    """
    Write a sidewalk network as GATIS and as OpenSidewalks.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    edges
        The network; without one nothing is written.
    features
        Tables that it was made from.
    as_of
        Day that the data describe.
    source
        Who publishes the data, such as the city.

    Returns
    -------
    files
        Names of the files written.
    """
    if edges is None:
        return ()
    own = {name: features[name] for name in _FEATURES if name in features}
    made = {
        "gatis.": to_gatis(edges, own),
        "opensidewalks.": to_opensidewalks(edges, as_of=as_of, source=source),
    }
    names = []
    for prefix, pair in made.items():
        for part, value in zip(("nodes", "edges"), pair, strict=True):
            name = f"{prefix}{part}.geojson"
            _write(folder / name, value)
            names.append(name)
    return tuple(names)
