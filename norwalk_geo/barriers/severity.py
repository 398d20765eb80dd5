"""How severe the misses of a feature are, and what they are in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Findings

__all__ = ["severity"]

_KEY = ["feature", "feature_id"]
_READ = (
    "rule_id",
    "is_enforced",
    "verdict",
    "requirement",
    "attribute",
    "value",
    "limit_value",
    "margin",
)
_UNITS = {"%": " %", "in": " in", "ft": " ft", "s": " s", "ft/s": " ft/s"}


def _units(missed: DataFrame) -> pd.Series:
    """Say the unit of each measure."""
    pairs = missed[["feature", "attribute"]].drop_duplicates()
    units = {
        (feature, name): schema.describe(feature).columns["unit"].get(name, "%")
        for feature, name in pairs.itertuples(index=False)
    }
    keys = zip(missed["feature"], missed["attribute"], strict=True)
    return pd.Series([_UNITS.get(units[key], "") for key in keys], index=missed.index, dtype="str")


def _words(missed: DataFrame, labels: pd.Series) -> pd.Series:
    """Say each miss in words: what, how much, and the limit."""
    label = missed["requirement"].map(labels).fillna(missed["requirement"]).astype("str")
    unit = _units(missed)
    value = missed["value"].round(2).map("{:g}".format).astype("str")
    limit = missed["limit_value"].round(2).map("{:g}".format).astype("str")
    measured = label + " " + value + unit + " (limit " + limit + unit + ")"
    absent = missed["attribute"].eq("presence")
    plain = ("No " + label.str.lower()).where(absent, label + " not as required")
    return measured.where(missed["value"].notna(), plain)


def _points(missed: DataFrame, table: DataFrame) -> pd.Series:
    """Give half of the points for a bare miss, all of them for a full one."""
    if len(lacking := sorted(set(missed["requirement"]) - set(table.index))):
        remedy = "Add rows to parameters/barrier_severity.csv."
        problem = Problem("requirement", "has no points", tuple(lacking), remedy)
        raise ConfigError.of("barrier_severity", [problem])
    full = missed["requirement"].map(table["full_miss"]).astype("float64")
    share = (missed["miss"] / full.where(full.gt(0))).clip(upper=1.0).fillna(1.0)
    return missed["requirement"].map(table["points"]).astype("float64") * (0.5 + 0.5 * share)


def severity(findings: Findings, table: DataFrame, requirements: DataFrame) -> DataFrame:
    """
    Find the most severe miss of each feature that misses an enforced rule.

    Parameters
    ----------
    findings
        As `ada.find` gives them.
    table
        Points by requirement, as `parameters/barrier_severity.csv`.
    requirements
        Words by requirement, as `parameters/ada_requirements.csv`.

    Returns
    -------
    severity
        By `feature` and `feature_id`: `requirement`, `rule_id` and `miss` of the most severe miss
        (equal points by name), `severity_points`, `obstacle` with every miss, `method` with every
        remedy, `missed` and `not_measured`, the enforced rules that could not be checked.

    Raises
    ------
    ConfigError
        A requirement has no points.
    """
    schema.require(findings, "findings", *_KEY, *_READ)
    flat = findings[findings["is_enforced"]].reset_index()
    missed = flat[flat["verdict"].eq("fail")].copy()
    missed["miss"] = np.maximum(-missed["margin"].astype("float64"), 0.0)
    missed["severity_points"] = _points(missed, table).round(2)
    order = ["severity_points", *_KEY, "requirement", "rule_id"]
    ascending = [False, True, True, True, True]
    missed = missed.sort_values(order, ascending=ascending, kind="stable")
    # One requirement of two standards is one miss.
    once = missed.drop_duplicates([*_KEY, "requirement"]).copy()
    once["obstacle"] = _words(once, requirements["label"])
    once["method"] = once["requirement"].map(requirements["method"]).astype("str")
    grouped = once.groupby(_KEY, sort=True)
    columns = ["requirement", "rule_id", "miss", "severity_points"]
    worst = grouped[columns].first()
    worst["miss"] = once.drop_duplicates(_KEY).set_index(_KEY)["miss"]
    worst["obstacle"] = grouped["obstacle"].agg("; ".join)
    worst["method"] = grouped["method"].agg(lambda each: "; ".join(dict.fromkeys(each)))
    worst["missed"] = grouped.size()
    unknown = flat["verdict"].eq("unknown").groupby([flat[name] for name in _KEY]).sum()
    return worst.assign(not_measured=unknown.reindex(worst.index).fillna(0).astype("int64"))
