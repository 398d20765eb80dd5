"""The scorecard as a page in one language: goals, measures, values, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, TypeAlias

import jinja2
import pandas as pd

from norwalk_geo.report.scored_words import UNITS_ES, WORDS
from norwalk_geo.report.summary import records
from norwalk_geo.report.zone_map import ZoneValues

__all__ = ["page", "value_text"]

Scores: TypeAlias = pd.DataFrame
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("norwalk_geo"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_ONE_DECIMAL = ("%", "points", "mi", "people per 1,000")


def value_text(value: float | None, unit: str, language: str = "en") -> str:
    """
    Write a value with its unit.

    Parameters
    ----------
    value
        A number; nothing where there is none.
    unit
        As in the measures.
    language
        `en` or `es`.

    Returns
    -------
    text
        Blank without a value.

    Examples
    --------
    >>> value_text(363.04, "mi"), value_text(2_500_000.0, "USD"), value_text(12.0, "homes", "es")
    ('363.0 mi', '$2,500,000', '12 viviendas')
    """
    if value is None or pd.isna(value):
        return ""
    number = f"{value:,.1f}" if unit in _ONE_DECIMAL else f"{value:,.0f}"
    number = number.removesuffix(".0") if unit == "%" else number
    if unit == "USD":
        return f"${number}"
    named = UNITS_ES.get(unit, unit) if language == "es" else unit
    return f"{number} {named}"


def _signed(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Write the change since the period before."""
    if row["difference"] is None or pd.isna(row["difference"]):
        return ""
    digits = 1 if row["unit"] in _ONE_DECIMAL else 0
    return f"{row['difference']:+,.{digits}f} ({words[row['trend']]})"


def _target(row: Mapping[str, Any], words: Mapping[str, str], language: str) -> str:
    """Write the target and whether it is reached."""
    if row["target_met"] == "no target":
        return words["no target"]
    return f"{value_text(row['target'], row['unit'], language)} ({words[row['target_met']]})"


def _shown(row: Mapping[str, Any], words: Mapping[str, str], language: str) -> dict[str, str]:
    """Put one measure in words."""
    known = row["known_pct"]
    how = words[row["status"]]
    if known is not None and not pd.isna(known) and row["status"] in ("computed", "partial"):
        how += f", {words['known']} {known:.0f} %" if known < 100 else ""  # noqa: PLR2004
    basis = words.get(f"basis_{row['measure_id']}", "")
    how += f", {basis}" if basis and row["value"] is not None else ""
    return {
        "label": row["label"],
        "value": value_text(row["value"], row["unit"], language) or words["none"],
        "period": "" if row["period"] is None else f"{row['period']}",
        "how": how,
        "trend": _signed(row, words),
        "target": _target(row, words, language),
        "owner": row["department"],
        "status": row["status"].replace(" ", "-"),
    }


def _goals(
    scores: Scores, objectives: pd.DataFrame, words: Mapping[str, str], language: str
) -> list[dict[str, Any]]:
    """Group the measures by goal and objective, in the plan's order."""
    suffix = "" if language == "en" else f"_{language}"
    goals = []
    for number, page in objectives.groupby("goal"):
        parts = []
        for objective, row in page.iterrows():
            own = scores[scores["objective_id"].eq(str(objective))]
            shown = [_shown(one, words, language) for one in records(own)]
            parts.append({"id": objective, "label": row[f"label{suffix}"], "rows": shown})
        label = page[f"goal_label{suffix}"].iloc[0]
        goals.append({"number": number, "label": label, "parts": parts})
    return goals


def _effects(
    summary: Mapping[str, Any], scores: Scores, words: Mapping[str, str], language: str
) -> list[dict[str, str]]:
    """Put in words what the plan and its rivals do to each computed measure, goal by goal."""
    rows = []
    for row in sorted(summary.get("plan_effects", []), key=lambda one: int(one["goal"])):
        moves = row["after"] is not None
        # What no way to choose streets changes is said once, not once a way.
        if not moves and row["policy"] != "optimal":
            continue
        shown = {name: value_text(row[name], row["unit"], language) for name in ("before", "after")}
        rows.append(
            {
                "goal": f"{words['of_goal']} {row['goal']}",
                "label": str(scores.loc[row["measure_id"], "label"]),
                "policy": words[row["policy"]] if moves else words["every_way"],
                "before": shown["before"] or words["none"],
                "after": shown["after"] if moves else words["no_matter"],
                "trend": _signed(row, words),
            }
        )
    return rows


def _zoned(
    zoned: tuple[Sequence[ZoneValues], Mapping[str, Any]],
    scores: Scores,
    words: Mapping[str, str],
    language: str,
) -> list[dict[str, Any]]:
    """Put in words each measure by zone, with its map where zones are drawn."""
    found, maps = zoned
    shown = []
    for one in found:
        unit = str(scores.loc[one.measure_id, "unit"])
        rows = [
            {"zone": zone, "value": value_text(value, unit, language)}
            for zone, value in one.by_zone.items()
        ]
        if one.rest is not None:
            rest = value_text(one.rest, unit, language)
            rows.append({"zone": words["no_zone"], "value": rest})
        drawn = maps.get(one.measure_id)
        steps = []
        for step in drawn["steps"] if drawn else ():
            low, high = (value_text(step[end], unit, language) for end in ("low", "high"))
            text = low if low == high else f"{low.split(' ')[0]} {words['to']} {high}"
            steps.append({"fill": step["fill"], "text": text})
        label = str(scores.loc[one.measure_id, "label"])
        head = {"id": one.measure_id, "label": label, "period": one.period}
        shown.append({**head, "rows": rows, "map": drawn, "steps": steps})
    return shown


def page(
    scores: Scores,
    objectives: pd.DataFrame,
    summary: Mapping[str, Any],
    *,
    zoned: tuple[Sequence[ZoneValues], Mapping[str, Any]] = ((), {}),
    language: str,
) -> str:
    """
    Write the page of a scorecard.

    Parameters
    ----------
    scores
        All measures, labels in the language.
    objectives
        Goals and objectives.
    summary
        Of the scorecard.
    zoned
        Measures by zone from `latest_by_zone`, and their maps from `zone_maps`.
    language
        `en` or `es`.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked; every text is escaped.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    words = WORDS[language]
    known = int(scores["value"].notna().sum())
    return _TEMPLATES.get_template("scorecard.html").render(
        summary=summary,
        style=style.strip(),
        words=words,
        language=language,
        lead=words["lead"].format(known=known, all=len(scores)),
        goals=_goals(scores, objectives, words, language),
        effects=_effects(summary, scores, words, language),
        zoned=_zoned(zoned, scores, words, language),
    )
