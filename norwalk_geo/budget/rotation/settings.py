"""What a city asks of a rotation that the plan is to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["Rotation"]

_WORK = ("best", "all")


@dataclass(frozen=True)
class Rotation:
    """
    Every zone once in so many years; the plan chooses when.

    Parameters
    ----------
    period_years
        Years from one visit to a zone to the next. A zone whose first visit is in the second year
        of a ten-year plan, at a period of five, is worked in in the second and the seventh.
    exempt
        Functional classes that the rotation does not bind: they are worked on in any year.
    treatments
        Treatments that are bound, by name or as `maintenance` or `alteration`; all where none is
        named. What is not bound may be done in any year.
    zones
        Zones that are bound; all where none is named. Sections without a zone are free.
    given
        Fiscal year of the first visit by zone, where it is decided already.
    most_zones
        Zones at most in a year: 1 gives every zone years of its own.
    work
        `best`: in its years a zone gets the work that does most for the city. `all`: in its years
        every section of it whose condition is in the window of a bound treatment that some fund may
        pay for is treated, and nothing else is done there.
    """

    period_years: int
    exempt: frozenset[str] = frozenset()
    treatments: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    given: Mapping[str, int] = field(default_factory=dict)
    most_zones: int | None = None
    work: str = "best"

    def __post_init__(self) -> None:
        """Refuse what makes no sense, all at once."""
        problems = []
        if self.period_years < 1:
            what = f"is {self.period_years}"
            problems.append(Problem("period_years", what, remedy="Give one year or more."))
        if self.most_zones is not None and self.most_zones < 1:
            what = f"is {self.most_zones}"
            problems.append(Problem("most_zones", what, remedy="Give one zone or more."))
        if self.work not in _WORK:
            what = f"is {self.work!r}"
            problems.append(Problem("work", what, remedy=f"Give one of {', '.join(_WORK)}."))
        strange = tuple(sorted(set(self.given) - self.zones)) if self.zones else ()
        if strange:
            remedy = "Name them in zones, too, or give them no year."
            problems.append(Problem("given", "has zones that are not bound", strange, remedy))
        if problems:
            raise InfeasibleError.of("rotation", problems)

    def options(self, years: int) -> tuple[tuple[int, ...], ...]:
        """
        List the years that a zone can be visited in.

        Parameters
        ----------
        years
            Years of the plan.

        Returns
        -------
        options
            Places of the years in the plan, by first visit; the last is empty where the period is
            longer than the plan, for zones whose turn comes after it.
        """
        first = range(min(self.period_years, years))
        visits = tuple(tuple(range(k, years, self.period_years)) for k in first)
        return visits if self.period_years <= years else (*visits, ())

    def capacity(self, years: int) -> tuple[int, ...] | None:
        """
        Count the zones that each option can take.

        Parameters
        ----------
        years
            Years of the plan.

        Returns
        -------
        capacity
            Zones at most by option; None where there is no limit.
        """
        if self.most_zones is None:
            return None
        within = (self.most_zones,) * min(self.period_years, years)
        after = self.most_zones * (self.period_years - years)
        return within if self.period_years <= years else (*within, after)
