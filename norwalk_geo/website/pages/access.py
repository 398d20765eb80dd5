"""What the page on accessibility says: what is on record, what was measured, what is planned."""

from __future__ import annotations

import dataclasses
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import network, schema
from norwalk_geo.website.pages.given import Given, public, stages
from norwalk_geo.website.pages.language import Language, number, percent, year

__all__ = ["STATES", "accessibility", "kinds", "prepared"]

# What may be told of a place where a ramp belongs, in the order of the legend.
STATES = ("there", "missing", "missing_proposed", "missing_funded", "unknown")
_FEATURES = ("ramps", "walks", "crossings", "stops", "building_elements")
_REACH_FT = 100.0
_WHOLE_PCT = 100.0


def _measures(table: str) -> list[str]:
    """List the columns of a feature that somebody measured on the spot."""
    columns = schema.describe(table).columns
    is_measure = columns["type"].eq("number") & columns["unit"].isin(["in", "%", "ft"])
    return [str(name) for name in columns.index[is_measure]]


def _is_measured(frame: pd.DataFrame, table: str) -> pd.Series:
    """Say of which features at least one measure is on record."""
    there = [name for name in _measures(table) if name in frame]
    return frame[there].notna().any(axis=1)


def _beside(given: Given) -> pd.DataFrame:
    """Pair ramps with sections within 100 feet, or the nearest, as places in their tables."""
    ramps = gpd.GeoDataFrame(given.tables["ramps"])
    sections = gpd.GeoDataFrame(given.tables["sections"])
    reach = _REACH_FT / network.feet_per_unit(sections.crs)
    tree = shapely.STRtree(sections.geometry.to_numpy())
    points = ramps.geometry.to_numpy()
    near, section = tree.query(points, predicate="dwithin", distance=reach)
    alone = np.setdiff1d(np.flatnonzero(~shapely.is_missing(points)), near)
    if len(alone) and len(sections):
        far, nearest = tree.query_nearest(points[alone], all_matches=False)
        near, section = np.r_[near, alone[far]], np.r_[section, nearest]
    return pd.DataFrame({"ramp": near, "section": section})


def _presence(ramps: pd.DataFrame) -> pd.Series:
    """Say whether there is a ramp; one that somebody measured is there."""
    blank = pd.Series(None, index=ramps.index, dtype="object")
    given = ramps["presence"].astype("object") if "presence" in ramps else blank
    is_measured = given.isna() & _is_measured(ramps, "ramps")
    return given.mask(is_measured, "yes").fillna("unknown")


def _states(given: Given, pairs: pd.DataFrame) -> pd.DataFrame:
    """Say of each place what may be told, and the first year in which funded work obliges it."""
    presence = _presence(pd.DataFrame(given.tables["ramps"])).to_numpy()
    work = stages(given)
    work = work[work["ada_kind"].eq("alteration")]
    sections = given.tables["sections"].index
    at = pairs.assign(section_id=sections[pairs["section"]].to_numpy())
    joined = at.merge(work[["section_id", "stage", "told_year"]], on="section_id")
    joined = joined[presence[joined["ramp"].to_numpy()] == "no"]
    found = pd.DataFrame({"state": "there"}, index=given.tables["ramps"].index)
    found["told_year"] = pd.Series(pd.NA, index=found.index, dtype="Int64")
    found.loc[presence == "unknown", "state"] = "unknown"
    found.loc[presence == "no", "state"] = "missing"
    for stage in ("proposed", "funded"):
        own = joined[joined["stage"].eq(stage)]
        found.iloc[own["ramp"].unique(), 0] = f"missing_{stage}"
    first = joined[joined["stage"].eq("funded")].groupby("ramp")["told_year"].min()
    found.iloc[first.index.to_numpy(), 1] = first.to_numpy()
    return found


def prepared(given: Given) -> Given:
    """
    Place the ramps once, for every page and language.

    Parameters
    ----------
    given
        All that the site is made from.

    Returns
    -------
    given
        Where there are ramps, with two more tables: `ramp_states` has by ramp its `state`, one of
        `STATES`, and `told_year`, the first fiscal year in which funded work obliges the city to
        build it; `ramp_sections` has the sections at which it stands, as places in both tables.
    """
    if "ramps" not in given.tables:
        return given
    pairs = _beside(given)
    more = {"ramp_sections": pairs, "ramp_states": _states(given, pairs)}
    return dataclasses.replace(given, tables={**given.tables, **more})


def kinds(language: Language) -> dict[str, str]:
    """
    Name the states of a place where a ramp belongs.

    Parameters
    ----------
    language
        Language of the page.

    Returns
    -------
    names
        Words by code, in the order of the legend.
    """
    say = language.text
    return {
        "there": say("There is a ramp"),
        "missing": say("No ramp, nothing planned yet"),
        "missing_proposed": say("No ramp, street work proposed"),
        "missing_funded": say("No ramp, street work funded"),
        "unknown": say("Not recorded"),
    }


def _names(language: Language) -> dict[str, str]:
    """Name the kinds of pedestrian features."""
    say = language.text
    return {
        "ramps": say("Curb ramps"),
        "walks": say("Sidewalks"),
        "crossings": say("Crossings"),
        "stops": say("Bus stops"),
        "building_elements": say("Parts of public buildings"),
    }


def _measured(given: Given, language: Language) -> list[dict[str, str]]:
    """Count of each kind of feature what was measured, and what was not."""
    names, rows = _names(language), []
    for table in _FEATURES:
        frame = given.tables.get(table)
        if frame is None or not len(frame):
            continue
        known = int(_is_measured(pd.DataFrame(frame), table).sum())
        rows.append(
            {
                "name": names[table],
                "all": number(len(frame), language),
                "measured": number(known, language),
                "not": number(len(frame) - known, language),
                "share": percent(_WHOLE_PCT * known / len(frame), language),
            }
        )
    return rows


def _zones(given: Given, language: Language) -> list[dict[str, str]]:
    """Count the places of each zone by what is on record."""
    sections = given.tables["sections"]
    if "zone_id" not in sections:
        return []
    found, pairs = given.tables["ramp_states"], given.tables["ramp_sections"]
    first = pairs.drop_duplicates("ramp").set_index("ramp")["section"]
    zone = sections["zone_id"].iloc[first].to_numpy()
    placed = found.iloc[first.index.to_numpy()].assign(zone=zone).dropna(subset="zone")
    table = pd.crosstab(placed["zone"], placed["state"]).reindex(columns=STATES, fill_value=0)
    table = table.assign(all=table.sum(axis=1))
    table["missing"] = table[[one for one in STATES if one.startswith("missing")]].sum(axis=1)
    shown = ("all", "there", "missing", "unknown")
    return [
        {"zone": str(name), **{one: number(int(row[one]), language) for one in shown}}
        for name, row in table.iterrows()
    ]


def _staff(given: Given, language: Language) -> dict[str, Any]:
    """Gather for staff ramps due at corners, and features by verdict."""
    content: dict[str, Any] = {"due": {}, "unknown_pct": "", "rows": []}
    if not given.is_internal:
        return content
    if "corners" in given.tables:
        corners = public(given, "corners")
        due = {key: int(corners[f"ramps_{key}"].sum()) for key in ("due", "unknown", "infeasible")}
        content["due"] = {key: number(value, language) for key, value in due.items()}
        share = _WHOLE_PCT * due["unknown"] / max(len(given.tables.get("ramps", ())), 1)
        content["unknown_pct"] = percent(min(share, _WHOLE_PCT), language)
    if "compliance" in given.tables:
        names, rows = _names(language), given.tables["compliance"].reset_index()
        rows = rows[rows["grouped_by"].eq("all") & rows["is_enforced"]]
        keys = ("features", "passed", "failed", "within_error", "unmeasured")
        content["rows"] = [
            {"name": names[str(row["feature"])]} | {k: number(row[k], language) for k in keys}
            for _, row in rows.iterrows()
        ]
    return content


def accessibility(given: Given, language: Language) -> dict[str, Any]:
    """
    Say where curb ramps are on record, what was measured, and what is planned.

    Parameters
    ----------
    given
        All that the site is made from, `prepared`.
    language
        Language of the page.

    Returns
    -------
    content
        Counts of ramps by state, zone and year, and of features by whether they were measured; for
        staff, of ramps due at corners and of features by verdict, which are internal until the
        transition plan is adopted and on no public page.
    """
    found = given.tables["ramp_states"]
    counts = found["state"].value_counts().reindex(STATES, fill_value=0)
    missing = int(counts[[one for one in STATES if one.startswith("missing")]].sum())
    start = given.summary.get("fiscal_year_start")
    by_year = found.loc[found["state"].eq("missing_funded"), "told_year"].value_counts()
    return {
        "states": [
            {"code": code, "name": name, "count": number(int(counts[code]), language)}
            for code, name in kinds(language).items()
            if counts[code] or code in {"there", "missing", "unknown"}
        ],
        "ramps": number(len(found), language),
        "there": number(int(counts["there"]), language),
        "missing": number(missing, language),
        "unknown": number(int(counts["unknown"]), language),
        "measured": _measured(given, language),
        "zones": _zones(given, language),
        "years": [
            {"name": year(int(str(one)), start, language), "count": number(int(count), language)}
            for one, count in by_year.sort_index().items()
        ],
        **_staff(given, language),
    }
