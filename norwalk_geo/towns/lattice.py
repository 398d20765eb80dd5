"""The frame of an invented town: arterials a mile apart, collectors between, ports for streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ALLEY", "ARTERIAL", "COLLECTOR", "HALF_MILE_FT", "NONE", "PORTS", "RESIDENTIAL"]
__all__ += ["Edge", "Lattice", "chance", "draw_lattice"]

HALF_MILE_FT = 2640.0
# More than the blocks along any half mile, so that a number tells edge and port.
PORTS = 16
_SMALLER, _MISSING, _BARRED = 0.30, 0.16, 0.34
NONE, ARTERIAL, COLLECTOR, RESIDENTIAL, ALLEY = range(5)

Edge = tuple[int, int, int]


@dataclass(frozen=True)
class Lattice:
    """
    Half-mile cells, numbered by column and row.

    An edge is `(axis, column, row)`: axis 0 runs east, axis 1 north from that corner. A port is a
    place on an edge where a street may begin; ports 0 and `blocks` are the edge's corners.

    Parameters
    ----------
    size
        Cells on each side.
    corners
        Coordinates of the corners, in feet.
    blocks
        Blocks along the edges of each column (axis 0) and row (axis 1).
    shares
        How far along its edge each port is, from 0 to 1.
    roads
        Class of the street along each edge.
    barred
        Ports that open on no arterial.
    """

    size: int
    corners: npt.NDArray[np.float64]
    blocks: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]
    roads: npt.NDArray[np.int64]
    barred: npt.NDArray[np.bool_]

    def blocks_along(self, edge: Edge) -> int:
        """
        Count the blocks along an edge.

        Parameters
        ----------
        edge
            The edge.

        Returns
        -------
        blocks
            Between 9 and 11.
        """
        axis, column, row = edge
        return int(self.blocks[axis, row if axis else column])

    def port(self, edge: Edge, place: int) -> int:
        """
        Number the node at a port.

        Parameters
        ----------
        edge
            The edge.
        place
            Port on it.

        Returns
        -------
        node
            The same number for a corner from each of its edges.
        """
        axis, column, row = edge
        side = self.size + 1
        if place in (0, self.blocks_along(edge)):
            far = place > 0
            return (column + (far and axis == 0)) * side + row + (far and axis == 1)
        return side * side + ((axis * side + column) * side + row) * PORTS + place

    def place(self, edge: Edge, place: int) -> npt.NDArray[np.float64]:
        """
        Locate a port.

        Parameters
        ----------
        edge
            The edge.
        place
            Port on it.

        Returns
        -------
        point
            Coordinates in feet.
        """
        axis, column, row = edge
        start = self.corners[column, row]
        end = self.corners[column + (axis == 0), row + (axis == 1)]
        point: npt.NDArray[np.float64] = start + (end - start) * self.shares[*edge, place]
        return point

    def first_free_node(self) -> int:
        """
        Find the first number that no corner or port has.

        Returns
        -------
        node
            Number.
        """
        side = self.size + 1
        return side * side * (1 + 2 * PORTS)


def chance(share: float, rng: np.random.Generator) -> bool:
    """
    Throw a die.

    Parameters
    ----------
    share
        Share of throws that come out true.
    rng
        The die.

    Returns
    -------
    happens
        Whether it does.
    """
    return bool(rng.random() < share)


def _roads(size: int, center: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Make every other line an arterial; of the rest, some stretches are smaller or missing."""
    side = size + 1
    roads = np.full((2, side, side), COLLECTOR)
    luck = rng.random((2, side, side))
    # Stretches change at arterials, so both halves of a mile share their luck.
    mile = (np.arange(side) - size // 2) // 2 * 2 + size // 2
    along_east = luck[0][np.clip(mile, 0, size)]
    along_north = luck[1][:, np.clip(mile, 0, size)]
    roads[0][along_east < _SMALLER] = RESIDENTIAL
    roads[1][along_north < _SMALLER] = RESIDENTIAL
    roads[rng.random((2, side, side)) < _MISSING] = NONE
    roads[0][:, size // 2 % 2 :: 2] = ARTERIAL
    roads[1][size // 2 % 2 :: 2] = ARTERIAL
    column, row = center
    around = [(0, column - 1, row), (0, column, row), (1, column, row - 1), (1, column, row)]
    for edge in around:
        roads[edge] = ARTERIAL if roads[edge] == ARTERIAL else COLLECTOR
    return roads


def draw_lattice(
    size: int, middle: tuple[float, float], center: tuple[int, int], *, rng: np.random.Generator
) -> Lattice:
    """
    Draw the frame of a town.

    Parameters
    ----------
    size
        Cells on each side, an even number.
    middle
        Coordinates of the town's center, in feet.
    center
        Column and row of the corner that lies there.
    rng
        Bends the lines and spaces the blocks.

    Returns
    -------
    lattice
        The frame.
    """
    side = size + 1
    steps = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1)
    corners = np.array(middle) + (steps - np.array(center)) * HALF_MILE_FT
    corners += rng.normal(0, 45, corners.shape)
    blocks = rng.integers(9, 12, (2, side))
    wobble = rng.uniform(-0.012, 0.012, (2, side, side, PORTS))
    count = np.broadcast_to(blocks[0][:, None], (side, side))
    count = np.stack([count, np.broadcast_to(blocks[1][None, :], (side, side))])[..., None]
    port = np.arange(PORTS)
    shares = np.where((port > 0) & (port < count), port / count + wobble, (port > 0) * 1.0)
    barred = rng.random((2, side, side, PORTS)) < _BARRED
    return Lattice(size, corners, blocks, shares, _roads(size, center, rng), barred)
