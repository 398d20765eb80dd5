"""Dated works as a calendar: only what is ordered and has days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo.exchange.wzdx import Feed, to_wzdx

if TYPE_CHECKING:
    from icalendar import Event

    from norwalk_geo.schema import Sections

__all__ = ["to_ical"]

Closures: TypeAlias = pd.DataFrame
Projects: TypeAlias = pd.DataFrame


def _place(feature: dict[str, Any]) -> str:
    """Write where a closure is."""
    street = str(feature["properties"]["core_details"]["road_names"][0])
    ends = [feature["properties"].get(f"{end}_cross_street") for end in ("beginning", "ending")]
    return street + "".join(
        f" {word} {name}" for word, name in zip(("from", "to"), ends, strict=True) if name
    )


def _event(feature: dict[str, Any], row: pd.Series, feed: Feed) -> Event:
    """Write one closure as an event of whole days."""
    from icalendar import Event

    core = feature["properties"]["core_details"]
    event = Event()
    event.add("uid", f"{feature['id']}@{feed.source_id}")
    event.add("dtstamp", dt.datetime.combine(feed.as_of, dt.time(), tzinfo=dt.UTC))
    event.add("dtstart", row["closed_from"].date())
    # The end of an event of whole days is the day after it.
    event.add("dtend", row["closed_until"].date() + dt.timedelta(days=1))
    event.add("summary", f"{core['name']}: {_place(feature)}")
    event.add("location", _place(feature))
    impact = str(feature["properties"]["vehicle_impact"]).replace("-", " ")
    event.add("description", f"{core.get('description', core['name'])}. Traffic: {impact}.")
    event.add("transp", "TRANSPARENT")
    return event


def to_ical(projects: Projects, closures: Closures, sections: Sections, *, feed: Feed) -> bytes:
    """
    Make a calendar of the closures that are ordered and dated.

    Parameters
    ----------
    projects
        Projects with their notice to proceed.
    closures
        Closures with days.
    sections
        Streets.
    feed
        Who publishes it, and as of when.

    Returns
    -------
    calendar
        iCalendar [1]_ with an event of whole days for each closure that is in the work zone feed;
        the same closures are left out.

    Raises
    ------
    SchemaError
        A closure names a project or a section that does not exist.

    References
    ----------
    .. [1] B. Desruisseaux, *Internet Calendaring and Scheduling Core Object Specification*,
       RFC 5545, 2009.
    """
    from icalendar import Calendar

    made, _ = to_wzdx(projects, closures, sections, feed=feed)
    days = closures[["closed_from", "closed_until"]].apply(pd.to_datetime)
    calendar = Calendar()
    calendar.add("prodid", "-//norwalk_geo//works//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Street works of {feed.publisher}")
    for feature in made["features"]:
        project, _, closure = feature["id"].partition("/")
        calendar.add_component(_event(feature, days.loc[(project, closure)], feed))
    return bytes(calendar.to_ical())
