"""Write what other people's programs read: work zones, a calendar, the public tables."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from norwalk_geo import exchange, io, report
from norwalk_geo.cli import assessing, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["write"]

_FOLDER = "exchange"


def _works(aside: Path, city: City, feed: exchange.Feed) -> dict[str, int]:
    """Write the dated works, and list what is left out and why."""
    if not {"projects", "closures"} <= set(city.tables):
        return {}
    sections = gpd.GeoDataFrame(city.tables["sections"])
    given = (city.tables["projects"], city.tables["closures"], sections)
    made, left = exchange.to_wzdx(*given, feed=feed)
    report.write_json(aside / "wzdx.geojson", made)
    (aside / "works.ics").write_bytes(exchange.to_ical(*given, feed=feed))
    report.write_csv(aside / "works_left_out.csv", left)
    return {"work_zones": len(made["features"]), "left_out": len(left)}


def write(city: Path, out: Path, *, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Write the files for exchange.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `exchange` in it.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    day, settings = reading.day(read.config, as_of), read.config
    source = str(uuid.uuid5(uuid.NAMESPACE_URL, f"norwalk_geo/{settings.city}"))
    feed = exchange.Feed(settings.city, source, day)
    about: dict[str, Any] = assessing.origin(read, day, [])
    kept = {key: about[key] for key in ("city", "notice", "as_of", "version", "inputs")}
    with io.writing(out / _FOLDER) as aside:
        counts = _works(aside, read, feed)
        exchange.write_package(aside, read.tables, about=kept)
        files = sorted(path.name for path in aside.iterdir() if path.is_file())
        summary = {"kind": "exchange", **counts, "files": files, **kept}
        report.write_json(aside / "summary.json", summary)
    return Outcome(summary, (*files, "summary.json"))
