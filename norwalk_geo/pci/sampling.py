"""How many sample units to inspect, and which: systematic and random, the same for one seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["choose_units", "network_units", "units_needed"]

Ints: TypeAlias = npt.NDArray[np.int64]

_MIX = 0x9E3779B97F4A7C15


def units_needed(
    units_total: npt.ArrayLike, *, spread_points: npt.ArrayLike, error_points: float = 5.0
) -> Ints:
    """
    Find how many sample units of a section must be inspected.

    The index of the section is then within `error_points` with 95 % confidence, if the units differ
    as `spread_points` says.

    Parameters
    ----------
    units_total
        Sample units that the section is divided into.
    spread_points
        Standard deviation among the units: the standard assumes 10 on asphalt and 15 on concrete
        before the first survey.
    error_points
        Error that is accepted.

    Returns
    -------
    needed
        At least one and at most all of them.

    Raises
    ------
    SchemaError
        A section has no unit, or no error is accepted.

    Examples
    --------
    >>> units_needed([1, 5, 20, 100], spread_points=10)
    array([ 1,  4, 10, 14])
    """
    total = np.asarray(units_total, dtype="float64")
    if (total < 1).any() or error_points <= 0:
        remedy = "Give at least one unit and an error above zero."
        raise SchemaError.of("sampling", [Problem("units", "cannot be sampled", remedy=remedy)])
    variance = np.asarray(spread_points, dtype="float64") ** 2
    wanted = total * variance / (error_points**2 / 4 * (total - 1) + variance + 1e-300)
    # Up to a whole number, but not for a rounding error in the last digit.
    whole = np.ceil(np.round(wanted, 9))
    return np.asarray(np.clip(whole, 1, total).astype("int64"))


def network_units(units_total: npt.ArrayLike) -> Ints:
    """
    Find how many sample units to inspect where the whole network is meant, not one project.

    The standard allows a lesser rate and gives the one of an agency as an example: one unit of up
    to 5, two of up to 10, three of up to 15, four of up to 40, and a tenth of more.

    Parameters
    ----------
    units_total
        Sample units that the section is divided into.

    Returns
    -------
    needed
        At least one.

    Examples
    --------
    >>> network_units([1, 6, 15, 40, 41])
    array([1, 2, 3, 4, 5])
    """
    total = np.asarray(units_total, dtype="int64")
    steps = np.searchsorted([5, 10, 15, 40], total, side="left") + 1
    return np.asarray(np.where(total > 40, -(-total // 10), steps))  # noqa: PLR2004


def _draw(section_id: pd.Index, seed: int) -> npt.NDArray[np.float64]:
    """Draw a number from 0 to 1 for each section, from its id and the seed alone."""
    bits = pd.util.hash_array(section_id.to_numpy(dtype="object"), categorize=False)
    with np.errstate(over="ignore"):
        mixed = bits ^ (np.uint64(seed % 2**64) * np.uint64(_MIX))
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(_MIX)
        mixed ^= mixed >> np.uint64(29)
    return np.asarray((mixed >> np.uint64(11)).astype("float64") / 2.0**53)


def choose_units(units_total: pd.Series, needed: pd.Series, *, seed: int) -> DataFrame:
    """
    Choose the units to inspect: every so many, from a random start.

    Parameters
    ----------
    units_total
        Sample units of each section, by `section_id`.
    needed
        How many are wanted, aligned to it.
    seed
        The same seed chooses the same units, whatever other sections there are.

    Returns
    -------
    chosen
        One row a unit: `section_id` and `number`, counted from 1 in the direction of the section.
        The interval is rounded down, so there can be more units than wanted, never fewer.

    Examples
    --------
    >>> total = pd.Series([10], index=pd.Index(["s1"], name="section_id"))
    >>> len(choose_units(total, total // 2, seed=1))
    5
    """
    total = units_total.to_numpy("int64")
    interval = np.maximum(total // np.maximum(needed.to_numpy("int64"), 1), 1)
    start = np.minimum(np.floor(_draw(units_total.index, seed) * interval), interval - 1)
    count = ((total - 1 - start) // interval + 1).astype("int64")
    row = np.repeat(np.arange(len(total)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    number = (start[row] + 1 + place * interval[row]).astype("int64")
    return pd.DataFrame({"section_id": units_total.index.to_numpy()[row], "number": number})
