"""The report to the council: what is asked for, why, what it costs, and the list of streets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import networkx as nx
import pandas as pd

from norwalk_geo.report.files import Results
from norwalk_geo.report.papers.paper import Letter, render
from norwalk_geo.report.papers.words import ONE_PURSE, dollars, fund_of, year_text

if TYPE_CHECKING:
    from norwalk_geo.budget import Plan

__all__ = ["council_report"]

_ENDS_OF_A_LINE = 2
# What a limit says where no street crosses.
_NO_STREET = ("", "dead end", "end", "city limit")
_LIMITS = ["from_street", "to_street"]
_POLICIES = {
    "plan": "This plan",
    "worst_first": "Worst streets first",
    "ranking": "Ranked by effectiveness and cost, in the manner of StreetSaver",
    "benefit_cost": "Incremental benefit and cost",
    "do_nothing": "No work at all",
}
_STATUSES = {
    "planned": ("has work in the plan", "have work in the plan"),
    "not_funded": (
        "needs work that the money does not reach",
        "need work that the money does not reach",
    ),
    "not_needed": (
        "needs no work in the years of the plan",
        "need no work in the years of the plan",
    ),
    "not_surveyed": ("has no survey and is in no figure", "have no survey and are in no figure"),
    "not_city": ("is not the city's", "are not the city's"),
}


def _years(plan: Plan, letter: Letter) -> list[dict[str, str]]:
    """Write money, miles and condition by fiscal year."""
    return [
        {
            "year": year_text(int(str(year)), letter.start_month),
            "budget": dollars(row["budget_usd"]),
            "spent": dollars(row["spent_usd"]),
            "nominal": dollars(row["spent_nominal_usd"]),
            "left": dollars(round(row["budget_usd"] - row["spent_usd"], 2)),
            "miles": f"{row['miles_repaired']:,.1f}",
            "pci": f"{row['pci']:.1f}",
            "untreated": f"{row['pci_untreated']:.1f}",
            "backlog": dollars(row["backlog_usd"]),
        }
        for year, row in plan.years.iterrows()
    ]


def _totals(plan: Plan) -> dict[str, str]:
    """Add up the years: the sums of the plan, to the cent."""
    sums = plan.years[["budget_usd", "spent_usd", "spent_nominal_usd", "miles_repaired"]].sum()
    return {
        "budget": dollars(round(sums["budget_usd"], 2)),
        "spent": dollars(round(sums["spent_usd"], 2)),
        "nominal": dollars(round(sums["spent_nominal_usd"], 2)),
        "left": dollars(round(sums["budget_usd"] - sums["spent_usd"], 2)),
        "miles": f"{sums['miles_repaired']:,.1f}",
    }


def _rivals(results: Results) -> list[dict[str, str]]:
    """Write what the same money buys by other policies, as a share of what can be gained."""
    summary = results.summary
    whole = summary["bound"] - summary["do_nothing"]
    found = {name: one["objective"] for name, one in summary["policies"].items()}
    found.setdefault("plan", summary["objective"])
    rows = []
    for name, value in sorted(found.items(), key=lambda item: -item[1]):
        share = f"{100 * (value - summary['do_nothing']) / whole:.1f} %" if whole > 0 else "–"
        label = _POLICIES.get(name, name.replace("_", " ").capitalize())
        rows.append({"policy": label, "points": f"{value:.2f}", "share": share})
    return rows


def _joined(pairs: list[tuple[str, str]]) -> list[str]:
    """Write stretches that follow each other as one, from the first cross street to the last."""
    graph = nx.MultiGraph()
    for number, pair in enumerate(pairs):
        # An end without a name and a dead end meet no other.
        sides = [
            (name,) if name.casefold() not in _NO_STREET else (name, number, side)
            for side, name in enumerate(pair)
        ]
        graph.add_edge(*sides, number=number)
    texts = []
    for nodes in nx.connected_components(graph):
        part = graph.subgraph(nodes)
        numbers = sorted(number for _, _, number in part.edges(data="number"))
        ends = [node[0] for node in graph if node in nodes and graph.degree[node] == 1]
        is_line = len(numbers) == len(nodes) - 1 and len(ends) == _ENDS_OF_A_LINE
        # One that has a name at neither end says more by its stretches.
        whole = [tuple(ends)] if is_line and any(ends) else [pairs[number] for number in numbers]
        texts += [" to ".join(filter(None, pair)) for pair in whole]
    return texts


def _by_street(rows: pd.DataFrame) -> list[dict[str, str]]:
    """Put the stretches of one street beside each other: its name, their limits, all its miles."""
    named = rows["street_name"].fillna("section " + rows["section_id"])
    listed = []
    for name, stretches in rows.groupby(named, sort=True):
        pairs = list(stretches[_LIMITS].itertuples(index=False, name=None))
        unnamed = sum(not any(pair) for pair in pairs)
        listed.append(
            {
                "name": str(name),
                "limits": "; ".join(_joined([pair for pair in pairs if any(pair)])),
                "unnamed": str(unnamed) if unnamed else "",
                "miles": f"{stretches['length_mi'].sum():.2f}",
            }
        )
    return listed


def _streets(results: Results, letter: Letter) -> list[dict[str, Any]]:
    """List the streets by year and work. The cost of a street is not public before its contract."""
    plan = results.plan
    flat = plan.work.reset_index()
    places = pd.DataFrame(results.sections).reindex(columns=["street_name", *_LIMITS])
    flat = flat.join(places, on="section_id")
    for name in _LIMITS:
        flat[name] = flat[name].astype("str").where(flat[name].notna(), "")
    flat = flat.sort_values(["year", "treatment_label", *_LIMITS, "section_id"], kind="stable")
    spent, exhibit = plan.years["spent_usd"].round(2).to_dict(), []
    for year, page in flat.groupby("year"):
        exhibit.append(
            {
                "year": year_text(int(str(year)), letter.start_month),
                "work": [
                    {
                        "label": str(label),
                        "sections": f"{len(rows):,}",
                        "miles": f"{rows['length_mi'].sum():,.2f}",
                        "streets": _by_street(rows),
                    }
                    for label, rows in page.groupby("treatment_label")
                ],
                "sections": f"{len(page):,}",
                "miles": f"{page['length_mi'].sum():,.2f}",
                "cost": dollars(spent[int(str(year))]),
            }
        )
    return exhibit


def _bands(results: Results) -> list[dict[str, str]]:
    """Write the share of the area in each band, at the survey and at the end."""
    wide = results.bands.reset_index().pivot_table(
        index="band", columns="moment", values="area_pct", sort=False
    )
    return [
        {
            "band": str(band),
            **{
                name: f"{row[name]:.0f} %" if name in row and pd.notna(row[name]) else "–"
                for name in ("surveyed", "now", "end", "end_untreated")
            },
        }
        for band, row in wide.iterrows()
    ]


def _funds(plan: Plan) -> list[dict[str, str]]:
    """Write what each fund pays, where the plan keeps funds apart."""
    paid = plan.payments.reset_index()
    if paid["limit"].str.startswith(ONE_PURSE).all():
        return []
    sums = paid.groupby(fund_of(paid["limit"]), sort=False)["paid_usd"].sum().round(2)
    return [{"fund": str(name), "paid": dollars(float(usd))} for name, usd in sums.items()]


def _counts(summary: Mapping[str, Any]) -> list[str]:
    """Say how many sections the plan does what with."""
    said = []
    for name, count in summary["statuses"].items():
        one, several = _STATUSES.get(name, (name.replace("_", " "),) * 2)
        said.append(f"1 section {one}." if count == 1 else f"{count:,} sections {several}.")
    return said


def _proof(summary: Mapping[str, Any]) -> str:
    """Say what the plan is best at and how far from the best it can be."""
    if "certificate" in summary:
        return str(summary["certificate"]["says"])
    if summary["gap"] is None:
        return "There is nothing to gain: no work within the money would raise the condition."
    gap = f"{100 * summary['gap']:.3f} %"
    return f"No plan within the same money can do better by more than {gap} of what can be gained."


def council_report(results: Results, letter: Letter, *, attachments: list[str]) -> str:
    """
    Write the report by which a council is asked to adopt a plan.

    Parameters
    ----------
    results
        The plan with all that its files show; amounts are its own, to the cent.
    letter
        Who writes, as of when, and whether the plan is adopted. Without an adoption every page
        says that it is a draft, and the years are those proposed.
    attachments
        Names of the papers that go with it, after Exhibit A.

    Returns
    -------
    page
        HTML in the order of council reports, with the list of streets as Exhibit A. It names no
        cost of a single street.
    """
    summary, plan = results.summary, results.plan
    years = _years(plan, letter)
    facts = {
        "title": "Street repair plan",
        "subject": f"Street repair plan, {years[0]['year']} through {years[-1]['year']}",
        "summary": summary,
        "years": years,
        "totals": _totals(plan),
        "rivals": _rivals(results),
        "exhibit": _streets(results, letter),
        "bands": _bands(results),
        "funds": _funds(plan),
        "counts": _counts(summary),
        "proof": _proof(summary),
        "ramps": summary.get("ramps"),
        "money": dollars,
        "attachments": attachments,
        "when": "Planned" if letter.adoption else "Proposed",
    }
    return render("paper_council.html", letter, facts)
