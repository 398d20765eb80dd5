"""What a traveller can pass: each rule says what blocks, and what would have to be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.network.model import column
from norwalk_geo.routing.stress import stress_levels

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges

__all__ = ["Passing", "grade", "passing"]

_Mask: TypeAlias = npt.NDArray[np.bool_]
# Kinds that a mode may use where its access column is blank.
_OPEN = {
    "walk": ("street", "walk", "crossing", "path", "steps", "ramp"),
    "bike": ("street", "path"),
    "drive": ("street",),
}
_ACCESS = {"walk": "foot_access", "bike": "bike_access", "drive": "car_access"}
_CORNERS = ("street", "crossing", "ramp")
_AGAINST = ("against", "with")


@dataclass(frozen=True)
class Passing:
    """
    Who can pass, in both directions.

    Parameters
    ----------
    is_open
        Whether the mode is allowed there at all.
    blocked
        Whether something stops the traveller: a row a direction, forward first.
    unknown
        Whether something is not known that could stop the traveller, and nothing known does.
    blocked_by, unknown_by
        Names of the columns, with blanks between them.
    """

    is_open: _Mask
    blocked: _Mask
    unknown: _Mask
    blocked_by: pd.Series
    unknown_by: pd.Series


def grade(edges: Edges, *, backward: bool) -> npt.NDArray[np.float64]:
    """
    Take the slope of edges as they are travelled.

    Parameters
    ----------
    edges
        Uses `running_slope_pct` where given.
    backward
        Whether against the direction drawn.

    Returns
    -------
    grade
        Rise over run, up is positive; missing where not measured.
    """
    slope = column(edges, "running_slope_pct", np.nan).astype("float64").to_numpy() / 100
    return np.where(slope == 0, 0.0, -slope) if backward else slope


def _access(edges: Edges, mode: str) -> _Mask:
    """Tell where the mode is allowed at all."""
    said = column(edges, _ACCESS[mode], None).astype("str")
    by_kind = edges["kind"].isin(_OPEN[mode])
    return np.asarray(said.eq("yes") | (by_kind & said.ne("no").fillna(value=True)), dtype=bool)


def _measured(
    edges: Edges, profile: pd.Series, needs_of: pd.Series
) -> Iterator[tuple[str, _Mask, _Mask]]:
    """Judge what is measured in numbers: column, blocked, not known."""
    walked = needs_of["walked"]
    for name, limit, sign in (
        ("cross_slope_pct", profile["cross_slope_limit_pct"], 1),
        ("width_in", profile["least_width_in"], -1),
    ):
        if pd.isna(limit):
            continue
        value = column(edges, name, np.nan).astype("float64").to_numpy()
        yield name, walked & (sign * value > sign * limit), walked & np.isnan(value)


def _surveyed(edges: Edges, profile: pd.Series) -> Iterator[tuple[str, _Mask, _Mask]]:
    """Judge what is there or is not: column, blocked, not known."""
    kind = edges["kind"]
    for name, needed, kinds in (
        ("is_paved", profile["needs_paved"], ("walk", "crossing", "path", "street")),
        ("has_curb_ramps", profile["needs_curb_ramps"], _CORNERS),
        ("sidewalk", profile["needs_walk"], ("street",)),
    ):
        if not needed:
            continue
        value = column(edges, name, None)
        if name == "sidewalk":
            value = value.astype("str").ne("no").mask(value.isna())
        value = value.astype("boolean")
        asked = kind.isin(kinds).to_numpy()
        no = value.eq(other=False).fillna(value=False).to_numpy(dtype=bool)
        # A curb that is known to be high stops wheels wherever it is, in the middle of a walk, too.
        stops = no if name == "has_curb_ramps" else asked & no
        yield name, stops, asked & value.isna().to_numpy()


def _closed_to_chairs(edges: Edges, profile: pd.Series) -> dict[str, _Mask]:
    """Judge what is closed to wheels that cannot be lifted."""
    closed = {}
    if not profile["may_use_steps"]:
        closed["steps"] = edges["kind"].eq("steps").to_numpy()
    if profile["needs_curb_ramps"]:
        said = column(edges, "wheelchair_access", None).astype("str")
        closed["wheelchair_access"] = said.eq("no").fillna(value=False).to_numpy(dtype=bool)
    return closed


def _sloped(edges: Edges, profile: pd.Series) -> Iterator[tuple[str, _Mask, _Mask]]:
    """Judge the slope in both directions: column, blocked, not known."""
    up, down = profile["uphill_limit_pct"] / 100, profile["downhill_limit_pct"] / 100
    if pd.isna(up) and pd.isna(down):
        return
    slopes = np.stack([grade(edges, backward=way) for way in (False, True)])
    with np.errstate(invalid="ignore"):
        steep = (slopes > up) | (slopes < -down)
    yield "running_slope_pct", steep, np.isnan(slopes)


def _wheeled(edges: Edges, profile: pd.Series) -> Iterator[tuple[str, _Mask, _Mask]]:
    """Judge what stops wheels on the street: columns, blocked, not known."""
    said = column(edges, "one_way", None).astype("str")
    against = np.stack([said.eq(word).fillna(value=False).to_numpy(bool) for word in _AGAINST])
    yield "one_way", against, np.zeros_like(against)
    if profile["mode"] == "bike" and pd.notna(profile["stress_limit"]):
        levels = stress_levels(edges)
        limit = int(profile["stress_limit"])
        unsure = levels["most"].gt(limit) & levels["least"].le(limit)
        worse = levels["least"].gt(limit)
        yield "stress", worse.to_numpy(), np.zeros(len(edges), dtype=bool)
        for name in ("bikeway", "lanes", "speed_mph"):
            lacks = unsure & levels["missing"].str.contains(name, regex=False)
            yield name, np.zeros(len(edges), dtype=bool), lacks.to_numpy()


def passing(edges: Edges, profile: pd.Series) -> Passing:
    """
    Judge every edge for one traveller.

    Parameters
    ----------
    edges
        Checked table.
    profile
        Row of the file `profiles`.

    Returns
    -------
    passing
        In the order of the rows.
    """
    size, mode = len(edges), str(profile["mode"])
    is_open = _access(edges, mode)
    closed = {_ACCESS[mode]: ~is_open}
    if mode == "walk":
        closed |= _closed_to_chairs(edges, profile)
    rules = [(name, mask, np.zeros(size, dtype=bool)) for name, mask in closed.items()]
    if mode == "walk":
        walked = pd.Series({"walked": np.ones(size, dtype=bool)})
        rules += [*_measured(edges, profile, walked), *_surveyed(edges, profile)]
        rules += _sloped(edges, profile)
    else:
        rules += _wheeled(edges, profile)
    blocked, unknown = np.zeros((2, size), dtype=bool), np.zeros((2, size), dtype=bool)
    by, lacks = np.full(size, "", dtype=object), np.full(size, "", dtype=object)
    for name, stops, unsure in rules:
        blocked, unknown = blocked | stops, unknown | unsure
        by[np.atleast_2d(stops).any(axis=0)] += f"{name} "
        lacks[np.atleast_2d(unsure).any(axis=0)] += f"{name} "
    names = (pd.Series(text, index=edges.index, dtype="str").str.strip() for text in (by, lacks))
    return Passing(is_open, blocked, unknown & ~blocked, *names)
