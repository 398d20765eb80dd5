"""Cells → the type that the schema declares, with the cells that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["TYPES"]

# Above this a float no longer tells one whole number from the next.
_EXACT = 2**53
# Only the day counts, as written: a zone behind the time is left out.
_ZONE = r"(:\d\d(?:\.\d+)?)\s*(?:Z|[+-]\d\d:?\d\d)$"
_TRUE = {"yes", "true", "1", "y"}
_FALSE = {"no", "false", "0", "n"}


def _as_text(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Text without blank cells; whole floats lose their `.0`, since ids often arrive as numbers."""
    missing = values.isna()
    if pd.api.types.is_float_dtype(values) and (values[~missing] % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype("str").str.strip()
    blank = missing | text.eq("")
    return text.mask(blank), pd.Series(data=False, index=values.index)


def _as_number(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Numbers; text that is no number, and infinities, are bad. Thousands commas are accepted."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype("float64")
    else:
        text = values.astype("str").str.strip().mask(values.isna())
        plain = text.str.replace(",", "", regex=False).str.removeprefix("$")
        number = pd.to_numeric(plain.replace("", None), errors="coerce").astype("float64")
        values = text.replace("", None)
    bad = (number.isna() & values.notna()) | np.isinf(number)
    return number, bad


def _as_integer(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Whole numbers, nullable where some are missing."""
    number, bad = _as_number(values)
    bad = bad | (number.notna() & ((number % 1 != 0) | (number.abs() > _EXACT)))
    whole = number.mask(bad)
    return whole.astype("int64" if whole.notna().all() else "Int64"), bad


def _as_date(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Days, as microsecond timestamps without a zone."""
    if pd.api.types.is_datetime64_any_dtype(values):
        date = values.dt.tz_localize(None) if values.dt.tz is not None else values
    else:
        text = values.astype("str").str.strip().mask(values.isna()).replace("", None)
        if text.str.contains(":", regex=False).any():
            text = text.str.replace(_ZONE, r"\1", regex=True)
        date = pd.to_datetime(text, errors="coerce", format="ISO8601")
        values = text
    return date.dt.normalize().astype("datetime64[us]"), date.isna() & values.notna()


def _as_boolean(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """True and false from booleans, yes/no and 1/0."""
    text = values.astype("str").str.strip().str.lower().mask(values.isna())
    truth = text.isin(_TRUE).astype("boolean").mask(~text.isin(_TRUE | _FALSE))
    bad = truth.isna() & text.notna() & text.ne("")
    return (truth.astype("bool") if truth.notna().all() else truth), bad


TYPES = {
    "text": (_as_text, "not text"),
    "number": (_as_number, "not a number"),
    "integer": (_as_integer, "not a whole number"),
    "date": (_as_date, "not a date"),
    "boolean": (_as_boolean, "neither yes nor no"),
}
