"""What the pages on the plan, on how it is decided and on the data say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from norwalk_geo import config, schema
from norwalk_geo.website.pages import wording
from norwalk_geo.website.pages.given import Given, public, stages
from norwalk_geo.website.pages.language import Language, day, money, number, year

__all__ = ["OFFERED", "data", "decide", "plan"]

_NAMES = ("street_name", "from_street", "to_street", "zone_id")
# A page of more rows is no list to read, and heavy: the rest is found by search and in the file.
_MOST_ROWS = 6_000
_PAST_YEARS = 10
# Tables whose columns are in the files.
OFFERED = ("sections", "condition", "outcomes", "work")


def _named(work: pd.DataFrame, given: Given, language: Language) -> pd.DataFrame:
    """Put names of streets and treatments beside work, in the order of a list."""
    sections = public(given, "sections")
    names = [name for name in _NAMES if name in sections]
    rows = work.join(sections[names], on="section_id")
    rows = rows.assign(**{name: "" for name in _NAMES if name not in names})
    rows[[*_NAMES]] = rows[[*_NAMES]].astype("object").where(rows[[*_NAMES]].notna(), "")
    labels = wording.treatments(given, language)
    rows["what"] = [labels.get(str(one), "") for one in rows["treatment"]]
    return rows.sort_values(["street_name", "from_street", "to_street", "section_id"])


def _groups(given: Given, language: Language) -> list[dict[str, Any]]:
    """Group the plan's work: funded years first, then what is proposed by period."""
    work = _named(stages(given), given, language)
    start = given.summary.get("fiscal_year_start")
    groups = []
    told = work[work["told_year"].notna()]
    for fiscal, own in told.groupby("told_year"):
        stage = str(own["stage"].iloc[0])
        groups.append((f"y{fiscal}", year(int(str(fiscal)), start, language), stage, own))
    silent = work[work["told_year"].isna()]
    for code, name in wording.periods(language).items():
        own = silent[silent["period"].eq(code)]
        if len(own):
            groups.append((code, name, "proposed", own))
    most = _MOST_ROWS // max(len(groups), 1)
    return [
        {
            "code": code,
            "name": name,
            "stage": stage,
            "count": len(own),
            "miles": number(own["length_mi"].sum(), language, 1),
            "rows": own.head(most).to_dict("records"),
            "has_more": len(own) > most,
        }
        for code, name, stage, own in groups
    ]


def _done(given: Given, language: Language) -> list[dict[str, Any]]:
    """Sum the work finished in the last ten years."""
    if "work_done" not in given.tables:
        return []
    done = public(given, "work_done").reset_index()
    start = given.summary.get("fiscal_year_start") or 1
    done = done[done["finished"].notna()]
    fiscal = pd.Series([config.fiscal_year(d.date(), start) for d in done["finished"]], done.index)
    newest = config.fiscal_year(pd.Timestamp(str(given.summary["as_of"])).date(), start)
    lengths = given.tables["sections"].geometry.length
    done = done.assign(fiscal=fiscal, feet=done["section_id"].map(lengths))
    done = done[done["fiscal"].between(newest - _PAST_YEARS + 1, newest)]
    labels = wording.treatments(given, language)
    rows = []
    for (one, what), own in done.groupby(["fiscal", "treatment"], dropna=False):
        rows.append(
            {
                "year": year(int(str(one)), given.summary.get("fiscal_year_start"), language),
                "what": labels.get(str(what), language.text("Not recorded")),
                "sections": number(own["section_id"].nunique(), language),
                "miles": number(own["feet"].sum() / 5280, language, 1),
            }
        )
    return rows[::-1]


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
        "groups": _groups(given, language),
        "done": _done(given, language),
        "years": len(years),
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
    return f"{number(-(-value // step) * step, language, digits)} %"


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
    for table in OFFERED:
        allowed = schema.public_columns(table)
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
