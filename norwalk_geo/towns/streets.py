"""The streets of an invented town as the table `sections`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from norwalk_geo import schema
from norwalk_geo.towns.cells import draw_cell
from norwalk_geo.towns.drawing import Drawing, Piece, draw_frame
from norwalk_geo.towns.lattice import ARTERIAL, COLLECTOR, draw_lattice
from norwalk_geo.towns.names import street_names
from norwalk_geo.towns.shaping import Outline, cut_by_wash, divide, join_corners, trim

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["invent_streets"]

_CLASSES = ("", "arterial", "collector", "residential", "alley")
_SURFACES = ("AC", "AC/AC", "AC/PCC", "PCC", "ST")
# One row a class, in the order of `_CLASSES`: shares of the surfaces; narrowest width in feet and
# steps of two feet above it; lanes.
_SURFACE_SHARES = np.array(
    [
        [0, 0, 0, 0, 0],
        [0.44, 0.34, 0.14, 0.08, 0],
        [0.54, 0.34, 0.07, 0.05, 0],
        [0.66, 0.28, 0.02, 0.04, 0],
        [0.30, 0.05, 0, 0.20, 0.45],
    ]
)
_WIDTHS = np.array([[0, 0], [64, 11], [40, 7], [32, 5], [20, 1]])
_LANES = np.array([0, 4, 2, 2, 1])
_SMALL = 700
_SHORT_STREET = 2
_WIDER, _PATCHED = 0.3, 0.08
_SECTIONS_A_CELL = 46
_DEAD_END, _CITY_LIMIT = "Dead end", "City limit"


@dataclass(frozen=True)
class _Plan:
    """Pieces of a town with what the table needs to know of the drawing."""

    pieces: list[Piece]
    limit: frozenset[int]
    side: int


def _plan(count: int, middle: tuple[float, float], rng: np.random.Generator) -> _Plan:
    """Draw more than is wanted and keep what lies nearest to the center."""
    cells = count / _SECTIONS_A_CELL
    size = 4 * int(np.ceil((np.sqrt(cells * 1.9) + 4) / 4))
    # A small town lies where an arterial meets a collector, so that it has both.
    center = (size // 2, size // 2 + (1 if count < _SMALL else 0))
    lattice = draw_lattice(size, middle, center, rng=rng)
    waves = np.stack([np.array([0.10, 0.08, 0.06]), rng.uniform(0, 2 * np.pi, 3)])
    outline = Outline(middle, waves, rng.uniform(-0.09, 0.09, (64, 64)))
    middles = (lattice.corners[:-1, :-1] + lattice.corners[1:, 1:]) / 2
    order = np.argsort(outline.rank(middles), axis=None, kind="stable")
    drawing = Drawing(lattice)
    for place in order[: int(cells * 1.35) + 10]:
        draw_cell(drawing, *divmod(int(place), size), rng=rng)
    draw_frame(drawing)
    cut_by_wash(drawing, middle, rng=rng)
    pieces = join_corners(drawing.pieces)
    kept, limit = trim(pieces, outline, lattice.port((0, *center), 0), count)
    return _Plan(kept, limit, size + 1)


def _runs(pieces: Sequence[Piece]) -> npt.NDArray[np.int64]:
    """Number the streets: pieces of one line that touch."""
    lines = np.array([piece.line for piece in pieces])
    ends = np.array([(piece.start, piece.end) for piece in pieces])
    _, line = np.unique(lines, return_inverse=True)
    _, joint = np.unique(ends * (line.max() + 1) + line[:, None], return_inverse=True)
    joint = joint.reshape(ends.shape)
    size = int(joint.max()) + 1
    links = coo_array((np.ones(len(pieces)), (joint[:, 0], joint[:, 1])), shape=(size, size))
    _, group = connected_components(links, directed=False)
    _, first, run = np.unique(group[joint[:, 0]], return_index=True, return_inverse=True)
    numbers: npt.NDArray[np.int64] = np.argsort(np.argsort(first))[run]
    return numbers


def _kinds(frame: pd.DataFrame) -> list[str]:
    """Say what kind of name each street takes, in the order of their numbers."""
    groups = frame.groupby("run")
    kinds = groups["road"].min().map(lambda road: _CLASSES[road])
    eastward = groups["east"].sum() > groups["north"].sum()
    short = (groups.size() <= _SHORT_STREET) & (groups["dead_end"].sum() > 0)
    small = np.where(short, "dead_end", np.where(eastward, "east", "north"))
    return list(kinds.where(kinds.ne("residential"), small))


def _tabulate(pieces: Sequence[Piece], divided: Sequence[bool]) -> pd.DataFrame:
    """Tabulate pieces: class, nodes, cells, street and reach."""
    span = np.abs([piece.points[-1] - piece.points[0] for piece in pieces])
    frame = pd.DataFrame(
        [(piece.road, piece.start, piece.end, *piece.cells) for piece in pieces],
        columns=["road", "start", "end", "cell", "beside"],
    )
    frame = frame.assign(divided=divided, run=_runs(pieces), east=span[:, 0], north=span[:, 1])
    degree = pd.concat([frame["start"], frame["end"]]).value_counts()
    frame["dead_end"] = frame["start"].map(degree).eq(1) | frame["end"].map(degree).eq(1)
    points = np.concatenate([np.round(piece.points, 2) for piece in pieces])
    sizes = [len(piece.points) for piece in pieces]
    frame["geometry"] = shapely.linestrings(points, indices=np.repeat(np.arange(len(sizes)), sizes))
    return frame


def _cross_streets(frame: pd.DataFrame, limit: frozenset[int]) -> pd.DataFrame:
    """Name what each piece meets at its ends: the largest other street, or how it ends."""
    ends = [frame[["road", "street_name"]].assign(node=frame[end]) for end in ("start", "end")]
    meets = pd.concat(ends).sort_values(["node", "road", "street_name"], kind="stable")
    meets = meets.drop_duplicates(["node", "street_name"])
    place = meets.groupby("node").cumcount()
    first, second = (meets[place.eq(n)].set_index("node")["street_name"].to_dict() for n in (0, 1))
    own = frame["street_name"]
    degree = pd.concat([frame["start"], frame["end"]]).value_counts()
    found = {}
    for end, column in (("start", "from_street"), ("end", "to_street")):
        node = frame[end]
        name = node.map(first)
        name = name.where(name.ne(own), node.map(second))
        name = name.fillna(node.isin(limit).map({True: _CITY_LIMIT, False: None}))
        found[column] = name.fillna(node.map(degree).eq(1).map({True: _DEAD_END, False: None}))
    return pd.DataFrame(found)


def _zones(cells: pd.Series, side: int) -> pd.Series:
    """Name the square mile that each cell is in: a letter for the column, a number for the row."""
    column, row = cells // side // 2, cells % side // 2
    column, row = column - column.min(), row.max() - row
    # AA follows Z, as in a spreadsheet.
    first, second = column // 26, column % 26
    letters = first.map(lambda n: chr(64 + n) if n else "") + second.map(lambda n: chr(65 + n))
    zones: pd.Series = letters + (row + 1).astype("str")
    return zones


def _attributes(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give each street its width, lanes and surface; a few are not known."""
    run, road, count = frame["run"], frame["road"].to_numpy(), len(frame)
    luck = rng.random((int(run.max()) + 1, 3))[run]
    steps = np.floor(luck[:, 0] * _WIDTHS[road, 1])
    width = (_WIDTHS[road, 0] + 2 * steps) * np.where(frame["divided"], 0.5, 1.0)
    lanes = _LANES[road] + np.where((road <= COLLECTOR) & (luck[:, 1] < _WIDER), 2, 0)
    lanes = np.where(frame["divided"], np.maximum(lanes // 2, 1), lanes)
    # A street has one surface along most of its length.
    chance = np.where(rng.random(count) < _PATCHED, rng.random(count), luck[:, 2])
    surface = (chance[:, None] > np.cumsum(_SURFACE_SHARES[road], axis=1)).sum(axis=1)
    names = pd.Series(np.array(_SURFACES)[np.minimum(surface, 4)], dtype="str")
    return pd.DataFrame(
        {
            "surface_type": names.mask(_some(count, 0.015, rng)),
            "width_ft": pd.Series(width).mask(_some(count, 0.02, rng)),
            "lanes": lanes,
        }
    )


def _some(count: int, share: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Pick a share of the rows at random, one at least."""
    chosen = np.zeros(count, dtype=bool)
    chosen[rng.permutation(count)[: max(1, round(count * share))]] = True
    return chosen


def _keepers(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Say who maintains each section, and the city's share along its limits."""
    count = len(frame)
    keeper = pd.Series("city", index=frame.index, dtype="str")
    arterials = frame.loc[frame["road"].eq(ARTERIAL), "run"].value_counts(sort=False)
    # One highway belongs to the state, for a few of its sections.
    order = arterials.sort_values(kind="stable").index
    highway = frame.index[frame["run"].eq(order[max(len(order) - 2, 0)]) & ~frame["divided"]]
    keeper[highway[: max(1, count // 150)]] = "state"
    courts = frame.loc[frame["kind"].eq("dead_end") & frame["dead_end"], "run"].unique()
    private = courts[_some(len(courts), 0.05, rng)] if len(courts) else courts
    keeper[frame["run"].isin(private)] = "private"
    inside = set(frame.loc[frame["cell"].eq(frame["beside"]), "cell"])
    shared = ~frame["cell"].isin(inside) | ~frame["beside"].isin(inside)
    shared &= frame["road"].le(COLLECTOR) & keeper.eq("city")
    share = pd.Series(50.0, index=frame.index).where(shared)
    cell = frame["cell"].where(frame["cell"].isin(inside), frame["beside"])
    return pd.DataFrame({"maintained_by": keeper, "share_pct": share, "home": cell})


def invent_streets(
    count: int, middle: tuple[float, float], *, crs: str, rng: np.random.Generator
) -> Sections:
    """
    Invent the streets of a town.

    Parameters
    ----------
    count
        Sections.
    middle
        Coordinates of the town's center, in feet.
    crs
        Projected system in feet.
    rng
        Chooses everything.

    Returns
    -------
    sections
        Checked table, ordered by street and along each street. Everything in it is invented.
    """
    twice = max(1, count // 250)
    plan = _plan(count - twice, middle, rng)
    frame = _tabulate(*divide(plan.pieces, twice))
    kinds = _kinds(frame)
    names = np.array(street_names(kinds, rng=rng))
    frame = frame.assign(street_name=names[frame["run"]], kind=np.array(kinds)[frame["run"]])
    frame = frame.join([_cross_streets(frame, plan.limit), _attributes(frame, rng)])
    frame = frame.join(_keepers(frame, rng))
    frame["zone_id"] = _zones(frame["home"], plan.side)
    frame["functional_class"] = frame["road"].map(dict(enumerate(_CLASSES)))
    frame["carriageway"] = frame["divided"].map({True: "divided", False: "single"})
    middles = shapely.get_coordinates(shapely.centroid(frame["geometry"].to_numpy()))
    frame["along"] = np.where(frame["east"] > frame["north"], middles[:, 0], middles[:, 1])
    frame = frame.sort_values(["street_name", "along", "start"], kind="stable", ignore_index=True)
    frame.insert(0, "section_id", [f"s{number:05d}" for number in range(1, count + 1)])
    wanted = [c for c in schema.describe("sections").columns.index if c in frame]
    table = gpd.GeoDataFrame(frame[wanted], geometry="geometry", crs=crs)
    return gpd.GeoDataFrame(schema.check(table, "sections"))
