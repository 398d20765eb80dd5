"""What an invented town is drawn with: pieces of street between numbered nodes."""

from __future__ import annotations

from itertools import count, pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from norwalk_geo.towns.lattice import PORTS, Edge, Lattice

__all__ = ["Drawing", "Piece", "Points", "draw_frame"]

Points: TypeAlias = npt.NDArray[np.float64]


class Piece(NamedTuple):
    """
    A stretch of street between two nodes.

    Parameters
    ----------
    start, end
        Nodes.
    line
        Number of the line that the piece is on; a street keeps its name along a line.
    road
        Class.
    cells
        Cells on its two sides, the same one twice inside a cell.
    points
        Coordinates in feet.
    """

    start: int
    end: int
    line: int
    road: int
    cells: tuple[int, int]
    points: Points


class Drawing:
    """
    Pieces drawn so far, and the numbers of their nodes.

    Parameters
    ----------
    lattice
        Frame that the pieces hang in.
    """

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.pieces: list[Piece] = []
        self.ports: dict[Edge, set[int]] = {}
        self.free = count(lattice.first_free_node())


def draw_frame(drawing: Drawing) -> None:
    """
    Draw the streets along the edges of the cells, from each used port to the next.

    Parameters
    ----------
    drawing
        Receives the pieces.
    """
    lattice = drawing.lattice
    side = lattice.size + 1
    for edge in sorted(drawing.ports):
        road = int(lattice.roads[edge])
        if not road:
            continue
        axis, column, row = edge
        ports = [0, *sorted(drawing.ports[edge]), lattice.blocks_along(edge)]
        line = (side * axis + (column if axis else row)) * PORTS
        here = column * side + row
        beside = (here, here - (side if axis else 1))
        for a, b in pairwise(ports):
            points = np.array([lattice.place(edge, a), lattice.place(edge, b)])
            nodes = lattice.port(edge, a), lattice.port(edge, b)
            drawing.pieces.append(Piece(*nodes, line, road, beside, points))
