"""The accessibility statement: each criterion of WCAG 2.1, A and AA, with its evidence."""

from __future__ import annotations

import csv
import re
from importlib import resources
from typing import Any

from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language

__all__ = ["criteria", "statement"]


def criteria() -> list[dict[str, str]]:
    """
    Read the table of criteria.

    Returns
    -------
    rows
        Each with `criterion`, `level`, `state` (`met`, `in part` or `not used`), and `name` and
        `evidence` in English and, with the code of a language, in others.
    """
    source = resources.files("norwalk_geo") / "assets" / "site" / "criteria.csv"
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def statement(given: Given, language: Language) -> dict[str, Any]:  # noqa: ARG001 - as every page
    """
    Say how each criterion is met, and how that is known.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    content
        Rows of the table, and how many there are of each state.
    """
    say, suffix = language.text, "" if language.code == "en" else f"_{language.code}"
    states = {"met": say("met"), "in part": say("in part"), "not used": say("not used")}
    rows = criteria()
    return {
        "criteria": [
            {
                "criterion": row["criterion"],
                "level": row["level"],
                "state": states[row["state"]],
                "name": row.get(f"name{suffix}") or row["name"],
                # Backticks mark code in the document of the same table.
                "evidence": re.sub("`", "", row.get(f"evidence{suffix}") or row["evidence"]),
            }
            for row in rows
        ],
        "met": sum(row["state"] == "met" for row in rows),
        "partly": sum(row["state"] == "in part" for row in rows),
        "unused": sum(row["state"] == "not used" for row in rows),
    }
