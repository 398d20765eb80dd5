"""What a plan does to the measures: before and after, for the plan and its rivals."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.scorecard.scoring import trend

__all__ = ["plan_effects"]

Policies: TypeAlias = pd.DataFrame
PolicyYears: TypeAlias = pd.DataFrame
Measures: TypeAlias = pd.DataFrame
ScorePeriods: TypeAlias = pd.DataFrame
_SAYS = {
    "condition_index": "Forecast at the start of the plan, and at its end",
    "miles_repaired": "Latest year done, and the yearly average of the plan",
    "funding_invested": "Latest year spent, and the yearly average of the plan, constant dollars",
}
_NO_MATTER = "Not changed by the choice of streets"


def _latest(periods: ScorePeriods) -> dict[str, float]:
    """Take the latest value of each measure that is not merely planned."""
    flat = periods.reset_index()
    flat = flat[flat["part"].eq("all") & flat["status"].ne("planned")]
    last = flat.sort_values("period", kind="stable").drop_duplicates("measure_id", keep="last")
    return dict(zip(last["measure_id"], last["value"], strict=True))


def _after(name: str, pci_end: float, page: PolicyYears) -> float:
    """Take a measure's value with a policy."""
    if name == "condition_index":
        return pci_end
    column = {"miles_repaired": "miles_repaired", "funding_invested": "spent_usd"}.get(name)
    return float(page[column].mean()) if column else np.nan


def plan_effects(
    policies: Policies,
    years: PolicyYears,
    periods: ScorePeriods,
    measures: tuple[Measures, pd.DataFrame],
    *,
    pci_now: float,
) -> pd.DataFrame:
    """
    Put every computed measure before and after, for each policy that the money is spent by.

    Parameters
    ----------
    policies, years
        What each policy makes of the same money, in all and by fiscal year.
    periods
        Values of the measures, for what was before.
    measures
        Measures and objectives of the strategic plan.
    pci_now
        Condition forecast to the start of the plan, points: what its end is compared with.

    Returns
    -------
    plan_effects
        One row a computed measure and policy. A measure that the choice of streets does not change
        (timeliness, access, reach) has no value after, and says so; it is not left out.
    """
    listed, objectives = measures
    computed = listed[listed["how"].eq("computed")]
    before, rows = _latest(periods) | {"condition_index": pci_now}, []
    for name, measure in computed.iterrows():
        for policy, found in policies.iterrows():
            page = years[years.index.get_level_values("policy") == policy]
            after = _after(str(name), float(found["pci_end"]), page)
            change = after - before.get(str(name), np.nan)
            rows.append(
                {
                    "measure_id": name,
                    "policy": policy,
                    "goal": int(objectives.loc[str(measure["objective_id"]), "goal"]),  # type: ignore[arg-type]
                    "label": measure["label"],
                    "unit": measure["unit"],
                    "policy_label": found["label"],
                    "before": before.get(str(name), np.nan),
                    "after": after,
                    "difference": change,
                    "trend": trend(change, str(measure["direction"])),
                    "says": _SAYS.get(str(name), _NO_MATTER),
                }
            )
    return schema.check(pd.DataFrame(rows), "plan_effects")
