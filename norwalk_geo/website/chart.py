"""A small line chart of condition by year, drawn as the page is written: no script, prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from norwalk_geo.schema import Years

__all__ = ["chart"]

_WIDTH, _HEIGHT = 460, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 104, 14, 30
_LABEL_GAP = 18


def chart(years: Years, start: float | None, bands: pd.DataFrame) -> dict[str, Any] | None:
    """
    Place the points of the chart.

    Parameters
    ----------
    years
        Fiscal years with `pci` and `pci_untreated` at their ends, in points.
    start
        Average condition at the start of the plan.
    bands
        Bands of one scheme, drawn as levels.

    Returns
    -------
    chart
        Coordinates for the template; nothing where a condition is not known.
    """
    both = years[["pci", "pci_untreated"]].astype("float64")
    if start is None or both.isna().any(axis=None) or both.empty:
        return None
    step = (_WIDTH - _LEFT - _RIGHT) / len(both)
    tall = _HEIGHT - _TOP - _BOTTOM

    def y(pci: float) -> float:
        return round(_TOP + tall * (1 - pci / 100), 1)

    def points(values: list[float]) -> str:
        return " ".join(f"{_LEFT + step * k:.1f},{y(v)}" for k, v in enumerate([start, *values]))

    planned, idle = (both[name].tolist() for name in ("pci", "pci_untreated"))
    ends = [y(planned[-1]), y(idle[-1])]
    if abs(ends[0] - ends[1]) < _LABEL_GAP:
        middle = sum(ends) / 2
        sign = 1 if ends[0] > ends[1] else -1
        ends = [middle + sign * _LABEL_GAP / 2, middle - sign * _LABEL_GAP / 2]
    every = max(1, -(-len(both) // 5))
    names = bands.index
    return {
        "size": (_WIDTH, _HEIGHT),
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "bottom": _HEIGHT - _BOTTOM,
        "levels": [
            {"y": y(float(low)), "low": f"{low:g}", "name": str(name)}
            for name, low in [*zip(names, bands["pci_min"], strict=True), ("", 100)]
        ],
        "ticks": [
            {"x": round(_LEFT + step * (k + 1), 1), "text": str(year)}
            for k, year in enumerate(both.index)
            if k % every == 0
        ],
        "lines": [
            {"points": points(planned), "y": ends[0], "text": f"Plan {planned[-1]:.0f}"},
            {"points": points(idle), "y": ends[1], "text": f"No work {idle[-1]:.0f}"},
        ],
    }
