"""The streets inside one half-mile cell: long blocks, cross streets, loops, dead ends and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from norwalk_geo.towns.drawing import Drawing, Piece, Points
from norwalk_geo.towns.lattice import (
    ALLEY,
    ARTERIAL,
    COLLECTOR,
    PORTS,
    RESIDENTIAL,
    Edge,
    Lattice,
    chance,
)

__all__ = ["draw_cell"]

# Shares of a half mile: an alley lies 150 ft behind its arterial, a closed row ends 130 ft short.
_BEHIND, _SHORT = 0.057, 0.05
_ALLEY_PORT = PORTS - 1
_BOW_POINTS = 7
_CUL_DE_SAC, _OPEN_END, _LEFT_OUT, _LONG_BLOCK = 0.11, 0.25, 0.12, 0.15
_MOST_CROSSES = 3


@dataclass(frozen=True)
class _Cell:
    """A cell turned so that its long blocks run from west to east."""

    lattice: Lattice
    column: int
    row: int
    turned: bool
    bow: tuple[float, float]

    @property
    def number(self) -> int:
        return self.column * (self.lattice.size + 1) + self.row

    def side(self, name: str) -> Edge:
        """Find the edge on a side of the turned cell."""
        vertical = (name in ("west", "east")) != self.turned
        far = name in ("east", "north")
        column = self.column + (far and vertical)
        return int(vertical), column, self.row + (far and not vertical)

    def line(self, port: int, *, long: bool) -> int:
        """Number the line of a row or of a cross street; it goes on in the next cells."""
        eastward = long != self.turned
        band = self.row if eastward else self.column
        side = self.lattice.size + 1
        return ((0 if eastward else side) + band) * PORTS + port

    def at(self, s: Points, t: Points) -> Points:
        """Map shares of the turned cell to coordinates, bowed inside and straight on its sides."""
        inside = np.sin(np.pi * s) * np.sin(np.pi * t)
        u = s + self.bow[0] * inside
        v = t + self.bow[1] * np.sin(2 * np.pi * s) * np.sin(np.pi * t)
        if self.turned:
            u, v = v, u
        corner = self.lattice.corners[self.column : self.column + 2, self.row : self.row + 2]
        weights = np.stack([(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v], axis=-1)
        points: Points = weights @ corner.reshape(4, 2)
        return points

    def across(self, port: int, t: float, shift: float) -> float:
        """Say how far east a cross street is at a row."""
        if port == _ALLEY_PORT:
            return _BEHIND
        shares = self.lattice.shares
        south, north = shares[*self.side("south"), port], shares[*self.side("north"), port]
        return float(south + (north - south) * t + shift)


class _Knot(NamedTuple):
    """A node with its place in the turned cell."""

    node: int
    s: float
    t: float


def _spread(ports: int, rng: np.random.Generator) -> list[int]:
    """Choose one to three cross streets that are not neighbors."""
    chosen: list[int] = []
    for port in rng.permutation(np.arange(2, ports - 1))[: rng.integers(2, 6)]:
        if all(abs(port - other) > 1 for other in chosen) and len(chosen) < _MOST_CROSSES:
            chosen.append(int(port))
    return chosen


Strip = dict[tuple[int, int], float]


def _strips(cell: _Cell, rows: int, ports: int, rng: np.random.Generator) -> list[Strip]:
    """List the cross streets between each two rows: port and band, with their shift in a jog."""
    cuts = np.sort(rng.choice(np.arange(2, rows - 1), size=rng.integers(1, 3), replace=False))
    usual, strips = _spread(ports, rng), list[Strip]()
    for band, (low, high) in enumerate(pairwise([0, *cuts.tolist(), rows])):
        chosen = usual if chance(0.35, rng) else _spread(ports, rng)
        inner = low > 0 and high < rows
        shift = float(rng.choice([-1, 1]) * rng.uniform(0.022, 0.036)) if inner else 0.0
        key = band if inner else -1
        strips += [{(port, key): shift for port in chosen} for _ in range(low, high)]
    roads = cell.lattice.roads
    share = {ARTERIAL: 0.75, COLLECTOR: 0.2}.get(int(roads[cell.side("west")]), 0.0)
    if chance(share, rng):
        first = int(rng.integers(1, rows - 5))
        for strip in strips[first : first + int(rng.integers(2, 5))]:
            strip[_ALLEY_PORT, 0] = 0.0
    return strips


def _gap(rows: int, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Leave room for a park or a school in some cells: west, east, south and north in shares."""
    if not chance(0.3, rng):
        return (0.0, 0.0, 0.0, 0.0)
    west, south = rng.uniform(0.1, 0.5), rng.integers(1, rows - 4) / rows
    return west, west + rng.uniform(0.3, 0.4), south, south + rng.integers(2, 4) / rows


def _closed(cell: _Cell, strips: list[Strip], side: str, rng: np.random.Generator) -> list[bool]:
    """Say which rows do not open on the street at a side."""
    edge = cell.side(side)
    arterial = cell.lattice.roads[edge] == ARTERIAL
    closed = [False]
    for row in range(1, len(strips)):
        shut = chance(0.25 if arterial else 0.18, rng)
        shut = shut or bool(arterial and cell.lattice.barred[*edge, row])
        has_alley = side == "west" and any((_ALLEY_PORT, 0) in s for s in strips[row - 1 : row + 1])
        closed.append(shut and not has_alley)
    return [*closed, False]


class _Sketch:
    """One cell being drawn."""

    def __init__(self, drawing: Drawing, cell: _Cell, rng: np.random.Generator) -> None:
        self.drawing, self.cell, self.rng = drawing, cell, rng
        self.rows = drawing.lattice.blocks_along(cell.side("west"))
        self.ports = drawing.lattice.blocks_along(cell.side("south"))
        self.strips = _strips(cell, self.rows, self.ports, rng)
        self.gap = _gap(self.rows, rng)
        self.knots: dict[tuple[int, int, int], _Knot] = {}
        self.stubs: dict[tuple[int, str], _Knot] = {}

    def open_port(self, side: str, port: int) -> _Knot:
        """Begin a street at a side of the cell."""
        edge = self.cell.side(side)
        self.drawing.ports.setdefault(edge, set()).add(port)
        along = float(self.drawing.lattice.shares[*edge, port])
        s, t = {"west": (0.0, along), "east": (1.0, along)}.get(
            side, (along, float(side == "north"))
        )
        return _Knot(self.drawing.lattice.port(edge, port), s, t)

    def up(self, row: int, s: float) -> float:
        """Say how far north a row is."""
        shares = self.drawing.lattice.shares
        west, east = shares[*self.cell.side("west"), row], shares[*self.cell.side("east"), row]
        return float(west + (east - west) * s)

    def knot(self, row: int, key: tuple[int, int], shift: float) -> _Knot:
        """Find or make the crossing of a row and a cross street."""
        name = (row, *key)
        if name not in self.knots:
            s = self.cell.across(key[0], row / self.rows, shift)
            self.knots[name] = _Knot(next(self.drawing.free), s, self.up(row, s))
        return self.knots[name]

    def draw(self, a: _Knot, b: _Knot, line: int, road: int = RESIDENTIAL) -> None:
        """Draw a piece unless it lies in the gap."""
        s, t = (a.s + b.s) / 2, (a.t + b.t) / 2
        west, east, south, north = self.gap
        if west < s < east and south < t < north:
            return
        steps = np.linspace(0, 1, _BOW_POINTS if any(self.cell.bow) else 2)
        points = self.cell.at(a.s + (b.s - a.s) * steps, a.t + (b.t - a.t) * steps)
        number = self.cell.number
        self.drawing.pieces.append(Piece(a.node, b.node, line, road, (number, number), points))

    def stub(self, row: int, side: str) -> _Knot:
        """End a row short of the street at a side."""
        s = _SHORT if side == "west" else 1 - _SHORT
        self.stubs[row, side] = _Knot(next(self.drawing.free), s, self.up(row, s))
        return self.stubs[row, side]

    def draw_row(self, row: int, *, west_closed: bool, east_closed: bool) -> None:
        """Draw one row, with a cul-de-sac here and there."""
        stops = self.strips[row - 1] | self.strips[row]
        knots = [self.knot(row, key, shift) for key, shift in stops.items()]
        first = self.stub(row, "west") if west_closed else self.open_port("west", row)
        last = self.stub(row, "east") if east_closed else self.open_port("east", row)
        knots = [first, *sorted(knots, key=lambda knot: (knot.s, knot.node)), last]
        line = self.cell.line(row, long=True)
        for a, b in pairwise(knots):
            if b.s - a.s > _LONG_BLOCK and chance(_CUL_DE_SAC, self.rng):
                start, far = (a, b) if chance(0.5, self.rng) else (b, a)
                share = float(self.rng.uniform(0.4, 0.7))
                s = start.s + (far.s - start.s) * share
                end = _Knot(next(self.drawing.free), s, self.up(row, s))
                self.draw(start, end, line)
            else:
                self.draw(a, b, line)

    def draw_crosses(self) -> None:
        """Draw the cross streets, from row to row."""
        for row, strip in enumerate(self.strips):
            for key, shift in strip.items():
                at_south, at_north = row == 0, row == self.rows - 1
                alley = key[0] == _ALLEY_PORT
                share = _OPEN_END if at_south or at_north else _LEFT_OUT
                if not alley and chance(share, self.rng):
                    continue
                south = self.open_port("south", key[0]) if at_south else self.knot(row, key, shift)
                north = (
                    self.open_port("north", key[0]) if at_north else self.knot(row + 1, key, shift)
                )
                line = self.cell.line(key[0], long=False)
                line = -self.cell.number - 1 if alley else line
                self.draw(south, north, line, ALLEY if alley else RESIDENTIAL)

    def draw_loops(self) -> None:
        """Join the ends of neighboring closed rows into loops."""
        taken: set[tuple[int, str]] = set()
        for (row, side), stub in self.stubs.items():
            other = self.stubs.get((row + 1, side))
            if other and (row, side) not in taken and chance(0.75, self.rng):
                self.draw(stub, other, self.cell.line(row, long=True))
                taken |= {(row, side), (row + 1, side)}


def draw_cell(drawing: Drawing, column: int, row: int, *, rng: np.random.Generator) -> None:
    """
    Draw the streets inside one cell.

    Parameters
    ----------
    drawing
        Receives the pieces and the ports that are used.
    column, row
        The cell.
    rng
        Chooses everything.
    """
    bowed = chance(0.45, rng)
    bow = (float(rng.uniform(-0.09, 0.09)), float(rng.uniform(-0.05, 0.05)))
    turned = chance(0.45, rng)
    cell = _Cell(drawing.lattice, column, row, turned, bow if bowed else (0.0, 0.0))
    sketch = _Sketch(drawing, cell, rng)
    west = _closed(cell, sketch.strips, "west", rng)
    east = _closed(cell, sketch.strips, "east", rng)
    for number in range(1, sketch.rows):
        sketch.draw_row(number, west_closed=west[number], east_closed=east[number])
    sketch.draw_crosses()
    sketch.draw_loops()
