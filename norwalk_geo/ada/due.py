"""Which ramps are due: missing at a walkway, or missing the standard in force when built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.compliance import verdicts
from norwalk_geo.ada.findings import find
from norwalk_geo.ada.presence import with_presence
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from norwalk_geo.schema import AdaRules, Features, Findings

__all__ = ["due"]

_WARNING = "detectable_warning"


def _binding(rules: AdaRules) -> tuple[AdaRules, AdaRules]:
    """Split the rules for ramps that bind the city: all but detectable warnings, and these."""
    own = rules[rules["feature"].eq("ramps") & rules["is_enforced"]]
    warns = own["requirement"].str.startswith(_WARNING)
    if warns.all():
        what = "no rule for ramps is enforced"
        remedy = "Enforce a standard such as ada2010."
        raise ConfigError.of("standards", [Problem("enforce", what, remedy=remedy)])
    return own[~warns], own[warns]


def _reasons(findings: Findings, verdict: str, start: str) -> Series:
    """Name the requirements of each ramp that have a verdict."""
    labels = schema.parameters("ada_requirements")["label"].str.lower()
    rows = findings.loc[findings["verdict"].eq(verdict), ["requirement"]].reset_index()
    rows = rows.drop_duplicates(["feature_id", "requirement"])
    named = rows["requirement"].map(labels).fillna(rows["requirement"])
    return start + named.groupby(rows["feature_id"]).agg(", ".join)


def _judged(ramps: Features, rules: AdaRules) -> tuple[Series, Series]:
    """Give the verdict of ramps that are there, and why."""
    findings = find(ramps, rules=rules)
    verdict = verdicts(findings).droplevel(["feature", "is_enforced"])["verdict"]
    verdict = verdict.reindex(ramps.index).fillna("unknown")
    reason = pd.Series(None, index=ramps.index, dtype="str")
    told = (
        ("fail", "misses "),
        ("within_error", "too near to tell: "),
        ("unknown", "not decided: "),
    )
    for word, start in told:
        said = _reasons(findings, word, start).reindex(ramps.index)
        reason = reason.where(verdict.ne(word), said)
    return verdict, reason


def _missing(ramps: Features, status: Series, reason: Series) -> None:
    """Judge places without a ramp by whether a walkway leads there."""
    there = with_presence(ramps)["presence"]
    walkway = column(ramps, "has_walkway", None).astype("boolean")
    absent = there.eq("no").fillna(value=False).to_numpy(dtype="bool")
    unsure = there.isna().to_numpy()
    status[absent] = np.where(walkway[absent].isna(), "unknown", "due")
    reason[absent] = np.where(
        walkway[absent].isna(), "no ramp; not known whether a walkway leads there", "no ramp"
    )
    status[unsure], reason[unsure] = "unknown", "not known whether there is a ramp"
    none = walkway.eq(other=False).fillna(value=False).to_numpy(dtype="bool")
    status[none], reason[none] = "none", None


def due(ramps: Features, *, rules: AdaRules) -> DataFrame:
    """
    Say which ramps are due.

    A missing ramp is due where a walkway leads. A ramp is due if it misses a rule that binds the
    city, by the standard in force when it was built or altered: the rules of `ada2010` hold what
    was built before 15 March 2012 to the 1991 Standards (28 CFR 35.150(b)(2)(i)). One that misses
    nothing but was not measured in full, or whose day of building decides and is not known, may be
    due. Detectable warnings are told apart.

    Parameters
    ----------
    ramps
        Ramps, and places where one is missing.
    rules
        As `ada.rules` gives them; those that only advise are passed over.

    Returns
    -------
    ramps_due
        By ramp: `status` and `reason`. `infeasible` stands for ramps that are due or may be, with a
        signed record of technical infeasibility; it is never a pass.

    Raises
    ------
    ConfigError
        No rule for ramps is enforced.
    SchemaError
        With every problem of the ramps.
    """
    frame = schema.check(ramps, "ramps")
    main, warns = _binding(rules)
    verdict, reason = _judged(frame, main)
    word = {"pass": "none", "fail": "due", "within_error": "unknown", "unknown": "unknown"}
    status = verdict.map(word).astype("object")
    reason = reason.astype("object")
    if len(warns):
        lacking, said = _judged(frame, warns)
        only = (status.eq("none") & lacking.eq("fail")).to_numpy()
        status[only], reason[only] = "warnings", said[only]
    _missing(frame, status, reason)
    signed = column(frame, "infeasible_record", None).notna()
    signed &= column(frame, "infeasible_signed", pd.NaT).notna()
    excused = (signed & status.isin(["due", "unknown"])).to_numpy()
    status[excused] = "infeasible"
    table = pd.DataFrame({"status": status, "reason": reason}, index=frame.index)
    return schema.check(table, "ramps_due")
