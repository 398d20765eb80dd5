"""How a line looks and what the legend says: words first, then width and dash, then color."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from norwalk_geo import config
from norwalk_geo import pci as pavement
from norwalk_geo.maps.blocks import steps

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

__all__ = [
    "STATUS",
    "Style",
    "amount",
    "band_of",
    "band_styles",
    "tally",
    "view",
    "year_label",
    "year_styles",
]


@dataclass(frozen=True)
class Style:
    """
    Look of a line and its name in the legend.

    Parameters
    ----------
    label
        Words of the legend.
    color
        Color, at least 3:1 against the page.
    width
        Pixels at street scale.
    dash
        Lengths of strokes and gaps in pixels; none for a solid line.
    """

    label: str
    color: str
    width: float
    dash: tuple[float, ...] = ()


STATUS = {
    "not_funded": Style("Work called for, not funded", "#b5481c", 3, (9, 5)),
    "not_needed": Style("No work called for in this plan", "#6f7d86", 1.6),
    "not_surveyed": Style("Never surveyed, so not planned", "#4d4d4d", 2.6, (2, 5)),
    "not_city": Style("Not maintained by the city", "#7a7a7a", 1.4, (12, 4, 2, 4)),
}
_UNSURVEYED = Style("Never surveyed", "#4d4d4d", 2.6, (2, 5))
_BEST, _WORST = 2.6, 5.4
_SOON, _LATE = 6.0, 3.0
# Dark colors that stay apart for the common kinds of color blindness, early to late.
_RAMP = ("#0b2e6b", "#0b5fa5", "#0f7f8c", "#2f7d32", "#77740f", "#a8620a", "#b03a2e", "#8e1c5b")


def year_label(year: int, fiscal_year_start: int | None) -> str:
    """
    Say a fiscal year in months.

    Parameters
    ----------
    year
        Fiscal year.
    fiscal_year_start
        Month in which it begins; unknown where there is none.

    Returns
    -------
    label
        Such as `July 2026–June 2027`, or `fiscal year 2027` where the month is not known.

    Examples
    --------
    >>> year_label(2027, 7), year_label(2027, 1), year_label(2027, None)
    ('July 2026–June 2027', 'January–December 2027', 'fiscal year 2027')
    """
    if fiscal_year_start is None:
        return f"fiscal year {year}"
    first = config.year_start(year, fiscal_year_start)
    last = config.year_start(year + 1, fiscal_year_start) - dt.timedelta(days=1)
    if first.year == last.year:
        return f"{first:%B}–{last:%B} {last.year}"
    return f"{first:%B} {first.year}–{last:%B} {last.year}"


def _spread(first: float, last: float, count: int) -> list[float]:
    """Spread widths evenly."""
    return [round(float(width), 2) for width in np.linspace(first, last, max(count, 1))]


def band_styles(bands: pd.DataFrame) -> list[Style]:
    """
    Give each band of condition a look: the worse, the wider.

    Parameters
    ----------
    bands
        Bands of one scheme, indexed by band, with `pci_min` and `color`.

    Returns
    -------
    styles
        Worst first, then the one for sections never surveyed and the one of others' streets.
    """
    rows = bands.sort_values("pci_min")
    widths = _spread(_WORST, _BEST, len(rows))
    looks = [
        Style(str(name), str(color), width)
        for name, color, width in zip(rows.index, rows["color"], widths, strict=True)
    ]
    return [*looks, _UNSURVEYED, STATUS["not_city"]]


def band_of(pci: pd.Series, bands: pd.DataFrame) -> npt.NDArray[np.int64]:
    """
    Place each condition in its band.

    Parameters
    ----------
    pci
        Condition in points; missing where never surveyed.
    bands
        Bands of one scheme.

    Returns
    -------
    places
        Place in `band_styles`: worst band 0; one past the best band where missing.
    """
    best_first = pavement.band(pci, bands).cat.codes.to_numpy(dtype="int64")
    return np.where(best_first < 0, len(bands), len(bands) - 1 - best_first)


def year_styles(years: list[int], fiscal_year_start: int | None) -> list[Style]:
    """
    Give each year of a plan a look: the sooner, the wider.

    Parameters
    ----------
    years
        Fiscal years in order.
    fiscal_year_start
        Month in which the fiscal year begins, for the words.

    Returns
    -------
    styles
        One a year.
    """
    tones = np.linspace(0, len(_RAMP) - 1, max(len(years), 1))
    return [
        Style(f"Planned for {year_label(year, fiscal_year_start)}", _mix(tone), width)
        for year, tone, width in zip(
            years, tones, _spread(_SOON, _LATE, len(years))[: len(years)], strict=False
        )
    ]


def _mix(tone: float) -> str:
    """Take a color between two neighbors of the ramp."""
    low = int(tone)
    high = min(low + 1, len(_RAMP) - 1)
    pairs = [(int(_RAMP[low][k : k + 2], 16), int(_RAMP[high][k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * (tone - low)):02x}" for a, b in pairs)


def amount(count: int) -> str:
    """
    Write how many sections there are.

    Parameters
    ----------
    count
        How many.

    Returns
    -------
    text
        Such as `1 section`.

    Examples
    --------
    >>> amount(1), amount(1200)
    ('1 section', '1,200 sections')
    """
    return f"{count:,} section{'' if count == 1 else 's'}"


def tally(codes: npt.NDArray[np.int64], miles: pd.Series, size: int) -> list[list[Any]]:
    """
    Count sections and miles of each look, for the legend.

    Parameters
    ----------
    codes
        Look of each section.
    miles
        Centerline miles of each section (the city's share).
    size
        Number of looks.

    Returns
    -------
    rows
        Look and words such as `12 sections, 1.3 miles`, for looks that occur.
    """
    counts = np.bincount(codes, minlength=size)
    lengths = np.bincount(codes, weights=miles.to_numpy(dtype="float64"), minlength=size)
    rows: list[list[Any]] = []
    for look in np.flatnonzero(counts):
        count, length = int(counts[look]), float(lengths[look])
        rows.append([int(look), amount(count) + (f", {length:,.1f} miles" if length else "")])
    return rows


def view(
    label: str, says: str, codes: npt.NDArray[np.int64], base: npt.NDArray[np.int64]
) -> dict[str, Any]:
    """
    Write one choice of a layer: only the sections that look different from its base.

    Parameters
    ----------
    label
        Words of the choice.
    says
        Sentence for those who cannot see the map.
    codes, base
        Look of each section in this choice, and without any.

    Returns
    -------
    view
        Plain values; `legend` is for the caller to add.
    """
    where = np.flatnonzero(codes != base)
    return {
        "label": label,
        "says": says,
        "at": steps(where),
        "to": [int(code) for code in codes[where]],
    }
