"""What the pages on the plan, on how it is decided and on the data say."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.website.pages import past, wording
from norwalk_geo.website.pages.given import Given, public, stages
from norwalk_geo.website.pages.language import Language, day, money, number, phrase, year

__all__ = ["OFFERED", "data", "decide", "plan"]

_Group = dict[str, Any]
_NAMES = ("street_name", "from_street", "to_street", "zone_id")
# More rows, the nearest years first, are no list to read, and heavy: the rest is found by search
# and in the file. A city of Norwalk's size keeps every row of ten years.
_MOST_ROWS, _FEWEST, _MOST_DONE = 1_600, 50, 100
# Tables whose columns are in the files.
OFFERED = ("sections", "condition", "outcomes", "work", "work_done", "ramps", "site_figures")


def _named(work: pd.DataFrame, given: Given, language: Language) -> pd.DataFrame:
    """Put names of streets and treatments beside work, in the order of a list."""
    sections = public(given, "sections")
    names = [name for name in _NAMES if name in sections]
    rows = work.join(sections[names], on="section_id")
    rows = rows.assign(**{name: "" for name in _NAMES if name not in names})
    rows[[*_NAMES]] = rows[[*_NAMES]].astype("object").where(rows[[*_NAMES]].notna(), "")
    for name in ("from_street", "to_street"):
        known = {one: phrase(str(one), language) or str(one) for one in rows[name].unique()}
        rows[name] = rows[name].map(known)
    labels, none = wording.treatments(given, language), language.text("Not recorded")
    rows["what"] = [labels.get(str(one), none) for one in rows["treatment"]]
    return rows.sort_values(["street_name", "from_street", "to_street", "section_id"])


def _group(
    code: str, name: str, stage: str, own: pd.DataFrame, language: Language, most: int
) -> _Group:
    """Write one list with its counts, cut so that the page stays light."""
    return {
        "code": code,
        "name": name,
        "stage": stage,
        "count": len(own),
        "miles": number(own["length_mi"].sum(), language, 1),
        "rows": own.head(most).to_dict("records"),
        "has_more": len(own) > most,
    }


def _planned(given: Given, language: Language) -> list[_Group]:
    """List the plan's work: years that may be told first, then what is proposed by period."""
    work = _named(stages(given), given, language)
    start = given.summary.get("fiscal_year_start")
    told = work[work["told_year"].notna()]
    lists = [
        (f"y{one}", year(int(str(one)), start, language), own["stage"].iloc[0], own)
        for one, own in told.groupby("told_year")
    ]
    silent = work[work["told_year"].isna()]
    for code, name in wording.periods(language).items():
        own = silent[silent["period"].eq(code)]
        if len(own):
            lists.append((code, name, "proposed", own))
    groups, left = [], _MOST_ROWS
    for code, name, stage, own in lists:
        groups.append(_group(code, name, stage, own, language, max(left, _FEWEST)))
        left -= len(own)
    return groups


def _begun(given: Given, language: Language, miles: pd.Series) -> list[_Group]:
    """List what is under way."""
    begun = past.under_way(given)
    if begun.empty:
        return []
    rows = pd.DataFrame({"section_id": begun.index, "treatment": None, "project": begun.to_numpy()})
    rows = _named(rows, given, language)
    rows = rows.assign(what=rows["project"], length_mi=rows["section_id"].map(miles))
    name = language.text("Now")
    return [_group("underway", name, "underway", rows, language, _MOST_ROWS)]


def _done(given: Given, language: Language, miles: pd.Series) -> list[_Group]:
    """List the work finished in the last ten years, the newest year first."""
    done = past.finished(given)
    if done.empty:
        return []
    done = _named(done, given, language).assign(length_mi=done["section_id"].map(miles))
    start = given.summary.get("fiscal_year_start")
    return [
        _group(f"d{one}", year(int(str(one)), start, language), "done", own, language, _MOST_DONE)
        for one, own in sorted(done.groupby("fiscal"), reverse=True)
    ]


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
    miles = network.centerline_miles(gpd.GeoDataFrame(given.tables["sections"]))
    return {
        "groups": [*_begun(given, language, miles), *_planned(given, language)],
        "done": _done(given, language, miles),
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
