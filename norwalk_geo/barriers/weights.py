"""How much each addend of a barrier's sum counts."""

from __future__ import annotations

from dataclasses import dataclass

from norwalk_geo.errors import ConfigError, Problem

__all__ = ["ADDENDS", "Weights"]

ADDENDS = ("severity", "place", "people", "equity")


@dataclass(frozen=True)
class Weights:
    """
    How barriers are weighed. The defaults are a judgment of this project; no source gives them.

    Parameters
    ----------
    severity, place, people, equity
        Most that each addend gives; with a sum of 100 a score is out of 100.
    near_ft
        A place this near is served by the walkway, in feet as the crow flies.
    full_people
        People cut off that give all points; fewer give their share.
    top
        How many count as the top.
    change_pct
        By how much weights are changed to see who stays at the top.
    """

    severity: float = 40.0
    place: float = 30.0
    people: float = 20.0
    equity: float = 10.0
    near_ft: float = 1000.0
    full_people: int = 500
    top: int = 100
    change_pct: float = 25.0

    def __post_init__(self) -> None:
        """Refuse weights that order nothing."""
        problems = [
            Problem(name, f"is {getattr(self, name):g}", remedy="Give zero or more.")
            for name in (*ADDENDS, "near_ft")
            if not getattr(self, name) >= 0
        ]
        problems += [
            Problem(name, f"is {getattr(self, name)}", remedy="Give one or more.")
            for name in ("full_people", "top")
            if getattr(self, name) < 1
        ]
        if not 0 <= self.change_pct <= 100:  # noqa: PLR2004 - percent
            what = f"is {self.change_pct:g}"
            problems.append(Problem("change_pct", what, remedy="Give 0 to 100."))
        if not problems and not any(self.each):
            problems.append(Problem("weights", "are all zero", remedy="Give one above zero."))
        if problems:
            raise ConfigError.of("weights", problems)

    @property
    def each(self) -> tuple[float, float, float, float]:
        """
        Take the weights in the order of the sum.

        Returns
        -------
        each
            Severity, place, people, equity.
        """
        return (self.severity, self.place, self.people, self.equity)
