"""Text that a spreadsheet program would run → text that it shows."""

from __future__ import annotations

import pandas as pd

__all__ = ["plain_text"]

# A cell that begins with one of these is a formula to a spreadsheet program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXT = {"str", "object", "category"}


def _is_formula(column: pd.Series) -> pd.Series:
    """Tell which cells are text that begins as a formula does."""
    if column.dtype == "str":
        return column.str.startswith(_FORMULA).fillna(value=False).astype("bool")
    risky = [isinstance(cell, str) and cell.startswith(_FORMULA) for cell in column]
    return pd.Series(risky, index=column.index, dtype="bool")


def plain_text(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Keep a spreadsheet program from reading text cells of a CSV as formulas.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    safe
        The same, with an apostrophe before text that begins as a formula does.

    Examples
    --------
    >>> plain_text(pd.DataFrame({"street_name": ["=1+1", "Elm Street"]}))["street_name"].tolist()
    ["'=1+1", 'Elm Street']
    """
    safe = frame.copy()
    for name, kind in frame.dtypes.items():
        if str(kind) not in _TEXT:
            continue
        column = frame[name].astype("object") if str(kind) == "category" else frame[name]
        risky = _is_formula(column)
        if risky.any():
            safe[name] = column.mask(risky, "'" + column.astype("str"))
    return safe
