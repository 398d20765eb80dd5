"""Clauses of what the commands say, that tell like figures apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

__all__ = ["noted", "others", "surveyed"]


def surveyed(summary: Mapping[str, Any]) -> str:
    """
    Say the condition at the survey, which a plan ages to the day when it begins.

    Parameters
    ----------
    summary
        Of a plan or an assessment.

    Returns
    -------
    text
        Points, to be followed by another figure.
    """
    pci = summary["pci_surveyed"]
    return "not known at a survey, " if pci is None else f"{pci:.1f} at the latest survey, "


def others(summary: Mapping[str, Any]) -> str:
    """
    Say how many sections are not the city's.

    Parameters
    ----------
    summary
        Of a plan.

    Returns
    -------
    text
        Blank where all are the city's.
    """
    count = summary["statuses"].get("not_city", 0)
    return f" ({count:,} of them not the city's)" if count else ""


def noted(row: Mapping[str, Any]) -> str:
    """
    Say what must be known to read a value.

    Parameters
    ----------
    row
        Of the scorecard.

    Returns
    -------
    text
        Blank where nothing must be.
    """
    return f"; {escape(row['note'])}" if row["note"] else ""
