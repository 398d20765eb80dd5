"""Invented survey rounds, consistent with one paving history of each section."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import network, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Surveys

__all__ = ["invent_surveys"]

Values: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.intp]
# First and last possible day of each round, and the share of zones that it reached.
_ROUNDS = (
    (dt.date(2018, 2, 5), dt.date(2019, 10, 25), 0.7),
    (dt.date(2021, 3, 1), dt.date(2022, 11, 18), 1.0),
    (dt.date(2024, 9, 9), dt.date(2026, 4, 24), 0.9),
)
_DAYS_IN_ZONE = 45
_NOW, _YEAR = "2026-07-01", 365.25
_MEAN_PCI = 64.0
_AGES = {"arterial": 8.5, "collector": 11.0, "residential": 14.5, "alley": 18.0}
_LOAD_SHARES = {"arterial": 50.0, "collector": 42.0, "residential": 30.0, "alley": 34.0}
_PAVED_ZONES, _PAVED_STREETS, _REACHED = 0.10, 0.6, 0.98
_LOWEST, _SOUND = 8, 98


def _curves(sections: Sections) -> pd.DataFrame:
    """Look up the family curve of each section."""
    surface = sections["surface_type"].fillna("unknown")
    families = pd.MultiIndex.from_arrays([sections["functional_class"], surface])
    curves = schema.parameters("curves")[["scale_years", "shape"]].reindex(families)
    return curves.set_axis(sections.index)


def _pci(age: Values, scale: Values, shape: Values) -> Values:
    """Condition at an age, in points."""
    points: Values = 100 * np.exp(-((np.maximum(age, 0) / scale) ** shape))
    return points


def _ages(sections: Sections, rng: np.random.Generator) -> Values:
    """Draw how old each pavement is relative to the others: alike along a street and in a zone."""
    street = pd.factorize(sections["street_name"])[0]
    zone, zones = pd.factorize(sections["zone_id"])
    age = sections["functional_class"].map(_AGES).to_numpy(dtype="float64")
    # The large streets are few and kept alike; chance alone must not make one of them the worst.
    large = sections["functional_class"].isin(["arterial", "collector"]).to_numpy()
    luck = rng.normal(0, 5.0, street.max() + 1)[street] * np.where(large, 0.5, 1)
    age = age + rng.normal(0, 2.0, len(zones))[zone] + luck
    age += rng.normal(0, 2.5, len(sections))
    # A paving programme renewed most small streets of a few zones.
    paved = (rng.random(len(zones)) < _PAVED_ZONES)[zone] & (
        rng.random(street.max() + 1) < _PAVED_STREETS
    )[street]
    age = np.where(paved & ~large, rng.uniform(2, 6, street.max() + 1)[street], age)
    ages: Values = np.maximum(age, 0.4)
    return ages


@dataclass(frozen=True)
class _Pavements:
    """Last resurfacing of each section, the one before it, and how fast each pavement falls."""

    age: Values
    earlier: Values
    scale: Values
    shape: Values

    def pci(self, place: Places, ago: Values) -> Values:
        """Say the condition of sections so many years ago, in points."""
        age = self.age[place]
        then = np.where(age > ago, age, self.earlier[place]) - ago
        return _pci(then, self.scale[place], self.shape[place])

    def stretched(self, factor: float) -> _Pavements:
        """Make all pavements older or younger."""
        return replace(self, age=self.age * factor, earlier=self.earlier + self.age * (factor - 1))


def _fitted(pavements: _Pavements, ago: Values, area: Values) -> _Pavements:
    """Make the town as old as it must be for a usual mean at its latest surveys."""
    place, low, high = np.flatnonzero(~np.isnan(ago)), 0.4, 6.0
    for _ in range(30):
        middle = (low + high) / 2
        pci = pavements.stretched(middle).pci(place, ago[place])
        is_young = np.average(pci, weights=area[place]) > _MEAN_PCI
        low, high = (middle, high) if is_young else (low, middle)
    return pavements.stretched(low)


def _years_ago(days: pd.Series) -> Values:
    """Count the years from days until now, missing where the day is."""
    elapsed = (pd.Timestamp(_NOW) - days).dt.days
    years: Values = elapsed.to_numpy(dtype="float64") / _YEAR
    return years


def _days(sections: Sections, rng: np.random.Generator) -> pd.DataFrame:
    """Give the day of each round in each section, missing where a zone was not reached."""
    zone, zones = pd.factorize(sections["zone_id"])
    street = pd.factorize(sections["street_name"])[0]
    pace = rng.integers(0, _DAYS_IN_ZONE, street.max() + 1)[street]
    days = {}
    for number, (first, last, share) in enumerate(_ROUNDS):
        start = rng.integers(0, (last - first).days, len(zones))[zone]
        reached = (rng.random(len(zones)) < share)[zone] & (rng.random(len(sections)) < _REACHED)
        day = pd.Series(pd.Timestamp(first), index=sections.index, dtype="datetime64[us]")
        day += pd.to_timedelta(start + pace, unit="D").astype("timedelta64[us]")
        # Crews work on weekdays.
        day -= pd.to_timedelta(np.maximum(day.dt.day_of_week - 4, 0), unit="D")
        days[number] = day.where(reached)
    table = pd.DataFrame(days)
    # Each zone was reached at least twice.
    table[0] = table[0].where(
        table[2].notna() | table[0].notna(), table[1] - pd.Timedelta(days=980)
    )
    return table


def _never(sections: Sections, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Choose sections that nobody ever surveyed: those of others, and a few of the city's."""
    never: npt.NDArray[np.bool_] = sections["maintained_by"].ne("city").to_numpy(copy=True)
    missed = rng.permutation(np.flatnonzero(~never))[: max(1, round(len(sections) * 0.012))]
    never[missed] = True
    return never


def invent_surveys(sections: Sections, *, rng: np.random.Generator) -> Surveys:
    """
    Invent the surveys of a town.

    Each section has one paving history: a last resurfacing, and the one before. Every survey reads
    the condition of that day off the section's curve with an error of a few points, so later
    surveys are lower unless the street was resurfaced between.

    Parameters
    ----------
    sections
        The town's streets.
    rng
        Chooses everything.

    Returns
    -------
    surveys
        Checked table, one to three rows a section that was surveyed. Everything in it is invented.
    """
    curves = _curves(sections)
    scale = curves["scale_years"].to_numpy() * rng.lognormal(0, 0.16, len(sections))
    age = _ages(sections, rng)
    earlier = age + rng.uniform(17, 32, len(sections))
    load = sections["functional_class"].map(_LOAD_SHARES).to_numpy(dtype="float64")
    load = load + rng.normal(0, 8, len(sections))
    days = _days(sections, rng)
    days.loc[_never(sections, rng)] = pd.NaT
    classes = schema.parameters("classes")
    measured = network.measure(sections, classes)
    width = sections["width_ft"].fillna(
        sections["functional_class"].map(classes["default_width_ft"])
    )
    area = (measured["length_ft"] * width * measured["city_share"]).to_numpy()
    pavements = _Pavements(age, earlier, scale, curves["shape"].to_numpy())
    pavements = _fitted(pavements, _years_ago(days.max(axis=1)), area)
    rows = days.reset_index().melt("section_id", value_name="survey_date")
    rows = rows.dropna(subset="survey_date").reset_index(drop=True)
    place = sections.index.get_indexer(pd.Index(rows["section_id"]))
    pci = pavements.pci(place, _years_ago(rows["survey_date"]))
    pci = np.clip(np.round(pci + rng.normal(0, 2.5, len(rows))), _LOWEST, 100)
    share = np.round(load[place] + 0.3 * (65 - pci) + rng.normal(0, 5, len(rows)))
    table = rows[["section_id", "survey_date"]].assign(
        pci=pci,
        pci_method="astm_d6433",
        load_share_pct=pd.Series(np.clip(share, 2, 95)).where(pci < _SOUND),
    )
    table = table.sort_values(["section_id", "survey_date"], kind="stable", ignore_index=True)
    return schema.check(table, "surveys")
