"""What the pages on the plan, on how it is decided and on the data say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.website.pages import lists, wording
from norwalk_geo.website.pages.given import Given, public
from norwalk_geo.website.pages.language import Language, day, money, number, percent

__all__ = ["OFFERED", "data", "decide", "plan"]

# Tables whose columns are in the files.
OFFERED = ("sections", "condition", "outcomes", "work", "work_done", "ramps", "site_figures")


def plan(given: Given, language: Language) -> dict[str, Any]:
    """
    Say what the plan proposes, what is funded, and what was done.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    content
        Groups of work, figures of the whole programme, past work.
    """
    years, summary = public(given, "years"), given.summary
    figures = {
        name: number(summary.get(name), language, 1)
        for name in ("pci_now", "pci_end", "pci_end_untreated")
    }
    zones = public(given, "sections").get("zone_id", pd.Series(dtype="str")).dropna().unique()
    return {
        "groups": lists.planned(given, language),
        "done": lists.done(given, language),
        "years": len(years),
        "first_year": str(years.index[0]),
        "sections": number(given.tables["work"].index.get_level_values(0).nunique(), language),
        "miles": number(years["miles_repaired"].sum(), language, 1),
        "spent": money(float(years["spent_usd"].sum()), language),
        "budget": money(float(years["budget_usd"].sum()), language),
        "backlog_first": money(float(years["backlog_usd"].iloc[0]), language),
        "backlog_last": money(float(years["backlog_usd"].iloc[-1]), language),
        "zones": sorted(str(zone) for zone in zones),
        **figures,
    }


def decide(given: Given, language: Language) -> dict[str, Any]:
    """
    Say how streets are chosen.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    content
        How sure the plan is, what each answer counts, and the treatments.
    """
    status = given.tables["outcomes"]["status"].value_counts()
    gap = given.summary.get("gap")
    labels = wording.treatments(given, language)
    catalogue = given.tables.get("treatments")
    rows = (
        []
        if catalogue is None
        else [
            {
                "name": labels[str(code)],
                "low": number(row["pci_min"], language),
                "high": number(row["pci_max"], language),
                "is_alteration": row["ada_kind"] == "alteration",
                "is_confirmed": bool(row["confirmed"]),
            }
            for code, row in catalogue.iterrows()
        ]
    )
    return {
        "gap": "" if gap is None or pd.isna(gap) else _share(100 * float(gap), language),
        "counts": {str(k): number(int(v), language) for k, v in status.items()},
        "treatments": rows,
        "critical": number(given.summary.get("critical_pci"), language),
    }


def _share(value: float, language: Language) -> str:
    """Write a small percentage, rounded up so that it stays a bound."""
    digits = 1 if value >= 1 else 2
    step = 10.0**-digits
    return percent(-(-value // step) * step, language, digits)


def data(given: Given, language: Language, files: list[dict[str, str]]) -> dict[str, Any]:
    """
    Say where the figures are from, and offer them.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.
    files
        Downloads, each with `name`, `path`, `size` and `what`.

    Returns
    -------
    content
        Files, inputs, parameter files, and a dictionary of the columns offered.
    """
    dictionary: list[dict[str, str]] = []
    for table in (one for one in OFFERED if one in given.tables):
        frame = given.tables[table]
        allowed = set(schema.public_columns(table)) & {*frame.columns, *frame.index.names}
        columns = schema.describe(table).columns
        dictionary += [
            {"table": table, "name": str(name)}
            | {"unit": str(row["unit"]), "description": str(row["description"])}
            for name, row in columns.iterrows()
            if name in allowed and name not in {"geometry", "year", "first_year"}
        ]
    inputs = [
        {**one, "rows": number(one["rows"], language), "date": day(one.get("date") or "", language)}
        for one in given.summary["inputs"]
    ]
    return {
        "files": files,
        "inputs": inputs,
        "parameters": given.summary.get("parameters") or {},
        "dictionary": dictionary,
    }
