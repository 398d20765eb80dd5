"""
Sample units → sections: area-weighted index, its standard error, and the survey to keep.

Random units stand for the whole section, additional ones for themselves alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.pci.condition import band, scheme
from norwalk_geo.pci.distress import CAUSES
from norwalk_geo.pci.sampling import units_needed

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.pci.sheets import Sheets
    from norwalk_geo.schema import SamplePci, SectionPci, Surveys

__all__ = ["rate_sections", "to_surveys"]

Floats: TypeAlias = npt.NDArray[np.float64]

# Inspections that follow each other within two months are one survey of the section.
_PAUSE = pd.Timedelta(days=60)
_SPREAD = {"AC": 10.0, "PCC": 15.0}
_DECIMALS = 2


def _survey_of(units: DataFrame) -> npt.NDArray[np.int64]:
    """Number the surveys: a section's inspections with no long pause between them are one."""
    ordered = units[["section_id", "survey_date"]].sort_values(
        ["section_id", "survey_date"], kind="stable"
    )
    new = ordered["section_id"].ne(ordered["section_id"].shift())
    later = ordered["survey_date"].diff() > _PAUSE
    number = (new | later).cumsum() - 1
    return np.asarray(number.reindex(units.index).to_numpy("int64"))


def _sums(units: DataFrame) -> DataFrame:
    """Sum areas and weighted indexes of random and additional units by survey."""
    random = units["kind"].eq("random")
    area, points = units["area"], units["area"] * units["pci"]
    parts = pd.DataFrame(
        {
            "survey": units["survey"],
            "units_random": random.astype("int64"),
            "units_additional": (~random).astype("int64"),
            "area_random": area.where(random, 0.0),
            "area_additional": area.mask(random, 0.0),
            "points_random": points.where(random, 0.0),
            "points_additional": points.mask(random, 0.0),
        }
    )
    return parts.groupby("survey").sum()


def _spread(units: DataFrame, by: DataFrame) -> tuple[pd.Series, pd.Series]:
    """Find the variance among random units, and that of their area-weighted mean."""
    random = units[units["kind"].eq("random")]
    mean = by["pci_random"].reindex(random["survey"]).to_numpy()
    square = (random["pci"] - mean) ** 2
    weight = random["area"] / by["area_random"].reindex(random["survey"]).to_numpy()
    n = by["units_random"]
    plain = square.groupby(random["survey"]).sum().reindex(by.index)
    weighted = (weight**2 * square).groupby(random["survey"]).sum().reindex(by.index)
    several = n > 1
    return (plain / (n - 1)).where(several), (weighted * n / (n - 1)).where(several)


def _standard_error(by: DataFrame, mean_variance: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Find the standard error of each section's index and what it rests on."""
    population = by["area"] - by["area_additional"]
    share = (population / by["area"]).clip(0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = (by["area_random"] / population).clip(0, 1).where(by["area_is_known"], 0.0)
    assumed = by["surface"].map(_SPREAD).astype("float64") ** 2
    measured = mean_variance.notna()
    variance = mean_variance.where(measured, assumed) * (1 - seen)
    basis = pd.Series(np.where(measured, "measured", "assumed"), index=by.index, dtype="str")
    basis = basis.mask(seen >= 1 - 1e-6, "complete")
    error = (variance.clip(lower=0) ** 0.5 * share).clip(upper=100.0)
    rated = by["pci"].notna()
    return error.where(rated), basis.where(rated)


def _shares(units: DataFrame, found: Floats, by: DataFrame) -> dict[str, pd.Series]:
    """Divide the section's deduct points by cause, each unit counting for what it stands for."""
    random = units["kind"].eq("random").to_numpy()
    one = by.loc[units["survey"]]
    stands_for = (one["area"] - one["area_additional"]) / one["area_random"].where(
        one["area_random"] > 0
    )
    weight = np.where(random, stands_for.to_numpy(), 1.0) * units["area"].to_numpy()
    sums = [
        pd.Series(weight * found[:, k]).groupby(units["survey"].to_numpy()).sum()
        for k in range(len(CAUSES))
    ]
    whole = sum(sums[1:], sums[0])
    return {
        f"{cause}_share_pct": (100.0 * part / whole.where(whole > 0)).where(by["pci"].notna())
        for cause, part in zip(CAUSES, sums, strict=True)
    }


def _index(by: DataFrame) -> pd.Series:
    """Extend the index to the whole section."""
    rest = (by["area"] - by["area_additional"]) / by["area"]
    added = (by["points_additional"] / by["area"]).fillna(0.0)
    return (by["pci_random"] * rest + added).clip(0, 100).round(_DECIMALS)


def _notes(by: DataFrame) -> pd.Series:
    """Say what an engineer should know about a survey."""
    told = pd.Series("", index=by.index, dtype="str")
    none = by["units_random"].eq(0)
    text = "No unit was chosen at random: additional units stand for themselves alone."
    told = told.mask(none, text)
    few = by["units_needed"].gt(by["units_random"] + by["units_additional"]).fillna(value=False)
    told = told.mask(few & ~none, "Fewer units were inspected than the standard asks for.")
    unknown = ~by["area_is_known"] & by["units_additional"].gt(0) & ~none
    text = " The area of the section is not known: the index is that of what was inspected."
    return (told + np.where(unknown, text, "")).str.strip()


def _gather(units: DataFrame) -> DataFrame:
    """Bring the facts of every survey together."""
    by = _sums(units)
    first = units.groupby("survey")
    by["section_id"] = first["section_id"].first()
    by["surface"] = first["surface"].first()
    by["survey_date"] = first["survey_date"].max()
    inspected = by["area_random"] + by["area_additional"]
    whole = first["section_area"].max() if "section_area" in units else pd.Series(np.nan, by.index)
    by["area_is_known"] = whole.notna()
    by["area"] = whole.fillna(inspected)
    total = by["area"] / (inspected / (by["units_random"] + by["units_additional"]))
    total = total.round().clip(lower=1).where(by["area_is_known"])
    if "section_units" in units:
        total = first["section_units"].max().astype("float64").fillna(total)
    by["units_total"] = total
    by["pci_random"] = by["points_random"] / by["area_random"].where(by["area_random"] > 0)
    by["pci_additional"] = by["points_additional"] / by["area_additional"].where(
        by["area_additional"] > 0
    )
    by["pci"] = _index(by)
    return by


def _needed(by: DataFrame, variance: pd.Series) -> pd.Series:
    """Find how many units the standard asks for, from the spread that was found."""
    spread = np.sqrt(variance).fillna(by["surface"].map(_SPREAD).astype("float64"))
    known = by["units_total"].notna()
    needed = units_needed(by["units_total"].fillna(1).to_numpy(), spread_points=spread.to_numpy())
    return pd.Series(needed, index=by.index).astype("Int64").where(known)


def rate_sections(
    sheets: Sheets, sample_pci: SamplePci, *, bands: DataFrame | None = None
) -> SectionPci:
    """
    Extend the index of sample units to their sections by ASTM D6433.

    Parameters
    ----------
    sheets
        Checked field sheets. Where `section_area` is not given, the index is that of the units
        inspected.
    sample_pci
        Index of every sheet, in the order of the sheets.
    bands
        One scheme of `parameters("bands")`, indexed by band. By default the standard's seven.

    Returns
    -------
    section_pci
        One row a section and survey. `pci` in points, missing where no unit was chosen at random;
        `pci_standard_error` in points: what looking at some units only leaves open.
    """
    units = sheets.sample_units.assign(pci=sample_pci["pci"].to_numpy())
    units = units.assign(survey=_survey_of(units))
    by = _gather(units)
    variance, mean_variance = _spread(units, by)
    by["units_needed"] = _needed(by, variance)
    error, basis = _standard_error(by, mean_variance)
    causes = sample_pci[[f"{cause}_share_pct" for cause in CAUSES]].fillna(0.0).to_numpy() / 100
    points = causes * _all_points(sample_pci)[:, None]
    asphalt = by["surface"].eq("AC")
    made = by.assign(
        rating=band(by["pci"], scheme(bands)).astype("str"),
        pci_standard_error=error,
        standard_error_basis=basis,
        pci_spread=np.sqrt(variance),
        section_area_sf=by["area"].where(asphalt),
        section_slabs=by["area"].mask(asphalt),
        **_shares(units, points, by),
        notes=_notes(by),
    )
    columns = [name for name in schema.describe("section_pci").columns.index if name in made]
    return made[columns].set_index(["section_id", "survey_date"])


def _all_points(sample_pci: SamplePci) -> Floats:
    """Take each sheet's deduct points, all of them."""
    return np.asarray(sample_pci["all_deducts"].to_numpy("float64"))


def to_surveys(section_pci: SectionPci) -> Surveys:
    """
    Keep ratings in the city's history.

    Parameters
    ----------
    section_pci
        Index of sections.

    Returns
    -------
    surveys
        Table `surveys` with the method `astm_d6433`; sections without an index are left out.
    """
    rated = section_pci[section_pci["pci"].notna()]
    kept = rated[["pci", "load_share_pct"]].assign(pci_method="astm_d6433")
    return schema.check(kept[["pci", "pci_method", "load_share_pct"]], "surveys")
