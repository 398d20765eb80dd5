"""What the site knows of each street, as columns that one script reads in every language."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo.website.pages.given import Given, public, stages

__all__ = ["facts", "script"]

_NAMES = ("street_name", "from_street", "to_street")
_DEGREE = 100_000


def _coded(values: pd.Series) -> tuple[list[int], list[str]]:
    """Write texts as places in a sorted list; -1 where there is none."""
    codes, words = pd.factorize(values, sort=True)
    return [int(code) for code in codes], [str(word) for word in words]


def _middles(sections: gpd.GeoDataFrame) -> dict[str, list[int]]:
    """Find a point on each line, in whole hundred-thousandths of a degree."""
    points = gpd.GeoSeries(sections.geometry.interpolate(0.5, normalized=True)).to_crs("EPSG:4326")
    return {
        "lon": np.rint(points.x.to_numpy() * _DEGREE).astype(int).tolist(),
        "lat": np.rint(points.y.to_numpy() * _DEGREE).astype(int).tolist(),
    }


def _last_work(given: Given, index: pd.Index) -> dict[str, list[Any]]:
    """List the last work done on sections that have a record."""
    if "work_done" not in given.tables:
        return {"done_at": [], "done_day": [], "done_work": []}
    done = public(given, "work_done").reset_index().sort_values("finished", kind="stable")
    last = done.drop_duplicates("section_id", keep="last")
    last = last[last["section_id"].isin(index)]
    return {
        "done_at": index.get_indexer(pd.Index(last["section_id"])).tolist(),
        "done_day": [f"{day:%Y-%m-%d}" for day in last["finished"]],
        "done_work": [None if pd.isna(name) else str(name) for name in last["treatment"]],
    }


def _under_way(given: Given, index: pd.Index) -> dict[str, list[Any]]:
    """List sections of projects that began and are not finished."""
    needed = {"projects", "project_sections"}
    if not needed <= given.tables.keys():
        return {"now_at": [], "now_name": []}
    begun = public(given, "projects")
    begun = begun[begun["notice_to_proceed"].notna()]
    done = given.tables.get("work_done")
    links = given.tables["project_sections"].reset_index()[["project_id", "section_id"]]
    links = links[links["project_id"].isin(begun.index) & links["section_id"].isin(index)]
    if done is not None:
        last = done.reset_index().groupby("section_id")["finished"].max()
        began = links["project_id"].map(begun["notice_to_proceed"])
        is_done = links["section_id"].map(last).ge(began)
        links = links[~is_done.fillna(value=False)]
    names = links["project_id"].map(begun["name"])
    return {
        "now_at": index.get_indexer(pd.Index(links["section_id"])).tolist(),
        "now_name": [str(name) for name in names],
    }


def _proposed(given: Given, index: pd.Index) -> dict[str, list[Any]]:
    """List the work of the plan, with a year only where one may be told."""
    work = stages(given)
    return {
        "work_at": index.get_indexer(pd.Index(work["section_id"])).tolist(),
        "work_stage": work["stage"].tolist(),
        "work_period": work["period"].tolist(),
        "work_year": [None if pd.isna(year) else int(year) for year in work["told_year"]],
        "work_what": [str(name) for name in work["treatment"]],
    }


def facts(given: Given) -> dict[str, Any]:
    """
    Gather what is told of each section.

    Parameters
    ----------
    given
        All that the site is made from.

    Returns
    -------
    facts
        Columns in the order of `sections`: ids, names as places in `names`, condition in tenths of
        a point, day of survey, what the plan does, a point on the line; then lists of work.
    """
    sections = gpd.GeoDataFrame(given.tables["sections"])
    names = [sections.get(name, pd.Series(pd.NA, sections.index, dtype="str")) for name in _NAMES]
    codes, words = _coded(pd.concat(names, ignore_index=True))
    size = len(sections)
    condition = public(given, "condition").reindex(sections.index)
    days = condition.get("survey_date", pd.Series(pd.NaT, index=sections.index))
    day_codes, day_words = _coded(days.dt.strftime("%Y-%m-%d").astype("str"))
    pci = condition["pci"].to_numpy(dtype="float64", na_value=np.nan)
    # Never rounded up into a better band.
    tenths = np.floor(np.nan_to_num(pci, nan=-0.1) * 10 + 1e-6).astype(int)
    status = public(given, "outcomes")["status"].reindex(sections.index)
    status_codes, status_words = _coded(status)
    return {
        "ids": [str(one) for one in sections.index],
        "names": words,
        "name": codes[:size],
        "from": codes[size : 2 * size],
        "to": codes[2 * size :],
        "pci": tenths.tolist(),
        "day": day_codes,
        "days": day_words,
        "status": status_codes,
        "statuses": status_words,
        **_middles(sections),
        **_proposed(given, sections.index),
        **_last_work(given, sections.index),
        **_under_way(given, sections.index),
    }


def script(columns: dict[str, Any]) -> str:
    """
    Write columns as a classic script, which opens from disk too.

    Parameters
    ----------
    columns
        From `facts`.

    Returns
    -------
    text
        One assignment; it has no letter that could end a script or a line.
    """
    text = json.dumps(columns, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return f"window.norwalkStreets={text.replace('<', chr(92) + 'u003c')};\n"
