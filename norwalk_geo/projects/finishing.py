"""When a project may be finished: its remaining phases, stretched as those of the past were."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.projects.checking import PHASES
from norwalk_geo.projects.delivery import phase_slips

__all__ = ["expected_finish"]

ProjectPhases: TypeAlias = pd.DataFrame
_LEAST = 5
_DRAWS = 2000
_SHARES = (0.1, 0.5, 0.9)


def _stretches(slips: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    """Take how many times as long as planned each kind of phase took."""
    known = slips[slips["actual_days"].notna() & (slips["planned_days"] > 0)]
    ratio = known["actual_days"] / known["planned_days"]
    kinds = known.index.get_level_values("phase")
    return {phase: np.sort(ratio[kinds == phase].to_numpy()) for phase in PHASES}


def _left(page: pd.DataFrame, as_of: dt.date) -> list[tuple[str, float, float]]:
    """List the phases up to construction that are not finished: planned days, days spent."""
    spent = (pd.Timestamp(as_of) - page["actual_start"]).dt.days.fillna(0).astype("float64")
    planned = page["planned_days"].to_dict()
    waiting = set(page.index[page["actual_finish"].isna()])
    days = spent.to_dict()
    last = PHASES.index("construction")
    return [
        (phase, float(planned[phase]), float(days[phase]))
        for phase in PHASES[: last + 1]
        if phase in waiting
    ]


def _draw(
    left: list[tuple[str, float, float]],
    past: dict[str, npt.NDArray[np.float64]],
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Draw the days that are left; a phase under way takes no less than it has taken."""
    total = np.zeros(_DRAWS)
    for phase, planned, spent in left:
        stretch = past[phase]
        longer = stretch[stretch * planned > spent]
        # Past all that was ever seen, a phase is taken to be a day from its end: a lower limit.
        days = planned * rng.choice(longer, _DRAWS) if len(longer) else np.full(_DRAWS, spent + 1)
        total += days - spent
    return total


def _why_not(left: list[tuple[str, float, float]], past: dict[str, npt.NDArray[np.float64]]) -> str:
    """Say why there is no forecast; blank where there is one."""
    unplanned = [phase for phase, planned, _ in left if np.isnan(planned)]
    if unplanned:
        return f"No planned days of {', '.join(unplanned)}"
    thin = [phase for phase, _, _ in left if len(past[phase]) < _LEAST]
    return f"Fewer than {_LEAST} finished phases of {', '.join(thin)}" if thin else ""


def _row(
    page: pd.DataFrame,
    past: dict[str, npt.NDArray[np.float64]],
    as_of: dt.date,
) -> dict[str, Any]:
    """Forecast one project."""
    left = _left(page, as_of)
    planned = page["planned_finish"].get("construction")
    row = {"planned_finish": planned, "history": sum(len(past[phase]) for phase, _, _ in left)}
    reason = _why_not(left, past)
    if not left or reason:
        return {**row, "note": reason or "Construction is finished"}
    # One seed for all: the same project has the same forecast whatever else is in the table.
    days = _draw(left, past, np.random.default_rng(0))
    start = pd.Timestamp(as_of)
    begun = page["actual_start"].notna().any()
    first = page["planned_start"].min()
    if not begun and pd.notna(first):
        start = max(start, first)
    early, middle, late = (
        start + pd.Timedelta(days=int(np.ceil(np.quantile(days, share)))) for share in _SHARES
    )
    return {
        **row,
        "early_finish": early,
        "expected_finish": middle,
        "late_finish": late,
        "note": "Weather, claims and waits between phases are only in it as far as in the past",
    }


def expected_finish(phases: ProjectPhases, *, as_of: dt.date) -> pd.DataFrame:
    """
    Forecast the end of construction of each project from the city's own finished phases.

    Each unfinished phase takes its planned days times what a finished phase of its kind took of
    its own, drawn at random; phases follow each other without waits.

    Parameters
    ----------
    phases
        Phases of all projects, finished ones too.
    as_of
        Day that the data describe.

    Returns
    -------
    finish_forecasts
        Projects whose construction is not finished: half, one tenth and nine tenths of the draws.
        With fewer than five finished phases of a kind there is no forecast, and it says so.
    """
    slips = phase_slips(phases)
    past = _stretches(slips)
    blank = pd.Series(pd.NaT, index=phases.index, dtype="datetime64[us]")
    names = ("planned_start", "planned_finish", "actual_start", "actual_finish")
    dated = phases.assign(**{name: phases.get(name, blank) for name in names})
    dated["planned_days"] = slips["planned_days"]
    built = dated["actual_finish"].notna()
    built &= dated.index.get_level_values("phase") == "construction"
    finished = set(dated.index.get_level_values("project_id")[built])
    rows = {
        project: _row(page.droplevel("project_id"), past, as_of)
        for project, page in dated.groupby(level="project_id")
        if project not in finished
    }
    columns = list(schema.describe("finish_forecasts").columns.index)[1:]
    made = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return schema.check(made.rename_axis("project_id"), "finish_forecasts")
