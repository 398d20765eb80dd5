"""A comparison as one page: answers in words, figures and their tables; no script, no network."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from norwalk_geo.budget import Comparison

__all__ = ["answers", "page", "share_text", "swapped"]

_WIDTH, _HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 190, 14, 44
_LABEL_GAP, _LEVELS = 17, 5
_NOISE = 1e-9
_TEMPLATES = Environment(
    loader=PackageLoader("norwalk_geo"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _spread(places: Sequence[float]) -> list[float]:
    """Move labels apart, keeping their order, so that none covers another."""
    order = sorted(range(len(places)), key=lambda k: places[k])
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + _LABEL_GAP)
    over = max(moved) - (_HEIGHT - _BOTTOM)
    return [y - max(0.0, over) for y in moved]


def _figure(lines: Mapping[str, Sequence[float]], at: Sequence[float], axis: str) -> dict[str, Any]:
    """Place the points of lines over a shared axis; levels are round figures around them."""
    every = [value for line in lines.values() for value in line]
    low, high = min(every) - 2, max(every) + 2
    step = next(s for s in (1, 2, 5, 10, 20) if (high - low) / s <= _LEVELS or s == max(1, 20))
    low = max(0.0, step * (low // step))
    high = min(100.0, step * -(-high // step))
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    span = max(at) - min(at) or 1.0

    def x(value: float) -> float:
        return round(_LEFT + wide * (value - min(at)) / span, 1)

    def y(value: float) -> float:
        return round(_TOP + tall * (high - value) / (high - low), 1)

    ends = _spread([y(line[-1]) for line in lines.values()])
    return {
        "size": (_WIDTH, _HEIGHT),
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "bottom": _HEIGHT - _BOTTOM,
        "axis": axis,
        "levels": [
            {"y": y(low + step * k), "text": f"{low + step * k:g}"}
            for k in range(int((high - low) / step + 0.5) + 1)
        ],
        "ticks": [{"x": x(value), "text": f"{value:g}"} for value in at],
        "lines": [
            {
                "points": " ".join(f"{x(a)},{y(v)}" for a, v in zip(at, line, strict=True)),
                "y": end,
                "text": f"{name} {line[-1]:.1f}",
            }
            for (name, line), end in zip(lines.items(), ends, strict=True)
        ],
    }


_SHORT = {
    "optimal": "This plan",
    "benefit_cost": "Benefit and cost",
    "ranking": "Ranking",
    "worst_first": "Worst first",
    "do_nothing": "Do nothing",
}


def _wide(years: pd.DataFrame) -> pd.DataFrame:
    """Condition with a row a year and a column a policy."""
    return pd.DataFrame({policy: years["pci"].xs(policy) for policy in _SHORT})


def _by_year(years: pd.DataFrame) -> dict[str, Any]:
    """Draw condition by year under each policy."""
    wide = _wide(years)
    lines = {name: wide[policy].tolist() for policy, name in _SHORT.items()}
    at = [float(year) for year in wide.index]
    drawn = _figure(lines, at, "Fiscal year")
    every = max(1, -(-len(at) // 6))
    return {**drawn, "ticks": drawn["ticks"][::every]}


def _by_money(levels: pd.DataFrame) -> dict[str, Any]:
    """Draw condition at the end over money."""
    at = [float(share) for share in levels.index]
    lines = {"At the end": levels["pci_end"].tolist(), "Whole plan": levels["objective"].tolist()}
    return _figure(lines, at, "Money in percent of the budget")


def share_text(share_pct: float | None) -> str:
    """
    Write a share of the gain so that only what is all of it reads as 100 %.

    Parameters
    ----------
    share_pct
        In percent; nothing where nothing can be gained.

    Returns
    -------
    text
        Rounded down to the hundredth.

    Examples
    --------
    >>> share_text(99.998), share_text(100.0), share_text(None)
    ('99.99 %', '100.00 %', 'none to gain')
    """
    if share_pct is None or math.isnan(share_pct):
        return "none to gain"
    return f"{math.floor(share_pct * 100 + _NOISE) / 100:.2f} %"


def _dollars(value: float) -> str:
    return f"${value:,.0f}"


def answers(summary: Mapping[str, Any]) -> list[str]:
    """
    Answer the questions in words.

    Parameters
    ----------
    summary
        Of the comparison.

    Returns
    -------
    answers
        Policies, holding today's condition, and waiting a year.
    """
    policies, hold, delay = summary["policies"], summary["hold"], summary["delay"]
    shares = {name: one["gain_share_pct"] for name, one in policies.items()}
    said = []
    if shares["optimal"] is None:
        said.append("With this money nothing can be gained over doing nothing.")
    else:
        said.append(
            f"Of all that this money could gain over doing nothing, this plan gains at least "
            f"{share_text(shares['optimal'])}, incremental benefit and cost "
            f"{share_text(shares['benefit_cost'])}, the ranking {share_text(shares['ranking'])} "
            f"and worst first {share_text(shares['worst_first'])}."
        )
    if hold["share_pct"] is None:
        said.append(f"No money tried keeps the condition at {hold['pci']:.1f}.")
    else:
        total = sum(row["budget_usd"] for row in hold["years"])
        said.append(
            f"To end the plan at today's condition of {hold['pci']:.1f} takes {_dollars(total)} "
            f"over {len(hold['years'])} years, {hold['share_pct']:.0f} % of the budget; no plan "
            f"does it with less than {_dollars(hold['least_usd'])}."
        )
    if delay is not None:
        lost = delay["objective"] - delay["objective_delayed"]
        extra = delay["extra_usd"]
        cost = (
            "no money tried makes up for it."
            if extra is None
            else f"{_dollars(extra)} more would make up for it, and no plan does with less than "
            f"{_dollars(delay['extra_least_usd'])} more."
        )
        change = (
            f"lowers condition over the plan by {lost:.2f} points"
            if lost > 0
            else "changes condition over the plan by less than the proof of this plan leaves open"
        )
        text = f"Doing nothing in the first year and spending its money in the second {change}"
        said.append(f"{text}; {cost}")
    return [*said, *_kept(policies), *_proved(summary), *_hidden(summary)]


def _proved(summary: Mapping[str, Any]) -> list[str]:
    """Say how far from the best the plan can be, and what another simulation makes of it."""
    gap = summary["gap"]
    if gap is None:
        return []
    said = f"No plan within the money and the demands can beat this plan by more than {gap:.3%} of "
    said += "the gain. Played through again year by year in continuous age, apart from the "
    said += (
        f"optimization, it is worth {summary['objective_exact_ages']:.2f} points over the plan; "
    )
    return [said + f"on whole months, as it was optimized, {summary['objective']:.2f}."]


def _kept(policies: Mapping[str, Any]) -> list[str]:
    """Say how the policies were held to the rules of the plan."""
    broken = [
        f"{one['label']} breaks {one['breaks']}" for one in policies.values() if one["breaks"]
    ]
    text = "Every policy is held to the same funds, promises and closed years."
    if broken:
        return [f"{text} What a list cannot see it may miss: {'; '.join(broken)}."]
    return [f"{text} None breaks a demand of the plan."]


def _hidden(summary: Mapping[str, Any]) -> list[str]:
    """Say what a plan blind to curb ramps hides; nothing where no ramps are due."""
    hidden = summary.get("hidden_ramps")
    if hidden is None:
        return []
    return [
        (
            f"A plan made with the same yearly money and no thought of curb ramps would oblige the "
            f"city to {_dollars(hidden['ramps_usd'])} of them, {hidden['share_pct']:.1f} % of all "
            f"money and {hidden['worst_year_pct']:.1f} % of that of the worst year. Paid for, such "
            f"a planner gains {hidden['lost_pct']:.1f} % less than a plan that counts them."
        )
    ]


def swapped(summary: Mapping[str, Any]) -> str:
    """
    Say how much of the plan is a close call.

    Parameters
    ----------
    summary
        Of the comparison.

    Returns
    -------
    sentence
        In plain words.
    """
    swaps = summary["swaps"]
    if not swaps["sections"]:
        return f"No section can be swapped within {swaps['within_pct']:g} % of the gain."
    many = "1 section" if swaps["sections"] == 1 else f"{swaps['sections']:,} sections"
    return (
        f"{many} of the plan, {_dollars(swaps['cost_usd'])} of work, could be swapped for others "
        f"at the same time; together that gives up {swaps['loss_pct']:.2f} % of the gain. "
        "Condition is known to about three points and costs to a fifth: the two plans are equal "
        "for all that is known."
    )


def page(comparison: Comparison, levels: pd.DataFrame, summary: Mapping[str, Any]) -> str:
    """
    Write the page of a comparison.

    Parameters
    ----------
    comparison
        Policies, by year too.
    levels
        Table `budget_levels`.
    summary
        Of the comparison.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked. No cost of a single street is in it.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    years = _wide(comparison.years)
    return _TEMPLATES.get_template("compare.html").render(
        summary=summary,
        style=style.strip(),
        sentences=answers(summary),
        swapped=swapped(summary),
        policies=[row for _, row in comparison.policies.iterrows()],
        share_text=share_text,
        names=list(_SHORT.values()),
        years=[(year, [f"{v:.1f}" for v in row]) for year, row in years.iterrows()],
        levels=[(share, row) for share, row in levels.iterrows()],
        by_year=_by_year(comparison.years),
        by_money=_by_money(levels),
    )
