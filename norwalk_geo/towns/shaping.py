"""From a drawing to a town of the wanted size: cut by a wash, joined, trimmed to an outline."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from norwalk_geo.towns.drawing import Drawing, Piece
from norwalk_geo.towns.lattice import ALLEY, ARTERIAL, HALF_MILE_FT, RESIDENTIAL

__all__ = ["Outline", "cut_by_wash", "divide", "join_corners", "trim"]

Points = npt.NDArray[np.float64]
_WASH_WIDTH_FT, _WASHES_APART_FT = 400.0, 23_000.0
_LONGEST_FT, _SHORTEST_FT = 1400.0, 110.0
_HANDLE_FT = 95.0
_MEDIAN_FT = 26.0
_BENT = 0.94
_TWO = 2


@dataclass(frozen=True)
class Outline:
    """
    How far from the center each place counts, so that the city limit is uneven.

    Parameters
    ----------
    middle
        Center of the town, in feet.
    waves
        Depth and phase of the bays of the outline, in two rows.
    noise
        Extra distance of each quarter-mile square, as a share, around the middle.
    """

    middle: tuple[float, float]
    waves: Points
    noise: Points

    def rank(self, points: Points) -> Points:
        """
        Rank places from the center outward; a quarter-mile square is annexed as one.

        Parameters
        ----------
        points
            Coordinates in feet.

        Returns
        -------
        rank
            About the distance from the center, in feet.
        """
        quarter = HALF_MILE_FT / 2
        square = np.floor((points - np.array(self.middle)) / quarter)
        away = (square + 0.5) * quarter * np.array([1.0, 0.85])
        turns = np.arctan2(away[..., 1], away[..., 0])[..., None] * np.arange(2, 5)
        bays = 1 + (self.waves[0] * np.sin(turns + self.waves[1])).sum(axis=-1)
        limit = self.noise.shape[0]
        places = np.mod(square.astype("int64") + limit // 2, limit)
        noise = self.noise[places[..., 0], places[..., 1]]
        near = np.hypot(*np.moveaxis(points - np.array(self.middle), -1, 0))
        rank: Points = np.hypot(away[..., 0], away[..., 1]) * bays * (1 + noise) + 0.02 * near
        return rank


def _lines(pieces: Sequence[Piece]) -> npt.NDArray[np.object_]:
    """Make all lines at once."""
    counts = [len(piece.points) for piece in pieces]
    points = np.concatenate([piece.points for piece in pieces])
    lines: npt.NDArray[np.object_] = shapely.linestrings(
        points, indices=np.repeat(np.arange(len(pieces)), counts)
    )
    return lines


def cut_by_wash(drawing: Drawing, middle: tuple[float, float], *, rng: np.random.Generator) -> None:
    """
    End the small streets at a dry wash that runs across town; the larger ones bridge it.

    Parameters
    ----------
    drawing
        Its pieces are replaced.
    middle
        Center of the town, in feet.
    rng
        Lays out the wash, and further ones in a large town.
    """
    angle = rng.uniform(0.55, 0.95)
    along, aside = (
        np.array([np.cos(angle), -np.sin(angle)]),
        np.array([np.sin(angle), np.cos(angle)]),
    )
    size = drawing.lattice.size * HALF_MILE_FT
    offsets = np.arange(-10, 11) * _WASHES_APART_FT + rng.choice([-1, 1]) * rng.uniform(3200, 4400)
    bends = np.linspace(-size, size, 41)[:, None]
    courses = [
        np.array(middle) + aside * (offset + 500 * np.sin(bends / 5100 + offset)) + along * bends
        for offset in offsets[np.abs(offsets) < size]
    ]
    wash = shapely.union_all(
        shapely.buffer([shapely.LineString(c) for c in courses], _WASH_WIDTH_FT / 2)
    )
    shapely.prepare(wash)
    lines = _lines(drawing.pieces)
    roads = np.array([piece.road for piece in drawing.pieces])
    wet = shapely.intersects(wash, lines) & np.isin(roads, (RESIDENTIAL, ALLEY))
    kept = [piece for piece, cut in zip(drawing.pieces, wet, strict=True) if not cut]
    for place in np.flatnonzero(wet):
        kept += _banks(drawing, drawing.pieces[place], shapely.difference(lines[place], wash))
    drawing.pieces = kept


def _banks(drawing: Drawing, piece: Piece, rest: shapely.Geometry) -> list[Piece]:
    """Keep what is left of a street on each bank, if it is long enough to live on."""
    banks = []
    for part in shapely.get_parts(rest):
        points = shapely.get_coordinates(part)
        if part.length < _SHORTEST_FT:
            continue
        if _length(np.stack([points[0], piece.points[0]])) < 1:
            banks.append(piece._replace(end=next(drawing.free), points=points))
        elif _length(np.stack([points[-1], piece.points[-1]])) < 1:
            banks.append(piece._replace(start=next(drawing.free), points=points))
    return banks


def _length(points: Points) -> float:
    """Measure a line."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def _round_corner(before: Points, after: Points) -> Points:
    """Join two lines at their common point, with a curve where they turn."""
    corner = before[-1]
    back, on = before[-2] - corner, after[1] - corner
    reach_back, reach_on = np.hypot(*back), np.hypot(*on)
    if -(back @ on) > _BENT * reach_back * reach_on:
        return np.concatenate([before, after[1:]])
    start = corner + back * min(0.45, _HANDLE_FT / reach_back)
    end = corner + on * min(0.45, _HANDLE_FT / reach_on)
    share = np.linspace(0, 1, 5)[:, None]
    curve = (1 - share) ** 2 * start + 2 * share * (1 - share) * corner + share**2 * end
    return np.concatenate([before[:-1], curve, after[1:]])


def _joined(a: Piece, b: Piece, node: int) -> Piece:
    """Join two pieces at a node; the longer one gives the line."""
    first = a.points if a.end == node else a.points[::-1]
    second = b.points if b.start == node else b.points[::-1]
    start = a.start if a.end == node else a.end
    end = b.end if b.start == node else b.start
    line = a.line if _length(a.points) >= _length(b.points) else b.line
    return Piece(start, end, line, a.road, a.cells, _round_corner(first, second))


def join_corners(pieces: Sequence[Piece]) -> list[Piece]:
    """
    Make one section of two residential ones that meet where no other street does.

    Parameters
    ----------
    pieces
        The drawing.

    Returns
    -------
    joined
        Fewer pieces, their corners rounded.
    """
    alive: dict[int, Piece] = dict(enumerate(pieces))
    at: defaultdict[int, list[int]] = defaultdict(list)
    for number, piece in alive.items():
        at[piece.start].append(number)
        at[piece.end].append(number)
    for node, numbers in at.items():
        if len(numbers) != _TWO or numbers[0] == numbers[1]:
            continue
        a, b = alive[numbers[0]], alive[numbers[1]]
        ends = {a.start, a.end} ^ {b.start, b.end}
        long = _length(a.points) + _length(b.points) > _LONGEST_FT
        if long or len(ends) != _TWO or {a.road, b.road} != {RESIDENTIAL}:
            continue
        one = _joined(a, b, node)
        alive[numbers[0]] = one
        del alive[numbers[1]]
        for end in (b.start, b.end):
            if end != node:
                at[end] = [numbers[0] if n == numbers[1] else n for n in at[end]]
    return list(alive.values())


def trim(
    pieces: Sequence[Piece], outline: Outline, center: int, count: int
) -> tuple[list[Piece], frozenset[int]]:
    """
    Keep so many pieces, all joined to the center, from there outward.

    Parameters
    ----------
    pieces
        The drawing.
    outline
        Ranks the places.
    center
        Node to begin at.
    count
        Pieces to keep.

    Returns
    -------
    kept
        Exactly `count` pieces, or fewer where the drawing is too small.
    limit
        Nodes where a street went on that was not kept.
    """
    middles = np.array([piece.points.mean(axis=0) for piece in pieces])
    ends = np.array([(piece.points[0], piece.points[-1]) for piece in pieces])
    # The streets that bound a neighborhood come with it, but do not run on out of town.
    large = np.array([piece.road not in (RESIDENTIAL, ALLEY) for piece in pieces])
    farther = outline.rank(ends).max(axis=1) * 0.93
    ranks = np.where(large, farther, outline.rank(middles))
    at: defaultdict[int, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        at[piece.start].append(number)
        at[piece.end].append(number)
    waiting, seen, kept = [(0.0, number) for number in at[center]], set(at[center]), list[int]()
    heapq.heapify(waiting)
    while waiting and len(kept) < count:
        _, number = heapq.heappop(waiting)
        kept.append(number)
        for end in (pieces[number].start, pieces[number].end):
            for near in at[end]:
                if near not in seen:
                    seen.add(near)
                    heapq.heappush(waiting, (float(ranks[near]), near))
    left = set(range(len(pieces))) - set(kept)
    limit = {end for number in left for end in (pieces[number].start, pieces[number].end)}
    return [pieces[number] for number in sorted(kept)], frozenset(limit)


def divide(pieces: Sequence[Piece], count: int) -> tuple[list[Piece], list[bool]]:
    """
    Draw stretches of arterials as two carriageways.

    Parameters
    ----------
    pieces
        The town; the arterials with the most pieces are chosen, as many as it takes.
    count
        Pieces to divide; each becomes two.

    Returns
    -------
    pieces
        With the second carriageways at the end.
    divided
        Which of them are carriageways.
    """
    lines = np.array([p.line if p.road == ARTERIAL else -1 for p in pieces])
    numbers, sizes = np.unique(lines[lines >= 0], return_counts=True)
    longest = numbers[np.argsort(-sizes, kind="stable")]
    chosen = np.concatenate([np.flatnonzero(lines == line) for line in longest])[:count]
    result, divided = list(pieces), np.isin(np.arange(len(pieces)), chosen).tolist()
    for place in chosen:
        piece = pieces[place]
        along = piece.points[-1] - piece.points[0]
        length = float(np.hypot(*along))
        aside = np.array([-along[1], along[0]]) / length * _MEDIAN_FT
        inset = min(0.2, 60 / length)
        ends = piece.points[0] + along * np.array([[inset], [1 - inset]])
        for sign in (1, -1):
            points = np.stack([piece.points[0], *(ends + sign * aside), piece.points[-1]])
            one = piece._replace(points=points)
            if sign > 0:
                result[place] = one
            else:
                result.append(one)
                divided.append(True)
    return result, divided
