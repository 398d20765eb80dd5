"""The plan in one page of figures, for scripts and for the pages made from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo import needs, network
from norwalk_geo.report.beside import Beside, certificate, paid, rotation_price

if TYPE_CHECKING:
    from norwalk_geo.budget import Plan
    from norwalk_geo.schema import Condition, Sections

__all__ = ["plain", "records", "summary"]


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON values are of any kind
    """
    Turn numpy and missing values into what JSON knows.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    plain
        The same; nothing for what is missing or infinite.
    """
    if value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Turn a table into one object a row.

    Parameters
    ----------
    frame
        Any table; its key becomes columns.

    Returns
    -------
    records
        Ready for JSON.
    """
    rows = frame.reset_index().to_dict("records")
    return [{str(name): plain(value) for name, value in row.items()} for row in rows]


def _assumed(sections: Sections, condition: Condition, plan: Plan) -> dict[str, int]:
    """Count what is not known and had to be assumed."""
    outcomes = plan.outcomes
    is_city = outcomes["status"].ne("not_city")
    converted = condition["pci_method"].eq("converted") & is_city
    assumed = condition["is_assumed"] & is_city if "is_assumed" in condition else is_city & False
    return {
        "sections_width_assumed": int(outcomes["area_is_estimated"].sum()),
        "sections_surface_unknown": int(outcomes["family_is_assumed"].sum()),
        "sections_condition_assumed": int(assumed.sum()),
        "sections_condition_converted": int((converted & ~assumed).sum()),
        "sections_not_city": int((~is_city).sum()),
        "sections_unnamed": int(sections["street_name"].isna().sum())
        if "street_name" in sections
        else len(sections),
    }


def summary(
    sections: Sections,
    condition: Condition,
    plan: Plan,
    bands: pd.DataFrame,
    *,
    about: Mapping[str, Any],
    beside: Beside | None = None,
) -> dict[str, Any]:
    """
    Summarize a plan.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    plan
        The plan.
    bands
        Table `band_summary`.
    about
        `city`, its name; `notice`, the sentence that everything must carry, or blank; `notes`, what
        was assumed, as sentences; and the provenance block.
    beside
        Certificate, zones, packages and targets; by default a plan for condition alone.

    Returns
    -------
    summary
        Plain values, ready for JSON: dollars to the cent, condition in points, miles. Contract:
        `docs/methods/summary.md`.
    """
    outcomes, asked = plan.outcomes, beside or Beside()
    # Weighted by the same areas as every other average of the plan.
    measured = network.measure(sections, plan.classes)
    area = measured["area_sy"]
    return {
        "kind": "plan",
        "city": about["city"],
        "notice": about["notice"],
        "sections": len(sections),
        "sections_unsurveyed": int(outcomes["status"].eq("not_surveyed").sum()),
        "centerline_miles": float(measured["miles"].sum()),
        "pci_now": plan.pci_now,
        "pci_end": plain(plan.years["pci"].iloc[-1]),
        "pci_end_untreated": plain(plan.years["pci_untreated"].iloc[-1]),
        "pci_surveyed": plain(needs.area_weighted(condition["pci"], area)),
        "objective": plan.objective,
        "bound": plan.bound,
        "do_nothing": plan.do_nothing,
        "gap": plan.gap,
        "objective_exact_ages": plan.objective_exact,
        "policies": {name: {"objective": value} for name, value in plan.policies.items()},
        "certificate": dict(asked.certificate) or certificate(plan),
        "years": records(plan.years),
        "funds": records(paid(plan).set_index(["limit", "year"])),
        "limits": records(plan.row_prices),
        **_ramps(plan),
        **_asked(asked),
        **_assets(asked),
        "statuses": {str(k): int(v) for k, v in outcomes["status"].value_counts().items()},
        "bands": records(bands),
        "assumed": _assumed(sections, condition, plan),
        **{key: value for key, value in about.items() if key not in ("city", "notice")},
    }


def _asked(beside: Beside) -> dict[str, Any]:
    """What else was asked; nothing where it was not."""
    tables = {
        "rotation": beside.rotation,
        "packages": beside.packages,
        "targets": beside.targets,
    }
    told: dict[str, Any] = {
        name: records(table) for name, table in tables.items() if table is not None
    }
    if beside.rotation_prices is not None:
        row = records(beside.rotation_prices.drop(index="free"))[0]
        told["rotation_price"] = {**row, "says": rotation_price(beside.rotation_prices)}
    return told


def _ramps(plan: Plan) -> dict[str, Any]:
    """The bill for curb ramps as a range, by year and by fund; nothing without corners."""
    if plan.ramps is None:
        return {}
    costs = plan.ramps[["cost_usd", "cost_low_usd", "cost_high_usd"]].sum().round(2)
    counts = plan.ramps[["ramps_due", "ramps_unknown", "ramps_infeasible"]].sum()
    dollars = ["cost_usd", "cost_low_usd", "cost_high_usd"]
    by_year = plan.ramps.groupby("year")[dollars].sum().round(2)
    payers = paid(plan)[["limit", "year", "ramps_usd"]]
    payers = payers[payers["ramps_usd"] > 0]
    return {
        "ramps": {
            "corners": len(plan.ramps),
            **{str(name): int(value) for name, value in counts.items()},
            **{str(name): float(value) for name, value in costs.items()},
            "years": records(by_year),
            "funds": records(payers.set_index(["limit", "year"])),
        }
    }


def _assets(beside: Beside) -> dict[str, Any]:
    """Work on other assets, beside every figure of streets; nothing where there is no table."""
    found = beside.assets
    if found is None:
        return {}
    years, status = found.years.reset_index(), found.outcomes["status"]
    dollars = ["cost_usd", "cost_nominal_usd"]
    sums = {by: years.groupby(by)[["assets", *dollars]].sum().round(2) for by in ("year", "fund")}
    return {
        "assets": {
            "assets": len(status),
            "not_located": int(found.assets.geometry.isna().sum()),
            "statuses": {str(k): int(v) for k, v in status.value_counts().items()},
            "cost_usd": round(float(years["cost_usd"].sum()), 2),
            "years": records(sums["year"]),
            "funds": records(sums["fund"]),
            "work": records(found.years),
            "says": "Committed by the city, not chosen by the plan: in no figure of streets.",
        }
    }
