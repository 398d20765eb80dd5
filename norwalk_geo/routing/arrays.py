"""Arrays that come from outside: whole numbers in their range, or every row that is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import Problem, SchemaError

__all__ = ["Checker", "Integers", "Small", "Truths"]

Integers: TypeAlias = npt.NDArray[np.int64]
Small: TypeAlias = npt.NDArray[np.int32]
Truths: TypeAlias = npt.NDArray[np.bool_]

# Above every number that is let through, and far from where integers wrap around.
_BEYOND = 2**62


def _whole(values: Any) -> tuple[Integers, Truths]:  # noqa: ANN401 - any sequence of numbers
    """Turn anything into integers, and say which of them are the number that was given."""
    series = pd.Series(np.asarray(values).ravel() if not isinstance(values, pd.Series) else values)
    if series.dtype.kind == "i" and isinstance(series.dtype, np.dtype):
        return series.to_numpy("int64"), np.ones(len(series), dtype=bool)
    if series.dtype.kind == "u" and isinstance(series.dtype, np.dtype):
        held = np.minimum(series.to_numpy(), np.uint64(_BEYOND))
        return held.astype("int64"), np.ones(len(series), dtype=bool)
    number = pd.to_numeric(series, errors="coerce").to_numpy("float64", na_value=np.nan)
    is_whole = np.isfinite(number) & (number == np.floor(number))
    held = np.where(is_whole, np.clip(number, -_BEYOND, _BEYOND), 0)
    return held.astype("int64"), is_whole


@dataclass(frozen=True)
class Checker:
    """
    Gathers what is wrong with the arrays of one subject, and raises it all at once.

    Parameters
    ----------
    subject
        What the arrays describe, as the error names it.
    problems
        Found so far.
    """

    subject: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: str, rows: Iterable[object], remedy: str) -> None:
        """
        Note a problem, if there are any rows with it.

        Parameters
        ----------
        where
            Array.
        what
            What is wrong.
        rows
            Row numbers concerned.
        remedy
            What to do.
        """
        listed = tuple(str(row) for row in rows)
        if listed:
            self.problems.append(Problem(where, what, listed, remedy))

    def say(self, where: str, what: str, remedy: str) -> None:
        """
        Note a problem that is not a matter of rows.

        Parameters
        ----------
        where
            Array or setting.
        what
            What is wrong.
        remedy
            What to do.
        """
        self.problems.append(Problem(where, what, (), remedy))

    def whole(self, where: str, values: Any, remedy: str) -> tuple[Integers, Truths]:  # noqa: ANN401
        """
        Read whole numbers; missing and broken ones are noted.

        Parameters
        ----------
        where
            Array.
        values
            As given: integers of any width, or floats that are whole.
        remedy
            What to do about a number that is not whole.

        Returns
        -------
        integers, is_whole
            The numbers, and which of them were whole; the others are 0.
        """
        integers, is_whole = _whole(values)
        self.add(where, "missing or not a whole number", np.flatnonzero(~is_whole), remedy)
        return integers, is_whole

    def numbered(self, where: str, values: Any, count: int) -> Integers:  # noqa: ANN401
        """
        Read numbers of things that are counted from 0.

        Parameters
        ----------
        where
            Array.
        values
            As given.
        count
            How many there are.

        Returns
        -------
        numbers
            From 0 to `count` − 1, if nothing was noted.
        """
        integers, is_whole = self.whole(where, values, "Give each row its number.")
        out = is_whole & ((integers < 0) | (integers >= count))
        limits = f"outside 0–{count - 1:,}" if count else "set where there is none"
        self.add(where, limits, np.flatnonzero(out), "Correct the rows or drop them.")
        return integers

    def bounded(self, where: str, values: Any, below: int, unit: str) -> Integers:  # noqa: ANN401
        """
        Read amounts of at least 0.

        Parameters
        ----------
        where
            Array.
        values
            As given.
        below
            First amount that is too large.
        unit
            What they are counted in, as the error says it.

        Returns
        -------
        amounts
            Within their limits, if nothing was noted.
        """
        integers, is_whole = self.whole(where, values, f"Round them to whole {unit}.")
        low, high = is_whole & (integers < 0), is_whole & (integers >= below)
        self.add(where, "negative", np.flatnonzero(low), "Nothing takes less than no effort.")
        remedy = "Check the unit, or split what is so long."
        self.add(where, f"{below:,} {unit} or more", np.flatnonzero(high), remedy)
        return integers

    def same_length(self, **arrays: Any) -> None:  # noqa: ANN401
        """
        Note arrays that do not go together.

        Parameters
        ----------
        **arrays
            By name.

        Raises
        ------
        SchemaError
            At once: rows of different arrays cannot be told apart otherwise.
        """
        given = {name: np.atleast_1d(np.asarray(one)) for name, one in arrays.items()}
        for name in (name for name, one in given.items() if one.ndim > 1):
            self.say(name, "has rows and columns", "Give one number an edge.")
        self.finish()
        lengths = {name: len(one) for name, one in given.items()}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
            self.say(", ".join(arrays), f"rows differ ({said})", "Give every edge a row in each.")
            self.finish()

    def finish(self) -> None:
        """
        Raise what was noted.

        Raises
        ------
        SchemaError
            If anything was.
        """
        if self.problems:
            raise SchemaError.of(self.subject, self.problems)
