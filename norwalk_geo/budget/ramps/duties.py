"""Which ramps altering which sections obliges, what they cost and which dollars may pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Corners, CornerSections

__all__ = ["CROSSED", "POLICIES", "Duties", "Ramps", "check_ramps", "duties"]

CENTS = 100
CROSSED = "crossed"
POLICIES = (CROSSED, "corner")
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ramps:
    """
    Curb ramps that alterations oblige.

    Parameters
    ----------
    corners
        Ramps due and unknown at each corner, and their cost.
    corner_sections
        Sections that touch each corner, and whether the ramps serve a crossing of their street.
    policy
        `crossed`: altering a section obliges the ramps that serve crossings of its street;
        `corner`: it obliges every ramp of the corners that it touches.
    years_before
        Years before the alteration in which the ramps may be built already.
    """

    corners: Corners
    corner_sections: CornerSections
    policy: str = CROSSED
    years_before: int = 0


@dataclass(frozen=True)
class Duties:
    """
    Corners that planned sections oblige, as arrays.

    Parameters
    ----------
    ids
        Corners by id, sorted.
    usd, low_usd, high_usd
        Cost at each corner in dollars of the base year: planned, at least and at most.
    ramps
        Ramps due, unknown and infeasible, by corner.
    kind
        Kind of dollar that each corner costs.
    corner, section
        Links: corner and planned section of each, corner by corner.
    alters
        Whether a treatment is an alteration.
    years_before
        Years before the alteration in which a corner may be built.
    lead
        Years before the alteration in which each corner is built.
    cents
        Cost by corner and year; empty until the years are known.
    """

    ids: pd.Index
    usd: Floats
    low_usd: Floats
    high_usd: Floats
    ramps: Integers
    kind: Integers
    corner: Integers
    section: Integers
    alters: Flags
    years_before: int
    lead: Integers
    cents: Integers

    def grown(self, growth: Floats) -> Duties:
        """
        Work out what each corner costs in each year.

        Parameters
        ----------
        growth
            Real cost of a year against the base year.

        Returns
        -------
        duties
            With whole cents by corner and year.
        """
        cents = np.rint(self.usd[:, None] * growth * CENTS).astype("int64")
        return replace(self, cents=cents)

    def first_of_each(self, treatments: npt.NDArray[np.int8]) -> Integers:
        """
        Find the year in which each section is first altered.

        Parameters
        ----------
        treatments
            Treatment by section and year; −1 for none.

        Returns
        -------
        year
            Place in the plan; the number of years where it is never altered.
        """
        done = (treatments >= 0) & self.alters[treatments]
        return np.asarray(np.where(done.any(axis=1), done.argmax(axis=1), treatments.shape[1]))

    def first_altered(self, treatments: npt.NDArray[np.int8]) -> Integers:
        """
        Find the year in which each corner falls due.

        Parameters
        ----------
        treatments
            Treatment by section and year; −1 for none.

        Returns
        -------
        year
            Place in the plan of the first alteration of any section that obliges the corner; the
            number of years where there is none.
        """
        first = self.first_of_each(treatments)
        due = np.full(len(self.usd), treatments.shape[1])
        np.minimum.at(due, self.corner, first[self.section])
        return due

    def built(self, treatments: npt.NDArray[np.int8]) -> Integers:
        """
        Find the year in which each corner is built.

        Parameters
        ----------
        treatments
            Treatment by section and year; −1 for none.

        Returns
        -------
        year
            Place in the plan; the number of years where the corner is not built.
        """
        due = self.first_altered(treatments)
        is_built = due < treatments.shape[1]
        return np.where(is_built, np.maximum(due - self.lead, 0), due)

    def bill(self, treatments: npt.NDArray[np.int8]) -> Integers:
        """
        Add up what the ramps of a plan cost.

        Parameters
        ----------
        treatments
            Treatment by section and year; −1 for none.

        Returns
        -------
        cents
            By kind of dollar (up to the largest) and year.
        """
        years = treatments.shape[1]
        built = self.built(treatments)
        some = np.flatnonzero(built < years)
        cents = np.zeros((int(self.kind.max(initial=-1)) + 1, years), dtype="int64")
        np.add.at(cents, (self.kind[some], built[some]), self.cents[some, built[some]])
        return cents


def _strange(ramps: Ramps, sections: pd.Index) -> list[Problem]:
    """Find links to corners and sections that do not exist, and settings that mean nothing."""
    links = ramps.corner_sections.index
    named = {
        "corner_id": links.get_level_values("corner_id").difference(ramps.corners.index),
        "section_id": links.get_level_values("section_id").difference(sections),
    }
    problems = [
        Problem(
            f"corner_sections {column}",
            "is not known",
            tuple(map(str, ids)),
            f"Correct the {column} or drop the row.",
        )
        for column, ids in named.items()
        if len(ids)
    ]
    if ramps.policy not in POLICIES:
        remedy = f"Use one of {', '.join(POLICIES)}."
        problems.append(Problem("ramps", f"the policy is {ramps.policy!r}", remedy=remedy))
    if ramps.years_before < 0:
        what = f"may be built {ramps.years_before} years before the alteration"
        problems.append(Problem("ramps", what, remedy="Give zero or more years."))
    return problems


def check_ramps(ramps: Ramps | None, sections: pd.Index) -> None:
    """
    Check that corners, links and settings fit together.

    Parameters
    ----------
    ramps
        Corners and what obliges them; None where they are not known.
    sections
        Every section of the city.

    Returns
    -------
    nothing
        All is well.

    Raises
    ------
    InfeasibleError
        With every corner and section that is named and does not exist.
    """
    problems = [] if ramps is None else _strange(ramps, sections)
    if problems:
        raise InfeasibleError.of("ramps", problems)


def duties(
    ramps: Ramps,
    streets: pd.DataFrame,
    alters: Flags,
    kind_of: Callable[[Sequence[tuple[str, str]]], int],
) -> Duties | None:
    """
    Lay out the corners that planned sections oblige.

    Parameters
    ----------
    ramps
        Corners and what obliges them.
    streets
        Planned sections in their order, with `functional_class` and perhaps `zone_id`.
    alters
        Whether each treatment is an alteration.
    kind_of
        Kind of dollar for a corner at streets of some classes and zones; below zero where no fund
        may pay.

    Returns
    -------
    duties
        Without corners that cost nothing; None where no planned section obliges any.

    Raises
    ------
    InfeasibleError
        With every corner whose ramps no fund may pay for.
    """
    links = ramps.corner_sections
    if ramps.policy == CROSSED:
        links = links[links["is_crossed"].astype(bool)]
    corner_id, section_id = (links.index.get_level_values(k) for k in ("corner_id", "section_id"))
    costs = ramps.corners["cost_usd"] > 0
    known = section_id.isin(streets.index) & corner_id.isin(ramps.corners.index[costs])
    if not known.any():
        return None
    section = streets.index.get_indexer(section_id[known])
    ids = pd.Index(corner_id[known].unique()).sort_values()
    corner = ids.get_indexer(corner_id[known])
    order = np.lexsort((section, corner))
    corner, section = corner[order].astype("int64"), section[order].astype("int64")
    table = ramps.corners.loc[ids]
    return Duties(
        ids=ids,
        usd=table["cost_usd"].to_numpy(dtype="float64"),
        low_usd=table["cost_low_usd"].to_numpy(dtype="float64"),
        high_usd=table["cost_high_usd"].to_numpy(dtype="float64"),
        ramps=table[["ramps_due", "ramps_unknown", "ramps_infeasible"]].to_numpy(dtype="int64"),
        kind=_kinds(ids, (corner, section), streets, kind_of),
        corner=corner,
        section=section,
        alters=alters,
        years_before=ramps.years_before,
        lead=np.zeros(len(ids), dtype="int64"),
        cents=np.zeros((len(ids), 0), dtype="int64"),
    )


def _kinds(
    ids: pd.Index,
    links: tuple[Integers, Integers],
    streets: pd.DataFrame,
    kind_of: Callable[[Sequence[tuple[str, str]]], int],
) -> Integers:
    """Ask for the kind of each corner's dollars; a corner is in the places of its sections."""
    corner, section = links
    classes = streets["functional_class"].astype("str").to_numpy()[section]
    zone = streets["zone_id"] if "zone_id" in streets else pd.Series("", index=streets.index)
    zones = zone.astype("str").fillna("").to_numpy()[section]
    first = np.searchsorted(corner, np.arange(len(ids) + 1))
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    kind = np.empty(len(ids), dtype="int64")
    for c in range(len(ids)):
        span = slice(first[c], first[c + 1])
        places = tuple(sorted(set(zip(classes[span], zones[span], strict=True))))
        if places not in seen:
            seen[places] = kind_of(places)
        kind[c] = seen[places]
    if (kind < 0).any():
        what = "no fund may pay for the ramps here"
        remedy = "Name `ramps` among the treatments of a fund that may be spent here."
        problem = Problem("corner_id", what, tuple(map(str, ids[kind < 0])), remedy)
        raise InfeasibleError.of("ramps", [problem])
    return kind
