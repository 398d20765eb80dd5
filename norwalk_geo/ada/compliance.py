"""How far features comply, with the share that nobody measured always beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.findings import feature_name
from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Compliance, Features, Findings

__all__ = ["summarize", "verdicts"]

# The worst finding of a feature is its verdict; what is not measured is worse than a pass.
_RANK = {"pass": 0, "unknown": 1, "within_error": 2, "fail": 3}
_COUNTS = {
    "passed": "pass",
    "failed": "fail",
    "within_error": "within_error",
    "unmeasured": "unknown",
}
_NOT_KNOWN = "not known"


def _worst(findings: DataFrame, by: list[str]) -> DataFrame:
    """Give the worst verdict of each group of findings, how many there are and how many open."""
    schema.require(findings, "findings", "verdict", *by)
    rank = findings["verdict"].map(_RANK).astype("int8")
    is_open = findings["verdict"].eq("unknown").astype("int64")
    flat = pd.DataFrame({"rank": rank, "open": is_open, "rules": 1})
    flat = pd.concat([flat, findings[[name for name in by if name in findings]]], axis=1)
    grouped = flat.groupby(by, sort=False, observed=True)
    found = grouped.agg(rank=("rank", "max"), rules=("rules", "sum"), unknown=("open", "sum"))
    words = np.array(list(_RANK), dtype="object")[found["rank"].to_numpy()]
    return found.assign(verdict=pd.array(words, dtype="str"))[["verdict", "rules", "unknown"]]


def verdicts(findings: Findings) -> DataFrame:
    """
    Give the verdict of each feature.

    Parameters
    ----------
    findings
        As `ada.find` gives them.

    Returns
    -------
    verdicts
        By `feature`, `feature_id` and `is_enforced`: the worst `verdict` of its findings (fail,
        then within_error, then unknown, then pass), the number of `rules` and of those `unknown`.
    """
    return _worst(findings, ["feature", "feature_id", "is_enforced"])


def _facts(features: Features) -> DataFrame:
    """Say what each feature is grouped by."""
    day = column(features, "last_inspection_date", pd.NaT).astype("datetime64[us]")
    year = day.dt.year.astype("Int64").astype("str")
    facts = {
        "all": pd.Series("all", index=features.index),
        "functional_class": column(features, "functional_class", None),
        "zone_id": column(features, "zone_id", None),
        "year": year.mask(day.isna()),
    }
    frame = pd.DataFrame(facts).astype("object").where(lambda one: one.notna(), _NOT_KNOWN)
    frame = frame.set_axis(features.index.rename("feature_id"))
    return pd.concat({feature_name(features): frame}, names=["feature"])


def _counted(rows: DataFrame, grouped_by: str) -> DataFrame:
    """Count verdicts by feature, set of rules and group."""
    by = ["feature", "is_enforced", "group"]
    flags = pd.DataFrame({name: rows["verdict"].eq(word) for name, word in _COUNTS.items()})
    table = pd.concat([rows[[*by, "rules", "unknown"]], flags.astype("int64")], axis=1)
    found = table.assign(features=1).groupby(by).sum()
    share = 100 / found["features"]
    found["passed_pct"] = (found["passed"] * share).round(2)
    found["failed_pct"] = (found["failed"] * share).round(2)
    found["unmeasured_pct"] = (found["unmeasured"] * share).round(2)
    found["unmeasured_checks_pct"] = (100 * found["unknown"] / found["rules"]).round(2)
    return found.drop(columns=["rules", "unknown"]).reset_index().assign(grouped_by=grouped_by)


def summarize(findings: Findings, *features: Features) -> Compliance:
    """
    Count how far features comply.

    Parameters
    ----------
    findings
        As `ada.find` gives them.
    *features
        The tables that they are about, which supply `functional_class`, `zone_id` and
        `last_inspection_date`.

    Returns
    -------
    compliance
        Features by verdict: all of them, and by class, zone, year of inspection and requirement;
        enforced rules and those that only advise apart. A feature passes only if every rule that
        governs it was measured and met; `unmeasured` miss none but were not measured in full.
        `unmeasured_checks_pct` is the share of single checks that could not be made. What a
        feature does not say is in the group `not known`.

    Raises
    ------
    ConfigError
        A table is not one of features.
    """
    facts = pd.concat([_facts(one) for one in features])
    judged = verdicts(findings).reset_index(level="is_enforced")
    judged = judged.join(facts, how="inner").reset_index()
    parts = [
        _counted(judged.assign(group=judged[name].astype("str")), name) for name in facts.columns
    ]
    by = ["feature", "feature_id", "is_enforced", "requirement"]
    required = _worst(findings, by).reset_index()
    parts.append(_counted(required.rename(columns={"requirement": "group"}), "requirement"))
    table = pd.concat(parts, ignore_index=True)
    return schema.check(table, "compliance").sort_index()
