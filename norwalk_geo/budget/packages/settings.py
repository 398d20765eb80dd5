"""What a package of work may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from norwalk_geo import schema
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Packages", "package_settings"]


@dataclass(frozen=True)
class Packages:
    """
    Contract-size packages of adjacent sections.

    Parameters
    ----------
    mobilization_usd
        Constant dollars that a package costs in each year in which it is worked in, beside the
        work: bringing in a crew, traffic control, a contract.
    most_usd
        Work that is due in a package at most, constant dollars: what the city's windows call for
        first if nothing is done. A section that is dearer is a package of its own.
    most_sections
        Sections of a package at most.
    keeps_zones
        Whether a package stays within one zone.
    """

    mobilization_usd: float
    most_usd: float
    most_sections: int
    keeps_zones: bool = True

    def __post_init__(self) -> None:
        """Refuse what makes no sense, all at once."""
        problems = []
        if not (self.mobilization_usd >= 0 and math.isfinite(self.mobilization_usd)):
            what = f"is {self.mobilization_usd}"
            problems.append(Problem("mobilization_usd", what, remedy="Give zero or more."))
        if not self.most_usd > 0:
            what = f"is {self.most_usd}"
            problems.append(Problem("most_usd", what, remedy="Give more than zero."))
        if self.most_sections < 1:
            what = f"is {self.most_sections}"
            problems.append(Problem("most_sections", what, remedy="Give one section or more."))
        if problems:
            raise InfeasibleError.of("packages", problems)


def package_settings(settings: pd.DataFrame | None = None) -> Packages:
    """
    Take the size of a package and its mobilization from parameters.

    Parameters
    ----------
    settings
        Of the form of `parameters/packaging.csv`. By default that file, whose numbers are
        assumptions of this project: replace them by those of the city's own contracts.

    Returns
    -------
    packages
        Constant dollars and counts.

    Examples
    --------
    >>> package_settings().most_sections
    40
    """
    given = (schema.parameters("packaging") if settings is None else settings)["value"]
    return Packages(
        mobilization_usd=float(given["mobilization_usd"]),
        most_usd=float(given["most_usd"]),
        most_sections=int(given["most_sections"]),
    )
