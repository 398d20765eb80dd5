"""Whether some rule governs a feature for certain, whatever the facts are that nobody recorded."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.conditions import Condition, Facts, Mask
from norwalk_geo.ada.standards import Rule

__all__ = ["covered"]

Days = npt.NDArray[np.int64]
# Words that tell nothing of the kind.
_EMPTY = {"unknown", "other"}
_OPEN = 2


def _words(feature: str, condition: Condition) -> list[object]:
    """Name the values that a column of words can have."""
    row = schema.describe(feature).columns.loc[condition.column]
    if row["type"] == "boolean":
        return ["yes", "no"]
    listed = [word for word in row["values"].split("|") if word not in _EMPTY | {""}]
    return [*dict.fromkeys([*listed, *(w for w in condition.words if w != "given")])]


def _possible(feature: str, conditions: Sequence[Condition]) -> dict[str, list[object]]:
    """Name values of every column that together make each condition true and false."""
    found: dict[str, list[object]] = {}
    for one in conditions:
        values = found.setdefault(one.column, [])
        if one.operator == "=":
            values += _words(feature, one) if set(one.words) - {"given"} else [None, "given"]
            values += [None] if one.words == ("given",) else []
        else:
            limit = float(one.words[0])
            values += [limit - 1e-3, limit, limit + 1e-3]
    return {column: list(dict.fromkeys(values)) for column, values in found.items()}


def _conditions(rules: Sequence[Rule]) -> list[Condition]:
    return list(dict.fromkeys(one for rule in rules for one in rule.conditions))


def _spans(rules: Sequence[Rule]) -> list[tuple[int, int]]:
    return sorted({(rule.first, rule.last) for rule in rules})


@functools.cache
def _cases(feature: str, rules: tuple[Rule, ...]) -> tuple[Mask, Mask]:
    """List every combination of facts: which conditions and spans hold, and if a rule governs."""
    conditions = _conditions(rules)
    values = _possible(feature, conditions)
    spans = _spans(rules)
    always = np.iinfo(np.int64)
    edges = {always.min, *(first for first, _ in spans)}
    edges |= {last + 1 for _, last in spans if last < always.max}
    rows = list(product(sorted(edges), *values.values()))
    days = np.array([row[0] for row in rows], dtype="int64")
    table = pd.DataFrame(
        {column: pd.Series([row[at] for row in rows]) for at, column in enumerate(values, start=1)},
        index=range(len(rows)),
    )
    facts = Facts(table)
    holds = {one: facts.holds(one)[0] for one in conditions}
    inside = {span: (days >= span[0]) & (days <= span[1]) for span in spans}
    governed = np.zeros(len(rows), dtype="bool")
    for rule in rules:
        applies = inside[rule.first, rule.last].copy()
        for one in rule.conditions:
            applies &= holds[one]
        governed |= applies
    pattern = np.column_stack([*(holds[one] for one in conditions), *inside.values()])
    return pattern, governed


def covered(
    feature: str, rules: Sequence[Rule], facts: Facts, built: tuple[Days, Days], rows: Days
) -> Mask:
    """
    Find features that some rule governs whatever is true of what nobody recorded.

    Parameters
    ----------
    feature
        Name of the table.
    rules
        Rules that are alternatives of each other.
    facts
        What is known of the features.
    built
        First and last day of building, in days since 1970.
    rows
        Places of the features to look at.

    Returns
    -------
    covered
        One for each of `rows`.
    """
    conditions = _conditions(rules)
    pattern, governed = _cases(feature, tuple(rules))
    known, open_ = [], []
    for one in conditions:
        holds, unknown = facts.holds(one)
        known.append(holds[rows])
        open_.append(unknown[rows])
    first, last = built[0][rows], built[1][rows]
    for start, end in _spans(rules):
        dated = (first >= start) & (last <= end)
        known.append(dated)
        open_.append((last >= start) & (first <= end) & ~dated)
    told = np.column_stack(
        [np.where(blank, _OPEN, fact) for fact, blank in zip(known, open_, strict=True)]
    )
    kinds, kind = np.unique(told, axis=0, return_inverse=True)
    fits = ((kinds[:, None, :] == _OPEN) | (kinds[:, None, :] == pattern[None])).all(axis=2)
    every = fits.any(axis=1) & (~fits | governed).all(axis=1)
    found: Mask = every[kind.ravel()]
    return found
