"""Maintenance or alteration: whether work obliges the city to build curb ramps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Treatments

__all__ = ["combined_ada_kind"]


def combined_ada_kind(names: Sequence[str], treatments: Treatments) -> str:
    """
    Say what several treatments on one section at one time are together [1]_.

    Parameters
    ----------
    names
        Treatments done together.
    treatments
        The catalogue.

    Returns
    -------
    kind
        `maintenance`; `alteration`; or `may_be_alteration` where two or more maintenance treatments
        together may rise to one, which the city decides by a written policy [2]_.

    Raises
    ------
    ConfigError
        A treatment is not in the catalogue.

    References
    ----------
    .. [1] 28 CFR 35.151(b) and (i); U.S. Departments of Justice and of Transportation, joint
       technical assistance on street resurfacing, 2013.
    .. [2] The same, supplement of questions and answers, 2015, question 10.

    Examples
    --------
    >>> from norwalk_geo import treatments
    >>> rows = treatments.catalogue(base_year=2026)
    >>> combined_ada_kind(["crack_seal", "slurry_seal"], rows)
    'may_be_alteration'
    """
    strange = [name for name in names if name not in treatments.index]
    if strange:
        remedy = f"Known: {', '.join(treatments.index)}."
        problems = [Problem(name, "unknown treatment", remedy=remedy) for name in strange]
        raise ConfigError.of("treatments", problems)
    kinds = treatments["ada_kind"].loc[list(dict.fromkeys(names))]
    if kinds.eq("alteration").any():
        return "alteration"
    return "may_be_alteration" if len(kinds) > 1 else "maintenance"
