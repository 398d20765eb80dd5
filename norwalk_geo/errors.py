"""
What can go wrong, and how it is said.

NorwalkError
├── SchemaError (ValueError)       a table is not what its schema says
├── CrsError (ValueError)          coordinates in the wrong system or the wrong place
├── ConfigError (ValueError)       norwalk.toml, a mapping or a parameter file cannot be used
├── InfeasibleError (ValueError)   no plan can satisfy what was asked
└── SourceError (OSError)          a file or folder cannot be read or written

A message names the table and column, what is wrong in how many rows, the first three ids, and what
to do. All problems of a table are collected before anything is raised; `problems` holds them whole.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

__all__ = [
    "ConfigError",
    "CrsError",
    "InfeasibleError",
    "NorwalkError",
    "Problem",
    "SchemaError",
    "SourceError",
    "nearest",
]

_SHOWN = 3


@dataclass(frozen=True)
class Problem:
    """
    One thing that is wrong with one column of one table.

    Parameters
    ----------
    where
        Column, key or file that is wrong.
    what
        What is wrong, without a full stop.
    rows
        Ids (or row numbers) of every row concerned; empty when it is not a matter of rows.
    remedy
        What to do about it, as a sentence.
    """

    where: str
    what: str
    rows: tuple[str, ...] = ()
    remedy: str = ""

    def __str__(self) -> str:
        """
        Say the problem in one line.

        Returns
        -------
        line
            `where: what in n rows: first three ids. Remedy`.
        """
        text = f"{self.where}: {self.what}"
        if self.rows:
            count = len(self.rows)
            shown = ", ".join(map(str, self.rows[:_SHOWN]))
            text += f" in {count:,} row{'s' if count > 1 else ''}: {shown}"
            text += ", …" if count > _SHOWN else ""
        stop = "" if text.endswith("…") else "."
        return f"{text}{stop} {self.remedy}".rstrip()


class NorwalkError(Exception):
    """Base of every error that this package raises on purpose."""

    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, subject: str, problems: Sequence[Problem]) -> Self:
        """
        Make the error that reports all problems of one subject.

        Parameters
        ----------
        subject
            Table or file that the problems are in.
        problems
            At least one problem.

        Returns
        -------
        error
            Not raised; `problems` carries every row, the message the first three of each.
        """
        count = len(problems)
        head = f"{subject}: {count} problem{'s' if count > 1 else ''}"
        error = cls("\n".join([head, *(f"  {problem}" for problem in problems)]))
        error.problems = tuple(problems)
        return error


class SchemaError(NorwalkError, ValueError):
    """A table is not what its schema says."""


class CrsError(NorwalkError, ValueError):
    """Coordinates are in the wrong system or in the wrong place."""


class ConfigError(NorwalkError, ValueError):
    """A configuration, mapping or parameter file cannot be used."""


class InfeasibleError(NorwalkError, ValueError):
    """No plan can satisfy what was asked."""


class SourceError(NorwalkError, OSError):
    """A file or folder cannot be read or written."""


def nearest(name: str, known: Iterable[str]) -> str:
    """
    Offer the known name that a misspelt one is nearest to.

    Parameters
    ----------
    name
        As written.
    known
        Names that would do.

    Returns
    -------
    hint
        A sentence for `Problem.remedy`.

    Examples
    --------
    >>> nearest("slury_seal", ["slurry_seal", "cape_seal"])
    "Did you mean 'slurry_seal'?"
    """
    options = sorted(known)
    low = {option.lower(): option for option in options}
    near = difflib.get_close_matches(name.lower(), low, n=1, cutoff=0.5)
    return f"Did you mean {low[near[0]]!r}?" if near else f"Known are {', '.join(options)}."
