"""
Dated closures as a Work Zone Data Exchange feed, version 4.2.

Navigation applications take what is in such a feed for a closed street. So only what is ordered and
dated goes in, and no day is ever made from a fiscal year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

import pandas as pd
import shapely

from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Feed", "to_wzdx"]

Closures: TypeAlias = pd.DataFrame
Projects: TypeAlias = pd.DataFrame
_VERSION = "4.2"
_PUBLIC_DOMAIN = "https://creativecommons.org/publicdomain/zero/1.0/"
_DECIMALS = 6


@dataclass(frozen=True)
class Feed:
    """
    Who publishes a feed, and as of when.

    Parameters
    ----------
    publisher
        Organization.
    source_id
        Id of the source, the same in every edition of the feed; a UUID is recommended.
    as_of
        Day that the data describe.
    timezone
        Zone of the city's days.
    contact_name, contact_email
        Whom to ask; blank where nobody is named.
    is_public_domain
        Whether the city gives the feed away under CC0, the only license that the standard knows.
    """

    publisher: str
    source_id: str
    as_of: dt.date
    timezone: str = "America/Los_Angeles"
    contact_name: str = ""
    contact_email: str = ""
    is_public_domain: bool = False


def _moment(day: dt.date, at: dt.time, feed: Feed) -> str:
    """Write a moment of the city's day in universal time."""
    local = dt.datetime.combine(day, at, tzinfo=ZoneInfo(feed.timezone))
    return local.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _info(feed: Feed) -> dict[str, Any]:
    """Write the head of the feed."""
    updated = _moment(feed.as_of, dt.time(), feed)
    source = {
        "data_source_id": feed.source_id,
        "organization_name": feed.publisher,
        "update_date": updated,
    }
    info: dict[str, Any] = {
        "publisher": feed.publisher,
        "version": _VERSION,
        "update_date": updated,
        "data_sources": [source],
    }
    for key in ("contact_name", "contact_email"):
        if getattr(feed, key):
            info[key] = source[key] = getattr(feed, key)
    if feed.is_public_domain:
        info["license"] = _PUBLIC_DOMAIN
    return info


def _text(value: object) -> str:
    """Take a text; blank where there is none."""
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _why_not(row: dict[str, Any], feed: Feed) -> str:
    """Say why a closure cannot be published; blank where it can."""
    reasons = []
    if pd.isna(row["notice_to_proceed"]):
        reasons.append("no notice to proceed")
    elif row["notice_to_proceed"].date() > feed.as_of:
        reasons.append("its notice to proceed is in the future")
    if pd.isna(row["closed_from"]) or pd.isna(row["closed_until"]):
        reasons.append("no dates")
    elif row["closed_until"] < row["closed_from"]:
        reasons.append("it ends before it begins")
    elif row["closed_until"].date() < feed.as_of:
        reasons.append("it is over")
    if not _text(row["vehicle_impact"]):
        reasons.append("not known what it does to traffic")
    if not _text(row["street_name"]):
        reasons.append("the street has no name")
    return ", ".join(reasons)


def _event(row: dict[str, Any], line: shapely.LineString, feed: Feed) -> dict[str, Any]:
    """Write one closure."""
    core = {
        "event_type": "work-zone",
        "data_source_id": feed.source_id,
        "road_names": [_text(row["street_name"])],
        "direction": _text(row["direction"]) or "unknown",
        "name": _text(row["name"]),
        "update_date": _moment(feed.as_of, dt.time(), feed),
    }
    if _text(row["description"]):
        core["description"] = _text(row["description"])
    started = row["has_started"]
    properties: dict[str, Any] = {
        "core_details": core,
        "start_date": _moment(row["closed_from"].date(), dt.time(), feed),
        "end_date": _moment(row["closed_until"].date(), dt.time(23, 59, 59), feed),
        "is_start_date_verified": bool(started) if pd.notna(started) else False,
        "is_end_date_verified": False,
        "is_start_position_verified": False,
        "is_end_position_verified": False,
        "location_method": "unknown",
        "vehicle_impact": row["vehicle_impact"],
        "types_of_work": [{"type_name": "surface-work", "is_architectural_change": False}],
    }
    for key, column in (("beginning", "from_street"), ("ending", "to_street")):
        if _text(row[column]):
            properties[f"{key}_cross_street"] = _text(row[column])
    points = [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in line.coords]
    return {
        "id": f"{row['project_id']}/{row['closure_id']}",
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": points},
    }


def _joined(projects: Projects, closures: Closures, sections: Sections) -> pd.DataFrame:
    """Put the project and the street beside each closure."""
    flat = closures.reset_index()
    problems = []
    for name, known in (("project_id", projects.index), ("section_id", sections.index)):
        lost = flat.loc[~flat[name].isin(known), name]
        if len(lost):
            table = "projects" if name == "project_id" else "sections"
            remedy = "Correct the id, or drop the closure."
            rows = tuple(dict.fromkeys(map(str, lost)))
            problems.append(Problem(name, f"is not in {table}", rows, remedy))
    if problems:
        raise SchemaError.of("closures", problems)
    named = projects.reindex(columns=["name", "description", "notice_to_proceed"])
    street = pd.DataFrame(sections).reindex(columns=["street_name", "from_street", "to_street"])
    wanted = ["closed_from", "closed_until", "direction", "vehicle_impact", "has_started"]
    flat = flat.reindex(columns=["project_id", "closure_id", "section_id", *wanted])
    flat = flat.join(named, on="project_id").join(street, on="section_id")
    for name in ("closed_from", "closed_until", "notice_to_proceed"):
        flat[name] = pd.to_datetime(flat[name])
    return flat.sort_values(["project_id", "closure_id"], kind="stable")


def to_wzdx(
    projects: Projects, closures: Closures, sections: Sections, *, feed: Feed
) -> tuple[dict[str, Any], pd.DataFrame]:
    """
    Make a work zone feed of the closures that are ordered and dated.

    Parameters
    ----------
    projects
        Projects with their notice to proceed.
    closures
        Closures with days and what they do to traffic. A day begins and ends at midnight of the
        city's zone.
    sections
        Streets, in the city's projected system.
    feed
        Who publishes it, and as of when.

    Returns
    -------
    feed, left_out
        The feed as GeoJSON in WGS 84 [1]_, and `project_id`, `closure_id` and `reason` of what is
        not in it. Projects without any closure are listed, too.

    Raises
    ------
    SchemaError
        A closure names a project or a section that does not exist.

    References
    ----------
    .. [1] U.S. Department of Transportation, *Work Zone Data Exchange Specification*, version 4.2,
       WorkZoneFeed.
    """
    rows = _joined(projects, closures, sections).to_dict("records")
    lines = sections.geometry.to_crs("EPSG:4326")
    events, out = [], []
    for row in rows:
        reason = _why_not({str(key): value for key, value in row.items()}, feed)
        if reason:
            out.append((row["project_id"], row["closure_id"], reason))
        else:
            named = {str(key): value for key, value in row.items()}
            events.append(_event(named, lines.loc[row["section_id"]], feed))
    with_closure = {row["project_id"] for row in rows}
    out += [(name, None, "no closure") for name in projects.index if name not in with_closure]
    left = pd.DataFrame(out, columns=["project_id", "closure_id", "reason"], dtype="str")
    made = {"type": "FeatureCollection", "feed_info": _info(feed), "features": events}
    return made, left.sort_values(["project_id", "closure_id"], kind="stable", ignore_index=True)
