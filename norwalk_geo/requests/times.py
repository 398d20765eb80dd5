"""How soon requests are done: open ones count as not done yet, not as missing."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError

__all__ = ["check_requests", "response_times", "stop_gap_cost"]

Requests: TypeAlias = pd.DataFrame
_HALF, _NINE_TENTHS = 0.5, 0.9
_DIGITS = 9


def _within(days: npt.NDArray[np.float64], done: npt.NDArray[np.bool_], share: float) -> float:
    """
    Days within which a share is done, by the product-limit estimate of Kaplan and Meier.

    Missing where the open ones leave it unknown.
    """
    left = 1.0
    for day in np.unique(days[done]):
        at_risk = int((days >= day).sum())
        left *= 1 - int((days[done] == day).sum()) / at_risk
        if round(1 - left, _DIGITS) >= share:
            return float(day)
    return np.nan


def check_requests(requests: Requests, sections: pd.Index | None = None, *, as_of: dt.date) -> None:
    """
    Check requests against the calendar and the streets.

    Parameters
    ----------
    requests
        Requests.
    sections
        Ids of the city's sections; without them no id is looked at.
    as_of
        Day that the data describe.

    Returns
    -------
    nothing
        If nothing is wrong.

    Raises
    ------
    SchemaError
        With every problem: closed before it was opened, opened in the future, half a coordinate, a
        section that does not exist and no coordinates to place the request by.
    """
    opened = requests["opened_on"]
    dates = pd.Series(pd.NaT, index=requests.index, dtype="datetime64[us]")
    blank = pd.Series(None, index=requests.index, dtype="object")
    closed, named = requests.get("closed_on", dates), requests.get("section_id", blank)
    lon, lat = requests.get("lon", blank), requests.get("lat", blank)
    checks = [
        ("closed_on", closed < opened, "is before it was opened", "Correct one of the two days."),
        (
            "opened_on",
            opened > pd.Timestamp(as_of),
            "is in the future",
            f"The data are of {as_of}.",
        ),
        ("lon", lon.isna() != lat.isna(), "is given without the other", "Give both, or neither."),
    ]
    if sections is not None:
        lost = named.notna() & ~named.isin(sections) & lon.isna()
        what = "names a section that is not in sections"
        checks.append(("section_id", lost, what, "Correct it, or give coordinates."))
    problems = [
        Problem(name, what, tuple(map(str, requests.index[wrong.to_numpy()])), remedy)
        for name, wrong, what, remedy in checks
        if wrong.any()
    ]
    if problems:
        raise SchemaError.of("requests", problems)


def _row(page: pd.DataFrame, kind: str, zone: str) -> dict[str, Any]:
    """Sum up the requests of one kind in one zone."""
    days, done = page["days"].to_numpy(dtype="float64"), page["is_done"].to_numpy(dtype="bool")
    open_days = days[~done]
    return {
        "kind": kind,
        "zone_id": zone,
        "requests": len(page),
        "open_requests": len(open_days),
        "median_days": _within(days, done, _HALF),
        "p90_days": _within(days, done, _NINE_TENTHS),
        "oldest_open_days": open_days.max() if len(open_days) else np.nan,
    }


def response_times(requests: Requests, zones: pd.Series, *, as_of: dt.date) -> pd.DataFrame:
    """
    Say within how many days requests are done, by kind and zone.

    A request that is open has taken at least its age: it counts until then [1]_. Leaving open ones
    out would make the slowest zones look the fastest.

    Parameters
    ----------
    requests
        Requests.
    zones
        Zone of each request, aligned to `requests`; missing where it is in none.
    as_of
        Day that the data describe; requests closed later count as open.

    Returns
    -------
    request_times
        Each kind by zone and in the whole city, and all kinds together.

    Raises
    ------
    SchemaError
        A request is closed before it was opened, or opened after `as_of`.

    References
    ----------
    .. [1] E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
       *Journal of the American Statistical Association* 53 (1958), pages 457–481.
    """
    end = pd.Timestamp(as_of)
    blank = pd.Series(pd.NaT, index=requests.index, dtype="datetime64[us]")
    known = requests.assign(closed_on=requests.get("closed_on", blank))
    check_requests(known, as_of=as_of)
    done = known["closed_on"].notna() & (known["closed_on"] <= end)
    days = (known["closed_on"].where(done, end) - known["opened_on"]).dt.days
    table = pd.DataFrame({"kind": known["kind"], "days": days, "is_done": done})
    table["zone"] = zones.reindex(known.index).fillna("no zone")
    rows = [_row(table, "all", "all")] if len(table) else []
    for kind, page in table.groupby("kind"):
        rows.append(_row(page, str(kind), "all"))
        rows += [_row(one, str(kind), str(zone)) for zone, one in page.groupby("zone")]
    columns = list(schema.describe("request_times").columns.index)
    return schema.check(pd.DataFrame(rows, columns=columns), "request_times").sort_index()


def stop_gap_cost(placed: pd.DataFrame, *, cost_each_usd: float) -> pd.Series:
    """
    Cost of mending every request of a section, as a stop-gap until it is treated.

    Parameters
    ----------
    placed
        Requests put on sections.
    cost_each_usd
        Dollars a repair, from the city's own records.

    Returns
    -------
    cost_usd
        By section with a request, to the cent.
    """
    counts = placed["section_id"].dropna().value_counts().sort_index()
    return (counts * cost_each_usd).round(2).rename("cost_usd").rename_axis("section_id")
