"""
What stands around a choice, in words: closed years, turns of zones, rules of funds, curb ramps.

A reason says what a section's work is worth. What is said here is why that is not all: what the
city may not do there, who may pay, and what altering the street would oblige it to build.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.budget.demands import RAMPS, Demands
from norwalk_geo.budget.model import CENTS, Case, Integers
from norwalk_geo.budget.ramps import Duties
from norwalk_geo.budget.rows import CLOSED

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Idle", "of_idle", "of_work"]

_CONJUNCTION = " and "


class Idle(NamedTuple):
    """
    What stands around sections without work.

    Parameters
    ----------
    closed
        Why no work at all may be done on a section; blank where some may.
    also
        What else is to be known of it, as sentences that begin with a space; blank where nothing.
    """

    closed: pd.Series
    also: pd.Series


class _Place(NamedTuple):
    """What rules of funds and zones look at."""

    functional_class: str
    zone: str


class _Bill(NamedTuple):
    """Curb ramps: how many, how many of them are not measured, and their cost."""

    ramps: int
    unknown: int
    usd: float


def _places(sections: Sections, ids: pd.Index) -> list[_Place]:
    """Take class and zone of the planned sections."""
    of = pd.DataFrame(sections).loc[ids]
    zone = of["zone_id"].astype("str").fillna("") if "zone_id" in of else [""] * len(of)
    return [_Place(str(one), str(at)) for one, at in zip(of["functional_class"], zone, strict=True)]


def _listed(names: Sequence[object]) -> str:
    """Write a list as one speaks it; years that follow each other as a span."""
    texts = [str(name) for name in names]
    if len(texts) > 2 and all(isinstance(name, int) for name in names):  # noqa: PLR2004
        years = [int(text) for text in texts]
        if years[-1] - years[0] == len(years) - 1:
            return f"{years[0]} to {years[-1]}"
    return ", ".join(texts[:-1]) + _CONJUNCTION + texts[-1] if len(texts) > 1 else texts[0]


def _payers(demands: Demands, place: _Place, treatment: tuple[str, str]) -> list[str]:
    """Name the funds that may pay for a treatment somewhere."""
    return [one.name for one in demands.funds if one.pays(*place, treatment)]


def _paying(demands: Demands, place: _Place, treatment: tuple[str, str]) -> str:
    """Say which funds may pay, where not all may."""
    names = _payers(demands, place, treatment)
    of_streets = [one for one in demands.funds if one.treatments != {RAMPS[0]}]
    if not names or len(names) == len(of_streets):
        return ""
    return f" Of the funds only {_listed(names)} may pay for it."


def _turn(demands: Demands, place: _Place, years: Sequence[int]) -> str:
    """Say when a zone has its turn, where it is bound."""
    turns = demands.zone_years.get(place.zone)
    if turns is None or place.functional_class in demands.zone_exempt:
        return ""
    within = [year for year in turns if year in years]
    when = f"in {_listed(within)}" if within else "after the plan"
    return f" Zone {place.zone} has its turn {when}."


def _ramps(bill: _Bill) -> str:
    """Write how many ramps there are and what they cost."""
    many = "1 curb ramp" if bill.ramps == 1 else f"{bill.ramps:,} curb ramps"
    some = "" if bill.unknown == bill.ramps else f"{bill.unknown:,} of them "
    unknown = f" ({some}not measured yet)" if bill.unknown else ""
    return f"{many}{unknown} for ${bill.usd:,.0f}"


class _Corners:
    """Corners of a plan: when each is built, and which section's work obliges it."""

    def __init__(self, case: Case, duties: Duties, treatments: npt.NDArray[np.int8]) -> None:
        self.duties, self.years = duties, case.years
        self.first = duties.first_of_each(treatments)
        self.due, self.built = duties.first_altered(treatments), duties.built(treatments)
        by = np.flatnonzero(self.first[duties.section] == self.due[duties.corner])
        self.named = np.full(len(self.due), -1)
        self.named[duties.corner[by][::-1]] = duties.section[by][::-1]
        self.order = np.argsort(duties.section, kind="stable")
        self.start = np.searchsorted(duties.section[self.order], np.arange(len(case.ids) + 1))

    def at(self, section: int) -> Integers:
        """Corners that altering a section obliges."""
        links = self.order[self.start[section] : self.start[section + 1]]
        return np.asarray(self.duties.corner[links])

    def bill(self, corners: Integers, usd: float) -> _Bill:
        """Count the ramps at corners."""
        due, unknown = self.duties.ramps[corners, :2].sum(axis=0)
        return _Bill(int(due + unknown), int(unknown), usd)

    def of_work(self, section: int, year: int) -> str:
        """Say what a section's alteration in a year obliges the city to build."""
        corners = self.at(section) if self.first[section] == year else np.zeros(0, dtype="int64")
        mine = corners[self.named[corners] == section]
        if not len(mine):
            return " Other work builds the curb ramps at its corners." if len(corners) else ""
        cents = self.duties.cents[mine, self.built[mine]].sum()
        text = f" The work obliges the city to build {_ramps(self.bill(mine, int(cents) / CENTS))}"
        before = sorted({self.years[t] for t in self.built[mine].tolist() if t != year})
        return text + (f", some in {_listed(before)}." if before else ", which the plan pays.")

    def of_idle(self, section: int, label: str) -> str:
        """Say what altering a section would oblige the city to build beyond the plan."""
        corners = self.at(section)
        more = corners[self.built[corners] == len(self.years)]
        if not len(more):
            return ""
        bill = self.bill(more, float(self.duties.usd[more].sum()))
        return f" {label} would also oblige the city to build {_ramps(bill)}."


def of_work(case: Case, treatments: npt.NDArray[np.int8], sections: Sections) -> pd.Series:
    """
    Say of each work whose turn it is, who may pay, and which ramps it owes.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by planned section and year; −1 for none.
    sections
        Supplies `functional_class` and `zone_id`.

    Returns
    -------
    words
        Sentences that begin with a space, by section and fiscal year; blank without any.
    """
    demands, places = case.rules.demands, _places(sections, case.ids)
    kinds = case.life.treatments["ada_kind"].astype("str").tolist()
    names = [*zip(case.life.treatments.index, kinds, strict=True)]
    corners = None if case.duties is None else _Corners(case, case.duties, treatments)
    row, year = np.nonzero(treatments >= 0)
    words = []
    for i, t in zip(row.tolist(), year.tolist(), strict=True):
        j = int(treatments[i, t])
        text = _turn(demands, places[i], case.years) + _paying(demands, places[i], names[j])
        if corners is not None and corners.duties.alters[j]:
            text += corners.of_work(i, t)
        words.append(text)
    index = pd.MultiIndex.from_arrays([case.ids[row], np.array(case.years)[year]])
    return pd.Series(words, index=index, dtype="str")


def of_idle(
    case: Case, treatments: npt.NDArray[np.int8], called: Integers, sections: Sections
) -> Idle:
    """
    Say of each section without work what keeps the city from it, and which ramps work would owe.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by planned section and year; −1 for none.
    called
        Treatment that the windows call for first; −1 for none.
    sections
        Supplies `functional_class` and `zone_id`.

    Returns
    -------
    idle
        By section; blank for those with work.
    """
    demands, places = case.rules.demands, _places(sections, case.ids)
    life = case.life.treatments
    names = [*zip(life.index, life["ada_kind"].astype("str"), strict=True)]
    corners = None if case.duties is None else _Corners(case, case.duties, treatments)
    shut = (case.cell[:, :, 1:] == CLOSED).all(axis=2)[case.pattern]
    closed, also = [""] * len(places), [""] * len(places)
    for i in np.flatnonzero(~(treatments >= 0).any(axis=1)).tolist():
        j, place = int(called[i]), places[i]
        bans = [year for year in demands.forbidden.get(str(case.ids[i]), ()) if year in case.years]
        if shut[i].all():
            closed[i] = _closed(bans, case.years, _turn(demands, place, case.years))
            continue
        ban = f" It may not be worked on in {_listed(bans)}." if bans else ""
        also[i] = ban + _turn(demands, place, case.years)
        if j >= 0:
            is_paid = not demands.funds or bool(_payers(demands, place, names[j]))
            paying = _paying(demands, place, names[j])
            also[i] += paying if is_paid else " No fund may pay for that here."
        if j >= 0 and corners is not None and corners.duties.alters[j]:
            also[i] += corners.of_idle(i, str(life["label"].iloc[j]))
    return Idle(*(pd.Series(one, index=case.ids, dtype="str") for one in (closed, also)))


def _closed(bans: Sequence[int], years: Sequence[int], turn: str) -> str:
    """Say why no work may be done on a section at all."""
    if len(bans) == len(years):
        return "It may not be worked on in any year of the plan."
    if turn:
        ban = f" and it may not be worked on in {_listed(bans)}" if bans else ""
        return f"No work may be done on it:{turn.rstrip('.')}{ban}."
    return "No fund may pay for work on it, or its zone has no turn in the plan."
