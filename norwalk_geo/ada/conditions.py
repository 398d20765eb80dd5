"""Where a rule applies: the conditions in its row, held against what is known of each feature."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Condition", "Facts", "parse"]

Mask: TypeAlias = npt.NDArray[np.bool_]

_PART = re.compile(r"\s*([a-z_0-9]+)\s*(<=|>=|<|>|=)\s*(\S.*?)\s*")
_BLANK, _GIVEN = "blank", "given"
# Words that tell nothing of the kind.
_EMPTY = ("unknown", "other")


@dataclass(frozen=True)
class Condition:
    """
    One condition on one column.

    Parameters
    ----------
    column
        Column of the feature.
    operator
        `=`, `<`, `<=`, `>` or `>=`.
    words
        Values that it may have, or the one number that it is compared with; `given` stands for any.
    is_blank_enough
        Whether the condition holds where nothing is recorded.
    """

    column: str
    operator: str
    words: tuple[str, ...]
    is_blank_enough: bool = False


def _number(text: str) -> float:
    """Read the number of a comparison."""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number") from None


def parse(text: str) -> tuple[Condition, ...]:
    """
    Read the conditions of a rule.

    Parameters
    ----------
    text
        Such as `ramp_type=parallel|blank; rise_in<=6`; nothing where there are none.

    Returns
    -------
    conditions
        All of which must hold.

    Raises
    ------
    ValueError
        A part is no condition.

    Examples
    --------
    >>> parse("has_refuge=yes|blank")[0].is_blank_enough
    True
    """
    found = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        read = _PART.fullmatch(part)
        if read is None:
            raise ValueError(f"{part!r} is no condition such as has_refuge=yes or rise_in<=6")
        column, operator, values = read.groups()
        words = tuple(word.strip() for word in values.split("|"))
        others = tuple(word for word in words if word != _BLANK)
        if operator != "=":
            if len(others) != 1:
                raise ValueError(f"{part!r} compares with more or less than one number")
            _number(others[0])
        found.append(Condition(column, operator, others, is_blank_enough=_BLANK in words))
    return tuple(found)


class Facts:
    """
    What is known of the features of one table, read once for all rules.

    Parameters
    ----------
    frame
        Checked table of features.
    """

    def __init__(self, frame: DataFrame) -> None:
        self.frame = frame
        self._texts: dict[str, pd.Series] = {}
        self._masks: dict[Condition, tuple[Mask, Mask]] = {}

    def text(self, column: str) -> pd.Series:
        """
        Give a column as text.

        Parameters
        ----------
        column
            Any column; one that the table does not have is missing throughout.

        Returns
        -------
        text
            Booleans as yes and no; `unknown` and `other`, which tell nothing, are missing.
        """
        if column not in self._texts:
            values = self._column(column)
            if pd.api.types.is_bool_dtype(values):
                values = values.map({True: "yes", False: "no"})
            text = values.astype("str").mask(values.isna())
            self._texts[column] = text.mask(text.isin(_EMPTY))
        return self._texts[column]

    def number(self, column: str) -> npt.NDArray[np.float64]:
        """
        Give a column as numbers.

        Parameters
        ----------
        column
            Any column; one that the table does not have is missing throughout.

        Returns
        -------
        number
            Not a number where it is missing.
        """
        number: npt.NDArray[np.float64] = self._column(column).to_numpy(
            dtype="float64", na_value=np.nan
        )
        return number

    def _column(self, column: str) -> pd.Series:
        if column in self.frame:
            return self.frame[column]
        return pd.Series(np.nan, index=self.frame.index)

    def holds(self, condition: Condition) -> tuple[Mask, Mask]:
        """
        Say where a condition holds.

        Parameters
        ----------
        condition
            One condition.

        Returns
        -------
        holds, unknown
            True where it holds, and where what it asks for is not recorded.
        """
        if condition not in self._masks:
            self._masks[condition] = self._judge(condition)
        return self._masks[condition]

    def _judge(self, condition: Condition) -> tuple[Mask, Mask]:
        if condition.operator == "=":
            text = self.text(condition.column)
            blank = text.isna().to_numpy(dtype="bool")
            if condition.words in {(_GIVEN,), ()}:
                # Whether a cell is filled is always known.
                holds = ~blank if condition.words else blank
                return holds, np.zeros(len(text), dtype="bool")
            holds = text.isin(condition.words).to_numpy(dtype="bool")
        else:
            number, limit = self.number(condition.column), _number(condition.words[0])
            blank = np.isnan(number)
            compare = {"<": np.less, "<=": np.less_equal, ">": np.greater}
            holds = compare.get(condition.operator, np.greater_equal)(number, limit) & ~blank
        if condition.is_blank_enough:
            return holds | blank, np.zeros(len(holds), dtype="bool")
        return holds, blank
