"""What an edge costs a traveller, in whole milliseconds and in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, CrsError, Problem, nearest
from norwalk_geo.network.model import column, feet_per_unit
from norwalk_geo.routing.passing import grade, passing

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Costs, Edges

__all__ = ["UNKNOWNS", "costs", "street_edges"]

_Numbers: TypeAlias = npt.NDArray[np.float64]
UNKNOWNS = ("avoid", "allow_and_flag", "allow")
_MM, _MPS_PER_MPH = 1000.0, 0.44704
# Tobler's hiking function: walking is fastest on a slope of -0.87 % and falls off on both sides.
_BEST_GRADE, _TOBLER, _SLOWEST_SHARE = -0.0087, 3.5, 5.0
_WAYS = ("forward", "backward")


def street_edges(network: Network) -> Edges:
    """
    Take the sections of a street network as edges.

    Parameters
    ----------
    network
        Nodes and sections. Lengths are as drawn, since a given one belongs to the source's line.

    Returns
    -------
    edges
        One a section, of kind `street`; what sections do not say (slope, sidewalk, speed) is not
        known unless the sections have a column of the same name.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> edges = street_edges(towns.town().streets)
    >>> set(edges["kind"]), len(edges)
    ({'street'}, 84)
    """
    known = schema.describe("edges").columns.index
    sections = network.sections
    kept = [name for name in sections.columns if name in known]
    edges = sections[kept].rename_axis("edge_id").assign(kind="street")
    return schema.check(edges, "edges")


def _half_up(values: _Numbers) -> _Numbers:
    """Round to whole numbers, halves upward."""
    return np.asarray(np.floor(values + 0.5))


def _lengths_mm(edges: Edges) -> npt.NDArray[np.int64]:
    """Measure edges in whole millimeters: given lengths first, then drawn ones."""
    unit = float(CRS.from_user_input(edges.crs).axis_info[0].unit_conversion_factor)
    drawn = shapely.length(edges.geometry.to_numpy()) * unit * _MM
    given = column(edges, "length_ft", np.nan).astype("float64").to_numpy()
    given = given * (unit / feet_per_unit(edges.crs)) * _MM
    return _half_up(np.where(np.isnan(given), drawn, given)).astype("int64")


def _walking(edges: Edges, profile: pd.Series) -> _Numbers:
    """Find the speed on foot or in a wheelchair, in meters a second, a row a direction."""
    rates = []
    for name, sign in (("uphill_limit_pct", 1), ("downhill_limit_pct", -1)):
        limit = sign * profile[name] / 100 - _BEST_GRADE
        steepness = np.log(_SLOWEST_SHARE) / abs(limit) if limit else np.inf
        # A limit never makes anyone faster than those who have none.
        rates.append(_TOBLER if pd.isna(limit) else max(steepness, _TOBLER))
    # Of a slope that is not measured, the time is that of level ground.
    slopes = np.stack([np.nan_to_num(grade(edges, backward=way)) for way in (False, True)])
    off = slopes - _BEST_GRADE
    return np.asarray(
        profile["speed_mps"] * np.exp(-np.where(off > 0, rates[0], rates[1]) * np.abs(off))
    )


def _driving(edges: Edges, profile: pd.Series, classes: pd.DataFrame) -> _Numbers:
    """Find the speed of cars, in meters a second, a row a direction."""
    by_class = column(edges, "functional_class", None).map(classes["speed_mph"])
    speed = column(edges, "speed_mph", np.nan).fillna(by_class).astype("float64")
    speed = speed.fillna(classes["speed_mph"].min()) * _MPS_PER_MPH
    return np.tile(np.minimum(speed.to_numpy(), profile["speed_mps"]), (2, 1))


def _times(edges: Edges, profile: pd.Series, length_mm: npt.NDArray[np.int64]) -> _Numbers:
    """Find the time of every edge in whole milliseconds, a row a direction."""
    if profile["mode"] == "walk":
        speed = _walking(edges, profile)
    elif profile["mode"] == "drive":
        speed = _driving(edges, profile, schema.parameters("class_speeds"))
    else:
        speed = np.full((2, len(edges)), float(profile["speed_mps"]))
    wait = edges["kind"].eq("crossing").to_numpy() * profile["crossing_delay_s"] * 1000
    return _half_up(length_mm / speed + wait)


def _assumed(edges: Edges, profile: pd.Series) -> pd.Series:
    """Name what has a default in the time of each edge."""
    name = {"walk": "running_slope_pct", "drive": "speed_mph"}.get(str(profile["mode"]))
    if name is None:
        return pd.Series("", index=edges.index, dtype="str")
    lacks = column(edges, name, np.nan).isna()
    return lacks.map({True: name, False: ""}).astype("str")


def _chosen(profile: str, profiles: pd.DataFrame, unknowns: str) -> pd.Series:
    """Take the traveller's row, or say what is wrong with the question."""
    problems = []
    if profile not in profiles.index:
        remedy = nearest(profile, profiles.index)
        problems.append(Problem("profile", f"{profile!r} is not known", remedy=remedy))
    if unknowns not in UNKNOWNS:
        remedy = f"Use one of {', '.join(UNKNOWNS)}."
        problems.append(Problem("unknowns", f"{unknowns!r} is no policy", remedy=remedy))
    if problems:
        raise ConfigError.of("costs", problems)
    return pd.Series(profiles.loc[profile])


def _projected(edges: Edges) -> None:
    """Refuse lines whose lengths cannot be measured."""
    if edges.crs is None or not CRS.from_user_input(edges.crs).is_projected:
        what = "has no coordinate system" if edges.crs is None else "is in degrees"
        remedy = "Convert the lines to the city's projected system with to_crs."
        raise CrsError.of("edges", [Problem("geometry", what, remedy=remedy)])


def costs(
    edges: Edges,
    profile: str,
    *,
    unknowns: str = "avoid",
    profiles: pd.DataFrame | None = None,
) -> Costs:
    """
    Find what each edge costs a traveller.

    Speed on foot and in a wheelchair falls with the slope [1]_; drivers go at the speed of the
    street, or of its class where none is given; bicycles at one speed, on streets that are calm
    enough. A slope that is not measured counts as level in the time and is named in `assumed`;
    where the traveller has a limit, it is also unknown whether the edge can be passed.

    Parameters
    ----------
    edges
        What one can go on, in a projected system.
    profile
        Who travels: a row of `profiles`.
    unknowns
        What is done where too little is known to say that the traveller can pass: `avoid` it,
        `allow_and_flag` (go there, and measure in every result how much of the way it is), or
        `allow` (go there; results name the policy and measure the share all the same).
    profiles
        Travellers. By default the file that ships.

    Returns
    -------
    costs
        Aligned to `edges`: time in milliseconds and status in both directions, what blocks, what is
        unknown and what was assumed. Time is missing where the traveller does not go.

    Raises
    ------
    ConfigError
        No such profile or policy.
    CrsError
        The edges have no projected system.
    SchemaError
        The edges do not agree with their schema.

    References
    ----------
    .. [1] AccessMap's cost function, after Tobler, *Three presentations on geographical analysis
       and modeling*, NCGIA Technical Report 93-1, 1993.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> edges = street_edges(towns.town().streets)
    >>> set(costs(edges, "walk")["forward_status"])
    {'ok'}
    >>> set(costs(edges, "manual_wheelchair")["forward_status"])
    {'unknown'}
    """
    row = _chosen(
        profile, schema.parameters("profiles") if profiles is None else profiles, unknowns
    )
    _projected(edges)
    edges = schema.check(edges, "edges")
    judged, length = passing(edges, row), _lengths_mm(edges)
    times = _times(edges, row, length)
    goes = ~judged.blocked & (~judged.unknown if unknowns == "avoid" else True)
    frame = pd.DataFrame(index=edges.index)
    for number, way in enumerate(_WAYS):
        frame[f"{way}_ms"] = pd.Series(times[number], index=edges.index).where(goes[number])
    for number, way in enumerate(_WAYS):
        frame[f"{way}_status"] = np.select(
            [judged.blocked[number], judged.unknown[number]], ["blocked", "unknown"], "ok"
        )
    frame = frame.assign(
        blocked_by=judged.blocked_by,
        unknown=judged.unknown_by,
        assumed=_assumed(edges, row),
        length_mm=length,
        is_open=judged.is_open,
        profile=profile,
        unknowns=unknowns,
    )
    return schema.check(frame, "costs")
