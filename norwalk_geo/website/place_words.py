"""Sentences of the page of a site, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from norwalk_geo.website.pages.language import Language, number

__all__ = ["doors", "programme", "unknown", "ways"]

_FEET_PER_MILE = 5280


def doors(table: pd.DataFrame, words: Language) -> list[dict[str, str]]:
    """
    Say at what a site is reached.

    Parameters
    ----------
    table
        Its rows of `site_doors`.
    words
        Language of the page.

    Returns
    -------
    doors
        What each stands for, in the page's words and in those given.
    """
    say = words.text
    names = {
        "point": say("A published point stands for the whole site"),
        "boundary": say("The site is taken to be open along its whole boundary"),
        "entrance": say("Entrance"),
    }
    return [
        {
            "stands": names[str(row["stands_for"])],
            "is": _text(row["door_is"]),
            "source": _text(row["source"]),
        }
        for _, row in table.iterrows()
    ]


def _text(value: Any) -> str:  # noqa: ANN401 - a cell may be of any kind
    """Write a cell, blank where it is missing."""
    return "" if value is None or pd.isna(value) else str(value)


def programme(rows: pd.DataFrame, words: Language) -> list[dict[str, str]]:
    """
    Write what is published of the programme; what is not says so.

    Parameters
    ----------
    rows
        The site's rows of the parameters `programmes`.
    words
        Language of the page.

    Returns
    -------
    programme
        `what`, `amount`, `said` in the source's words, and `source`.
    """
    say = words.text
    names = {
        "homes": say("Homes"),
        "jobs": say("Jobs"),
        "commercial_sf": say("Commercial space, square feet"),
        "hotel_rooms": say("Hotel rooms"),
        "open_space_acres": say("Open space, acres"),
        "opening_year": say("Opening year"),
        "readiness": say("Readiness"),
    }
    written = []
    for _, row in rows.iterrows():
        amount = ""
        if pd.notna(row["amount"]):
            is_year = row["element"] == "opening_year"
            digits = 0 if float(row["amount"]).is_integer() else 2
            amount = f"{row['amount']:.0f}" if is_year else number(row["amount"], words, digits)
        is_known = row["status"] == "published"
        written.append(
            {
                "what": names[str(row["element"])],
                "amount": amount if is_known else say("not published"),
                "said": _text(row["words"]) if is_known else "",
                "source": str(row["source"]),
            }
        )
    return written


def ways(table: pd.DataFrame, words: Language) -> list[str]:
    """
    Say the state of the ways in, in sentences.

    Parameters
    ----------
    table
        The site's row of `site_ways`.
    words
        Language of the page.

    Returns
    -------
    sentences
        What is not surveyed or measured is said apart.
    """
    say = words.text
    row = None if table.empty else table.iloc[0]
    if row is None or not row["ways_ft"]:
        return [say("No way of the network leads here within the limit: nothing is said of them.")]
    lines = [
        say(
            "%(miles)s miles of ways lead here within %(minutes)s minutes on foot. The pavement of "
            "%(share)s percent of them was surveyed."
        )
        % {
            "miles": number(row["ways_ft"] / _FEET_PER_MILE, words, 1),
            "minutes": f"{row['limit_min']:g}",
            "share": number(row["surveyed_pct"], words) or "0",
        }
    ]
    if pd.notna(row["mean_pci"]):
        lines.append(
            say(
                "The surveyed part has a mean condition of %(pci)s of 100 points; %(miles)s miles "
                "of it are poor (below 55)."
            )
            % {
                "pci": number(row["mean_pci"], words),
                "miles": number(row["poor_ft"] / _FEET_PER_MILE, words, 1),
            }
        )
    unmeasured = number(row["wheelchair_unknown_pct"], words)
    if row["wheelchair_blocked_pct"]:
        stopped = number(row["wheelchair_blocked_pct"], words, 1)
        text = say(
            "%(stopped)s percent of the ways would stop a wheelchair; %(share)s percent was not "
            "measured."
        )
        lines.append(text % {"stopped": stopped, "share": unmeasured})
    else:
        text = say("No barrier was found on the parts measured; %s percent was not measured.")
        lines.append(text % unmeasured)
    return lines


def unknown(
    own: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], words: Language
) -> list[str]:
    """
    Say what is not known of a site.

    Parameters
    ----------
    own
        Its rows of each table.
    tables
        Tables of all sites that may be shown.
    words
        Language of the page.

    Returns
    -------
    sentences
        The operators without a timetable among them.
    """
    say = words.text
    stands, figures = set(own["doors"]["stands_for"]), own["figures"]
    said = {
        say("The boundary of the site is not given: a published point stands for it."): (
            "point" in stands
        ),
        say("The entrances are not given, so that figures may be too high."): "boundary" in stands,
        say("People and jobs are not known: corners are counted."): figures["people"].isna().all(),
        say("How many jobs there are is not known."): figures["jobs"].isna().all()
        and figures["people"].notna().any(),
        say("For some travelers the site lies over 300 feet from every way, and nobody counts."): (
            not figures["is_on_network"].all()
        ),
        say(
            "Transit is not known, or is known in part: then it is in no comparison and on no page."
        ): "transit" not in tables,
        say("Which repairs would help most is not known."): "repairs" not in tables,
    }
    lines = [text for text, holds in said.items() if holds]
    if len(own["operators"]):
        text = say("There is no timetable of these operators, which have stops near: %s.")
        lines.append(text % ", ".join(own["operators"]["operator"]))
    share = own["ways"]["wheelchair_unknown_pct"]
    if share.isna().all():
        lines.append(say("Nothing is known of wheelchairs."))
    elif share.gt(0).any():
        text = say("What a wheelchair meets on %s percent of the ways in was not measured.")
        lines.append(text % number(share.iloc[0], words))
    return lines
