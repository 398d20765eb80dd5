"""
Residents' requests from an Open311 endpoint → our table `requests`.

GeoReport v2 (wiki.open311.org/GeoReport_v2, final): ids, `open` or `closed`, times of ISO 8601 with
their zone; `updated_datetime` of a closed request is when it was closed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem, SchemaError
from norwalk_geo.sources.export import Imported, from_raw
from norwalk_geo.sources.mapping import Mapping
from norwalk_geo.sources.open311_file import read_items
from norwalk_geo.sources.report import Log
from norwalk_geo.sources.rules import ColumnRule
from norwalk_geo.sources.shapes import City

__all__ = ["from_open311"]

_RULES = (
    ColumnRule("kind", "kind"),
    ColumnRule("opened_on", "opened_on"),
    ColumnRule("closed_on", "closed_on"),
    ColumnRule("address", "address"),
    ColumnRule("lon", "long"),
    ColumnRule("lat", "lat"),
)
_RULE = "GeoReport v2"
_STANDARD = (
    "service_request_id",
    "status",
    "service_code",
    "service_name",
    "requested_datetime",
    "updated_datetime",
    "address",
    "lat",
    "long",
)
_STATUSES = ("open", "closed")


def _zone(name: str) -> ZoneInfo | None:
    """Find a time zone."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        remedy = "Use a name such as America/Los_Angeles."
        problem = Problem("--time-zone", f"{name!r} is not known", remedy=remedy)
        raise ConfigError.of("import", [problem]) from None


def _moments(texts: pd.Series, log: Log) -> list[dt.datetime | None]:
    """Read times of ISO 8601."""
    found: list[dt.datetime | None] = []
    wrong = []
    for place, text in enumerate(texts):
        moment = None
        if not pd.isna(text):
            try:
                moment = dt.datetime.fromisoformat(str(text).strip())
            except ValueError:
                wrong.append(place)
        found.append(moment)
    remedy = "Write it as 2026-03-01T08:15:30-08:00."
    log.problem(str(texts.name), "is no time of ISO 8601", wrong, remedy)
    return found


def _days(
    moments: list[dt.datetime | None], zone: ZoneInfo | None, name: str, log: Log
) -> pd.Series:
    """Take the day of each time where the city is."""
    days: list[str | None] = []
    bare, unknown = [], []
    for place, moment in enumerate(moments):
        if moment is None:
            days.append(None)
            continue
        if moment.tzinfo is None:
            bare.append(place)
        elif zone is not None:
            moment = moment.astimezone(zone)  # noqa: PLW2901 - the same moment
        elif moment.utcoffset() == dt.timedelta(0):
            unknown.append(place)
        days.append(moment.date().isoformat())
    log.change("changed", name, "a time without a zone is taken as the city's", _RULE, bare)
    remedy = "Say the city's zone with --time-zone, such as America/Los_Angeles."
    log.problem(name, "is in UTC, so that its day in the city is not known", unknown, remedy)
    return pd.Series(days, dtype="str")


def _kinds(raw: pd.DataFrame, services: pd.DataFrame | None) -> pd.Series:
    """Name what is reported: as the request does, else by the list of services, else its code."""
    named = raw["service_name"]
    if services is not None and "service_name" in services:
        listed = services.dropna(subset=["service_code"]).drop_duplicates("service_code")
        names = listed.set_index("service_code")["service_name"]
        named = named.fillna(raw["service_code"].map(names))
    return named.fillna(raw["service_code"])


def _latest(raw: pd.DataFrame, updated: list[dt.datetime | None]) -> np.ndarray:
    """Find the rows whose request stands in a later state elsewhere in the file."""
    stamps = [
        float("-inf")
        if one is None
        else (one if one.tzinfo else one.replace(tzinfo=dt.UTC)).timestamp()
        for one in updated
    ]
    order = pd.DataFrame({"id": raw["service_request_id"], "stamp": stamps})
    order = order.sort_values("stamp", kind="stable")
    earlier = order.index[order.duplicated("id", keep="last") & order["id"].notna()]
    return np.sort(earlier.to_numpy())


def _prepared(
    raw: pd.DataFrame, zone: ZoneInfo | None, services: pd.DataFrame | None, log: Log
) -> tuple[pd.DataFrame, set[int]]:
    """Put the columns of ours beside those of the standard, and name the rows that are left out."""
    asked, updated = (_moments(raw[f"{name}_datetime"], log) for name in ("requested", "updated"))
    earlier = _latest(raw, updated)
    log.change("dropped", "row", "an earlier state of the same request", _RULE, earlier)
    status = raw["status"].str.lower().str.strip()
    wrong = np.flatnonzero(~status.isin(_STATUSES))
    log.problem("status", "is not open or closed", wrong, "Correct it, or leave the row out.")
    unnamed = np.flatnonzero(raw["service_request_id"].isna())
    why = "no service_request_id yet: the endpoint works in batches"
    log.change("dropped", "row", why, _RULE, unnamed)
    is_closed = status.eq("closed").to_numpy(dtype="bool")
    undated = np.flatnonzero(is_closed & np.array([one is None for one in updated], dtype="bool"))
    undated = np.setdiff1d(undated, np.union1d(earlier, unnamed))
    why = "closed, and no updated_datetime says when"
    log.change("dropped", "row", why, _RULE, undated)
    opened = _days(asked, zone, "requested_datetime", log)
    closed_at = [one if done else None for one, done in zip(updated, is_closed, strict=True)]
    closed = _days(closed_at, zone, "updated_datetime", log)
    early = np.flatnonzero((closed < opened).fillna(value=False))
    log.problem("updated_datetime", "is before the request", early, "Correct one of the two.")
    lat, lon = (pd.to_numeric(raw[name], errors="coerce") for name in ("lat", "long"))
    nowhere = (lat.eq(0) & lon.eq(0)).fillna(value=False)
    log.change("changed", "lat", "0, 0 is taken as not located", _RULE, np.flatnonzero(nowhere))
    made = raw.assign(
        kind=_kinds(raw, services),
        opened_on=opened,
        closed_on=closed,
        lat=raw["lat"].mask(nowhere),
        long=raw["long"].mask(nowhere),
    )
    return made, {int(place) for place in (*earlier, *unnamed, *undated)}


def from_open311(
    source: Path | str,
    city: City,
    *,
    time_zone: str = "",
    services: Path | str | None = None,
) -> Imported:
    """
    Make the table of requests from a saved answer of an Open311 endpoint.

    A request that stands more than once is taken in its latest state. Times are days where the city
    is. A closed request closed on the day of its last update, as the standard says; one without
    that day is left out and listed, since it would look open. Descriptions and pictures are not
    taken: they may name persons.

    Parameters
    ----------
    source
        Saved answer of `/requests`: `.json`, `.xml`, or a CSV with the same names of columns.
    city
        The city's system and place, and the day that the data describe.
    time_zone
        The city's zone. Without it each time counts as the day of its own zone, and a time in UTC
        is refused.
    services
        Saved answer of `/services`, for the names of codes.

    Returns
    -------
    imported
        Table `requests` in the order of the file, and what became of each row.

    Raises
    ------
    SourceError
        A file cannot be read, is no answer of an endpoint, or declares an entity.
    ConfigError
        The time zone is not known.
    SchemaError
        With every problem, rows named by their `service_request_id`.

    References
    ----------
    GeoReport v2, Open311, https://wiki.open311.org/GeoReport_v2.
    """
    source, zone = Path(source), _zone(time_zone)
    items = read_items(source, "requests")
    listed = None if services is None else read_items(Path(services), "services")
    raw = items.reindex(columns=[*dict.fromkeys([*_STANDARD, *items.columns])]).astype("str")
    places = pd.Series([f"row {place + 1}" for place in range(len(raw))])
    log = Log(raw["service_request_id"].fillna(places).to_numpy(dtype="object"))
    made, left = _prepared(raw, zone, listed, log)
    if log.problems:
        raise SchemaError.of(source.name, log.problems)
    mapping = Mapping(
        "requests", {rule.column: rule for rule in _RULES}, name=_RULE, key="service_request_id"
    )
    kept = made.drop(index=sorted(left)).reset_index(drop=True)
    imported = from_raw(kept, source, mapping, city)
    changes = (*log.changes, *imported.report.changes)
    unused = tuple(name for name in imported.report.columns_unused if name in items.columns)
    return replace(
        imported,
        report=replace(imported.report, rows_read=len(raw), changes=changes, columns_unused=unused),
    )
