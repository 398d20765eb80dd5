"""Which rows of a table a `where` holds for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import ConfigError
from norwalk_geo.schema.convert import TYPES
from norwalk_geo.sources.where import Condition, refuse

if TYPE_CHECKING:
    from pandas import DataFrame, Series

__all__ = ["choose"]

_COMPARE = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
_ARITHMETIC = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.Mod: "mod",
}
_Mask = npt.NDArray[np.bool_]


def _kind(values: Series) -> str:
    """Tell numbers, dates and text apart."""
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    return "date" if pd.api.types.is_datetime64_any_dtype(values) else "text"


def _column(values: Series) -> Series:
    """Take a column as numbers, days or text."""
    if values.dtype == object:
        values = values.infer_objects()
        known = values.dropna()
        if len(known) and known.map(lambda cell: isinstance(cell, bool | int | float)).all():
            values = values.astype("float64")
    if pd.api.types.is_numeric_dtype(values):
        return values
    return TYPES["date" if _kind(values) == "date" else "text"][0](values)[0]


class _Choice:
    """One reading of a condition on one table, with what was noticed on the way."""

    def __init__(self, condition: Condition, frame: DataFrame) -> None:
        self.condition, self.frame = condition, frame
        self.notes: dict[str, None] = {}

    def _fail(self, node: ast.expr, what: str) -> ConfigError:
        return refuse(f"{self._written(node)}: {what}")

    def _written(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        for name, column in self.condition.names.items():
            text = text.replace(name, f"`{column}`")
        return text

    def value(self, node: ast.expr) -> Series:
        if isinstance(node, ast.Name):
            return _column(self.frame[self.condition.names.get(node.id, node.id)])
        if isinstance(node, ast.Constant):
            dtype = "str" if isinstance(node.value, str) else type(node.value).__name__
            return pd.Series(node.value, index=self.frame.index, dtype=dtype)
        if isinstance(node, ast.UnaryOp):
            number = self.number(node.operand)
            return -number if isinstance(node.op, ast.USub) else number
        if isinstance(node, ast.BinOp):
            left, right = self.number(node.left), self.number(node.right)
            # Overflow and division by zero give infinity or a missing value, which is an answer.
            with np.errstate(all="ignore"):
                result: Series = getattr(left, _ARITHMETIC[type(node.op)])(right)
            return result
        raise self._fail(node, "is not a value")

    def number(self, node: ast.expr, values: Series | None = None) -> Series:
        values = self.value(node) if values is None else values
        kind = _kind(values)
        if kind == "date":
            raise self._fail(node, "is a date, not a number")
        number, bad = TYPES["number"][0](values.astype("float64") if kind == "number" else values)
        if kind == "text" and isinstance(node, ast.Constant) and bad.any():
            raise self._fail(node, "is text, not a number")
        if kind == "text" and bad.any():
            what = f"cells of {self._written(node)} that are no numbers and count as missing"
            self.notes[f"{what}: {int(bad.sum()):,}"] = None
        return number.mask(bad) if kind == "text" else number

    def _alike(self, left: ast.expr, right: ast.expr) -> tuple[Series, Series]:
        """Bring two values to one kind."""
        nodes, values = (left, right), [self.value(left), self.value(right)]
        kinds = [_kind(one) for one in values]
        if "number" in kinds and kinds[0] != kinds[1]:
            values = [
                self.number(node, one) if kind != "number" else one
                for node, one, kind in zip(nodes, values, kinds, strict=True)
            ]
        elif "date" in kinds and kinds[0] != kinds[1]:
            for place, (node, kind) in enumerate(zip(nodes, kinds, strict=True)):
                day, bad = TYPES["date"][0](values[place])
                if kind == "text" and isinstance(node, ast.Constant) and bad.any():
                    raise self._fail(node, "is no date such as '2015-07-01'")
                values[place] = day
        return values[0], values[1]

    def _compare(self, left: ast.expr, operator: str, right: ast.expr) -> _Mask:
        one, other = self._alike(left, right)
        with np.errstate(all="ignore"):
            result = getattr(one, operator)(other)
        known = one.notna() & other.notna()
        return np.asarray(result.fillna(value=False).astype("bool") & known)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> _Mask:
        if isinstance(operator, ast.Is | ast.IsNot):
            missing = np.asarray(self.value(left).isna())
            return missing if isinstance(operator, ast.Is) else ~missing
        if isinstance(operator, ast.In | ast.NotIn):
            items = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
            inside = np.any([self._compare(left, "eq", item) for item in items], axis=0)
            if isinstance(operator, ast.In):
                return np.asarray(inside)
            return np.asarray(~inside & self.value(left).notna())
        return self._compare(left, _COMPARE[type(operator)], right)

    def truth(self, node: ast.expr) -> _Mask:
        if isinstance(node, ast.BoolOp):
            parts = [self.truth(part) for part in node.values]  # noqa: PD011 - not a table
            combine = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return np.asarray(combine.reduce(parts))
        if isinstance(node, ast.UnaryOp):
            return ~self.truth(node.operand)
        if isinstance(node, ast.Compare):
            lefts = [node.left, *node.comparators[:-1]]
            pairs = zip(lefts, node.ops, node.comparators, strict=True)
            return np.asarray(np.logical_and.reduce([self._pair(*pair) for pair in pairs]))
        values, bad = TYPES["boolean"][0](self.value(node))
        if bad.any():
            raise self._fail(node, "is neither yes nor no")
        return np.asarray(values.fillna(value=False).astype("bool"))


def choose(condition: Condition, frame: DataFrame) -> tuple[_Mask, tuple[str, ...]]:
    """
    Find the rows that a condition holds for.

    Parameters
    ----------
    condition
        As read by `parse`.
    frame
        Table with every column that the condition needs.

    Returns
    -------
    rows
        True where the condition holds. A comparison with a missing cell is false.
    notes
        Sentences on cells that were read as missing, because they are no numbers.

    Raises
    ------
    ConfigError
        The condition compares what cannot be compared, such as a date with a number.

    Examples
    --------
    >>> from norwalk_geo.sources.where import parse
    >>> rows, notes = choose(parse("width > 20"), pd.DataFrame({"width": [30, None, 10]}))
    >>> rows.tolist()
    [True, False, False]
    """
    choice = _Choice(condition, frame)
    return choice.truth(condition.tree), tuple(choice.notes)
